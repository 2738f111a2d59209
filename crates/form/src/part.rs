//! The fields of a form: where each begins and ends, and its headers.

use crate::error::Error;
use crate::header::Parameterised;
use crate::{Field, MAX_FIELDS, MAX_HEADERS_BYTES, MAX_TEXT_BYTES, Value};
use memchr::memmem::{self, Finder};
use std::ops::Range;

const LINE_END: &[u8] = b"\r\n";
const HEADERS_END: &[u8] = b"\r\n\r\n";

/// The most headers of one field: more than any client sends.
const MAX_HEADERS: usize = 16;

const MAX_NAME_BYTES: usize = 128;

/// All fields, in order.
pub fn read_all(boundary: &str, bytes: &[u8], max_text_bytes: usize) -> Result<Vec<Field>, Error> {
    let delimiter = format!("--{boundary}");
    let form = Reader { bytes, delimiter: Finder::new(&delimiter), length: delimiter.len() };
    // Some clients write an empty line first.
    let mut at = if bytes.starts_with(LINE_END) { LINE_END.len() } else { 0 };
    if !form.from(at).starts_with(delimiter.as_bytes()) {
        return Err(Error::Start);
    }
    let (mut fields, mut texts_bytes) = (Vec::new(), 0_usize);
    loop {
        let rest = form.from(at + form.length);
        if let Some(epilogue) = rest.strip_prefix(b"--") {
            let is_over = epilogue.is_empty() || epilogue == LINE_END;
            return if is_over { Ok(fields) } else { Err(Error::End) };
        }
        if !rest.starts_with(LINE_END) {
            return Err(if rest.len() < 2 { Error::Unfinished } else { Error::Delimiter });
        }
        if fields.len() == MAX_FIELDS {
            return Err(Error::TooManyFields);
        }
        let (field, next) = form.field(at)?;
        if let Value::Text(text) = &field.value {
            texts_bytes = texts_bytes.saturating_add(text.len());
        }
        if texts_bytes > max_text_bytes {
            return Err(Error::TextsTooLong(max_text_bytes));
        }
        fields.push(field);
        at = next;
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    delimiter: Finder<'a>,
    /// The delimiter's length in bytes.
    length: usize,
}

/// The headers of a field.
#[derive(Default)]
struct Headers {
    name: Option<String>,
    filename: Option<String>,
    content_type: Option<String>,
    transfer_encoding: Option<String>,
    length: Option<Range<usize>>,
}

impl<'a> Reader<'a> {
    fn from(&self, at: usize) -> &'a [u8] {
        self.bytes.get(at..).unwrap_or_default()
    }

    fn of(&self, range: Range<usize>) -> &'a [u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// The field whose boundary is at `at`, and the place of the next boundary.
    fn field(&self, at: usize) -> Result<(Field, usize), Error> {
        let first = at + self.length + LINE_END.len();
        let window = self.from(first);
        let window = window.get(..MAX_HEADERS_BYTES).unwrap_or(window);
        let Some(length) = memmem::find(window, HEADERS_END) else {
            let is_cut = window.len() < MAX_HEADERS_BYTES;
            return Err(if is_cut { Error::Unfinished } else { Error::HeadersTooLong });
        };
        let start = first + length + HEADERS_END.len();
        let headers = self.headers(first..start)?;
        let next = self.next(start)?;
        let content = start..next - LINE_END.len();
        let field = self.checked(headers, content, at..next)?;
        Ok((field, next))
    }

    /// The place of the next boundary.
    fn next(&self, start: usize) -> Result<usize, Error> {
        let content = self.from(start);
        for found in self.delimiter.find_iter(content) {
            let before = content.get(..found).unwrap_or_default();
            // Empty content is still followed by a line end, besides the one that ends the headers.
            if before.ends_with(LINE_END) {
                return Ok(start + found);
            }
            if before.is_empty() || before.ends_with(b"\n") || before.ends_with(b"\r") {
                return Err(Error::Delimiter);
            }
        }
        Err(Error::Unfinished)
    }

    fn headers(&self, block: Range<usize>) -> Result<Headers, Error> {
        let bytes = self.of(block.clone());
        if has_bare_line_end(bytes) {
            return Err(Error::Headers);
        }
        let mut parsed = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let Ok(httparse::Status::Complete((_, parsed))) =
            httparse::parse_headers(bytes, &mut parsed)
        else {
            return Err(Error::Headers);
        };
        let mut headers = Headers::default();
        for header in parsed {
            let value = std::str::from_utf8(header.value).map_err(|_| Error::Headers)?.trim();
            match header.name.to_ascii_lowercase().as_str() {
                "content-disposition" => headers.disposition(value)?,
                "content-type" => once("content-type", &mut headers.content_type, value)?,
                "content-transfer-encoding" => {
                    once("content-transfer-encoding", &mut headers.transfer_encoding, value)?;
                }
                "content-length" => {
                    // The value is a slice of these bytes.
                    let offset = header.value.as_ptr() as usize - self.bytes.as_ptr() as usize;
                    let place = offset..offset + header.value.len();
                    if headers.length.replace(place).is_some() {
                        return Err(Error::HeaderTwice("content-length"));
                    }
                }
                _ => {}
            }
        }
        Ok(headers)
    }

    fn checked(
        &self,
        headers: Headers,
        content: Range<usize>,
        whole: Range<usize>,
    ) -> Result<Field, Error> {
        let name = headers.name.ok_or(Error::NoDisposition)?;
        let content_type = headers.content_type;
        if headers.transfer_encoding.is_some_and(|encoding| !is_identity(&encoding)) {
            return Err(Error::TransferEncoding(name));
        }
        if let Some(place) = &headers.length
            && std::str::from_utf8(self.of(place.clone())).ok().and_then(|text| text.parse().ok())
                != Some(content.len())
        {
            return Err(Error::Length(name));
        }
        let value = match headers.filename {
            Some(filename) if filename.is_empty() => return Err(Error::EmptyFilename(name)),
            Some(filename) => Value::File { name: filename, content_type },
            None => Value::Text(self.text(&name, content_type.as_deref(), content.clone())?),
        };
        Ok(Field { name, whole, content, length: headers.length, value })
    }

    fn text(
        &self,
        name: &str,
        content_type: Option<&str>,
        content: Range<usize>,
    ) -> Result<String, Error> {
        // RFC 7578, 4.6: a field of this name would set the charset of the others.
        if name == "_charset_" || content_type.is_some_and(|content_type| !is_utf8(content_type)) {
            return Err(Error::Charset(name.to_owned()));
        }
        let bytes = self.of(content);
        if bytes.len() > MAX_TEXT_BYTES {
            return Err(Error::TextTooLong(name.to_owned()));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Error::NotUtf8(name.to_owned()))?;
        Ok(text.to_owned())
    }
}

