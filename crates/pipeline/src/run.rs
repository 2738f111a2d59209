//! The life of a request that goes to a vendor, top to bottom.

use crate::answer::Answer;
use crate::attempt::attempts::{self, Targets};
use crate::attempt::waiting;
use crate::authenticate;
use crate::authorize;
use crate::body;
use crate::call::Call;
use crate::exchange::Exchange;
use crate::guard::{self, Passed};
use crate::head::Head;
use crate::ids;
use crate::judged;
use crate::originals::Turn;
use crate::record::Event;
use crate::refusal::Refusal;
use crate::shadow::{self, ShadowCopy};
use crate::shedding;
use crate::stages::{Body, Stages};
use crate::upload::Upload;
use postern_dialect::{Operation, translate};
use postern_dialect::{media, needs};
use postern_policy::Gateway;
use postern_types::Prompt;
use postern_types::auth::Action;
use postern_types::router::RoutingRequest;
use std::rc::Rc;

/// Runs the stages in their order. Streams go on in [`crate::pump`] after this has returned.
pub async fn run<S: Stages>(
    head: &Head,
    operation: Operation,
    body: impl Body,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Refusal> {
    // Without readable policies nothing is served.
    let policy = exchange.stages.policy()?;
    // Identity first: an unknown caller costs no read, no count and no look-up.
    let caller = authenticate::caller(head, exchange).await?;
    // Not every caller may know which deployments there are, and why one was chosen.
    if head.explain {
        authorize::to_gateway(&caller, Action::Explain, head, exchange)?;
        exchange.explain();
    }
    // The body, once: every later stage refers to these bytes.
    let Received { body, upload, bytes: body_bytes } =
        receive(head, operation, body, policy, exchange).await?;
    // What every later stage knows of it; a stream is scanned once more, for its one splice.
    let client = exchange.client;
    let read = exchange.run("read", |_| translate::read(client, operation, &body))?;
    exchange.observe(Event::Read(&read.facts, body_bytes));
    shedding::stream(&read.facts, exchange)?;
    exchange.streamed_model = read.facts.stream.then(|| read.facts.model.clone());
    // What was replaced in the turns before it, if policy keeps that.
    let turn = Turn::begin(head, &caller, operation, &body, exchange).await?;
    let prompt = read.into_prompt(body);
    // What it says, before anything depends on it: the vendor sees no more than the rules let pass.
    let Passed { prompt, memo: guard, originals, judging } =
        guard::request(head, &caller, prompt, turn.known(), exchange).await?;
    let keeper = turn.keeper(&caller, originals, exchange).await?;
    let needs = exchange.run("needs", |_| needs::of(client, operation, &prompt.body))?;
    let call = Call {
        head,
        caller: &caller,
        prompt: &prompt,
        facts: &prompt.facts,
        body: &prompt.body,
        upload: upload.as_ref(),
        body_bytes,
        needs: &needs,
        policy,
        guard: guard.as_deref(),
        keeper: keeper.as_ref(),
        judging,
    };
    let answer = routed(&call, exchange).await?;
    // An answer that is complete and not valid is refused, flagged, or asked for once more.
    let answer = judged(&call, answer, exchange).await?;
    // A copy may go to a candidate when the client has its answer.
    let shadow = shadow::of(exchange.candidate.take(), &call, exchange);
    exchange.afterwards = shadow.map(ShadowCopy::run);
    Ok(answer)
}

/// The answer of the first deployment that gives one.
async fn routed<S: Stages>(
    call: &Call<'_>,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Refusal> {
    // The deployments that may serve it, best first, and of these the ones that this caller may use for what the
    // request does and for the ids that it names.
    let targets = targets(call, None, exchange).await?;
    // Each in turn until one begins to answer: after the client's first byte there is no other. Before each, the
    // limiter reserves the most that it may use.
    waiting::arm(call, exchange);
    match attempts::in_turn(call, targets, exchange).await {
        Err(refusal) if refusal.downgrade_to.is_some() => downgraded(call, refusal, exchange).await,
        answered => answered,
    }
}

/// What becomes of an answer that was judged before anything of it has left.
async fn judged<S: Stages>(
    call: &Call<'_>,
    mut answer: Answer<S>,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Refusal> {
    let Some((judgement, said)) = answer.judgement.take() else { return Ok(answer) };
    let Some(prompt) = judged::conversation(call, &judgement, &said) else {
        return judged::settled(answer, &judgement, None, exchange);
    };
    judged::repairing(&judgement, exchange);
    match repaired(call, &prompt, exchange).await {
        Ok(mut second) => match second.judgement.take() {
            // It is asked once, not until it is right.
            Some((judgement, _)) => judged::settled(second, &judgement, None, exchange),
            None => Ok(second),
        },
        Err(refusal) => {
            let why = format!("not repaired: {:?}", refusal.fault.kind);
            judged::settled(answer, &judgement, Some(&why), exchange)
        }
    }
}

/// The answer to the conversation in which the model is told what was wrong. It is routed, authorized, admitted and sent like
/// any other, with a lease of its own, so that limits, costs and policies count it.
async fn repaired<S: Stages>(
    call: &Call<'_>,
    prompt: &Prompt,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Refusal> {
    exchange.observe(Event::Repairing);
    let again = Call { prompt, facts: &prompt.facts, body: &prompt.body, ..*call };
    Box::pin(routed(&again, exchange)).await
}

/// The body of a request.
struct Received {
    /// As the stages get it.
    body: String,
    /// The form that it was.
    upload: Option<Rc<Upload>>,
    bytes: usize,
}

/// Files stay in the gateway: the stages get the text fields of a form.
async fn receive<S: Stages>(
    head: &Head,
    operation: Operation,
    body: impl Body,
    policy: &Gateway,
    exchange: &mut Exchange<S>,
) -> Result<Received, Refusal> {
    let stages = exchange.stages.clone();
    let read = body::read(&stages, body, head, body::cap(operation, policy));
    let (content, permit) = exchange.wait("body", read).await?;
    let bytes = content.len();
    if media::is_form(operation) {
        let max_bytes = policy.max_request_body_bytes;
        let upload = Upload::read(&head.content_types, content, permit, max_bytes)?;
        return Ok(Received { body: upload.to_json(), upload: Some(Rc::new(upload)), bytes });
    }
    exchange.memory.push(permit);
    Ok(Received { body: body::text(content)?, upload: None, bytes })
}

/// The deployments that may serve, of `instead` if it is given. Default deny.
async fn targets<S: Stages>(
    call: &Call<'_>,
    instead: Option<&str>,
    exchange: &mut Exchange<S>,
) -> Result<Targets, Refusal> {
    let name = instead.unwrap_or(&call.facts.model);
    let by_style = exchange.stages.by_style(name)?;
    let signals = exchange.run("signals", |_| postern_route::signals(call.prompt, by_style));
    let request = RoutingRequest {
        caller: call.caller.clone(),
        facts: call.facts.clone(),
        signals,
        headers: call.head.for_router.clone(),
        instead: instead.map(str::to_owned),
        unix_ms: exchange.stages.unix_ms(),
        seed: exchange.stages.random(),
    };
    let stages = exchange.stages.clone();
    let routing = exchange.wait("router", stages.choose(request)).await?;
    exchange.observe(Event::Routed(&routing.decision));
    exchange.observing.routed(routing.memo);
    if instead.is_none() {
        // What a limit names instead is not what the client asked for.
        exchange.notices = routing.headers;
        exchange.candidate = routing.shadow;
    }
    let targets = authorize::permitted(call, routing.targets, exchange)?;
    let targets = ids::permitted(call, targets, exchange).await?;
    Ok(Targets { targets, hedge: routing.hedge })
}

/// A limit may name another model instead of refusing. If that one does not answer, the limit's refusal stands.
async fn downgraded<S: Stages>(
    call: &Call<'_>,
    mut refusal: Refusal,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Refusal> {
    let Some(instead) = refusal.downgrade_to.take() else { return Err(refusal) };
    let targets = targets(call, Some(&instead), exchange).await;
    let Ok(targets) = targets else { return Err(refusal) };
    exchange.observe(Event::Downgraded(&instead));
    let Ok(mut answer) = Box::pin(attempts::in_turn(call, targets, exchange)).await else {
        return Err(refusal);
    };
    answer.fields.push(("x-postern-downgraded-to".to_owned(), instead.into_string()));
    Ok(answer)
}
