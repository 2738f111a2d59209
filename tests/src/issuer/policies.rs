//! Policies of a single test: the common ones, with additional issuers, consumers and rules.

use super::{CLIENT_SECRET, Issuer};
use crate::manifest;
use std::fmt::Write as _;
use std::path::Path;

/// The variable of the introspection secret; the fakes' secret by default.
pub const CLIENT_SECRET_VARIABLE: &str = "tests_client_secret";
/// The variable of the secret for tokens with a MAC.
const SHARED_SECRET_VARIABLE: &str = "tests_shared_secret";
/// The secret in it.
pub const SHARED_SECRET: &str = "fake-shared-secret-of-256-bits-7Kq2Zt9Xw4Lm";

/// Every authenticated caller may do everything: these tests are about authentication.
const EVERYTHING: &str = r#"
@id("everything")
permit (principal, action, resource);
"#;

/// The same vendor, in two regions, and its models.
const MODELS: &str = r#"
[[provider]]
name = "vendor-eu"
dialect = "openai"
region = "eu"
base_url = "{{ openai_base_url }}"
credential = "openai_api_key"

[[provider]]
name = "vendor-us"
dialect = "openai"
region = "us"
base_url = "{{ openai_base_url }}"
credential = "openai_api_key"

[[model]]
name = "in-eu"
capabilities = ["chat", "tools", "vision", "files", "audio", "json_schema"]
[[model.deployment]]
provider = "vendor-eu"
upstream_model = "plain"

[[model]]
name = "in-us"
capabilities = ["chat", "tools", "vision", "files", "audio", "json_schema"]
[[model.deployment]]
provider = "vendor-us"
upstream_model = "plain"

[[model]]
name = "in-both"
capabilities = ["chat", "tools", "vision", "files", "audio", "json_schema"]
[[model.deployment]]
provider = "vendor-us"
upstream_model = "plain-2"
[[model.deployment]]
provider = "vendor-eu"
upstream_model = "plain"
"#;

const ROUTES: &str = r#"
[[route]]
alias = "first-us"
strategy = "ordered"
models = ["in-us", "in-eu"]
"#;

/// The additions of a test to the common policies: every text is appended.
#[derive(Debug, Clone)]
pub struct Policies {
    /// `issuers.toml`; empty: no file.
    pub issuers: String,
    /// `consumers.toml`, after `tester` and `restricted`.
    pub consumers: String,
    /// The whole `authorization.cedar`.
    pub authorization: String,
    /// `plans.toml`; empty: no file.
    pub plans: String,
    /// `recorder.toml`; empty: no file.
    pub recorder: String,
    /// The origins that the gateway may reach, besides the vendor.
    pub hosts: Vec<String>,
    /// The value of `tests_client_secret`.
    pub client_secret: String,
    /// The value of `tests_shared_secret`.
    pub shared_secret: String,
}

impl Default for Policies {
    fn default() -> Self {
        Self {
            issuers: String::new(),
            consumers: String::new(),
            authorization: EVERYTHING.to_owned(),
            plans: String::new(),
            recorder: String::new(),
            hosts: Vec::new(),
            client_secret: CLIENT_SECRET.to_owned(),
            shared_secret: SHARED_SECRET.to_owned(),
        }
    }
}

impl Policies {
    /// Adds an issuer with discovery; `more` are keys of its table.
    #[must_use]
    pub fn issuer(self, name: &str, issuer: &str, more: &str) -> Self {
        let table = format!("issuer = \"{issuer}\"\ndiscovery = true\n{more}");
        self.named(name, &table).host(issuer)
    }

