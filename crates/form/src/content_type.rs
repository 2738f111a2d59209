//! The boundary that a content type names.

use crate::error::Error;
use crate::header::Parameterised;

/// RFC 2046, 5.1.1.
const MAX_BOUNDARY_BYTES: usize = 70;

/// The boundary of a form.
pub fn boundary(content_type: &str) -> Result<String, Error> {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("multipart/form-data") {
        return Err(Error::ContentType);
    }
    // Without a boundary parameter there is nothing to misread.
    if !content_type.to_ascii_lowercase().contains("boundary") {
        return Err(Error::NoBoundary);
    }
    let read = Parameterised::read(content_type).ok_or(Error::BadBoundary)?;
    let boundary = read.parameter("boundary").ok_or(Error::NoBoundary)?;
    let is_one = (1..=MAX_BOUNDARY_BYTES).contains(&boundary.len())
        && boundary.bytes().all(is_boundary_byte);
    if is_one { Ok(boundary.to_owned()) } else { Err(Error::BadBoundary) }
}

/// RFC 2046 also allows a space inside a boundary; no client writes one, and parsers trim it.
fn is_boundary_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(&byte)
}
