//! What a prompt is like, as far as routing goes by it: measured once, in linear time, by the same rules everywhere.

mod complexity;
mod language;
mod words;

pub use complexity::{Complexity, complexity};

use crate::hash;
use postern_types::router::{Signals, Style};
use postern_types::{Prompt, Role, Segment, SegmentKind};
use std::borrow::Cow;

/// What is looked at of the last message of the user: a longer one shows within it what it is like.
const MAX_LOOKED_AT_BYTES: usize = 16 * 1024;

/// What is looked at of the texts that a conversation begins with.
const MAX_HASHED_BYTES: usize = 4 * 1024;

/// Bytes to a token: of ASCII, in English and code, and of other scripts. Both err on the side of too many tokens.
const ASCII_BYTES_PER_TOKEN: u64 = 4;
const OTHER_BYTES_PER_TOKEN: u64 = 3;

/// Measures a prompt, and how it is written if the choice goes by it.
#[must_use]
pub fn signals(prompt: &Prompt, by_style: bool) -> Signals {
    let (body, segments) = (prompt.body.as_str(), prompt.segments.as_slice());
    let (mut prompt_tokens, mut prompt_bytes) = (0, 0);
    for segment in segments.iter().filter(|segment| is_read(segment.kind)) {
        let Some(raw) = segment.raw(body) else { continue };
        prompt_bytes += raw.len() as u64;
        prompt_tokens += estimate(raw);
    }
    Signals {
        prompt_tokens,
        prompt_bytes,
        conversation: conversation(body, segments),
        earlier_texts: earlier(segments),
        style: by_style.then(|| style(&last_of_user(body, segments))),
    }
}

fn style(last: &str) -> Style {
    let seen = words::of(last);
    Style {
        language: language::of(last).map(str::to_owned),
        has_code: seen.has_code,
        questions: seen.questions,
        reasoning_words: seen.reasoning_words,
    }
}

/// Whether a model reads it as text.
fn is_read(kind: SegmentKind) -> bool {
    !matches!(
        kind,
        SegmentKind::ImageReference
            | SegmentKind::LowDetailImage
            | SegmentKind::Media
            | SegmentKind::FileReference
            | SegmentKind::VendorReference
            | SegmentKind::SealedReasoning
            | SegmentKind::Metadata
            | SegmentKind::Other
    )
}

fn estimate(text: &str) -> u64 {
    let ascii = text.bytes().filter(u8::is_ascii).count() as u64;
    let other = text.len() as u64 - ascii;
    ascii.div_ceil(ASCII_BYTES_PER_TOKEN) + other.div_ceil(OTHER_BYTES_PER_TOKEN)
}

fn is_of_user(segment: &Segment) -> bool {
    segment.kind == SegmentKind::UserText && segment.role == Role::User
}

/// The texts of the last message of the user, bounded: the run of its texts that ends with the last one.
fn last_of_user<'p>(body: &'p str, segments: &[Segment]) -> Cow<'p, str> {
    let Some(end) = segments.iter().rposition(is_of_user) else { return Cow::Borrowed("") };
    let until = segments.get(..=end).unwrap_or_default();
    let run = until.iter().rev().take_while(|segment| segment.role == Role::User).count();
    let mut texts = until.iter().skip(until.len() - run).filter(|segment| is_of_user(segment));
    let first = texts.next().and_then(|segment| segment.text(body)).unwrap_or_default();
    let mut text = first;
    for more in texts {
        if text.len() >= MAX_LOOKED_AT_BYTES {
            break;
        }
        let text = text.to_mut();
        text.push('\n');
        text.push_str(&more.text(body).unwrap_or_default());
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(beginning(text, MAX_LOOKED_AT_BYTES)),
        Cow::Owned(mut text) => {
            let length = beginning(&text, MAX_LOOKED_AT_BYTES).len();
            text.truncate(length);
            Cow::Owned(text)
        }
    }
}

/// At most so many bytes, whole characters.
fn beginning(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

/// What stays when a conversation grows: its first instructions, and the first text of the user.
fn conversation(body: &str, segments: &[Segment]) -> Option<u64> {
    let first = segments.iter().position(is_of_user)?;
    let hashed = |segment: &Segment| Some(beginning(segment.raw(body)?, MAX_HASHED_BYTES));
    let instructions = segments.iter().filter(|segment| segment.kind == SegmentKind::Instruction);
    let user = segments.get(first).and_then(hashed);
    let texts = instructions.take(1).filter_map(hashed).chain(user);
    Some(hash::of(texts.map(str::as_bytes)))
}

/// The texts of earlier turns.
fn earlier(segments: &[Segment]) -> u32 {
    let is_said = |segment: &&Segment| {
        matches!(segment.kind, SegmentKind::AssistantText | SegmentKind::ToolResult)
    };
    u32::try_from(segments.iter().filter(is_said).count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
