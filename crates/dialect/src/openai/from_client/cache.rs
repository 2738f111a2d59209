//! Prompt-cache markers, which two kinds of servers write in two ways.

use super::value::{object, said, string};
use crate::chat::CacheControl;
use postern_fault::Fault;
use serde_json::Value;

/// `{"type": "ephemeral", "ttl": "1h"}`: Anthropic's marker, which servers of many vendors' models take on parts,
/// messages and tools of this API (<https://openrouter.ai/docs/features/prompt-caching>).
pub(super) fn control(value: Value, path: impl Fn() -> String) -> Result<CacheControl, Fault> {
    let mut control = CacheControl::default();
    for (name, value) in said(object(value, &path)?) {
        if name == "ttl" {
            control.ttl = Some(string(value, || path() + ".ttl")?);
        }
    }
    Ok(control)
}

/// `{"mode": "explicit", "ttl": "30m"}`: OpenAI's own marker. Its times are the least, so that the hub's longest, an
/// hour, stands for them: <https://platform.openai.com/docs/guides/prompt-caching>.
pub(crate) fn breakpoint(value: Value, path: impl Fn() -> String) -> Result<CacheControl, Fault> {
    let CacheControl { ttl } = control(value, path)?;
    Ok(CacheControl { ttl: ttl.map(|_| "1h".to_owned()) })
}
