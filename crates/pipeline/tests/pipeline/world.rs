//! Every stage in memory, doing what a script says, and a ledger of what became of each lease.

use crate::judge::{self, Judge, Word};
use crate::keeping::Keeps;
use crate::time::Time;
use postern_fault::Kind;
use postern_pipeline::{
    AnswerGuard, Auth, Body, Client, Decoder, Guardrail, Inbound, Limiter, Outbound, OutboundBody,
    Platform, Provider, Record, RequestHead, Router, Upstream, serve,
};
use postern_policy::Gateway;
use postern_types::auth::{
    Authentication, AuthenticationFailure, AuthenticationRequest, AuthorizationRequest, Decision,
    IdSharing,
};
use postern_types::delegation::{DelegatedCall, DelegatedResult};
use postern_types::guardrail::{
    Flushed, Judgement, Judging, LateText, Opinion, OriginalsPolicy, Piece, PieceEdit, Released,
    Stop, Verdict, Violation,
};
use postern_types::limiter::{
    Admission, AdmissionRequest, LeaseSettlement, LimitSettlement, Outcome, Rejection,
};
use postern_types::provider::{
    AnswerHead, AnswerSegment, Decoded, Encoded, Loss, Notice, Place, Rewritten, SegmentEdit,
    SegmentForm, SegmentRole, TextKind,
};
use postern_types::recorder::RequestRecord;
use postern_types::router::{Hedge, ModelEntry, Observations, Routing, RoutingRequest, Shadow};
use postern_types::{
    Caller, Counting, Deadlines, Deployment, Dialect, Edit, Endpoint, Fault, Field, ImageRule,
    Metering, Prompt, RequestFacts, Target, Tokenizer, ToolRule, Transport, Usage, VendorApi,
};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Mutex;

/// The end of a stream, as its client sees it.
pub const DONE: &str = "[DONE]";

/// What stands for an answer that broke off.
pub const CUT: &str = "[CUT]";

/// When the head of a stream leaves that has no event yet, if policy lets it.
pub const EARLY_HEAD_MS: u64 = 5_000;

/// How long a request lives that is not cancelled.
pub const FOR_EVER: u64 = 10_000_000;

/// A part of a vendor's answer, after so many milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Text for the client.
    Text,
    /// Text that the decoder holds back.
    Withheld,
    /// The usage, and nothing for the client.
    Usage,
    /// The end that the vendor announces.
    Done,
    /// An event that has nothing of the model's: a role, an empty message, a ping.
    Preamble,
    /// The vendor says in its stream that it is overloaded.
    Overloaded,
    /// What the decoder refuses.
    Garbage,
    /// What a model says that is asked for its opinion.
    Said(Word),
}

/// What becomes of an attempt at a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// The limiter does not admit it: this model's limit, or any.
    Rejected { model_scoped: bool },
    /// A limit names another model.
    Downgraded,
    /// The vendor's dialect cannot say it.
    NotEncoded,
    /// The vendor's dialect loses a field.
    Lossy,
    /// No answer.
    Unreachable { retryable: bool },
    /// An error status.
    Status(u16),
    /// An answer of these parts, each after so many milliseconds, which ends well or not.
    Answer { parts: Vec<(u64, Part)>, ends_well: bool },
}

/// What the guardrail does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarding {
    /// It does not look at answers.
    Nothing,
    /// It refuses the request.
    Refuses,
    /// It cannot scan the request, or this piece of the answer.
    Fails(Option<u32>),
    /// It passes all pieces.
    Passes,
    /// It ends the answer at this piece.
    Stops(u32),
    /// It holds pieces back until their time is over, so many milliseconds; true: then it ends the answer.
    Holds(u32, bool),
    /// It asks so many questions about the request, and refuses it unless all models disagree.
    Asks(u32),
    /// It asks about this piece of the answer, and ends it there unless the model disagrees.
    AsksAt(u32),
    /// It holds pieces back for so many milliseconds, and asks when their time is over.
    AsksLate(u32),
    /// It asks again and again.
    AsksOn,
    /// It judges complete answers.
    Judges(Judges),
}

/// How complete answers are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judges {
    /// How many answers are not valid, the first ones.
    pub invalid: u32,
    pub blocks: bool,
    /// The model is asked once more, if nothing has left.
    pub repair: bool,
    /// Streams are held back until they are judged.
    pub hold: bool,
}

impl Judges {
    fn judging(self, stream: bool) -> Judging {
        let hold = self.hold && stream;
        Judging { hold, repair: self.repair && (hold || !stream) }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Chat,
    /// Answered in bytes that no decoder reads.
    Speech,
    /// Asked in a form.
    Transcript,
    /// With these members, which name its past.
    Responses(&'static str),
    /// What Prometheus scrapes.
    Metrics,
}

/// The boundary of a form.
const BOUNDARY: &str = "b0undary";
/// What its file has: no text.
pub const FILE: &[u8] = b"\xff\x00\r\n--b0";

impl Asked {
    fn path(self) -> &'static str {
        match self {
            Asked::Chat => "/v1/chat/completions",
            Asked::Speech => "/v1/audio/speech",
            Asked::Transcript => "/v1/audio/transcriptions",
            Asked::Responses(_) => "/v1/responses",
            Asked::Metrics => "/metrics",
        }
    }

    fn method(self) -> &'static str {
        if matches!(self, Asked::Metrics) { "GET" } else { "POST" }
    }

