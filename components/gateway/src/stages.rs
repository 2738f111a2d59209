//! The stages as imports, bound to the traits of the pipeline.
#![allow(missing_docs)] // The documentation is in the WIT, which the generated items repeat.

use crate::{http, policy, random};
use postern_pipeline::{
    Auth, Body, FormBody, Guardrail, Inbound, Limiter, Outbound, OutboundBody, Platform, Provider,
    Record, Recorder, Router, Upstream,
};
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
    Caller, Dialect, Fault, Field, Prompt, RequestFacts, Transport, Usage, VendorApi,
};
use spin_sdk::wasip3::clocks::monotonic_clock;
use spin_sdk::wasip3::{spawn, wit_stream};
use spin_sdk::wit_bindgen::rt::async_support::{FutureReader, StreamReader};
use std::future::Future;
use std::io::Write as _;
use std::pin::Pin;
use std::sync::OnceLock;

mod imports {
    spin_sdk::wit_bindgen::generate!({
        runtime_path: "spin_sdk::wit_bindgen::rt",
        path: "../../wit",
        world: "gateway",
        with: {
            "postern:types/types@0.1.0": postern_types,
            "postern:types/delegation@0.1.0": postern_types::delegation,
            "postern:types/transport@0.1.0": postern_contract::transport,
            "postern:auth/types@0.1.0": postern_types::auth,
            "postern:guardrail/types@0.1.0": postern_types::guardrail,
            "postern:limiter/types@0.1.0": postern_types::limiter,
            "postern:provider/types@0.1.0": postern_types::provider,
            "postern:recorder/types@0.1.0": postern_types::recorder,
            "postern:router/types@0.1.0": postern_types::router,
        },
        generate_all,
    });
}

use imports::postern::auth::stage as auth;
use imports::postern::guardrail::stage as guardrail;
use imports::postern::limiter::stage as limiter;
use imports::postern::provider::stage as provider;
use imports::postern::recorder::stage as recorder;
use imports::postern::router::stage as router;
use imports::postern::sandbox::client as sandbox;
use imports::postern::upstream::client as upstream;
use postern_contract::transport;

/// The aliases whose choice goes by how a prompt is written: asked once in an instance, as policies are read once.
static BY_STYLE: OnceLock<Vec<String>> = OnceLock::new();

/// How records are written: asked once in an instance, too.
static PLAN: OnceLock<RecordingPlan> = OnceLock::new();

const NS_PER_MS: u64 = 1_000_000;

/// The imports of this component.
#[derive(Clone, Copy)]
pub struct Imports;

impl Auth for Imports {
    async fn authenticate(
        &self,
        request: AuthenticationRequest,
        delegated: Option<DelegatedResult>,
    ) -> Result<Authentication, AuthenticationFailure> {
        auth::authenticate(request, delegated).await
    }

    fn authorize(&self, request: &AuthorizationRequest) -> Result<Vec<Decision>, Fault> {
        auth::authorize(request)
    }

    async fn bind_ids(
        &self,
        caller: Caller,
        provider: String,
        ids: Vec<String>,
        sharing: IdSharing,
        ttl_s: u32,
    ) -> Result<(), Fault> {
        auth::bind_ids(caller, provider, ids, sharing, ttl_s).await
    }

    async fn foreign_ids(
        &self,
        caller: Caller,
        providers: Vec<String>,
        ids: Vec<String>,
        sharing: IdSharing,
    ) -> Result<Vec<Option<u32>>, Fault> {
        auth::foreign_ids(caller, providers, ids, sharing).await
    }

    async fn keep_originals(
        &self,
        caller: Caller,
        conversation: String,
        sealed: String,
        ttl_s: u32,
    ) -> Result<(), Fault> {
        auth::keep_originals(caller, conversation, sealed, ttl_s).await
    }

    async fn recall_originals(
        &self,
        caller: Caller,
        conversation: String,
    ) -> Result<Option<String>, Fault> {
        auth::recall_originals(caller, conversation).await
    }

    fn resource_metadata(&self) -> Result<Option<String>, Fault> {
        auth::resource_metadata()
    }

    async fn auth_ready(&self) -> Result<(), Fault> {
        auth::ready().await
    }
}

impl Guardrail for Imports {
    type AnswerGuard = guardrail::Answer;

    fn check_request(
        &self,
        caller: &Caller,
        prompt: &Prompt,
        known: Option<&str>,
        opinions: &[Opinion],
    ) -> Result<Verdict, Fault> {
        guardrail::check_request(caller, prompt, known, opinions)
    }

