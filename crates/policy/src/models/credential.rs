//! What lets the gateway in at a provider: which variables hold it, and how it is shown.

use std::ops::Range;

use toml::Spanned;

use crate::reading::{Key, Label, Report, Table, TextOrTable, name, one_of, variable_name};
use postern_types::Dialect;

pub(super) const CREDENTIAL: Key = Key::new("credential", r#"credential = "openai_api_key""#);
const SCHEME: Key = Key::new("scheme", r#"scheme = "bearer""#);
const VARIABLE: Key = Key::new("variable", r#"variable = "openai_api_key""#);
const ACCOUNT: Key = Key::new("variable", r#"variable = "vertex_service_account""#);
const ACCESS_KEY_ID: Key = Key::new("access_key_id", r#"access_key_id = "bedrock_access_key_id""#);
const SECRET_ACCESS_KEY: Key =
    Key::new("secret_access_key", r#"secret_access_key = "bedrock_secret_access_key""#);
const SESSION_TOKEN: Key = Key::new("session_token", r#"session_token = "bedrock_session_token""#);
const REGION: Key = Key::new("region", r#"region = "bedrock_region""#);
const SERVICE: Key = Key::new("service", r#"service = "bedrock""#);
const TOKEN_URL: Key = Key::new("token_url", r#"token_url = "vertex_token_url""#);

/// The service that requests are signed for, unless the file says another.
const DEFAULT_SERVICE: &str = "bedrock";

/// What lets the gateway in at a provider. All but `name` and `service` are names of variables of `spin.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A key, sent in a header as it is.
    Header {
        /// In which header, and behind which word.
        name: HeaderScheme,
        /// The variable that holds it.
        variable: String,
    },
    /// AWS's Signature Version 4 over the request.
    SigV4 {
        /// The variable that holds the public part of the key.
        access_key_id: String,
        /// The variable that holds its secret part.
        secret_access_key: String,
        /// The variable that holds the token of a temporary key; empty with a lasting one.
        session_token: Option<String>,
        /// The variable that holds the region: `us-east-1`.
        region: String,
        /// The service that is signed for, as in `bedrock`; no variable.
        service: String,
    },
    /// An access token, which Google gives for a token signed with a service account's key (RFC 7523).
    GoogleServiceAccount {
        /// The variable that holds the account's key file: JSON.
        variable: String,
        /// The variable that holds the origin of the token endpoint: `https://oauth2.googleapis.com`, to which
        /// `/token` is added.
        token_url: String,
    },
}

/// How a key is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HeaderScheme {
    /// `authorization: Bearer KEY` (RFC 6750).
    Bearer,
    /// `x-api-key: KEY`: Anthropic's.
    XApiKey,
    /// `api-key: KEY`: Azure's.
    ApiKey,
    /// `x-goog-api-key: KEY`: Google's.
    XGoogApiKey,
}

impl HeaderScheme {
    /// The header's name.
    #[must_use]
    pub fn header(self) -> &'static str {
        match self {
            Self::Bearer => "authorization",
            Self::XApiKey => "x-api-key",
            Self::ApiKey => "api-key",
            Self::XGoogApiKey => "x-goog-api-key",
        }
    }

    /// What stands before the key in the header's value.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer ",
            Self::XApiKey | Self::ApiKey | Self::XGoogApiKey => "",
        }
    }

    /// The word for it in `models.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "bearer",
            Self::XApiKey => "x-api-key",
            Self::ApiKey => "api-key",
            Self::XGoogApiKey => "x-goog-api-key",
        }
    }

    /// How a dialect's own vendor takes its keys.
    fn of(dialect: Dialect) -> Self {
        match dialect {
            // Bedrock's API keys, which are not signed with, are bearer tokens:
            // https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html
            Dialect::OpenAi | Dialect::Responses | Dialect::Cohere | Dialect::Bedrock => {
                Self::Bearer
            }
            Dialect::Anthropic => Self::XApiKey,
            Dialect::Google => Self::XGoogApiKey,
        }
    }
}

impl Credential {
    /// All variables that it names.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.required_variables().chain(self.optional_variable())
    }

    /// The variables without whose values, not empty, there is no credential.
    pub fn required_variables(&self) -> impl Iterator<Item = &str> {
        let variables: [Option<&String>; 3] = match self {
            Self::Header { variable, .. } => [Some(variable), None, None],
            Self::SigV4 { access_key_id, secret_access_key, region, .. } => {
                [Some(access_key_id), Some(secret_access_key), Some(region)]
            }
            Self::GoogleServiceAccount { variable, token_url } => {
                [Some(variable), Some(token_url), None]
            }
        };
        variables.into_iter().flatten().map(String::as_str)
    }

    fn optional_variable(&self) -> Option<&str> {
        match self {
            Self::SigV4 { session_token, .. } => session_token.as_deref(),
            Self::Header { .. } | Self::GoogleServiceAccount { .. } => None,
        }
    }
}

/// What `scheme` can say.
#[derive(Clone, Copy)]
enum Scheme {
    Header(HeaderScheme),
    SigV4,
    GoogleServiceAccount,
}

const SCHEMES: &[(&str, Scheme)] = &[
    ("bearer", Scheme::Header(HeaderScheme::Bearer)),
    ("x-api-key", Scheme::Header(HeaderScheme::XApiKey)),
    ("api-key", Scheme::Header(HeaderScheme::ApiKey)),
    ("x-goog-api-key", Scheme::Header(HeaderScheme::XGoogApiKey)),
    ("sigv4", Scheme::SigV4),
    ("google_service_account", Scheme::GoogleServiceAccount),
];

/// `credential` as written.
pub(crate) enum Written<'t> {
    Variable(Spanned<&'t str>),
    Table(WrittenTable<'t>),
}

/// `credential = { ... }`.
pub(crate) struct WrittenTable<'t> {
    label: Label<'t>,
    span: Range<usize>,
    scheme: Option<Spanned<&'t str>>,
    /// Every other key, with its value where it is there.
    keys: Vec<(Key, Option<Spanned<&'t str>>)>,
    /// Whether all that is there is of the right type.
    is_text: bool,
}

impl<'t> Written<'t> {
    pub(super) fn read(report: &mut Report<'_>, provider: &mut Table<'t>) -> Option<Self> {
        let read = provider.text_or_table(report, CREDENTIAL, "credential of provider")?;
        let mut table = match read {
            TextOrTable::Text(variable) => return Some(Self::Variable(variable)),
            TextOrTable::Table(table) => table,
        };
        let problems = report.count();
        let scheme = table.required(report, SCHEME);
        let all =
            [VARIABLE, ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN, REGION, SERVICE, TOKEN_URL];
        let keys = all.map(|key| (key, table.optional(report, key))).into();
        let is_text = report.count() == problems;
        let (label, span) = (table.label, table.span.clone());
        table.finish(report);
        Some(Self::Table(WrittenTable { label, span, scheme, keys, is_text }))
    }

    pub(super) fn span(&self) -> Range<usize> {
        match self {
            Self::Variable(variable) => variable.span(),
            Self::Table(table) => table.span.clone(),
        }
    }
}

pub(super) fn check(
    report: &mut Report<'_>,
    label: Label<'_>,
    written: &Written<'_>,
    dialect: Option<Dialect>,
) -> Option<Credential> {
    match written {
        Written::Variable(variable) => {
            let variable = variable_name(report, label, CREDENTIAL, variable)?;
            Some(Credential::Header { name: HeaderScheme::of(dialect?), variable })
        }
        Written::Table(table) => table.check(report),
    }
}

impl WrittenTable<'_> {
    fn check(&self, report: &mut Report<'_>) -> Option<Credential> {
        let scheme = self.scheme.as_ref()?;
        match one_of(report, self.label, SCHEME, scheme, SCHEMES)? {
            Scheme::Header(name) => {
                self.only(report, &[VARIABLE]);
                Some(Credential::Header { name, variable: self.variable(report, VARIABLE)? })
            }
            Scheme::SigV4 => self.sigv4(report),
            Scheme::GoogleServiceAccount => {
                self.only(report, &[VARIABLE, TOKEN_URL]);
                let variable = self.variable(report, ACCOUNT);
                let token_url = self.variable(report, TOKEN_URL);
                Some(Credential::GoogleServiceAccount {
                    variable: variable?,
                    token_url: token_url?,
                })
            }
        }
    }

    fn sigv4(&self, report: &mut Report<'_>) -> Option<Credential> {
        let all = [ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN, REGION, SERVICE];
        self.only(report, &all);
        let access_key_id = self.variable(report, ACCESS_KEY_ID);
        let secret_access_key = self.variable(report, SECRET_ACCESS_KEY);
        let session_token = self.value(SESSION_TOKEN);
        let session_token =
            session_token.and_then(|value| variable_name(report, self.label, SESSION_TOKEN, value));
        let region = self.variable(report, REGION);
        let service = match self.value(SERVICE) {
            None => Some(DEFAULT_SERVICE.to_owned()),
            Some(value) => name(report, self.label, SERVICE, value),
        };
        Some(Credential::SigV4 {
            access_key_id: access_key_id?,
            secret_access_key: secret_access_key?,
            session_token,
            region: region?,
            service: service?,
        })
    }

    fn value(&self, key: Key) -> Option<&Spanned<&str>> {
        let (_, value) = self.keys.iter().find(|(each, _)| each.name == key.name)?;
        value.as_ref()
    }

    /// The name of a variable that must be there.
    fn variable(&self, report: &mut Report<'_>, key: Key) -> Option<String> {
        if let Some(value) = self.value(key) {
            return variable_name(report, self.label, key, value);
        }
        // What is there as another type has been reported already.
        if self.is_text {
            let Key { name, example } = key;
            let scheme = self.scheme.as_ref().map_or("", |scheme| scheme.get_ref());
            let message = format!(
                "`{name}` is missing, which scheme = {scheme:?} needs; write for example {example}"
            );
            report.problem(self.label, self.span.clone(), message);
        }
        None
    }

    /// Reports the keys that belong to another scheme.
    fn only(&self, report: &mut Report<'_>, wanted: &[Key]) {
        let scheme = self.scheme.as_ref().map_or("", |scheme| scheme.get_ref());
        for (key, value) in &self.keys {
            let Some(value) = value else { continue };
            if !wanted.iter().any(|each| each.name == key.name) {
                let names: Vec<_> = wanted.iter().map(|key| key.name).collect();
                let names = names.join(", ");
                let message = format!(
                    "`{}` has no use with scheme = {scheme:?}, whose keys are: {names}; remove it",
                    key.name
                );
                report.problem(self.label, value.span(), message);
            }
        }
    }
}
