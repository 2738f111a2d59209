//! An answer too large for any buffer, from a faulty vendor. It ignores caps and stops.

use super::choice::{Choice, Speech};
use super::wire::{ChunkChoice, Envelope, event};
use crate::script::{Script, Step};
use crate::tokens;
use crate::usage::Usage;
use std::iter;

/// One word per token, eight bytes each: 64 KiB a chunk.
const WORD: &str = " postern";
const WORDS_PER_CHUNK: usize = 8_192;

/// 80 MiB in all: over a gateway's cap on bodies, and more than an instance should ever buffer.
const CHUNKS: usize = 1_280;

/// One JSON object, 80 MiB long, made chunk by chunk.
pub(super) fn whole(envelope: &Envelope) -> Script {
    let marker =
        Choice { speech: Speech::Text, pieces: [WORD.to_owned()].into(), finish_reason: "stop" };
    let body = envelope.completion(&[marker], usage(envelope));
    let (head, tail) = body.split_once(WORD).unwrap_or((&body, ""));
    let content = (0..CHUNKS).map(|_| Step::Write(chunk()));
    Script::json_steps(
        200,
        iter::once(Step::Write(head.to_owned()))
            .chain(content)
            .chain([Step::Write(tail.to_owned())]),
    )
}

/// Events of 64 KiB each, 80 MiB in all.
pub(super) fn streamed(envelope: Envelope) -> Script {
    let opening = envelope.chunk(ChunkChoice::opening(0, &Speech::Text));
    let closing = envelope.chunk(ChunkChoice::closing(0, "stop"));
    let usage = envelope.usage_chunk(usage(&envelope));
    let pieces =
        (0..CHUNKS).map(move |_| envelope.chunk(ChunkChoice::piece(0, &Speech::Text, chunk())));
    let end = iter::once(closing).chain(usage).chain([event("[DONE]")]);
    Script::events(iter::once(opening).chain(pieces).chain(end).map(Step::Write))
}

fn chunk() -> String {
    WORD.repeat(WORDS_PER_CHUNK)
}

fn usage(envelope: &Envelope) -> Usage {
    let output_tokens = tokens::count(WORD) * (WORDS_PER_CHUNK * CHUNKS) as u64;
    Usage::new(envelope.prompt_tokens, output_tokens)
}
