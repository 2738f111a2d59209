//! `multipart/form-data` (RFC 7578): the fields that are text are read, files stay where they are, and a field's value can be
//! replaced without touching another byte.
//!
//! Input is untrusted, and a vendor reads the same bytes after us with another parser. So whatever two parsers could read in two
//! ways is refused: text before the first boundary and after the last, line ends that are a bare LF, a boundary in the middle of a
//! part, parameters that are there twice, escaped quotes, `filename*`, other charsets and transfer encodings. All work is linear.

mod content_type;
mod error;
mod header;
mod json;
mod part;
mod rewrite;

pub use error::Error;
pub use rewrite::{Piece, Rewritten};

use content_type::boundary;
use std::ops::Range;

/// The most fields of a form. OpenAI's have some 30, 16 pictures among them.
pub const MAX_FIELDS: usize = 128;

/// The longest text of one field. A prompt for pictures has at most 32,000 characters, and a sample of a voice some 100 KB of base64.
pub const MAX_TEXT_BYTES: usize = 1024 * 1024;

/// The headers of one field: a name, the name of a file, a type.
pub const MAX_HEADERS_BYTES: usize = 4 * 1024;

/// A form, with the bytes it was read from.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    bytes: Vec<u8>,
    boundary: String,
    fields: Vec<Field>,
}

/// A field of a form.
#[derive(Debug, PartialEq, Eq)]
struct Field {
    name: String,
    /// From its boundary to the next one.
    whole: Range<usize>,
    content: Range<usize>,
    /// The number in its own `content-length`, if it has one.
    length: Option<Range<usize>>,
    value: Value,
}

#[derive(Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    File { name: String, content_type: Option<String> },
}

impl Form {
    /// Read a body. `max_text_bytes` bounds all texts together.
    ///
    /// # Errors
    ///
    /// A content type without a boundary, a body that is not whole, and all that parsers differ on.
    pub fn read(content_type: &str, bytes: Vec<u8>, max_text_bytes: usize) -> Result<Self, Error> {
        let boundary = boundary(content_type)?;
        let fields = part::read_all(&boundary, &bytes, max_text_bytes)?;
        Ok(Form { bytes, boundary, fields })
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it has none, which no form that was read has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Its fields as one JSON object, in their order: a text is a string, and a file says what it is called, its type, and how many
    /// bytes it has: `{"model":"whisper-1","file":{"filename":"a.mp3","content_type":"audio/mpeg","bytes":1200}}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::write(&self.fields)
    }

    /// The form that says what `json` says, which was made by [`Form::to_json`] and edited since: fields whose text has changed have
    /// the new one, fields that are gone are left out, and all other bytes are the client's.
    ///
    /// # Errors
    ///
    /// An edit that a form cannot say: a new field, a changed file, a text that contains the boundary.
    pub fn rewritten(&self, json: &str) -> Result<Rewritten, Error> {
        rewrite::rewritten(self, json)
    }
}