    pub fn body(self, stream: bool) -> Vec<u8> {
        let text = match self {
            Asked::Chat => format!(
                r#"{{"model":"m","stream":{stream},"messages":[{{"role":"user","content":"Hello"}}]}}"#
            ),
            Asked::Speech => r#"{"model":"m","input":"Hello","voice":"v"}"#.to_owned(),
            Asked::Responses(past) => {
                format!(r#"{{{past}"model":"m","stream":{stream},"input":"Hello"}}"#)
            }
            Asked::Transcript => return form(stream),
            Asked::Metrics => String::new(),
        };
        text.into_bytes()
    }

    fn content_type(self) -> String {
        match self {
            Asked::Chat | Asked::Speech | Asked::Responses(_) | Asked::Metrics => {
                "application/json".to_owned()
            }
            Asked::Transcript => format!("multipart/form-data; boundary={BOUNDARY}"),
        }
    }
}

fn form(stream: bool) -> Vec<u8> {
    let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=");
    let text = |name: &str, value: &str| format!("{head}\"{name}\"\r\n\r\n{value}\r\n");
    let mut body = text("model", "m") + &text("stream", &stream.to_string());
    body.push_str(&format!("{head}\"file\"; filename=\"a.mp3\"\r\n\r\n"));
    let end = format!("\r\n--{BOUNDARY}--\r\n");
    [body.as_bytes(), FILE, end.as_bytes()].concat()
}

/// Other deployments are tried, and none twice.
pub const NO_RETRIES: &str = "[attempts]\nextra_percent = 0\nmax = 10";

/// The same deployment is tried again, as often as four attempts allow.
pub const RETRIES: &str = "[attempts]\nextra_percent = 100";

/// Longer than most vendors take here.
pub const DEADLINES: Deadlines = Deadlines {
    connect_ms: 1_000,
    first_token_ms: 60_000,
    between_tokens_ms: 60_000,
    whole_ms: 60_000,
    total_ms: 600_000,
};

/// All that happens to one request.
#[derive(Debug, Clone)]
pub struct Script {
    pub asked: Asked,
    pub stream: bool,
    pub strict: bool,
    pub authenticated: bool,
    pub delegated: bool,
    pub permitted: bool,
    pub guarding: Guarding,
    /// The client's name of its conversation, and what becomes of its originals.
    pub conversation: Option<&'static str>,
    pub keeps: Keeps,
    pub attempts: Vec<Attempt>,
    /// What becomes of each attempt at the model that is asked for its opinion.
    pub judge: Vec<Judge>,
    /// Nothing is reserved.
    pub unlimited: bool,
    /// How long each call of the limiter takes, and whether it can settle.
    pub limiter_ms: u64,
    pub settles: bool,
    /// How long the client takes for each part, and after how many it leaves.
    pub client_ms: u64,
    pub client_parts: Option<usize>,
    /// `gateway.toml`.
    pub policy: &'static str,
    /// How many deployments there are, if not as many as attempts.
    pub targets: Option<usize>,
    /// Another deployment is asked beside the first one after so many milliseconds. Then each has an attempt of its own.
    pub hedge_ms: Option<u32>,
    /// Whether the deployments wait but so long for a first token, for more, for all of an answer, and the request.
    pub deadlines: Deadlines,
    /// When the request is cancelled.
    pub cancelled_ms: Option<u64>,
    /// The head of a stream leaves after [`EARLY_HEAD_MS`].
    pub early_head: bool,
    /// A copy goes to a candidate, which does what the last attempt says.
    pub shadow: bool,
    /// Answers wait for their record, which cannot be written.
    pub ledger_down: bool,
    /// The recorder delegates this before it answers a question.
    pub recorder_wants: Option<fn() -> DelegatedCall>,
}

impl Default for Script {
    fn default() -> Self {
        Script {
            asked: Asked::Chat,
            stream: true,
            strict: false,
            authenticated: true,
            delegated: false,
            permitted: true,
            guarding: Guarding::Nothing,
            conversation: None,
            keeps: Keeps::default(),
            attempts: vec![Attempt::good()],
            judge: vec![Judge::Says(10, Word::Yes)],
            unlimited: false,
            limiter_ms: 0,
            settles: true,
            client_ms: 0,
            client_parts: None,
            policy: NO_RETRIES,
            targets: None,
            hedge_ms: None,
            deadlines: DEADLINES,
            cancelled_ms: None,
            early_head: false,
            shadow: false,
            ledger_down: false,
            recorder_wants: None,
        }
    }
}

impl Attempt {
    pub fn good() -> Self {
        let parts = [Part::Text, Part::Text, Part::Usage, Part::Done].map(|part| (10, part));
        Attempt::Answer { parts: parts.to_vec(), ends_well: true }
    }

    pub fn of(parts: &[Part], ends_well: bool) -> Self {
        let parts = parts.iter().map(|part| (10, *part)).collect();
        Attempt::Answer { parts, ends_well }
    }
}

/// What became of a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Settled(Outcome),
    Abandoned,
}

