//! The shipped rows of compatible servers.
#![allow(clippy::unwrap_used, clippy::panic)]

use postern_policy::{Catalogue, Transport};
use postern_types::Dialect;
use std::fs;

/// Rows of OpenAI itself, which has all of its dialect.
const WHOLE: [&str; 5] = ["openai", "openai-media", "azure", "azure-preview", "sandbox"];

#[test]
fn every_row_of_a_compatible_server_has_the_safe_quirks() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies/models.toml");
    let catalogue = Catalogue::from_toml(&fs::read_to_string(path).unwrap(), None).unwrap();
    let mut seen = 0;
    for provider in catalogue.providers().filter(|provider| provider.dialect == Dialect::OpenAi) {
        let quirks = &provider.quirks;
        if WHOLE.contains(&provider.name.as_str()) || provider.transport == Transport::Sandbox {
            assert!(!quirks.no_custom_tools && quirks.unsupported_in_messages.is_empty());
            continue;
        }
        seen += 1;
        assert!(quirks.no_custom_tools, "{}", provider.name);
        for field in ["refusal", "annotations", "audio"] {
            let named = quirks.unsupported_in_messages.iter().any(|name| name == field);
            assert!(named, "{}: {field}", provider.name);
        }
        let own_template = ["vllm", "ollama", "together", "compatible"];
        let is_own = own_template.contains(&provider.name.as_str());
        assert_eq!(quirks.single_system_message, is_own, "{}", provider.name);
        assert_eq!(quirks.nine_letter_call_ids, provider.name == "mistral", "{}", provider.name);
    }
    assert_eq!(seen, 8);
}