    fn keeps_originals(&self) -> Result<Option<OriginalsPolicy>, Fault> {
        guardrail::keeps_originals()
    }

    fn answer_guard(&self, memo: &str) -> Self::AnswerGuard {
        guardrail::Answer::new(memo)
    }

    fn guardrail_ready(&self) -> Result<(), Fault> {
        guardrail::ready()
    }
}

impl postern_pipeline::AnswerGuard for guardrail::Answer {
    fn push(&self, pieces: &[Piece]) -> Result<Released, Fault> {
        guardrail::Answer::push(self, pieces)
    }

    fn take_opinions(&self, opinions: &[Opinion]) {
        guardrail::Answer::take_opinions(self, opinions);
    }

    fn flush(&self) -> Result<Flushed, Fault> {
        guardrail::Answer::flush(self)
    }

    fn finish(&self) -> Result<Judgement, Fault> {
        guardrail::Answer::finish(self)
    }
}

impl Limiter for Imports {
    async fn admit(
        &self,
        request: AdmissionRequest,
        prompt: Prompt,
    ) -> Result<Admission, Rejection> {
        limiter::admit(request, prompt).await
    }

    async fn settle(&self, lease: String, outcome: Outcome) -> Result<LeaseSettlement, Fault> {
        limiter::settle(lease, outcome).await
    }

    async fn renew(&self, lease: String) -> Result<String, Fault> {
        limiter::renew(lease).await
    }

    async fn usage_of(
        &self,
        caller: Caller,
        client_ip: Option<String>,
        model: Option<String>,
    ) -> Result<String, Fault> {
        limiter::usage_of(caller, client_ip, model).await
    }

    async fn limiter_ready(&self) -> Result<(), Fault> {
        limiter::ready().await
    }

    // The task ends with the request: it cannot wait any more.
    fn abandoned(&self, _lease: String) {}
}

impl Router for Imports {
    async fn choose(&self, request: RoutingRequest) -> Result<Routing, Fault> {
        router::choose(request).await
    }

    async fn observe(&self, observations: Observations) {
        router::observe(observations).await;
    }

    fn by_style(&self, name: &str) -> Result<bool, Fault> {
        let aliases = match BY_STYLE.get() {
            Some(aliases) => aliases,
            None => {
                let aliases = router::by_style()?;
                BY_STYLE.get_or_init(|| aliases)
            }
        };
        Ok(aliases.iter().any(|alias| alias == name))
    }

    fn models(&self, caller: &Caller, unix_ms: u64) -> Result<Vec<ModelEntry>, Fault> {
        router::models(caller, unix_ms)
    }

    fn router_ready(&self) -> Result<(), Fault> {
        router::ready()
    }
}

impl Recorder for Imports {
    fn recording_plan(&self) -> Result<RecordingPlan, Fault> {
        match PLAN.get() {
            Some(plan) => Ok(*plan),
            None => recorder::plan().map(|plan| *PLAN.get_or_init(|| plan)),
        }
    }

    async fn accepts(&self) -> Result<(), Fault> {
        recorder::accepts().await
    }

    async fn keep_record(
        &self,
        record: RequestRecord,
        is_awaited: bool,
    ) -> Result<Vec<RecorderCall>, Fault> {
        recorder::record(record, is_awaited).await
    }

    async fn done(&self, results: Vec<RecorderResult>) -> Vec<RecorderCall> {
        recorder::done(results).await
    }

    async fn ask(
        &self,
        question: AdminQuestion,
        results: Vec<RecorderResult>,
    ) -> Result<AdminReply, Fault> {
        recorder::ask(question, results).await
    }

    async fn recorder_ready(&self) -> Result<RecorderState, Fault> {
        recorder::ready().await
    }
}

impl Provider for Imports {
    type Decoder = provider::Decoder;

    fn encode(&self, api: &VendorApi, facts: &RequestFacts, body: &str) -> Result<Encoded, Fault> {
        provider::encode(api, facts, body)
    }

    fn decoder(&self, api: &VendorApi, facts: &RequestFacts, head: &AnswerHead) -> Self::Decoder {
        provider::Decoder::new(api, facts, head)
    }

    fn count(&self, api: &VendorApi, facts: &RequestFacts, body: &str) -> Result<String, Fault> {
        provider::count(api, facts, body)
    }

