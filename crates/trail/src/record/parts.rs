//! The parts of a record.

#![allow(missing_docs, reason = "the names of the fields say it")]

use super::ids::{SpanId, TraceId};
use crate::name::Name;
use serde::{Deserialize, Serialize};

/// Its place in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraceIds {
    pub trace_id: TraceId,
    /// The span of the request at the gateway.
    pub span_id: SpanId,
    /// The client's span, if it sent one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parent_span_id: Option<SpanId>,
    pub sampled: bool,
}

/// Who asked, by the names of policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Principal {
    pub consumer: Name,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub team: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tenant: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub plan: Option<Name>,
    /// The issuer of its token; none for an API key.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub issuer: Option<Name>,
}

/// Who is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// What was asked is not possible.
    Caller,
    /// A limit, a guardrail or a rule of access refuses it.
    Policy,
    Gateway,
    Vendor,
}

/// What went wrong, without any sentence about it: those may quote a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultLabel {
    pub kind: Name,
    pub party: Party,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<Name>,
    /// The field of the request that is wrong, as a path.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub param: Option<Name>,
}

/// What was decided about access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessDecision {
    pub actions: Vec<Name>,
    /// At least one deployment is allowed.
    pub allowed: bool,
    /// The ids of the policies that allowed the first one.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub policies: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub refused: Vec<RefusedDeployment>,
}

/// A deployment that this caller may not use for this request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedDeployment {
    /// None: the gateway itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deployment: Option<Name>,
    /// The ids of the policies that forbid it; none: no policy permits it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub policies: Vec<Name>,
}

/// How a try at a deployment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptEnd {
    Answered,
    Failed,
    /// Another attempt was faster.
    Cancelled,
}

impl AttemptEnd {
    /// The word in records and questions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One try at one deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttemptRecord {
    /// A model was asked a question about the request or its answer: no part of the answer.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub question: bool,
    pub deployment: Name,
    pub provider: Name,
    pub model: Name,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub region: Option<Name>,
    pub outcome: AttemptEnd,
    /// When it began, counted from the head of the request.
    pub started_us: u64,
    pub duration_us: u64,
    /// From its beginning to the first part of the answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub first_token_us: Option<u64>,
    /// The vendor's status.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fault: Option<FaultLabel>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tokens: Option<TokenCounts>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cost_nano_usd: Option<u64>,
}

/// Tokens of all kinds.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenCounts {
    /// All tokens of the prompt, including those read from and written to a cache.
    pub input: u64,
    #[serde(skip_serializing_if = "super::is_zero", default)]
    pub cached_input: u64,
    #[serde(skip_serializing_if = "super::is_zero", default)]
    pub cache_write: u64,
    /// All tokens of the answer, including reasoning.
    pub output: u64,
    #[serde(skip_serializing_if = "super::is_zero", default)]
    pub reasoning: u64,
    #[serde(skip_serializing_if = "super::is_zero", default)]
    pub audio_input: u64,
    #[serde(skip_serializing_if = "super::is_zero", default)]
    pub audio_output: u64,
    /// The vendor reported no count.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub estimated: bool,
}

/// What was said of its limits.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsUsed {
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub used: Vec<LimitUse>,
    /// The limit that rejected it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refused_by: Option<Name>,
    /// The model that replaced the requested one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub downgraded_to: Option<Name>,
    /// Something could not be counted or settled.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub uncounted: bool,
}

/// What one limit reserved for it, and what it was settled to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitUse {
    pub limit: Name,
    /// `requests`, `tokens`, `nano_usd`.
    pub unit: Name,
    pub reserved: u64,
    pub settled: u64,
}

/// The direction of a text with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextDirection {
    Request,
    Answer,
}

/// What the guardrail has found, by category and never with its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundCategory {
    #[serde(rename = "in")]
    pub direction: TextDirection,
    /// `email`, `prompt_injection`.
    pub detector: Name,
    /// The detector's form: `us_ssn`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub form: Option<Name>,
    pub rule: Name,
    pub action: Name,
    pub count: u32,
}

/// What the cache did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheOutcome {
    /// The same request was answered before.
    Exact,
    /// A request of the same meaning was.
    Semantic,
    Miss,
    Bypassed,
}

impl CacheOutcome {
    /// Whether the answer is the cache's.
    pub fn is_hit(self) -> bool {
        matches!(self, Self::Exact | Self::Semantic)
    }

    /// The word in records and questions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Semantic => "semantic",
            Self::Miss => "miss",
            Self::Bypassed => "bypassed",
        }
    }
}

/// How long the request was in a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageTime {
    pub stage: Name,
    /// When it began, counted from the head of the request.
    pub started_us: u64,
    pub duration_us: u64,
}
