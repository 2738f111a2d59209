//! How the choices reach the client: whole or as events, at the model's pace.

use super::choice::Choice;
use super::wire::{ChunkChoice, Envelope, event};
use crate::model::Behaviour;
use crate::script::{Script, Step};
use crate::spoil;
use crate::usage::Usage;
use std::iter;

/// How many events come before a stream stalls or breaks, where it has that many.
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

/// The answer event by event: those of the choices take turns.
pub(super) fn streamed(
    behaviour: Behaviour,
    envelope: Envelope,
    choices: Vec<Choice>,
    usage: Usage,
) -> Script {
    let mut turns: Vec<(usize, ChunkChoice)> = Vec::new();
    for (index, choice) in choices.into_iter().enumerate() {
        turns.extend(events(index, choice).enumerate());
    }
    turns.sort_by_key(|(turn, _)| *turn);
    let before_failure = EVENTS_BEFORE_FAILURE.min(turns.len().saturating_sub(1));
    let end = envelope.usage_chunk(usage).into_iter().chain([event("[DONE]")]);
    let chunks = turns.into_iter().flat_map(move |(_, choice)| {
        let pause = choice.is_piece().then(|| behaviour.pause()).flatten();
        pause.into_iter().chain([Step::Write(envelope.chunk(choice))])
    });
    Script::events(spoil::events(behaviour, chunks.chain(end.map(Step::Write)), before_failure))
}

fn events(index: usize, choice: Choice) -> impl Iterator<Item = ChunkChoice> {
    let Choice { speech, pieces, finish_reason } = choice;
    let opening = ChunkChoice::opening(index, &speech);
    let pieces = pieces.into_iter().map(move |piece| ChunkChoice::piece(index, &speech, piece));
    iter::once(opening).chain(pieces).chain([ChunkChoice::closing(index, finish_reason)])
}