/// What was seen of one request.
#[derive(Debug, Default)]
pub struct Seen {
    /// Of each lease that was granted, all its ends.
    pub leases: BTreeMap<u32, Vec<End>>,
    pub records: Vec<serde_json::Value>,
    pub status: Option<u16>,
    pub sent: String,
    /// The models that vendors were asked for, in turn.
    pub sent_to: Vec<String>,
    /// The headers of the answer.
    pub fields: Vec<(String, String)>,
    /// When the client had all.
    pub ended_ms: u64,
    /// The last body that a vendor got.
    pub asked: Vec<u8>,
    /// The leases of questions.
    pub of_questions: BTreeSet<u32>,
    /// The bodies that asked questions.
    pub questions: Vec<String>,
    pub renewals: usize,
    /// What the router was told.
    pub observed: Vec<Observations>,
    pub was_cancelled: bool,
    /// What the recorder got.
    pub kept: Vec<RequestRecord>,
    /// The client got the end of its answer while something was still reserved.
    pub ended_unsettled: bool,
    /// How often each of these was called: what crosses a border in a component.
    pub calls: BTreeMap<&'static str, u32>,
}

impl Seen {
    /// The router is told of each attempt once, and once that the request has ended.
    #[track_caller]
    pub fn check_what_the_router_was_told(&self) {
        // A question has no attempts of the request's.
        let of_request = || self.observed.iter().filter(|one| one.memos != [""]);
        let told = of_request().flat_map(|one| &one.attempts).map(|one| one.deployment.as_str());
        let mut told: Vec<_> = told.collect();
        let tried = self.records[0]["attempts"].as_array();
        let deployment =
            |attempt: &'_ serde_json::Value| attempt["deployment"].as_str().map(str::to_owned);
        let mut tried: Vec<_> = tried.into_iter().flatten().filter_map(deployment).collect();
        told.sort_unstable();
        tried.sort_unstable();
        assert_eq!(told, tried);
        let ends = of_request().filter(|one| one.serving.is_none()).count();
        assert!(ends <= 1 && (ends == 1 || tried.is_empty()), "{ends} ends");
    }
}

/// The stages.
#[derive(Clone)]
pub struct World(Rc<Inner>);

struct Inner {
    script: Script,
    time: Time,
    /// Which attempt is being made.
    attempt: Cell<usize>,
    chosen: Cell<usize>,
    /// How often the model was tried that is asked for its opinion.
    asked: Cell<usize>,
    /// How many answers have been judged.
    judged: Cell<u32>,
    seen: RefCell<Seen>,
}

/// Runs one request.
pub fn run(script: &Script) -> Seen {
    let time = Time::default();
    let world = World(Rc::new(Inner {
        script: script.clone(),
        time: time.clone(),
        attempt: Cell::new(0),
        chosen: Cell::new(0),
        asked: Cell::new(0),
        judged: Cell::new(0),
        seen: RefCell::default(),
    }));
    let body = script.asked.body(script.stream);
    let mut headers = vec![
        ("authorization".to_owned(), b"Bearer key".to_vec()),
        ("content-type".to_owned(), script.asked.content_type().into_bytes()),
    ];
    if script.strict {
        headers.push(("x-postern-strict".to_owned(), b"true".to_vec()));
    }
    if let Some(name) = script.conversation {
        headers.push(("x-postern-conversation".to_owned(), name.as_bytes().to_vec()));
    }
    let head = RequestHead {
        method: script.asked.method().to_owned(),
        path: script.asked.path().to_owned(),
        headers,
    };
    let stages = world.clone();
    let work = async move {
        let reply = serve(stages.clone(), head, OneBody(Some(body))).await;
        stages.0.seen.borrow_mut().status = Some(reply.status);
        stages.0.seen.borrow_mut().fields = reply.fields.clone();
        let client = Browser { world: stages, parts: 0 };
        reply.send(client).await;
    };
    let until_ms = script.cancelled_ms.unwrap_or(FOR_EVER);
    let was_cancelled = time.run(until_ms, work).is_none();
    let mut seen = world.0.seen.take();
    seen.was_cancelled = was_cancelled;
    seen.ended_ms = time.now_ms();
    assert!(!was_cancelled || script.cancelled_ms.is_some(), "it has not ended: {script:?}");
    seen
}

impl World {
    pub fn script(&self) -> &Script {
        &self.0.script
    }

    /// The recorder got this record.
    pub fn kept(&self, record: RequestRecord) {
        self.0.seen.borrow_mut().kept.push(record);
    }

    /// The attempt at this model of the vendor's.
    fn attempt_at(&self, model: &str) -> &Attempt {
        let of_target = model.strip_prefix('m').and_then(|index| index.parse::<usize>().ok());
        match (self.script().hedge_ms, of_target) {
            (Some(_), Some(index)) => {
                let attempts = &self.script().attempts;
                &attempts[index.min(attempts.len() - 1)]
            }
            _ => self.attempt(),
        }
    }

    fn attempt(&self) -> &Attempt {
        &self.script().attempts[self.0.attempt.get().min(self.script().attempts.len() - 1)]
    }

    /// What becomes of the next attempt to have a question answered.
    pub fn judge(&self) -> &Judge {
        let judge = &self.script().judge;
        &judge[self.0.asked.get().min(judge.len() - 1)]
    }

    /// Goes on to the next attempt to have a question answered.
    pub fn judge_is_done(&self) {
        self.0.asked.set(self.0.asked.get() + 1);
    }

    /// A vendor got this question.
    pub fn was_asked(&self, question: String) {
        self.0.seen.borrow_mut().questions.push(question);
    }

    pub fn time(&self) -> &Time {
        &self.0.time
    }

    fn count(&self, call: &'static str) {
        *self.0.seen.borrow_mut().calls.entry(call).or_default() += 1;
    }

