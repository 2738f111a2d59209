//! A complete answer that the guardrail has judged: whether it leaves, and how the model is asked once more.

use crate::answer::Answer;
use crate::call::Call;
use crate::exchange::Exchange;
use crate::found::Direction;
use crate::judgement::{fault, finding, findings};
use crate::refusal::Refusal;
use crate::said::Said;
use crate::stages::Stages;
use postern_dialect::translate;
use postern_types::Prompt;
use postern_types::guardrail::{Action, Judgement};

/// The conversation in which the model is asked once more, if the rules want it and it can be continued.
pub fn conversation(call: &Call<'_>, judgement: &Judgement, said: &Said) -> Option<Prompt> {
    let instruction = judgement.repair.as_ref().filter(|_| said.is_whole())?;
    let message = format!("{}{instruction}", said.calls());
    let facts = call.facts;
    let (client, operation) = (facts.client, facts.operation);
    let body = translate::appended(client, operation, &call.prompt.body, &said.text(), &message)?;
    let is_too_long = body.len() as u64 > call.policy.max_request_body_bytes;
    let read = translate::read(client, operation, &body).ok().filter(|_| !is_too_long)?;
    Some(read.into_prompt(body))
}

/// Records that the model is asked once more.
pub fn repairing<S: Stages>(judgement: &Judgement, exchange: &mut Exchange<S>) {
    let all = judgement.violations.iter().map(|violation| finding(violation, Action::Repair));
    exchange.found(all.collect(), Direction::Answer);
}

/// The answer, flagged if need be.
///
/// # Errors
///
/// A rule does not let it pass. `why`: why the model was not asked once more, for the operator.
pub fn settled<S: Stages>(
    mut answer: Answer<S>,
    judgement: &Judgement,
    why: Option<&str>,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Refusal> {
    exchange.found(findings(judgement), Direction::Answer);
    let Some(fault) = fault(judgement, why) else { return Ok(answer) };
    let mut fields = std::mem::take(&mut answer.fields);
    // The SDKs of OpenAI and Anthropic would ask again by themselves, at the caller's cost.
    fields.push(("x-should-retry".to_owned(), "false".to_owned()));
    Err(Refusal { fields, ..fault.into() })
}
