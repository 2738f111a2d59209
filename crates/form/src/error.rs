//! Why a form cannot be read.

use crate::{MAX_FIELDS, MAX_HEADERS_BYTES, MAX_TEXT_BYTES};

/// What is wrong with a form. A message names a field and repeats no other text of the form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // The messages say it.
pub enum Error {
    #[error("the content-type must be multipart/form-data with a boundary")]
    ContentType,
    #[error("the content-type has no boundary: send multipart/form-data; boundary=...")]
    NoBoundary,
    #[error(
        "the boundary in the content-type must be 1 to 70 letters, digits and '()+_,-./:=? (RFC 2046, 5.1.1)"
    )]
    BadBoundary,
    #[error("the form does not begin with its boundary")]
    Start,
    #[error("the form ends without its last boundary: it is not whole")]
    Unfinished,
    #[error(
        "a line of the form begins with the boundary and goes on, or ends with a bare CR or LF"
    )]
    Delimiter,
    #[error("something follows the form's last boundary")]
    End,
    #[error("the form has more than {MAX_FIELDS} fields")]
    TooManyFields,
    #[error("the headers of a field are longer than {MAX_HEADERS_BYTES} bytes")]
    HeadersTooLong,
    #[error("the headers of a field cannot be read")]
    Headers,
    #[error("the header `{0}` of a field is there twice")]
    HeaderTwice(&'static str),
    #[error("a field has no `content-disposition: form-data; name=\"...\"`")]
    NoDisposition,
    #[error(
        "the content-disposition of a field cannot be read in one way only: send form-data with name and filename, each once, quoted, without backslashes before quotes"
    )]
    Disposition,
    #[error(
        "the name of a field must be 1 to 128 letters, digits, dots, hyphens, underscores and brackets"
    )]
    Name,
    #[error("the field `{0}` has an empty filename: leave it out, or name the file")]
    EmptyFilename(String),
    #[error("the field `{0}` has a transfer encoding: send its bytes as they are")]
    TransferEncoding(String),
    #[error("the field `{0}` is text of another charset than UTF-8, or a multipart of its own")]
    Charset(String),
    #[error("the field `{0}` says another length than it has")]
    Length(String),
    #[error("the text of the field `{0}` is not UTF-8; a file needs a filename")]
    NotUtf8(String),
    #[error(
        "the text of the field `{0}` has more than {MAX_TEXT_BYTES} bytes; a file needs a filename"
    )]
    TextTooLong(String),
    #[error("the texts of the form have more than {0} bytes together")]
    TextsTooLong(usize),
    #[error("the form cannot say what the field `{0}` is to be")]
    Unsayable(String),
}

impl Error {
    /// The field that the error is about, if there is one.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::EmptyFilename(name)
            | Self::TransferEncoding(name)
            | Self::Charset(name)
            | Self::Length(name)
            | Self::NotUtf8(name)
            | Self::TextTooLong(name)
            | Self::Unsayable(name) => Some(name),
            _ => None,
        }
    }
}