    fn end(&self, lease: &str, end: End) {
        let (id, _) = lease.split_once('.').unwrap();
        let mut seen = self.0.seen.borrow_mut();
        seen.leases.get_mut(&id.parse().unwrap()).unwrap().push(end);
    }
}

pub fn fault(kind: Kind, retryable: bool) -> Fault {
    let fault = postern_fault::Fault::new(kind, "as the script says");
    postern_fault::Fault { retryable, ..fault }.into()
}

/// A body that is there at once.
struct OneBody(Option<Vec<u8>>);

impl Body for OneBody {
    async fn read(&mut self, mut buffer: Vec<u8>) -> (bool, Vec<u8>) {
        buffer.extend(self.0.take().unwrap());
        (true, buffer)
    }

    async fn ending(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}

struct Browser {
    world: World,
    parts: usize,
}

impl Client for Browser {
    async fn write(&mut self, bytes: Vec<u8>) -> bool {
        let script = self.world.script();
        if script.client_parts.is_some_and(|most| self.parts >= most) {
            return false;
        }
        self.world.0.time.sleep(script.client_ms).await;
        self.parts += 1;
        let text = String::from_utf8(bytes).unwrap();
        let mut seen = self.world.0.seen.borrow_mut();
        let is_last = text.contains(DONE) || text.contains(STOPPED);
        seen.ended_unsettled |= is_last && seen.leases.values().any(Vec::is_empty);
        seen.sent.push_str(&text);
        true
    }

    async fn cut(&mut self) {
        self.world.0.seen.borrow_mut().sent.push_str(CUT);
    }
}

impl Auth for World {
    async fn authenticate(
        &self,
        _: AuthenticationRequest,
        delegated: Option<DelegatedResult>,
    ) -> Result<Authentication, AuthenticationFailure> {
        self.count("authenticate");
        if !self.script().authenticated {
            let fault = fault(Kind::Unauthenticated, false);
            return Err(AuthenticationFailure { fault, challenge: None, credential_id: None });
        }
        if self.script().delegated && delegated.is_none() {
            let mac = postern_types::delegation::Mac {
                variable: "secret".to_owned(),
                hash: postern_types::delegation::HashFunction::Sha256,
                message: "m".to_owned(),
            };
            return Ok(Authentication::Delegated(DelegatedCall::Mac(mac)));
        }
        Ok(Authentication::Authenticated(Caller {
            consumer: "consumer".to_owned(),
            team: None,
            tenant: None,
            plan: None,
            roles: Vec::new(),
            models: Vec::new(),
            regions: None,
            data_class: None,
            issuer: None,
            claims: Vec::new(),
            credential_id: "key-1".to_owned(),
            token_owner: None,
        }))
    }

    fn authorize(&self, request: &AuthorizationRequest) -> Result<Vec<Decision>, Fault> {
        self.count("authorize");
        let denied = (!self.script().permitted).then(|| fault(Kind::Forbidden, false));
        let decision = Decision { denied, policies: Vec::new() };
        Ok(vec![decision; request.resources.len().max(1)])
    }

    async fn bind_ids(
        &self,
        _: Caller,
        _: String,
        _: Vec<String>,
        _: IdSharing,
        _: u32,
    ) -> Result<(), Fault> {
        Ok(())
    }

    async fn foreign_ids(
        &self,
        _: Caller,
        providers: Vec<String>,
        _: Vec<String>,
        _: IdSharing,
    ) -> Result<Vec<Option<u32>>, Fault> {
        Ok(vec![None; providers.len()])
    }

    async fn keep_originals(
        &self,
        _: Caller,
        conversation: String,
        sealed: String,
        _: u32,
    ) -> Result<(), Fault> {
        self.script().keeps.keep(&conversation, &sealed)
    }

    async fn recall_originals(
        &self,
        _: Caller,
        conversation: String,
    ) -> Result<Option<String>, Fault> {
        self.script().keeps.recall(&conversation)
    }

    fn resource_metadata(&self) -> Result<Option<String>, Fault> {
        Ok(None)
    }

    async fn auth_ready(&self) -> Result<(), Fault> {
        Ok(())
    }
}

impl Guardrail for World {
    type AnswerGuard = Guard;

    fn check_request(
        &self,
        _: &Caller,
        _: &Prompt,
        known: Option<&str>,
        opinions: &[Opinion],
    ) -> Result<Verdict, Fault> {
        self.count("check_request");
        let guarding = self.script().guarding;
        let count = match guarding {
            Guarding::Asks(count) if opinions.is_empty() => count,
            Guarding::AsksOn => 1,
            _ => 0,
        };
        let disagree = opinions.iter().all(|opinion| opinion.agrees == Some(false));
        if guarding == Guarding::Fails(None) {
            return Err(fault(Kind::Unavailable, false));
        }
        let refuses = guarding == Guarding::Refuses || !disagree;
        Ok(Verdict {
            edits: Vec::new(),
            findings: Vec::new(),
            refusal: refuses.then(|| fault(Kind::ContentFiltered, false)),
            memo: (guarding != Guarding::Nothing).then(String::new),
            originals: if refuses { None } else { self.script().keeps.scan(known) },
            questions: (0..count).map(judge::question).collect(),
            judging: match guarding {
                Guarding::Judges(judges) => Some(judges.judging(self.script().stream)),
                _ => None,
            },
        })
    }

    fn answer_guard(&self, _: &str) -> Guard {
        Guard {
            world: self.clone(),
            seen: Cell::new(0),
            held: RefCell::default(),
            heard: Cell::new(None),
        }
    }

