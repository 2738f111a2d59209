//! Who is asked, as far as translation needs to know.

use crate::{Operation, Wire};

/// A deployment: what its vendor speaks, and how that differs from the dialect's own documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vendor {
    /// What it speaks.
    pub wire: Wire,
    /// What it calls the model.
    pub model: String,
    /// The most tokens of an answer, if the catalogue says it: for dialects in which a cap must be given.
    pub max_output_tokens: Option<u64>,
    /// The model thinks before it answers; false or unknown: it may not be asked to.
    pub reasons: bool,
    /// The model takes what is asked for by itself; otherwise a chat stands for it (legacy completions).
    pub native: bool,
    /// How it differs.
    pub quirks: Quirks,
}

impl Vendor {
    /// A vendor without quirks.
    pub fn new(wire: Wire, model: impl Into<String>) -> Self {
        let quirks = Quirks::default();
        Vendor {
            wire,
            model: model.into(),
            max_output_tokens: None,
            reasons: false,
            native: false,
            quirks,
        }
    }
}

/// How a vendor differs from its dialect: data of its row in `models.toml`, documented there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quirks {
    /// The one name that the vendor has for the cap on an answer (`max_tokens`, `max_completion_tokens`). None: both.
    pub max_tokens_field: Option<String>,
    /// It has no developer role: such messages become system messages.
    pub no_developer_role: bool,
    /// It refuses `stream_options`.
    pub no_stream_options: bool,
    /// It also serves OpenAI's Responses.
    pub responses: bool,
    /// It has JSON mode but no schemas: the schema is put into the system message.
    pub no_json_schema: bool,
    /// Fields of the dialect, by their top-level names, that it refuses: left out, and told as a loss.
    pub unsupported: Vec<String>,
    /// Paths other than the dialect's, with `{model}` where the model's name stands: Azure's deployments.
    pub paths: Vec<(Operation, String)>,
    /// The path for OpenAI's Responses, if it is another one than the dialect's.
    pub responses_path: Option<String>,
    /// The body has no model; the path does (Anthropic's models on Vertex), and this is its `anthropic_version`.
    pub anthropic_version_in_body: Option<String>,
}

impl Quirks {
    /// The vendor's own path for an operation, with the model put in, percent-encoded.
    pub fn path(&self, operation: Operation, model: &str) -> Option<String> {
        let (_, path) = self.paths.iter().find(|(of, _)| *of == operation)?;
        Some(with_model(path, model))
    }
}

/// A path with the model put in.
pub fn with_model(path: &str, model: &str) -> String {
    path.replace("{model}", &percent_encoded(model))
}

/// A name as one segment of a path (RFC 3986, 2.3: all but unreserved characters escaped).
pub fn percent_encoded(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
