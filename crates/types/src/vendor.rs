//! A vendor without quirks.

use crate::{Dialect, Quirks, VendorApi};

impl VendorApi {
    /// A vendor without quirks.
    pub fn new(dialect: Dialect, model: impl Into<String>) -> Self {
        VendorApi {
            dialect,
            model: model.into(),
            max_output_tokens: None,
            reasons: false,
            efforts: None,
            native: false,
            quirks: Quirks::default(),
        }
    }
}

#[allow(clippy::derivable_impls)] // The type is generated.
impl Default for Quirks {
    fn default() -> Self {
        Quirks {
            max_tokens_field: None,
            no_developer_role: false,
            no_stream_options: false,
            responses: false,
            no_json_schema: false,
            no_custom_tools: false,
            single_system_message: false,
            nine_letter_call_ids: false,
            unsupported: Vec::new(),
            unsupported_in_messages: Vec::new(),
            paths: Vec::new(),
            responses_path: None,
            anthropic_version_in_body: None,
            betas: None,
        }
    }
}
