//! Recognises API keys of other services by their prefixes: no issuer of tokens is sent one.

use postern_keys::KEY_PREFIX;

/// Prefixes of keys and tokens, as their makers document them for secret scanners
/// (<https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns>).
const PREFIXES: &[&str] = &[
    // Vendors of models: OpenAI, Anthropic, OpenRouter, DeepSeek and others; Google; Groq; xAI; Hugging Face; Replicate;
    // Perplexity; NVIDIA; Fireworks; Together; Cerebras; Databricks; Amazon Bedrock; Jina; Tavily; LangSmith.
    "sk-",
    "AIza",
    "ya29.",
    "gsk_",
    "xai-",
    "hf_",
    "r8_",
    "pplx-",
    "nvapi-",
    "fw_",
    "tgp_v1_",
    "csk-",
    "dapi",
    "ABSK",
    "bedrock-api-key-",
    "jina_",
    "tvly-",
    "lsv2_",
    // Clouds, code and payment.
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xoxs-",
    "xapp-",
    "npm_",
    "pypi-",
    "SG.",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "rk_test_",
    "pk_live_",
    "pk_test_",
    "whsec_",
    "shpat_",
    "dop_v1_",
];

/// Whether a secret looks like an API key of another service, or like a miscopied key of ours.
#[must_use]
pub fn is_foreign_key(secret: &str) -> bool {
    PREFIXES.iter().any(|prefix| secret.starts_with(prefix)) || is_like_ours(secret)
}

/// Whether it has our prefix except for case, `-` in place of `_`, quotes around it, or a missing first character.
fn is_like_ours(secret: &str) -> bool {
    let plain = secret
        .trim_start_matches(['"', '\'', '<', '`', '='])
        .to_ascii_lowercase()
        .replace('-', "_");
    let without_first = KEY_PREFIX.get(1..).unwrap_or(KEY_PREFIX);
    plain.starts_with(KEY_PREFIX) || plain.starts_with(without_first)
}

#[cfg(test)]
mod tests {
    use super::is_foreign_key;

    #[test]
    fn knows_keys_of_vendors_and_our_own_mistyped() {
        for key in [
            "sk-proj-abc",
            "sk-ant-api03-abc",
            "sk-or-v1-abc",
            "AIzaSyAbc",
            "gsk_abc",
            "xai-abc",
            "AKIAABC",
            "hf_abc",
            "pk_live_abc",
            "PK_LIVE_abc",
            "pk-live-abc",
            "k_live_abc",
            "\"pk_live_abc",
            "ghp_abc",
        ] {
            assert!(is_foreign_key(key), "{key}");
        }
        for token in [
            "op.aq-ue_to~ken+/0123456789==",
            "opaque-token",
            "task-1",
            "2YotnFZFEjr1zCsicMWpAA",
            "",
        ] {
            assert!(!is_foreign_key(token), "{token}");
        }
    }
}
