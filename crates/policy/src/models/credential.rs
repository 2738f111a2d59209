//! The gateway's credential at a provider: the variables that hold it, and how it is sent.

use std::ops::Range;

use toml::Spanned;

use super::scheme::HeaderScheme;
use crate::conventions;
use crate::reading::{Key, Label, Report, Table, TextOrTable, name, one_of, variable_name};
use postern_types::{Credential, Dialect, ServiceAccountCredential, Sigv4Credential};

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

/// The AWS service for which requests are signed by default.
const DEFAULT_SERVICE: &str = "bedrock";

/// The values of `scheme`.
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
    /// Every other key, with its value if it is present.
    keys: Vec<(Key, Option<Spanned<&'t str>>)>,
    /// Whether all present values have the right type.
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
            Some(conventions::of(dialect?).key.of(variable))
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
                Some(name.of(self.variable(report, VARIABLE)?))
            }
            Scheme::SigV4 => self.sigv4(report),
            Scheme::GoogleServiceAccount => {
                self.only(report, &[VARIABLE, TOKEN_URL]);
                let variable = self.variable(report, ACCOUNT);
                let token_url = self.variable(report, TOKEN_URL);
                Some(Credential::ServiceAccount(ServiceAccountCredential {
                    variable: variable?,
                    token_url: token_url?,
                }))
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
        Some(Credential::Sigv4(Sigv4Credential {
            access_key_id: access_key_id?,
            secret_access_key: secret_access_key?,
            session_token,
            region: region?,
            service: service?,
        }))
    }

    fn value(&self, key: Key) -> Option<&Spanned<&str>> {
        let (_, value) = self.keys.iter().find(|(each, _)| each.name == key.name)?;
        value.as_ref()
    }

    /// The name of a required variable.
    fn variable(&self, report: &mut Report<'_>, key: Key) -> Option<String> {
        if let Some(value) = self.value(key) {
            return variable_name(report, self.label, key, value);
        }
        // A value with a wrong type is already reported.
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

    /// Reports keys that belong to another scheme.
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
