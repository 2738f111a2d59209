//! The stages and the platform, as the pipeline sees them. A component binds them to its imports, tests to memory.
//!
//! The methods are those of `wit/`, where they are documented.
#![allow(async_fn_in_trait)] // Everything runs on one thread, in one component.

use postern_policy::Gateway;
use postern_types::auth::{
    Authentication, AuthenticationFailure, AuthenticationRequest, AuthorizationRequest, Decision,
    IdSharing,
};
use postern_types::delegation::{DelegatedCall, DelegatedResult};
use postern_types::guardrail::{
    Flushed, Judgement, Opinion, OriginalsPolicy, Piece, Released, Verdict,
};
use postern_types::limiter::{Admission, AdmissionRequest, LeaseSettlement, Outcome, Rejection};
use postern_types::provider::{AnswerHead, Decoded, Encoded, Notice, Place, SegmentEdit};
use postern_types::recorder::{
    AdminQuestion, AdminReply, RecorderCall, RecorderResult, RecorderState, RecordingPlan,
    RequestRecord,
};
use postern_types::router::{ModelEntry, Observations, Routing, RoutingRequest};
use postern_types::{
    Caller, Dialect, Endpoint, Fault, Field, Prompt, RequestFacts, Usage, VendorApi,
};

use std::future::Future;
use std::pin::Pin;

use crate::in_flight::InFlight;
use crate::memory::MemoryPermit;
use crate::record::Record;
use crate::upload::FormBody;

/// `postern:auth`.
#[allow(missing_docs)]
pub trait Auth {
    async fn authenticate(
        &self,
        request: AuthenticationRequest,
        delegated: Option<DelegatedResult>,
    ) -> Result<Authentication, AuthenticationFailure>;
    fn authorize(&self, request: &AuthorizationRequest) -> Result<Vec<Decision>, Fault>;
    async fn bind_ids(
        &self,
        caller: Caller,
        provider: String,
        ids: Vec<String>,
        sharing: IdSharing,
        ttl_s: u32,
    ) -> Result<(), Fault>;
    async fn foreign_ids(
        &self,
        caller: Caller,
        providers: Vec<String>,
        ids: Vec<String>,
        sharing: IdSharing,
    ) -> Result<Vec<Option<u32>>, Fault>;
    async fn keep_originals(
        &self,
        caller: Caller,
        conversation: String,
        sealed: String,
        ttl_s: u32,
    ) -> Result<(), Fault>;
    async fn recall_originals(
        &self,
        caller: Caller,
        conversation: String,
    ) -> Result<Option<String>, Fault>;
    fn resource_metadata(&self) -> Result<Option<String>, Fault>;
    async fn auth_ready(&self) -> Result<(), Fault>;
}

/// `postern:guardrail`.
#[allow(missing_docs)]
pub trait Guardrail {
    /// Guards one answer.
    type AnswerGuard: AnswerGuard + 'static;
    fn check_request(
        &self,
        caller: &Caller,
        prompt: &Prompt,
        known: Option<&str>,
        opinions: &[Opinion],
    ) -> Result<Verdict, Fault>;
    fn keeps_originals(&self) -> Result<Option<OriginalsPolicy>, Fault>;
    fn answer_guard(&self, memo: &str) -> Self::AnswerGuard;
    fn guardrail_ready(&self) -> Result<(), Fault>;
}

/// The answer of `postern:guardrail`.
#[allow(missing_docs)]
pub trait AnswerGuard {
    fn push(&self, pieces: &[Piece]) -> Result<Released, Fault>;
    fn take_opinions(&self, opinions: &[Opinion]);
    fn flush(&self) -> Result<Flushed, Fault>;
    fn finish(&self) -> Result<Judgement, Fault>;
}

/// `postern:limiter`.
#[allow(missing_docs)]
pub trait Limiter {
    async fn admit(
        &self,
        request: AdmissionRequest,
        prompt: Prompt,
    ) -> Result<Admission, Rejection>;
    async fn settle(&self, lease: String, outcome: Outcome) -> Result<LeaseSettlement, Fault>;
    async fn renew(&self, lease: String) -> Result<String, Fault>;
    async fn usage_of(
        &self,
        caller: Caller,
        client_ip: Option<String>,
        model: Option<String>,
    ) -> Result<String, Fault>;
    async fn limiter_ready(&self) -> Result<(), Fault>;
    /// A request was dropped with its lease: it cannot wait any more, and the lease lapses by itself.
    fn abandoned(&self, lease: String);
}

/// `postern:router`.
#[allow(missing_docs)]
pub trait Router {
    async fn choose(&self, request: RoutingRequest) -> Result<Routing, Fault>;
    async fn observe(&self, observations: Observations);
    /// Whether the choice for this name goes by how a prompt is written.
    fn by_style(&self, name: &str) -> Result<bool, Fault>;
    fn models(&self, caller: &Caller, unix_ms: u64) -> Result<Vec<ModelEntry>, Fault>;
    fn router_ready(&self) -> Result<(), Fault>;
}

