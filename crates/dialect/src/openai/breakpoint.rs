//! Which of OpenAI's models know `prompt_cache_breakpoint`: GPT-5.6 and later
//! (<https://developers.openai.com/api/docs/guides/prompt-caching>); earlier ones refuse it.

pub(crate) const NAME: &str = "prompt_cache_breakpoint";

/// Whether the model takes breakpoints.
pub(crate) fn has(model: &str) -> bool {
    version(model).is_some_and(|version| version >= (5, 6))
}

/// Whether it is known to be an earlier model. A deployment may have a name of its own.
pub(crate) fn lacks(model: &str) -> bool {
    let of_old = ["o1", "o3", "o4", "gpt-3", "gpt-4", "chatgpt-"];
    of_old.iter().any(|start| model.starts_with(start))
        || version(model).is_some_and(|version| version < (5, 6))
}

/// `gpt-5.6-sol`: 5 and 6.
fn version(model: &str) -> Option<(u32, u32)> {
    let (_, name) = model.split_once("gpt-")?;
    let version = name.split('-').next()?;
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{has, lacks};

    #[test]
    fn a_models_name_says_whether_it_has_breakpoints() {
        for (model, expected) in [
            ("gpt-5.6-sol", (true, false)),
            ("gpt-6-astra", (true, false)),
            ("openai/gpt-6.1-terra", (true, false)),
            ("gpt-5.5", (false, true)),
            ("gpt-5", (false, true)),
            ("gpt-4o-2024-08-06", (false, true)),
            ("o3", (false, true)),
            ("gpt-oss-120b", (false, false)),
            ("my-deployment", (false, false)),
        ] {
            assert_eq!((has(model), lacks(model)), expected, "{model}");
        }
    }
}
