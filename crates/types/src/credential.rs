//! The variables of a credential.

use crate::Credential;

impl Credential {
    /// All variables that it names.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.required_variables().chain(self.optional_variable())
    }

    /// The variables without whose values, not empty, there is no credential.
    pub fn required_variables(&self) -> impl Iterator<Item = &str> {
        let variables: [Option<&String>; 3] = match self {
            Credential::Header(header) => [Some(&header.variable), None, None],
            Credential::Sigv4(key) => {
                [Some(&key.access_key_id), Some(&key.secret_access_key), Some(&key.region)]
            }
            Credential::ServiceAccount(account) => {
                [Some(&account.variable), Some(&account.token_url), None]
            }
        };
        variables.into_iter().flatten().map(String::as_str)
    }

    fn optional_variable(&self) -> Option<&str> {
        match self {
            Credential::Sigv4(key) => key.session_token.as_deref(),
            Credential::Header(_) | Credential::ServiceAccount(_) => None,
        }
    }
}