    fn keeps_originals(&self) -> Result<Option<OriginalsPolicy>, Fault> {
        self.script().keeps.policy()
    }

    fn guardrail_ready(&self) -> Result<(), Fault> {
        Ok(())
    }
}

/// Guards an answer as the script says.
pub struct Guard {
    world: World,
    seen: Cell<u32>,
    held: RefCell<Vec<LateText>>,
    /// The opinion that was taken.
    heard: Cell<Option<Option<bool>>>,
}

impl Guard {
    /// Whether it needs an opinion on one of these pieces.
    fn asks_about(&self, pieces: &[Piece]) -> bool {
        let Guarding::AsksAt(asks) = self.world.script().guarding else { return false };
        let first = self.seen.get();
        let comes = (first..first + u32::try_from(pieces.len()).unwrap()).contains(&asks);
        comes && self.heard.get().is_none()
    }

    /// Whether the model did not disagree.
    fn agrees(&self) -> bool {
        self.heard.get() != Some(Some(false))
    }
}

fn stop(piece: u32) -> Stop {
    Stop {
        piece,
        rule: String::new(),
        detector: String::new(),
        message: String::new(),
        said: false,
    }
}

impl AnswerGuard for Guard {
    fn push(&self, pieces: &[Piece]) -> Result<Released, Fault> {
        let mut released = Released {
            edits: Vec::new(),
            findings: Vec::new(),
            stop: None,
            held_ms: None,
            questions: Vec::new(),
        };
        if self.asks_about(pieces) {
            released.questions.push(judge::question(0));
            return Ok(released);
        }
        for (at, piece) in (0..).zip(pieces) {
            let number = self.seen.replace(self.seen.get() + 1);
            match self.world.script().guarding {
                Guarding::Fails(Some(fails)) if fails == number => {
                    return Err(fault(Kind::Unavailable, false));
                }
                Guarding::Stops(stops) if stops == number => {
                    released.stop = Some(stop(at));
                    break;
                }
                Guarding::AsksAt(asks) if asks == number && self.agrees() => {
                    released.stop = Some(stop(at));
                    break;
                }
                Guarding::Holds(ms, _) | Guarding::AsksLate(ms) => {
                    self.held
                        .borrow_mut()
                        .push(LateText { at: piece.at, text: piece.text.clone() });
                    released.edits.push(PieceEdit { piece: at, text: String::new() });
                    released.held_ms = Some(ms);
                }
                _ => {}
            }
        }
        Ok(released)
    }

    fn take_opinions(&self, opinions: &[Opinion]) {
        assert_eq!(opinions.len(), 1);
        self.heard.set(Some(opinions[0].agrees));
    }

    fn flush(&self) -> Result<Flushed, Fault> {
        let asks = matches!(self.world.script().guarding, Guarding::AsksLate(_));
        if asks && self.heard.get().is_none() {
            let questions = vec![judge::question(0)];
            let (texts, findings) = (Vec::new(), Vec::new());
            return Ok(Flushed { texts, findings, stop: None, questions });
        }
        let texts = self.held.take();
        let stops = matches!(self.world.script().guarding, Guarding::Holds(_, true))
            || asks && self.agrees();
        let stop = stops.then(|| stop(0));
        Ok(Flushed { texts, findings: Vec::new(), stop, questions: Vec::new() })
    }

    fn finish(&self) -> Result<Judgement, Fault> {
        let Script { guarding, stream, .. } = self.world.script();
        let Guarding::Judges(judges) = guarding else { panic!("nothing is judged") };
        let judged = &self.world.0.judged;
        let number = judged.replace(judged.get() + 1);
        if number >= judges.invalid {
            return Ok(Judgement { violations: Vec::new(), repair: None });
        }
        let violation = Violation {
            rule: "rule".to_owned(),
            check: "json_schema".to_owned(),
            message: "the answer must be JSON".to_owned(),
            blocks: judges.blocks,
        };
        let repair = judges.judging(*stream).repair.then(|| "Write JSON.".to_owned());
        Ok(Judgement { violations: vec![violation], repair })
    }
}

impl Limiter for World {
    async fn admit(
        &self,
        request: AdmissionRequest,
        prompt: Prompt,
    ) -> Result<Admission, Rejection> {
        self.count("admit");
        self.0.time.sleep(self.script().limiter_ms).await;
        let is_question = request.deployment.model == judge::MODEL;
        assert_eq!(request.caller.consumer, "consumer");
        let rejected = |model_scoped, downgrade_to| Rejection {
            fault: fault(Kind::RateLimited, false),
            headers: Vec::new(),
            limit: Some("limit".to_owned()),
            downgrade_to,
            model_scoped,
        };
        let at = format!("m{}", request.deployment.name.trim_start_matches("provider/"));
        let rejection = match self.attempt_at(&at) {
            _ if is_question => {
                let rejection = self.judge().rejection();
                rejection.map(|model_scoped| rejected(model_scoped, None))
            }
            Attempt::Rejected { model_scoped } => Some(rejected(*model_scoped, None)),
            Attempt::Downgraded => Some(rejected(false, Some("other".to_owned()))),
            _ => None,
        };
        if let Some(rejection) = rejection {
            let counter = if is_question { &self.0.asked } else { &self.0.attempt };
            counter.set(counter.get() + 1);
            return Err(rejection);
        }
        let mut seen = self.0.seen.borrow_mut();
        let id = u32::try_from(seen.leases.len()).unwrap();
        if is_question {
            assert_eq!(prompt.facts.model, judge::MODEL);
            seen.of_questions.insert(id);
        }
        if !self.script().unlimited {
            seen.leases.insert(id, Vec::new());
        }
        Ok(Admission {
            lease: if self.script().unlimited { String::new() } else { format!("{id}.0") },
            headers: Vec::new(),
            answer_cap_tokens: None,
            room_tokens: None,
            warnings: Vec::new(),
            reserved_tokens: 100,
            reserved_nano_usd: 0,
            uncounted: None,
            renew_after_ms: Some(30_000),
        })
    }

