//! The record of a request: what may be recorded is a type.
//!
//! Text is a [`Name`] or one of a fixed set of words, everything else is a number: there is no field that content fits in. The
//! form is stable: fields have their order, what is not known is absent, and [`VERSION`] says which form it is.

mod contract;
mod ids;
mod parts;

pub use ids::{NotAnId, SpanId, TraceId};
pub use parts::{
    AccessDecision, AttemptEnd, AttemptRecord, CacheOutcome, FaultLabel, FoundCategory, LimitUse,
    LimitsUsed, Party, Principal, RefusedDeployment, StageTime, TextDirection, TokenCounts,
    TraceIds,
};

use crate::name::Name;
use serde::{Deserialize, Serialize};

/// The version of the form that this program writes. It reads this one and older ones.
pub const VERSION: u16 = 1;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestOutcome {
    /// The client has all of the answer.
    Complete,
    /// It was answered with an error.
    Refused,
    /// The answer broke after its head.
    Cut,
    /// The client left before it had all.
    ClientGone,
}

impl RequestOutcome {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Complete, Self::Refused, Self::Cut, Self::ClientGone];

    /// The word in records and questions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Refused => "refused",
            Self::Cut => "cut",
            Self::ClientGone => "client_gone",
        }
    }
}

/// One request, as it is remembered.
#[allow(missing_docs, reason = "the names of the other fields say it")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The version of this form.
    pub version: u16,
    /// It identifies the request: a record that is written twice counts once.
    pub request_id: Name,
    /// It is a copy of the request with this record for a candidate: no one got its answer, and its cost is on no limit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shadow_of: Option<Name>,
    /// When its head arrived, in milliseconds since 1970-01-01T00:00:00Z.
    pub started_unix_ms: u64,
    /// From its head to the last byte of the answer.
    pub duration_us: u64,
    /// From its head to the first part of the answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub first_token_us: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trace: Option<TraceIds>,
    /// Who asked; none if no credential was accepted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub caller: Option<Principal>,
    /// The public id of the credential, accepted or not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub credential_id: Option<Name>,
    /// `chat`, `embeddings`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub operation: Option<Name>,
    /// The dialect of the client.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub dialect: Option<Name>,
    /// The model or alias that was asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub requested_model: Option<Name>,
    /// The route that the name led to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub route: Option<Name>,
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub stream: bool,
    pub outcome: RequestOutcome,
    /// The status of the answer; none if no head was sent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<u16>,
    /// The head left before the answer began.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub early_head: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fault: Option<FaultLabel>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub access: Option<AccessDecision>,
    /// Every try at a deployment, in the order in which they began.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub attempts: Vec<AttemptRecord>,
    /// What all answers together have used.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tokens: Option<TokenCounts>,
    /// Their cost at the catalogue's prices, in 10^-9 US dollars; none if a price is not known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cost_nano_usd: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limits: Option<LimitsUsed>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub findings: Vec<FoundCategory>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cache: Option<CacheOutcome>,
    /// The paths of what the vendor's dialect could not carry.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub losses: Vec<Name>,
    /// The number of losses that are not named.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub losses_left_out: u64,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub stages: Vec<StageTime>,
    pub request_bytes: u64,
    pub response_bytes: u64,
}

/// Why a record cannot be read. The text of the record is not repeated.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A newer program wrote it.
    #[error("the record has version {found}, and this program reads up to {VERSION}: update it")]
    Newer {
        /// Its version.
        found: u16,
    },
    /// It has not the form of its version.
    #[error("not a record of version {VERSION}: line {line}, column {column}")]
    Malformed {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
}

impl Record {
    /// A record with nothing but its beginning; its request has not ended.
    pub fn new(request_id: Name, started_unix_ms: u64) -> Self {
        Record {
            version: VERSION,
            request_id,
            shadow_of: None,
            started_unix_ms,
            duration_us: 0,
            first_token_us: None,
            trace: None,
            caller: None,
            credential_id: None,
            operation: None,
            dialect: None,
            requested_model: None,
            route: None,
            stream: false,
            outcome: RequestOutcome::ClientGone,
            status: None,
            early_head: false,
            fault: None,
            access: None,
            attempts: Vec::new(),
            tokens: None,
            cost_nano_usd: None,
            limits: None,
            findings: Vec::new(),
            cache: None,
            losses: Vec::new(),
            losses_left_out: 0,
            stages: Vec::new(),
            request_bytes: 0,
            response_bytes: 0,
        }
    }

