//! Who sells, and who buys.

use serde::{Deserialize, Serialize};

/// A party of an invoice, as it stood when the draft was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The id of the issuer or organisation.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Lines of its address.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub address: Vec<String>,
    /// Its number at the tax office.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tax_id: Option<String>,
}