/// `postern:recorder`.
#[allow(missing_docs)]
pub trait Recorder {
    fn recording_plan(&self) -> Result<RecordingPlan, Fault>;
    async fn accepts(&self) -> Result<(), Fault>;
    async fn keep_record(
        &self,
        record: RequestRecord,
        is_awaited: bool,
    ) -> Result<Vec<RecorderCall>, Fault>;
    async fn done(&self, results: Vec<RecorderResult>) -> Vec<RecorderCall>;
    async fn ask(
        &self,
        question: AdminQuestion,
        results: Vec<RecorderResult>,
    ) -> Result<AdminReply, Fault>;
    async fn recorder_ready(&self) -> Result<RecorderState, Fault>;
}

/// `postern:provider`.
#[allow(missing_docs)]
pub trait Provider {
    /// Reads one answer.
    type Decoder: Decoder + 'static;
    fn encode(&self, api: &VendorApi, facts: &RequestFacts, body: &str) -> Result<Encoded, Fault>;
    fn decoder(&self, api: &VendorApi, facts: &RequestFacts, head: &AnswerHead) -> Self::Decoder;
    fn count(&self, api: &VendorApi, facts: &RequestFacts, body: &str) -> Result<String, Fault>;
    fn explain(&self, dialect: Dialect, status: u16, headers: &[Field], body: &str) -> Fault;
}

/// The decoder of `postern:provider`.
#[allow(missing_docs)]
pub trait Decoder {
    fn push(&self, chunk: &str) -> Result<Decoded, Fault>;
    fn finish(&self) -> Result<Decoded, Fault>;
    fn edit(&self, edits: &[SegmentEdit]) -> Result<String, Fault>;
    fn delta(&self, at: Place, text: &str) -> Result<String, Fault>;
    fn cut(&self, edits: &[SegmentEdit], segment: u32, notice: &Notice) -> Result<String, Fault>;
    fn so_far(&self) -> Usage;
}

/// A request for a vendor, without the credential.
#[allow(missing_docs)]
#[derive(Debug, Clone)]
pub struct Outbound {
    pub endpoint: Endpoint,
    pub model: String,
    pub max_output_tokens: Option<u64>,
    pub path: String,
    pub headers: Vec<Field>,
    pub body: OutboundBody,
}

/// What is sent to a vendor.
#[derive(Debug, Clone)]
pub enum OutboundBody {
    /// What the stages have read.
    Text(String),
    /// A form, whose files no stage has read.
    Form(FormBody),
}

/// A vendor's answer, with any status.
#[allow(missing_docs)]
pub struct Inbound<B> {
    pub status: u16,
    pub headers: Vec<Field>,
    pub body: B,
}

/// `postern:upstream`, and `postern:sandbox` for the endpoints that it serves.
#[allow(missing_docs)]
pub trait Upstream {
    /// The bytes of an answer.
    type Body: Body + 'static;
    async fn send(&self, request: Outbound) -> Result<Inbound<Self::Body>, Fault>;
    async fn delegate(&self, call: DelegatedCall) -> DelegatedResult;
    async fn delegate_for_recorder(&self, call: DelegatedCall) -> DelegatedResult;
    async fn unset_variables(&self, names: Vec<String>) -> Vec<String>;
    async fn redact(&self, texts: Vec<String>) -> Vec<String>;
}

/// Incoming bytes. Dropping them tells the other side that no more are needed.
pub trait Body {
    /// Appends what has arrived to the buffer, within its capacity. True: the stream has ended, and must not be read
    /// again.
    async fn read(&mut self, buffer: Vec<u8>) -> (bool, Vec<u8>);

    /// The end of the stream, once it has ended.
    ///
    /// # Errors
    ///
    /// The fault that cut it.
    async fn ending(&mut self) -> Result<(), Fault>;
}

/// The client's side of an answer.
pub trait Client {
    /// True if the client has taken all of it, false if it has left.
    async fn write(&mut self, bytes: Vec<u8>) -> bool;

    /// No more will come, and what has come must not look whole.
    async fn cut(&mut self);
}

/// Time, randomness, policy and the log.
pub trait Platform {
    /// Nanoseconds of a clock that never goes back.
    fn now_ns(&self) -> u64;

    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn unix_ms(&self) -> u64;

    /// Returns after this many milliseconds.
    async fn sleep(&self, ms: u64);

    /// 64 random bits.
    fn random(&self) -> u64;

    /// `gateway.toml`.
    ///
    /// # Errors
    ///
    /// `unavailable` if it cannot be read: without readable policies nothing is served.
    fn policy(&self) -> Result<&'static Gateway, postern_fault::Fault>;

    /// What this instance has in flight.
    fn in_flight(&self) -> &'static InFlight {
        static OF_INSTANCE: InFlight = InFlight::new();
        &OF_INSTANCE
    }

    /// A permit for nothing yet.
    fn memory_permit(&self) -> MemoryPermit {
        // Without readable policy the request is refused for that.
        let overload = self.policy().map(|policy| policy.overload).unwrap_or_default();
        MemoryPermit::new(self.in_flight(), overload)
    }

    /// Writes the line of a request that has ended.
    fn record(&self, record: &Record);

    /// Does this when no request waits for it, if the platform still can.
    fn afterwards(&self, work: Pin<Box<dyn Future<Output = ()>>>);
}

/// All stages and the platform. A clone is the same stages.
pub trait Stages:
    Auth + Guardrail + Limiter + Router + Provider + Upstream + Recorder + Platform + Clone + 'static
{
}

impl<S> Stages for S where
    S: Auth
        + Guardrail
        + Limiter
        + Router
        + Provider
        + Upstream
        + Recorder
        + Platform
        + Clone
        + 'static
{
}