    async fn settle(&self, lease: String, outcome: Outcome) -> Result<LeaseSettlement, Fault> {
        self.count("settle");
        // The call is completed, whether or not its caller still waits.
        self.end(&lease, End::Settled(outcome));
        self.0.time.sleep(self.script().limiter_ms).await;
        if !self.script().settles {
            return Err(fault(Kind::Unavailable, true));
        }
        let (usage, settled) = match outcome {
            Outcome::Completed(usage) | Outcome::Interrupted(usage) => (Some(usage), 1),
            _ => (None, 1),
        };
        let limit = "all:requests:minute".to_owned();
        let limits =
            vec![LimitSettlement { limit, unit: "requests".to_owned(), reserved: 1, settled }];
        Ok(LeaseSettlement { usage, limits })
    }

    async fn renew(&self, lease: String) -> Result<String, Fault> {
        self.0.time.sleep(self.script().limiter_ms).await;
        self.0.seen.borrow_mut().renewals += 1;
        let (id, age) = lease.split_once('.').unwrap();
        Ok(format!("{id}.{}", age.parse::<u32>().unwrap() + 1))
    }

    async fn usage_of(
        &self,
        _: Caller,
        _: Option<String>,
        _: Option<String>,
    ) -> Result<String, Fault> {
        Ok("{}".to_owned())
    }

    async fn limiter_ready(&self) -> Result<(), Fault> {
        Ok(())
    }

    fn abandoned(&self, lease: String) {
        self.end(&lease, End::Abandoned);
    }
}

impl Router for World {
    async fn choose(&self, request: RoutingRequest) -> Result<Routing, Fault> {
        self.count("choose");
        if request.facts.model == judge::MODEL {
            assert_eq!(request.caller.models, [judge::MODEL]);
            let decision = "{\"strategy\":\"ordered\"}".to_owned();
            return Ok(Routing {
                targets: self.judges()?,
                decision,
                hedge: None,
                headers: Vec::new(),
                shadow: None,
                memo: String::new(),
            });
        }
        if request.instead.as_deref() == Some("candidate") {
            let decision = "{}".to_owned();
            self.0.attempt.set(self.script().attempts.len() - 1);
            return Ok(Routing {
                targets: vec![target(0)],
                decision,
                hedge: None,
                headers: Vec::new(),
                shadow: None,
                memo: String::new(),
            });
        }
        // A downgrade goes on with the attempts that are left.
        let first = self.0.chosen.get();
        let attempts = &self.script().attempts;
        let left = attempts.get(first..).unwrap_or_default();
        let here = left.iter().position(|attempt| *attempt == Attempt::Downgraded);
        let here = here.map_or(left.len(), |at| at + 1).max(1);
        self.0.chosen.set(first + here);
        let here = self.script().targets.unwrap_or(here);
        let targets = (first..first + here)
            .map(|index| {
                let mut target = target(index);
                target.endpoint.deadlines = self.script().deadlines;
                target
            })
            .collect();
        let decision = "{\"strategy\":\"ordered\"}".to_owned();
        let headers = vec![("deprecation".to_owned(), "@1".to_owned())];
        let hedge = self.script().hedge_ms.map(|after_ms| Hedge { after_ms, by_p95: false });
        let shadow =
            self.script().shadow.then(|| Shadow { model: "candidate".to_owned(), percent: 100 });
        let memo = self.0.chosen.get().to_string();
        Ok(Routing { targets, decision, hedge, memo, headers, shadow })
    }

    async fn observe(&self, observations: Observations) {
        self.count("observe");
        self.0.seen.borrow_mut().observed.push(observations);
    }

    fn by_style(&self, _: &str) -> Result<bool, Fault> {
        self.count("by_style");
        Ok(false)
    }

    fn models(&self, _: &Caller, _: u64) -> Result<Vec<ModelEntry>, Fault> {
        Ok(Vec::new())
    }

    fn router_ready(&self) -> Result<(), Fault> {
        Ok(())
    }
}

pub fn target(index: usize) -> Target {
    Target {
        deployment: Deployment {
            name: format!("provider/{index}"),
            model: "m".to_owned(),
            route: None,
            provider: "provider".to_owned(),
            region: None,
        },
        api: VendorApi::new(Dialect::OpenAi, format!("m{index}")),
        endpoint: Endpoint {
            transport: Transport::Upstream,
            base_url: "https://vendor.test".to_owned(),
            default_base_path: "/v1".to_owned(),
            credential: None,
            deadlines: DEADLINES,
        },
        metering: Metering {
            counting: Counting {
                tokenizer: Tokenizer::O200kBase,
                tools: ToolRule::Functions,
                factor_percent: 100,
                image: ImageRule::Fixed(0),
            },
            price: None,
            context_tokens: None,
            max_output_tokens: None,
            least_cap_tokens: 0,
            thinking_within_cap: false,
        },
        first_token_p95_ms: None,
    }
}

impl Provider for World {
    type Decoder = Reader;

