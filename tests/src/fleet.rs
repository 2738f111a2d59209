//! All vendors, and a gateway in front of them: one model for each vendor and scenario.

use crate::vendors::{Fake, Scenario, Vendor, credentials, service_account};
use crate::{Gateway, Options};
use postern_keys::Key;
use std::fmt::Write as _;

/// A vendor in the gateway's policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The provider's name, and the heading in the table.
    pub provider: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The fake that answers.
    pub vendor: Vendor,
    /// The prefix of its models' names.
    pub family: &'static str,
    /// The prefix at the vendor.
    pub upstream_family: &'static str,
    /// Its row of policy, without the name.
    pub policy: &'static str,
}

/// The dialects of vendors.
pub const ROWS: [Row; 6] = [
    Row {
        provider: "openai",
        title: "OpenAI",
        vendor: Vendor::OpenAi,
        family: "gpt-fake-",
        upstream_family: "gpt-fake-",
        policy: r#"
dialect = "openai"
base_url = "{{ openai_base_url }}"
credential = "openai_api_key"
"#,
    },
    Row {
        provider: "openai-responses",
        title: "OpenAI (Responses)",
        vendor: Vendor::OpenAi,
        family: "gpt-responses-fake-",
        upstream_family: "gpt-fake-",
        policy: r#"
dialect = "responses"
base_url = "{{ openai_base_url }}"
credential = "openai_api_key"
"#,
    },
    Row {
        provider: "anthropic",
        title: "Anthropic",
        vendor: Vendor::Anthropic,
        family: "claude-fake-",
        upstream_family: "claude-fake-",
        policy: r#"
dialect = "anthropic"
base_url = "{{ anthropic_base_url }}"
credential = "anthropic_api_key"
"#,
    },
    Row {
        provider: "bedrock",
        title: "Bedrock",
        vendor: Vendor::Bedrock,
        family: "anthropic.claude-fake-",
        upstream_family: "anthropic.claude-fake-",
        policy: r#"
dialect = "bedrock"
base_url = "{{ bedrock_base_url }}"
credential = { scheme = "sigv4", access_key_id = "bedrock_access_key_id", secret_access_key = "bedrock_secret_access_key", session_token = "bedrock_session_token", region = "bedrock_region" }
"#,
    },
    Row {
        provider: "google",
        title: "Google",
        vendor: Vendor::Google,
        family: "gemini-2.5-fake-",
        upstream_family: "gemini-2.5-fake-",
        policy: r#"
dialect = "google"
base_url = "{{ google_base_url }}"
credential = "google_api_key"
"#,
    },
    Row {
        provider: "cohere",
        title: "Cohere",
        vendor: Vendor::Cohere,
        family: "command-fake-",
        upstream_family: "command-fake-",
        policy: r#"
dialect = "cohere"
base_url = "{{ cohere_base_url }}"
credential = "cohere_api_key"
"#,
    },
];

/// The statuses of refusals that some test needs.
pub const STATUSES: [u16; 8] = [400, 401, 403, 404, 429, 500, 503, 529];

/// The fixtures of tests with vendors.
pub struct Fleet {
    /// One fake of each vendor.
    pub fakes: Vec<(Vendor, Fake)>,
    /// The gateway in front of them all.
    pub gateway: Gateway,
    /// The key of a consumer with all models.
    pub key: Key,
    _policies: tempfile::TempDir,
}

impl Fleet {
    /// Starts all; `more` is added to `models.toml`, which has a model for each row and scenario.
    ///
    /// # Panics
    ///
    /// When the gateway does not start.
    #[must_use]
    pub fn start(more: &str) -> Self {
        let fakes: Vec<_> =
            Vendor::ALL.into_iter().map(|vendor| (vendor, Fake::start(vendor))).collect();
        let policies = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            std::fs::write(policies.path().join(name), text).expect("a file");
        };
        write("consumers.toml", "[[consumer]]\nname = \"tester\"\nmodels = [\"*\"]\n");
        write("authorization.cedar", "permit (principal, action, resource);\n");
        write("models.toml", &models(more));
        let variables = variables(&fakes);
        let folder = Some(policies.path().to_owned());
        let options = Options { variables, policies: folder, ..Options::default() };
        let gateway = Gateway::start(&options);
        let key = gateway.issue_key("tester");
        Self { fakes, gateway, key, _policies: policies }
    }

    /// The fake of this vendor.
    ///
    /// # Panics
    ///
    /// Never: there is one of each.
    #[must_use]
    pub fn fake(&self, vendor: Vendor) -> &Fake {
        let (_, fake) = self.fakes.iter().find(|(of, _)| *of == vendor).expect("a fake");
        fake
    }

    /// Asserts that nothing was sent that a vendor refused, except in scenarios of refusals.
    ///
    /// # Panics
    ///
    /// When something was.
    pub fn assert_nothing_invalid_was_sent(&self) {
        for (vendor, fake) in &self.fakes {
            assert_eq!(fake.complaints(), Vec::<String>::new(), "{vendor:?}");
        }
    }
}

