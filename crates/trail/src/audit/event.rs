//! What is kept in audit streams.

use crate::name::Name;
use crate::record::TextDirection;
use serde::{Deserialize, Serialize};

/// A decision or a change. No event has content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[allow(missing_docs, reason = "the names of the fields say it")]
pub enum AuditEvent {
    /// May this caller do these actions?
    Access {
        request_id: Name,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        consumer: Option<Name>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        credential_id: Option<Name>,
        actions: Vec<Name>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        deployment: Option<Name>,
        allowed: bool,
        policies: Vec<Name>,
        /// The digest of the policies that decided.
        policy_digest: Name,
    },
    /// Is this request within its limits?
    Limit {
        request_id: Name,
        consumer: Name,
        admitted: bool,
        /// The limit that rejected it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        limit: Option<Name>,
        reserved_tokens: u64,
        reserved_nano_usd: u64,
        policy_digest: Name,
    },
    /// What a rule of the guardrail did.
    Guardrail {
        request_id: Name,
        #[serde(rename = "in")]
        direction: TextDirection,
        detector: Name,
        rule: Name,
        action: Name,
        count: u32,
        policy_digest: Name,
    },
    /// A person or a program changed something.
    Administration {
        actor: Name,
        action: Name,
        object: Name,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        before_digest: Option<Name>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        after_digest: Option<Name>,
    },
    /// A data subject's key was destroyed and its rows were pseudonymised.
    Erasure {
        actor: Name,
        /// The pseudonym that stands in place of the subject.
        pseudonym: Name,
        key_id: Name,
        rows: u64,
    },
    /// All links up to one before this are signed.
    Checkpoint {
        key_id: Name,
        /// The number of the last link that it signs. Others may have followed while it was signed.
        through: u64,
        /// When it was signed.
        signed_unix_ms: u64,
        /// It ends an export; the stream goes on without it.
        closing: bool,
        signature: String,
    },
}