    fn encode(&self, api: &VendorApi, facts: &RequestFacts, body: &str) -> Result<Encoded, Fault> {
        self.count("encode");
        if api.model == judge::MODEL {
            return self.encoded_question(body);
        }
        if *self.attempt_at(&api.model) == Attempt::NotEncoded {
            self.0.attempt.set(self.0.attempt.get() + 1);
            return Err(fault(Kind::InvalidRequest, false));
        }
        let losses = match self.attempt_at(&api.model) {
            Attempt::Lossy => {
                if self.script().strict {
                    self.0.attempt.set(self.0.attempt.get() + 1);
                }
                vec![Loss { path: "seed".to_owned(), reason: "there is none".to_owned() }]
            }
            _ => Vec::new(),
        };
        Ok(Encoded {
            path: "/chat/completions".to_owned(),
            headers: Vec::new(),
            body: match self.script().asked {
                Asked::Transcript => {
                    let replacement = "\"other\"".to_owned();
                    Rewritten::Edits(vec![Edit { span: facts.model_span, replacement }])
                }
                _ => Rewritten::Whole(body.to_owned()),
            },
            losses,
            memo: String::new(),
        })
    }

    fn decoder(&self, _: &VendorApi, facts: &RequestFacts, head: &AnswerHead) -> Reader {
        Reader {
            said: Cell::new(0),
            segments: head.segments,
            last: RefCell::default(),
            id: Cell::new(self.script().keeps.answer_id),
            is_stream: facts.stream,
        }
    }

    fn count(&self, _: &VendorApi, _: &RequestFacts, _: &str) -> Result<String, Fault> {
        Ok("{}".to_owned())
    }

    fn explain(&self, _: Dialect, status: u16, _: &[Field], _: &str) -> Fault {
        let kind = match status {
            400 => Kind::InvalidRequest,
            429 => Kind::RateLimited,
            503 => Kind::Overloaded,
            _ => Kind::UpstreamFailed,
        };
        let fault = fault(kind, status >= 500 || status == 429);
        // A vendor that asks for a short wait, and one that asks for a long one.
        let retry_after_ms = match status {
            503 => Some(1_000),
            429 => Some(7_000),
            _ => None,
        };
        Fault { retry_after_ms, ..fault }
    }
}

/// What the vendor says.
const TEXT: &str = "text";

/// The end of an answer that the guardrail has ended.
pub const STOPPED: &str = "[STOPPED]";

impl Reader {
    fn text(&self, decoded: &mut Decoded, text: &str) {
        self.last.borrow_mut().0 += 1;
        let start = decoded.output.len() + "data: ".len();
        decoded.output.push_str(&format!("data: {text}\n\n"));
        if self.segments {
            decoded.segments.push(AnswerSegment {
                at: Place::new(TextKind::Text, 0),
                role: SegmentRole::Piece,
                form: SegmentForm::JsonString,
                span: (start..start + text.len()).into(),
            });
        }
    }
}

/// Reads `t`, `h`, `u`, `d`, `p`, `o` and `g`: the parts.
pub struct Reader {
    said: Cell<u64>,
    segments: bool,
    /// How many texts the last output has, and its end.
    last: RefCell<(u32, bool)>,
    /// The id that is still to be handed out.
    id: Cell<Option<&'static str>>,
    is_stream: bool,
}

const USAGE: Usage = Usage {
    input_tokens: 7,
    cached_input_tokens: 0,
    cache_write_tokens: 0,
    output_tokens: 5,
    reasoning_tokens: 0,
    audio_input_tokens: 0,
    audio_output_tokens: 0,
    estimated: false,
};

impl Decoder for Reader {
    fn push(&self, chunk: &str) -> Result<Decoded, Fault> {
        let mut decoded = Decoded::default();
        *self.last.borrow_mut() = (0, false);
        if let Some(id) = self.id.take() {
            decoded.output = match self.is_stream {
                true => format!("data: {{\"response\":{{\"id\":\"{id}\"}}}}\n\n"),
                false => format!("{{\"id\":\"{id}\"}}"),
            };
            decoded.ids.push(id.to_owned());
        }
        for part in chunk.chars() {
            match part {
                't' => {
                    self.said.set(self.said.get() + 1);
                    self.text(&mut decoded, TEXT);
                }
                'u' => decoded.usage = Some(USAGE),
                'd' => {
                    decoded.output.push_str(DONE);
                    decoded.done = true;
                    decoded.begun = true;
                    self.last.borrow_mut().1 = true;
                    return Ok(decoded);
                }
                'p' => decoded.output.push_str("data: preamble\n\n"),
                'o' => return Err(fault(Kind::Overloaded, true)),
                'g' => return Err(fault(Kind::UpstreamInvalid, true)),
                'Y' => self.text(&mut decoded, "Yes."),
                'N' => self.text(&mut decoded, "no"),
                '?' => self.text(&mut decoded, "maybe, yes"),
                _ => {}
            }
        }
        decoded.begun = self.said.get() > 0;
        Ok(decoded)
    }

    fn finish(&self) -> Result<Decoded, Fault> {
        Ok(Decoded { output: DONE.to_owned(), done: true, ..Decoded::default() })
    }