impl Row {
    /// OpenAI's chat completions.
    #[must_use]
    pub fn is_openai_chat(&self) -> bool {
        self.provider == "openai"
    }

    /// The name of the model for this scenario.
    #[must_use]
    pub fn model(&self, scenario: &str) -> String {
        format!("{}{scenario}", self.family)
    }
}

fn models(more: &str) -> String {
    let mut text = String::new();
    let scenarios: Vec<String> = Scenario::names()
        .map(str::to_owned)
        .chain(STATUSES.map(|status| format!("error-{status}")))
        .collect();
    for row in ROWS {
        let _ = writeln!(text, "[[provider]]\nname = \"{}\"{}", row.provider, row.policy);
        for scenario in &scenarios {
            let _ = write!(
                text,
                r#"
[[model]]
name = "{name}"
capabilities = ["chat", "tools", "vision", "files", "audio", "json_schema", "reasoning"]
max_output_tokens = 8_192
context_tokens = 100_000
[[model.deployment]]
provider = "{provider}"
upstream_model = "{family}{scenario}"
input_usd_per_million_tokens = 1.00
cached_input_usd_per_million_tokens = 0.10
cache_write_usd_per_million_tokens = 1.25
output_usd_per_million_tokens = 10.00
"#,
                name = row.model(scenario),
                family = row.upstream_family,
                provider = row.provider,
            );
        }
    }
    text + more
}

fn variables(fakes: &[(Vendor, Fake)]) -> Vec<(String, String)> {
    variables_to(|vendor| {
        let (_, fake) = fakes.iter().find(|(of, _)| *of == vendor).expect("a fake");
        fake.origin()
    })
}

/// The variables with these origins, and the credentials of the fakes.
#[must_use]
pub fn variables_to(origin: impl Fn(Vendor) -> String) -> Vec<(String, String)> {
    let pairs = [
        ("openai_base_url", origin(Vendor::OpenAi)),
        ("openai_api_key", credentials::OPENAI_KEY.to_owned()),
        ("azure_base_url", origin(Vendor::OpenAi)),
        ("azure_api_key", credentials::AZURE_KEY.to_owned()),
        ("anthropic_base_url", origin(Vendor::Anthropic)),
        ("anthropic_api_key", credentials::ANTHROPIC_KEY.to_owned()),
        ("bedrock_base_url", origin(Vendor::Bedrock)),
        ("bedrock_region", credentials::AWS_REGION.to_owned()),
        ("bedrock_access_key_id", credentials::AWS_ACCESS_KEY_ID.to_owned()),
        ("bedrock_secret_access_key", credentials::AWS_SECRET_ACCESS_KEY.to_owned()),
        ("bedrock_session_token", credentials::AWS_SESSION_TOKEN.to_owned()),
        ("google_base_url", origin(Vendor::Google)),
        ("google_api_key", credentials::GOOGLE_KEY.to_owned()),
        ("vertex_base_url", origin(Vendor::Google)),
        ("vertex_project", credentials::VERTEX_PROJECT.to_owned()),
        ("vertex_location", credentials::VERTEX_LOCATION.to_owned()),
        ("vertex_service_account", service_account(&origin(Vendor::Google))),
        ("vertex_token_url", origin(Vendor::Google)),
        ("cohere_base_url", origin(Vendor::Cohere)),
        ("cohere_api_key", credentials::COHERE_KEY.to_owned()),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value)).into()
}
