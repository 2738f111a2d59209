//! Fields of a form, which are always texts, and of JSON alike.

use crate::json::{Scanner, Type};
use crate::openai::field;
use crate::openai::refusal::{Refusal, invalid, wrong_type};
use crate::segments::Found;
use crate::{Role, SegmentKind};

const FILE: &str = "a file: a field of the form with a filename";

/// `true` or `false`; in a form, the word.
pub fn flag(scanner: &mut Scanner<'_>, is_form: bool, param: &str) -> Result<bool, Refusal> {
    if !is_form || scanner.peek()? != Type::String {
        return Ok(field::boolean(scanner, param)?.unwrap_or(false));
    }
    match scanner.string()?.said().as_ref() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => {
            let public = format!("`{param}` must be true or false");
            Err(invalid(param, "invalid_type", public))
        }
    }
}

/// A whole number of at least 1; in a form, its digits.
pub fn times(scanner: &mut Scanner<'_>, is_form: bool, param: &str) -> Result<u32, Refusal> {
    if !is_form || scanner.peek()? != Type::String {
        return crate::openai::cap::times(scanner, param);
    }
    let text = scanner.string()?.said();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(times) if is_number && times > 0 => Ok(times),
        _ => {
            let public = format!("`{param}` must be a whole number of at least 1");
            Err(invalid(param, "invalid_type", public))
        }
    }
}

/// A word, or the empty string.
pub fn word(scanner: &mut Scanner<'_>, param: &str) -> Result<String, Refusal> {
    let text = field::string(scanner, || param.to_owned())?;
    Ok(text.map(|text| text.said().into_owned()).unwrap_or_default())
}

/// A file, present only by its name and its length. Returns its length in bytes.
pub fn file(
    scanner: &mut Scanner<'_>,
    param: &str,
    kind: SegmentKind,
    found: &mut Found,
) -> Result<u64, Refusal> {
    match scanner.peek()? {
        Type::Object => scanner.object()?,
        other => return Err(wrong_type(param, FILE, other)),
    }
    let mut bytes = 0;
    while let Some(key) = scanner.key()? {
        match (key.said().as_ref(), scanner.peek()?) {
            ("filename", Type::String) => {
                found.string(SegmentKind::FileName, Role::User, scanner.string()?.inside());
            }
            ("bytes", Type::Number) => {
                let start = scanner.at();
                bytes = scanner.number()?.parse().unwrap_or(u64::MAX);
                found.json(kind, Role::User, (start..scanner.at()).into());
            }
            _ => drop(scanner.skip()?),
        }
    }
    Ok(bytes)
}
