//! Transcripts of recordings (<https://platform.openai.com/docs/api-reference/audio/createTranscription>): JSON with the text and
//! with its segments and words, or nothing but text, with times (SubRip, WebVTT) or without, or events.

use super::close::raw::{Raw, string};
use super::close::{Cut, Ending, guardrail};
use super::find::FindTexts;
use super::found::Found;
use super::mark::When;
use crate::json::Node;
use crate::{Span, media};
use postern_types::provider::{Place, TextKind};
use serde_json::json;

pub(super) struct Speech {
    is_plain: bool,
}

impl Speech {
    pub fn new(media_type: &str) -> Self {
        Speech { is_plain: media::is_text(media_type) }
    }
}

/// The text, and what the segments belong to.
const WHOLE: Place = Place { kind: TextKind::Transcript, choice: 0, content: 0, part: 0 };
const SEGMENTS: Place = Place { content: 1, ..WHOLE };

impl FindTexts for Speech {
    fn event(&mut self, data: Option<&Node<'_>>, found: &mut Found<'_>) {
        let Some(data) = data else { return found.end_if(|_| true) };
        match &*data.text_of("type") {
            "transcript.text.delta" => {
                if let Some(delta) = data.get("delta") {
                    found.say(WHOLE, delta);
                }
            }
            "transcript.text.segment" => segment(data, found),
            "transcript.text.done" => {
                if let Some(text) = data.get("text") {
                    found.tell(WHOLE, text);
                }
                found.end_if(|_| true);
            }
            _ => {}
        }
        void(data, found);
    }

    fn whole(&mut self, answer: &Node<'_>, found: &mut Found<'_>) {
        if let Some(text) = answer.get("text") {
            found.say(WHOLE, text);
        }
        answer.list("segments").for_each(|(_, node)| segment(node, found));
        void(answer, found);
    }

    fn plain(&mut self, output: &str, found: &mut Found<'_>) -> bool {
        if self.is_plain {
            for (number, cue) in (0..).zip(cues(output)) {
                found.plain(WHOLE.in_content(number), cue);
            }
        }
        self.is_plain
    }

    /// A text that was edited in another way than its segments has none: what a detector finds across their border must not stand in
    /// them.
    fn mend(&self, output: String) -> String {
        if self.is_plain {
            return output;
        }
        let answer = Raw::uncut(&output);
        let segments = answer.list("segments");
        let letters = |text: &str| text.split_whitespace().collect::<String>();
        let said: String =
            segments.iter().map(|segment| letters(&segment.text_of("text"))).collect();
        if segments.is_empty() || said == letters(&answer.text_of("text")) {
            return output;
        }
        answer.with([("segments", Some("[]".to_owned()))])
    }

    fn delta(&self, at: Place, text: &str, _: u64) -> Option<String> {
        let event = json!({ "type": "transcript.text.delta", "delta": text });
        (at == WHOLE).then(|| format!("data: {event}\n\n"))
    }

    fn left(&mut self, _: &Node<'_>, _: &str) {}

    fn close(&mut self, ending: &mut Ending<'_>) {
        let rest = std::mem::take(&mut ending.rest).into_iter();
        let said = ending.said().map(|text| (WHOLE, text));
        for (at, text) in rest.chain(said).filter(|(at, _)| *at == WHOLE) {
            ending.memory.release(at, &text);
            ending.out.extend(self.delta(at, &text, 0));
        }
        let text = string(ending.memory.released(WHOLE));
        let why = guardrail(ending.notice);
        ending
            .data(&format!(r#"{{"type":"transcript.text.done","text":{text},"guardrail":{why}}}"#));
    }

    /// A text has no member for the reason: it always says the message.
    fn cut(&self, answer: Raw<'_>, cut: &Cut<'_>) -> String {
        let message = &cut.notice.message;
        if self.is_plain {
            return message.clone();
        }
        let text = answer.text_of("text");
        let said = if cut.notice.said { text + message } else { text };
        let member = |name| (name, answer.get(name).map(|_| "[]".to_owned()));
        answer.with_all(vec![
            ("text", Some(string(&said))),
            member("segments"),
            member("words"),
            member("logprobs"),
            ("guardrail", Some(guardrail(cut.notice))),
        ])
    }
}

fn segment(node: &Node<'_>, found: &mut Found<'_>) {
    for text in ["text", "speaker"].iter().filter_map(|name| node.get(name)) {
        found.complete(SEGMENTS, text);
    }
    if let Some(tokens) = node.get("tokens") {
        found.void(WHOLE, tokens, "[]", When::Differs);
    }
}

/// Words one by one, and the tokens that they are made of.
fn void(node: &Node<'_>, found: &mut Found<'_>) {
    for list in ["words", "logprobs"].iter().filter_map(|name| node.get(name)) {
        found.void(WHOLE, list, "[]", When::Differs);
    }
}

/// The text between the times, or all of it if there are none.
fn cues(text: &str) -> Vec<Span> {
    if !text.lines().any(is_time) {
        return vec![(0..text.len()).into()];
    }
    let (mut cues, mut cue, mut at) = (Vec::new(), None::<(usize, usize)>, 0);
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let words = line.trim_end();
        let number = words.bytes().all(|byte| byte.is_ascii_digit());
        let is_number = number && lines.peek().is_some_and(|next| is_time(next));
        match words.is_empty() || is_number || is_time(words) {
            true => cues.extend(cue.take()),
            false => cue = Some((cue.map_or(at, |(start, _)| start), at + words.len())),
        }
        at += line.len();
    }
    cues.extend(cue);
    cues.into_iter().map(|(start, end)| (start..end).into()).collect()
}

/// `00:00:01,000 --> 00:00:02,000`
fn is_time(line: &str) -> bool {
    line.split_once(" --> ").is_some_and(|(from, to)| {
        let is_clock = |text: &str| {
            text.contains(':') && text.starts_with(|first: char| first.is_ascii_digit())
        };
        is_clock(from.trim()) && is_clock(to.trim())
    })
}
