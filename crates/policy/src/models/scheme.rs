//! How a key is sent.

use postern_types::{Credential, HeaderCredential};

/// How a key is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum HeaderScheme {
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
    /// The credential that sends this variable's value in this header.
    pub fn of(self, variable: String) -> Credential {
        let (header, prefix) = match self {
            Self::Bearer => ("authorization", "Bearer "),
            Self::XApiKey => ("x-api-key", ""),
            Self::ApiKey => ("api-key", ""),
            Self::XGoogApiKey => ("x-goog-api-key", ""),
        };
        let (header, prefix) = (header.to_owned(), prefix.to_owned());
        Credential::Header(HeaderCredential { header, prefix, variable })
    }
}
