//! The cap on a completion whose client names none: it is reserved, so the vendor must be told.

use super::DEFAULT_MAX_TOKENS;
use crate::json::{Scanner, Type};
use crate::openai::read;
use crate::openai::refusal::Refusal;
use crate::{Edit, Facts, Vendor};

const CAP: &str = "max_tokens";

/// The splice that states OpenAI's default, for servers with another one (llama.cpp writes until the model ends). None: the
/// client names a cap.
pub(in crate::openai) fn default_cap(
    vendor: &Vendor,
    facts: &Facts,
    body: &str,
) -> Result<Option<Edit>, Refusal> {
    let mut scanner = Scanner::new(body);
    read::enter(&mut scanner)?;
    while let Some(key) = scanner.key()? {
        if key.decode().as_deref() != Some(CAP) {
            scanner.skip()?;
            continue;
        }
        let is_null = scanner.peek()? == Type::Null;
        let span = scanner.skip()?;
        let replacement = DEFAULT_MAX_TOKENS.to_string();
        return Ok(is_null.then_some(Edit { span, replacement }));
    }
    let name = vendor.quirks.max_tokens_field.as_deref().unwrap_or(CAP);
    let name = serde_json::Value::from(name);
    let member = format!(",{name}:{DEFAULT_MAX_TOKENS}");
    Ok(Some(Edit::insert(facts.model_span.end, member)))
}