    fn explain(&self, dialect: Dialect, status: u16, headers: &[Field], body: &str) -> Fault {
        provider::explain(dialect, status, headers, body)
    }
}

impl postern_pipeline::Decoder for provider::Decoder {
    fn push(&self, chunk: &str) -> Result<Decoded, Fault> {
        provider::Decoder::push(self, chunk)
    }

    fn finish(&self) -> Result<Decoded, Fault> {
        provider::Decoder::finish(self)
    }

    fn edit(&self, edits: &[SegmentEdit]) -> Result<String, Fault> {
        provider::Decoder::edit(self, edits)
    }

    fn delta(&self, at: Place, text: &str) -> Result<String, Fault> {
        provider::Decoder::delta(self, at, text)
    }

    fn cut(&self, edits: &[SegmentEdit], segment: u32, notice: &Notice) -> Result<String, Fault> {
        provider::Decoder::cut(self, edits, segment, notice)
    }

    fn so_far(&self) -> Usage {
        provider::Decoder::so_far(self)
    }
}

impl Upstream for Imports {
    type Body = VendorBody;

    async fn send(&self, request: Outbound) -> Result<Inbound<VendorBody>, Fault> {
        let Outbound { endpoint, model, max_output_tokens, path, headers, body } = request;
        let carrier = endpoint.transport;
        let body = match body {
            OutboundBody::Text(text) => transport::OutboundBody::Text(text),
            OutboundBody::Form(form) => transport::OutboundBody::Bytes(sent(form)),
        };
        let request =
            transport::Outbound { endpoint, model, max_output_tokens, path, headers, body };
        let inbound = match carrier {
            Transport::Upstream => upstream::send(request).await?,
            Transport::Sandbox => sandbox::send(request).await?,
        };
        let transport::Inbound { status, headers, body, ending } = inbound;
        let body = VendorBody { stream: body, ending: Some(ending) };
        Ok(Inbound { status, headers, body })
    }

    async fn delegate(&self, call: DelegatedCall) -> DelegatedResult {
        upstream::delegate(call).await
    }

    async fn delegate_for_recorder(&self, call: DelegatedCall) -> DelegatedResult {
        upstream::delegate_for_recorder(call).await
    }

    async fn unset_variables(&self, names: Vec<String>) -> Vec<String> {
        upstream::unset_variables(names).await
    }

    async fn redact(&self, texts: Vec<String>) -> Vec<String> {
        upstream::redact(texts).await
    }
}

/// How much of a form is copied at once on its way out.
const FORM_BYTES: usize = 64 * 1024;

/// A form as `upstream` gets it, which goes out by itself.
fn sent(form: FormBody) -> transport::ByteStream {
    let (mut writer, content) = wit_stream::new();
    let length_bytes = form.len();
    spawn(async move {
        for bytes in form.chunks(FORM_BYTES) {
            // A vendor that has heard enough closes early; its answer says why.
            if !writer.write_all(bytes.to_vec()).await.is_empty() {
                break;
            }
        }
    });
    transport::ByteStream { length_bytes, content }
}

/// The bytes of a vendor's answer.
pub struct VendorBody {
    stream: StreamReader<u8>,
    ending: Option<FutureReader<Result<(), Fault>>>,
}

impl Body for VendorBody {
    async fn read(&mut self, buffer: Vec<u8>) -> (bool, Vec<u8>) {
        http::read(&mut self.stream, buffer).await
    }

    async fn ending(&mut self) -> Result<(), Fault> {
        match self.ending.take() {
            Some(ending) => ending.await,
            None => Ok(()),
        }
    }
}

impl Platform for Imports {
    fn now_ns(&self) -> u64 {
        monotonic_clock::now()
    }

    fn unix_ms(&self) -> u64 {
        postern_contract::clock::unix_ms()
    }

    async fn sleep(&self, ms: u64) {
        monotonic_clock::wait_for(ms.saturating_mul(NS_PER_MS)).await;
    }

    fn random(&self) -> u64 {
        random::next()
    }

    fn policy(&self) -> Result<&'static Gateway, postern_fault::Fault> {
        policy::gateway()
    }

    /// Written at once, so that lines of other requests do not cut it.
    fn record(&self, record: &Record) {
        if let Some(mut line) = record.to_json() {
            line.push('\n');
            // If the log cannot be written, there is no place to report it.
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
    }

    /// Keeps the task of the request, and with it the instance, until it is done.
    fn afterwards(&self, work: Pin<Box<dyn Future<Output = ()>>>) {
        spawn(work);
    }
}