    /// One line of JSON, without its line end. The same record is always the same line.
    pub fn to_json(&self) -> String {
        // Its keys are strings and its writer is memory: there is nothing that can fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a line of this version or an older one.
    ///
    /// # Errors
    ///
    /// It is newer than this program, or has another form: a field that is not in the type is refused, not kept.
    pub fn from_json(line: &str) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u16,
        }
        let malformed = |error: serde_json::Error| Unreadable::Malformed {
            line: error.line(),
            column: error.column(),
        };
        let Versioned { version } = serde_json::from_str(line).map_err(malformed)?;
        if version > VERSION {
            return Err(Unreadable::Newer { found: version });
        }
        serde_json::from_str(line).map_err(malformed)
    }

    /// The attempt whose answer the client got, or the last one.
    pub fn served_by(&self) -> Option<&AttemptRecord> {
        let own = || self.attempts.iter().rev().filter(|attempt| !attempt.question);
        own().find(|attempt| attempt.outcome == AttemptEnd::Answered).or_else(|| own().next())
    }

    /// Whether the gateway or a vendor failed.
    pub fn is_error(&self) -> bool {
        let party = self.fault.as_ref().map(|fault| fault.party);
        let is_of_ours = matches!(party, Some(Party::Gateway | Party::Vendor));
        self.outcome == RequestOutcome::Cut || self.outcome == RequestOutcome::Refused && is_of_ours
    }

    /// Whether it was refused for what the caller asked or may not do.
    pub fn is_refusal(&self) -> bool {
        self.outcome == RequestOutcome::Refused && !self.is_error()
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::{Party, Record, RequestOutcome, Unreadable};
    use crate::sample::{name, record};

    /// Version 1. A change of this text is a new version.
    const LINE: &str = concat!(
        r#"{"version":1,"request_id":"r-1","started_unix_ms":1767225600000,"duration_us":95000,"first_token_us":71000,"#,
        r#""trace":{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","sampled":true},"#,
        r#""caller":{"consumer":"shop","team":"web","tenant":"acme","plan":"team"},"credential_id":"pk_1","#,
        r#""operation":"chat","dialect":"openai","requested_model":"default-chat","route":"default-chat","stream":true,"#,
        r#""outcome":"complete","status":200,"attempts":[{"deployment":"openai/gpt-4o-mini","provider":"openai","#,
        r#""model":"gpt-4o-mini","region":"eu","outcome":"failed","started_us":900,"duration_us":40000,"status":503,"#,
        r#""fault":{"kind":"overloaded","party":"vendor"}},{"deployment":"anthropic/claude-haiku","provider":"anthropic","#,
        r#""model":"claude-haiku","region":"eu","outcome":"answered","started_us":900,"duration_us":40000,"#,
        r#""first_token_us":30000,"status":200,"tokens":{"input":120,"cached_input":20,"output":30},"cost_nano_usd":270000}],"#,
        r#""tokens":{"input":120,"cached_input":20,"output":30},"cost_nano_usd":270000,"limits":{"used":["#,
        r#"{"limit":"team/key/tokens/minute","unit":"tokens","reserved":400,"settled":150}]},"findings":[{"in":"request","#,
        r#""detector":"email","rule":"personal-data","action":"anonymise","count":2}],"stages":[{"stage":"auth","#,
        r#""started_us":10,"duration_us":60}],"request_bytes":512,"response_bytes":2048}"#
    );

    #[test]
    fn the_form_of_version_1_is_stable() {
        let record = record("r-1", 1_767_225_600_000);
        assert_eq!(record.to_json(), LINE);
        assert_eq!(Record::from_json(LINE), Ok(record));
        let bare = Record::new(name("r-2"), 5);
        assert_eq!(Record::from_json(&bare.to_json()), Ok(bare));
    }

    #[test]
    fn a_record_of_a_newer_version_is_refused_by_its_version() {
        let newer = LINE.replace(r#""version":1"#, r#""version":7,"new":[]"#);
        let error = Record::from_json(&newer).unwrap_err();
        assert_eq!(error, Unreadable::Newer { found: 7 });
        assert_eq!(
            error.to_string(),
            "the record has version 7, and this program reads up to 1: update it"
        );
    }

    #[test]
    fn a_field_for_content_is_not_read() {
        for (known, with) in [
            (r#""stream":true"#, r#""stream":true,"prompt":"secret words""#),
            (r#""kind":"overloaded""#, r#""kind":"overloaded","message":"secret words""#),
            (r#""count":2"#, r#""count":2,"text":"secret words""#),
            (r#""model":"gpt-4o-mini""#, r#""model":"secret\nwords""#),
        ] {
            let error = Record::from_json(&LINE.replace(known, with)).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn an_error_is_ours_or_a_vendors_and_a_refusal_is_neither() {
        let mut record = record("r-1", 0);
        assert!(!record.is_error() && !record.is_refusal());
        for (outcome, party, is_error, is_refusal) in [
            (RequestOutcome::Refused, Party::Caller, false, true),
            (RequestOutcome::Refused, Party::Policy, false, true),
            (RequestOutcome::Refused, Party::Gateway, true, false),
            (RequestOutcome::Refused, Party::Vendor, true, false),
            (RequestOutcome::Cut, Party::Vendor, true, false),
            (RequestOutcome::Cut, Party::Policy, true, false),
            (RequestOutcome::ClientGone, Party::Caller, false, false),
        ] {
            record.outcome = outcome;
            let kind = name("any");
            record.fault = Some(super::FaultLabel { kind, party, code: None, param: None });
            assert_eq!((record.is_error(), record.is_refusal()), (is_error, is_refusal));
        }
    }

    #[test]
    fn the_attempt_that_answered_served_it() {
        let mut record = record("r-1", 0);
        assert_eq!(record.served_by().unwrap().provider.as_str(), "anthropic");
        record.attempts.reverse();
        assert_eq!(record.served_by().unwrap().provider.as_str(), "anthropic");
        record.attempts.clear();
        assert_eq!(record.served_by(), None);
    }
}
