//! `multipart/form-data` (RFC 7578): text fields are read, files stay in place, and a field's value can be replaced without
//! changing another byte.
//!
//! Input is untrusted, and a vendor reads the same bytes after us with another parser. So a form that two parsers could read
//! differently is refused: text before the first boundary or after the last, line ends that are a bare LF, a boundary inside a
//! part, repeated parameters, escaped quotes, `filename*`, other charsets and transfer encodings. Reading takes linear time.

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

/// The most fields of a form. OpenAI's forms have about 30, up to 16 of them pictures.
pub const MAX_FIELDS: usize = 128;

/// The longest text of one field. An image prompt has at most 32,000 characters, and a voice sample about 100 KB of base64.
pub const MAX_TEXT_BYTES: usize = 1024 * 1024;

/// The most bytes of one field's headers: a name, a file name and a type.
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
    /// The field from its boundary to the next one.
    whole: Range<usize>,
    content: Range<usize>,
    /// The number in the field's own `content-length`, if it has one.
    length: Option<Range<usize>>,
    value: Value,
}

#[derive(Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    File { name: String, content_type: Option<String> },
}

impl Form {
    /// Reads a body. `max_text_bytes` bounds the sum of all texts.
    ///
    /// # Errors
    ///
    /// The content type has no boundary, the body is incomplete, or parsers would read it differently.
    pub fn read(content_type: &str, bytes: Vec<u8>, max_text_bytes: usize) -> Result<Self, Error> {
        let boundary = boundary(content_type)?;
        let fields = part::read_all(&boundary, &bytes, max_text_bytes)?;
        Ok(Form { bytes, boundary, fields })
    }

    /// Its length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it has no bytes; never true of a form that was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Its fields as one JSON object, in order. A text is a string, and a file is its name, type and length in bytes:
    /// `{"model":"whisper-1","file":{"filename":"a.mp3","content_type":"audio/mpeg","bytes":1200}}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::write(&self.fields)
    }

    /// Applies the edits in `json`, which [`Form::to_json`] made: changed texts are replaced, removed fields are left out, and all
    /// other bytes stay the client's.
    ///
    /// # Errors
    ///
    /// The edit cannot be expressed in the form: a new field, a changed file, or a text that contains the boundary.
    pub fn rewritten(&self, json: &str) -> Result<Rewritten, Error> {
        rewrite::rewritten(self, json)
    }
}