impl Headers {
    fn disposition(&mut self, value: &str) -> Result<(), Error> {
        if self.name.is_some() {
            return Err(Error::HeaderTwice("content-disposition"));
        }
        let read = Parameterised::read(value).ok_or(Error::Disposition)?;
        // RFC 7578, 4.2: `filename*` is not allowed. Other parameters have no meaning here but may have one for another parser.
        let known = |name: &str| name == "name" || name == "filename";
        if !read.value.eq_ignore_ascii_case("form-data")
            || !read.parameters.iter().all(|(name, _)| known(name))
        {
            return Err(Error::Disposition);
        }
        let name = read.parameter("name").ok_or(Error::NoDisposition)?;
        let is_name = (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(is_name_byte);
        if !is_name {
            return Err(Error::Name);
        }
        self.name = Some(name.to_owned());
        self.filename = read.parameter("filename").map(str::to_owned);
        Ok(())
    }
}

fn once(name: &'static str, field: &mut Option<String>, value: &str) -> Result<(), Error> {
    match field.replace(value.to_owned()) {
        Some(_) => Err(Error::HeaderTwice(name)),
        None => Ok(()),
    }
}

/// Excludes escapes of any kind and characters that some parsers trim.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte)
}

fn is_identity(encoding: &str) -> bool {
    ["7bit", "8bit", "binary"].iter().any(|known| known.eq_ignore_ascii_case(encoding))
}

fn is_utf8(content_type: &str) -> bool {
    let Some(read) = Parameterised::read(content_type) else { return false };
    let charset = read.parameter("charset").unwrap_or("utf-8");
    let is_multipart = read.value.to_ascii_lowercase().starts_with("multipart/");
    !is_multipart
        && ["utf-8", "utf8", "us-ascii"].iter().any(|one| one.eq_ignore_ascii_case(charset))
}

fn has_bare_line_end(bytes: &[u8]) -> bool {
    let mut before = 0;
    let mut is_bare = false;
    for byte in bytes {
        is_bare |= (*byte == b'\n') != (before == b'\r');
        before = *byte;
    }
    is_bare
}
