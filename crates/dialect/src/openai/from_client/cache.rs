//! Prompt-cache markers, in the two forms that servers use.

use super::value::{object, said, string};
use crate::chat::CacheControl;
use postern_fault::Fault;
use serde_json::Value;

/// `{"type": "ephemeral", "ttl": "1h"}`: Anthropic's marker, which servers of several vendors' models accept on parts, messages
/// and tools of this API (<https://openrouter.ai/docs/features/prompt-caching>).
pub(super) fn control(value: Value, path: impl Fn() -> String) -> Result<CacheControl, Fault> {
    let mut control = CacheControl::default();
    for (name, value) in said(object(value, &path)?) {
        if name == "ttl" {
            control.ttl = Some(string(value, || path() + ".ttl")?);
        }
    }
    Ok(control)
}

/// `{"mode": "explicit", "ttl": "30m"}`: OpenAI's own marker. Its times are minimums, so the hub's longest, an hour, satisfies
/// them: <https://platform.openai.com/docs/guides/prompt-caching>.
pub(crate) fn breakpoint(value: Value, path: impl Fn() -> String) -> Result<CacheControl, Fault> {
    let CacheControl { ttl } = control(value, path)?;
    Ok(CacheControl { ttl: ttl.map(|_| "1h".to_owned()) })
}
