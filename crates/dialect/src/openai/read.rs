//! The common form of a client's request: one object with a model in it.

use super::field;
use super::refusal::{Refusal, empty, missing, wrong_type};
use crate::Span;
use crate::json::{Scanner, Type};
use postern_fault::{Fault, Kind};

/// The result of `read` for a body, whose length must fit in 32 bits.
///
/// # Errors
/// A body that is too long, and the refusal of `read` in the client's dialect.
pub(crate) fn whole<T>(
    body: &str,
    read: impl FnOnce(&str) -> Result<T, Refusal>,
) -> Result<T, Fault> {
    if u32::try_from(body.len()).is_err() {
        let public = format!("the body has {} bytes: send less than 4 GiB", body.len());
        return Err(Fault::new(Kind::TooLarge, public));
    }
    read(body).map_err(|refusal| refusal.into_fault(body))
}

/// Enters the one object of a body.
pub(crate) fn enter(scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
    match scanner.peek()? {
        Type::Object => Ok(scanner.object()?),
        other => {
            // Text that is not JSON at all is reported as such.
            scanner.skip()?;
            scanner.end()?;
            let public = format!("the body must be a JSON object, but is {other}");
            Err(Fault::new(Kind::InvalidRequest, public).with_code("invalid_type").into())
        }
    }
}

/// The model's name and its position.
pub(crate) type Model = (String, Span);

pub(crate) fn model(scanner: &mut Scanner<'_>) -> Result<Option<Model>, Refusal> {
    let Some(text) = field::string(scanner, || "model".to_owned())? else { return Ok(None) };
    let name = text.decode().unwrap_or_default().into_owned();
    if name.is_empty() {
        return Err(empty("model", "invalid_value", "the name of a model"));
    }
    Ok(Some((name, text.span())))
}

pub(crate) fn required(model: Option<Model>) -> Result<Model, Refusal> {
    model.ok_or_else(|| missing("model", "the name of a model"))
}

/// Enters an array, which must be `wanted`.
pub(crate) fn array(scanner: &mut Scanner<'_>, param: &str, wanted: &str) -> Result<bool, Refusal> {
    match scanner.peek()? {
        Type::Null => scanner.null().map(|()| false).map_err(Refusal::from),
        Type::Array => scanner.array().map(|()| true).map_err(Refusal::from),
        other => Err(wrong_type(param, wanted, other)),
    }
}