    fn edit(&self, edits: &[SegmentEdit]) -> Result<String, Fault> {
        assert!(self.segments, "no texts are asked for");
        let (texts, ends) = *self.last.borrow();
        let mut decoded = Decoded::default();
        for number in 0..texts {
            let edit = edits.iter().find(|edit| edit.segment == number);
            self.text(&mut decoded, edit.map_or(TEXT, |edit| &edit.text));
        }
        Ok(decoded.output + if ends { DONE } else { "" })
    }

    fn delta(&self, _: Place, text: &str) -> Result<String, Fault> {
        assert!(self.segments, "no texts are asked for");
        Ok(format!("data: {text}\n\n"))
    }

    fn cut(&self, _: &[SegmentEdit], segment: u32, _: &Notice) -> Result<String, Fault> {
        assert!(self.segments, "no texts are asked for");
        Ok("data: text\n\n".repeat(segment as usize) + STOPPED)
    }

    fn so_far(&self) -> Usage {
        Usage { output_tokens: self.said.get(), estimated: true, ..Usage::default() }
    }
}

/// The vendor's answer.
pub struct Parts {
    pub time: Time,
    pub parts: std::vec::IntoIter<(u64, Part)>,
    pub ends_well: bool,
}

impl Body for Parts {
    async fn read(&mut self, mut buffer: Vec<u8>) -> (bool, Vec<u8>) {
        let Some((after_ms, part)) = self.parts.next() else { return (true, buffer) };
        self.time.sleep(after_ms).await;
        buffer.push(match part {
            Part::Text => b't',
            Part::Withheld => b'h',
            Part::Usage => b'u',
            Part::Done => b'd',
            Part::Garbage => b'g',
            Part::Preamble => b'p',
            Part::Overloaded => b'o',
            Part::Said(word) => word.byte(),
        });
        (false, buffer)
    }

    async fn ending(&mut self) -> Result<(), Fault> {
        if self.ends_well { Ok(()) } else { Err(fault(Kind::UpstreamInvalid, true)) }
    }
}

impl Upstream for World {
    type Body = Parts;

    async fn send(&self, outbound: Outbound) -> Result<Inbound<Parts>, Fault> {
        self.count("send");
        if outbound.model == judge::MODEL {
            return self.judged(outbound).await;
        }
        self.0.seen.borrow_mut().sent_to.push(outbound.model.clone());
        self.0.seen.borrow_mut().asked = match outbound.body {
            OutboundBody::Text(text) => text.into_bytes(),
            OutboundBody::Form(form) => {
                let bytes: Vec<u8> = form.chunks(5).flatten().copied().collect();
                assert_eq!(bytes.len() as u64, form.len());
                bytes
            }
        };
        let attempt = self.attempt_at(&outbound.model).clone();
        self.0.attempt.set(self.0.attempt.get() + 1);
        self.0.time.sleep(10).await;
        let (status, parts, ends_well) = match attempt {
            Attempt::Unreachable { retryable } => {
                return Err(fault(Kind::UpstreamUnreachable, retryable));
            }
            Attempt::Status(status) => (status, Vec::new(), true),
            Attempt::Answer { parts, ends_well } => (200, parts, ends_well),
            _ => (200, vec![(0, Part::Text), (0, Part::Done)], true),
        };
        let body = Parts { time: self.0.time.clone(), parts: parts.into_iter(), ends_well };
        let headers = match self.script().asked {
            Asked::Speech => vec![("content-type".to_owned(), "audio/mpeg".to_owned())],
            _ => Vec::new(),
        };
        Ok(Inbound { status, headers, body })
    }

    async fn delegate(&self, call: DelegatedCall) -> DelegatedResult {
        self.script().keeps.delegate(call)
    }

    async fn delegate_for_recorder(&self, call: DelegatedCall) -> DelegatedResult {
        self.script().keeps.delegate(call)
    }

    async fn unset_variables(&self, _: Vec<String>) -> Vec<String> {
        Vec::new()
    }

    async fn redact(&self, texts: Vec<String>) -> Vec<String> {
        texts
    }
}

impl Platform for World {
    fn now_ns(&self) -> u64 {
        self.count("clock");
        self.0.time.now_ms() * 1_000_000
    }

    fn unix_ms(&self) -> u64 {
        self.count("wall clock");
        self.0.time.now_ms()
    }

    async fn sleep(&self, ms: u64) {
        self.count("timer");
        self.0.time.sleep(ms).await;
    }

    fn random(&self) -> u64 {
        self.count("random");
        self.0.seen.borrow().calls["random"].into()
    }

    fn policy(&self) -> Result<&'static Gateway, postern_fault::Fault> {
        static POLICIES: Mutex<BTreeMap<String, &Gateway>> = Mutex::new(BTreeMap::new());
        let mut text = self.script().policy.to_owned();
        if self.script().early_head {
            text.push_str(&format!("\n[response]\nearly_head_after_ms = {EARLY_HEAD_MS}\n"));
        }
        let mut policies = POLICIES.lock().unwrap();
        let read = || &*Box::leak(Box::new(Gateway::from_toml(Some(&text)).unwrap()));
        Ok(policies.entry(text.clone()).or_insert_with(read))
    }

    fn record(&self, record: &Record) {
        let line = record.to_json().unwrap();
        self.0.seen.borrow_mut().records.push(serde_json::from_str(&line).unwrap());
    }

    fn afterwards(&self, work: Pin<Box<dyn Future<Output = ()>>>) {
        // Nothing in it waits.
        let () = futures::FutureExt::now_or_never(work).unwrap();
    }
}