    /// Adds an issuer with introspection as the fakes require it, and answers cached for this long.
    #[must_use]
    pub fn introspected(self, name: &str, issuer: &Issuer, cache_s: u64, more: &str) -> Self {
        let (origin, url) = (issuer.origin(), issuer.introspection_url());
        let id = super::CLIENT_ID;
        let table = format!(
            "issuer = \"{origin}\"\nintrospection = {{ url = \"{url}\", client_id = \"{id}\", client_secret = \"{CLIENT_SECRET_VARIABLE}\", cache_s = {cache_s}, timeout_ms = 500 }}\n{more}"
        );
        self.named(name, &table).host(&origin)
    }

    /// Adds an issuer of tokens with a MAC.
    #[must_use]
    pub fn shared_secret(self, name: &str, issuer: &str) -> Self {
        let table = format!(
            "issuer = \"{issuer}\"\nshared_secret = \"{SHARED_SECRET_VARIABLE}\"\nalgorithms = [\"HS256\"]\n"
        );
        self.named(name, &table)
    }

    /// Adds an issuer with this table, without name and audience.
    #[must_use]
    pub fn named(mut self, name: &str, table: &str) -> Self {
        let audience = super::token::AUDIENCE;
        write!(
            self.issuers,
            "\n[[issuer]]\nname = \"{name}\"\naudience = [\"{audience}\"]\n{table}\n"
        )
        .expect("a text");
        self
    }

    /// Adds an origin that the gateway may reach.
    #[must_use]
    pub fn host(mut self, origin: &str) -> Self {
        self.hosts.push(origin.to_owned());
        self
    }

    /// Adds a consumer; `more` are keys of its table.
    #[must_use]
    pub fn consumer(mut self, name: &str, more: &str) -> Self {
        write!(self.consumers, "\n[[consumer]]\nname = \"{name}\"\nmodels = [\"*\"]\n{more}\n")
            .expect("a text");
        self
    }

    pub(super) fn write(&self, folder: &Path) {
        let shared = |name: &str| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").join(name);
            std::fs::read_to_string(path).expect("a policy")
        };
        let write = |name: &str, text: &str| {
            std::fs::write(folder.join(name), text).expect("a file");
        };
        write("gateway.toml", &shared("gateway.toml"));
        write("models.toml", &(shared("models.toml") + MODELS));
        write("routes.toml", &(shared("routes.toml") + ROUTES));
        write("consumers.toml", &(shared("consumers.toml") + &self.consumers));
        write("authorization.cedar", &self.authorization);
        if !self.issuers.is_empty() {
            write("issuers.toml", &self.issuers);
        }
        if !self.plans.is_empty() {
            write("plans.toml", &self.plans);
        }
        if !self.recorder.is_empty() {
            write("recorder.toml", &self.recorder);
        }
    }

    /// The values of those variables.
    pub(super) fn variables(&self) -> Vec<(String, String)> {
        let values = [
            (CLIENT_SECRET_VARIABLE, &self.client_secret),
            (SHARED_SECRET_VARIABLE, &self.shared_secret),
        ];
        values.map(|(name, value)| (name.to_owned(), value.clone())).to_vec()
    }

    /// The shipped manifest, with these hosts and with the variables of the tests' secrets.
    pub(super) fn manifest(&self) -> String {
        let hosts: String = self.hosts.iter().map(|origin| format!("  \"{origin}\",\n")).collect();
        let secrets = [CLIENT_SECRET_VARIABLE, SHARED_SECRET_VARIABLE];
        let declared: String = secrets
            .iter()
            .map(|name| format!("{name} = {{ default = \"\", secret = true }}\n"))
            .collect();
        let inherited: String =
            secrets.iter().map(|name| format!("{name} = \"{{{{ {name} }}}}\"\n")).collect();
        let mut text = manifest::shipped();
        for (place, more) in [
            ("\n[variables]\n", declared),
            ("\n[component.gateway.variables]\n", inherited),
            ("\nallowed_outbound_hosts = [\n", hosts),
        ] {
            assert_eq!(text.matches(place).count(), 1, "spin.toml has {place:?} once");
            text = text.replace(place, &format!("{place}{more}"));
        }
        text
    }
}
