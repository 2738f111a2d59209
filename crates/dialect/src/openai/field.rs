//! Fields of a request: their names, and values of the simple types. `null` counts as absent.

use super::refusal::{Refusal, invalid, wrong_type};
use crate::json::{Scanner, Text, Type};
use crate::vendor_error::clip;

/// The fields of one object that are read here; the vendor judges all others.
pub(crate) struct Fields {
    names: &'static [&'static str],
    seen: u32,
}

impl Fields {
    pub fn new(names: &'static [&'static str]) -> Self {
        Fields { names, seen: 0 }
    }

    /// The field that `key` names, if it is one of these. `within` is the path of the object, with its dot.
    ///
    /// A duplicate field is refused, also one in other letters (Go's JSON reader takes `Model` for `model`): the vendor could
    /// take the one that was not checked here.
    pub fn name(
        &mut self,
        key: &Text<'_>,
        within: impl Fn() -> String,
    ) -> Result<Option<&'static str>, Refusal> {
        // A key with half a surrogate pair was refused before and cannot be one of these.
        let Some(key) = key.decode() else { return Ok(None) };
        let alike = |name: &&str| name.eq_ignore_ascii_case(&key);
        let Some((index, name)) = self
            .names
            .iter()
            .enumerate()
            .find(|(_, name)| alike(name))
            .map(|(at, name)| (at, *name))
        else {
            return Ok(None);
        };
        let param = || within() + name;
        if key != name {
            let public = format!("`{}{key}` is no field: write `{}`", within(), param());
            return Err(invalid(param(), "unknown_parameter", public));
        }
        let bit = 1 << index;
        if self.seen & bit != 0 {
            let public = format!("`{}` is there twice: send it once", param());
            return Err(invalid(param(), "duplicate_parameter", public));
        }
        self.seen |= bit;
        Ok(Some(name))
    }
}

pub(crate) fn boolean(scanner: &mut Scanner<'_>, param: &str) -> Result<Option<bool>, Refusal> {
    match scanner.peek()? {
        Type::Null => scanner.null().map(|()| None).map_err(Refusal::from),
        Type::Boolean => Ok(Some(scanner.boolean()?)),
        other => Err(wrong_type(param, "true or false", other)),
    }
}

pub(crate) fn string<'a>(
    scanner: &mut Scanner<'a>,
    param: impl Fn() -> String,
) -> Result<Option<Text<'a>>, Refusal> {
    match scanner.peek()? {
        Type::Null => scanner.null().map(|()| None).map_err(Refusal::from),
        Type::String => Ok(Some(scanner.string()?)),
        other => Err(wrong_type(param(), "a string", other)),
    }
}

/// A whole number from `least` to `most`.
pub(crate) fn whole_number(
    scanner: &mut Scanner<'_>,
    param: &str,
    (least, most): (u64, u64),
) -> Result<Option<u64>, Refusal> {
    let written = match scanner.peek()? {
        Type::Null => return scanner.null().map(|()| None).map_err(Refusal::from),
        Type::Number => scanner.number()?,
        other => return Err(wrong_type(param, "a whole number", other)),
    };
    // The number's text may be as long as the body.
    let shown = clip(written, 32);
    if written.contains(['.', 'e', 'E']) {
        let public = format!(
            "`{param}` must be a whole number without fraction or exponent, but is {shown}"
        );
        return Err(invalid(param, "invalid_type", public));
    }
    match written.parse::<u64>() {
        Ok(number) if number > most => {
            let public = format!("`{param}` must be at most {most}, but is {number}");
            Err(invalid(param, "integer_above_max_value", public))
        }
        Ok(number) if number >= least => Ok(Some(number)),
        Err(_) if !written.starts_with('-') => {
            let public = format!("`{param}` must be at most {most}, but is {shown}");
            Err(invalid(param, "integer_above_max_value", public))
        }
        _ => {
            let public = format!("`{param}` must be at least {least}, but is {shown}");
            Err(invalid(param, "integer_below_min_value", public))
        }
    }
}
