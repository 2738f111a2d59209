//! Delivers the choices to the client: buffered or as events, at the model's pace.

use super::choice::Choice;
use super::wire::{ChunkChoice, Envelope, event};
use crate::model::Behaviour;
use crate::script::{Script, Step};
use crate::spoil;
use crate::usage::Usage;
use std::iter;

/// The number of events before a stream stalls or breaks, if it has that many.
const EVENTS_BEFORE_FAILURE: usize = 4;

/// The answer in one piece.
pub(super) fn whole(
    behaviour: Behaviour,
    envelope: &Envelope,
    choices: &[Choice],
    usage: Usage,
) -> Script {
    let body = envelope.completion(choices, usage);
    Script::json_steps(200, spoil::whole(behaviour, iter::once(Step::Write(body))))
}

/// The answer event by event: the choices take turns.
pub(super) fn streamed(
    behaviour: Behaviour,
    envelope: Envelope,
    choices: Vec<Choice>,
    usage: Usage,
) -> Script {
    let events: usize = choices.iter().map(events).sum();
    let before_failure = EVENTS_BEFORE_FAILURE.min(events.saturating_sub(1));
    let end = envelope.usage_chunk(usage).into_iter().chain([event("[DONE]")]).map(Step::Write);
    let chunks = turns(choices).flat_map(move |choice| {
        let pause = choice.is_piece().then(|| behaviour.pause()).flatten();
        pause.into_iter().chain([Step::Write(envelope.chunk(choice))])
    });
    Script::events(spoil::events(behaviour, chunks.chain(end), before_failure))
}

/// The number of events of `choice`.
fn events(choice: &Choice) -> usize {
    choice.pieces.len() + 2
}

/// The first event of each choice, then the second of each, until all have ended.
fn turns(choices: Vec<Choice>) -> impl Iterator<Item = ChunkChoice> {
    let turns = choices.iter().map(events).max().unwrap_or(0);
    let indices = 0..choices.len();
    (0..turns)
        .flat_map(move |turn| indices.clone().map(move |index| (turn, index)))
        .filter_map(move |(turn, index)| ChunkChoice::of_turn(turn, index, choices.get(index)?))
}
