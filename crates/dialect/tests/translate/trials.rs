//! Answers for every client, and what of their texts is said and heard.

use crate::fixtures::{CASES, STREAM, WHOLE, answer, decoder_of_texts, facts, heard};
use crate::more_answers::{self, Said};
use postern_dialect::chat::{Answer, Content, Part};
use postern_dialect::translate::{self, Decoder};
use postern_dialect::{Decoded, Dialect, Facts, Operation};
use postern_types::provider::{Place, SegmentEdit, SegmentRole, TextKind};
use std::collections::BTreeMap;

/// What is tried: a vendor's answer for a client.
#[derive(Debug, Clone)]
pub struct Trial {
    pub vendor: Dialect,
    pub client: Client,
    pub name: &'static str,
    pub stream: bool,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Client {
    Chat,
    Completions,
    Responses,
    Anthropic,
}

impl Client {
    pub const ALL: [Client; 4] =
        [Client::Chat, Client::Completions, Client::Responses, Client::Anthropic];

    pub fn wire(self) -> Dialect {
        match self {
            Client::Responses => Dialect::Responses,
            Client::Anthropic => Dialect::Anthropic,
            _ => Dialect::OpenAi,
        }
    }

    pub fn facts(self, stream: bool) -> Facts {
        if self != Client::Completions {
            return facts(self.wire(), stream);
        }
        let body = format!(r#"{{"model":"alias","prompt":"hi","stream":{stream}}}"#);
        translate::read(Dialect::OpenAi, Operation::Completions, &body).unwrap().facts
    }
}

impl Trial {
    /// The client's own bytes pass.
    pub fn passes(&self) -> bool {
        self.vendor == self.client.wire() && self.client != Client::Completions || self.is_native()
    }

    pub fn is_native(&self) -> bool {
        self.name.starts_with("native")
    }

    pub fn decoder(&self, segments: bool) -> Decoder {
        let media_type = if self.stream { STREAM } else { WHOLE };
        let facts = self.client.facts(self.stream);
        match self.is_native() {
            true => more_answers::native(&facts, media_type, segments),
            false => decoder_of_texts(self.vendor, &facts, media_type, segments),
        }
    }

    pub fn run(&self) -> Vec<Decoded> {
        run(self.decoder(true), [self.text.as_str()], |_, _| None)
    }

    pub fn heard(&self, output: &str) -> Texts {
        match self.client {
            Client::Completions => more_answers::heard_completions(output, self.stream),
            client => texts_of(client, &heard(client.wire(), output, self.stream)),
        }
    }
}

/// Each vendor's answers, those of several kinds of texts among them.
pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for client in Client::ALL {
        for stream in [false, true] {
            for vendor in Dialect::ALL {
                // A vendor of Responses is asked for completions in the other dialect of its maker.
                if (vendor, client) == (Dialect::Responses, Client::Completions) {
                    continue;
                }
                for name in CASES {
                    let text = answer(vendor, name, stream);
                    trials.push(Trial { vendor, client, name, stream, text });
                }
            }
            for Said { vendor, name, stream: streamed, text } in more_answers::all() {
                let native = name.starts_with("native");
                if streamed == stream && native == (client == Client::Completions) {
                    trials.push(Trial { vendor, client, name, stream, text });
                }
            }
        }
    }
    trials
}

/// What a stage does with an output: its edits.
pub type Stage<'a> = &'a mut dyn FnMut(&Decoded) -> Option<Vec<SegmentEdit>>;

pub fn run<'a>(
    mut decoder: Decoder,
    pieces: impl IntoIterator<Item = &'a str>,
    mut stage: impl FnMut(&Decoded, &mut Decoder) -> Option<String>,
) -> Vec<Decoded> {
    let mut outputs = Vec::new();
    let mut pieces = pieces.into_iter();
    loop {
        let decoded = match pieces.next() {
            Some(piece) => decoder.push(piece).unwrap(),
            None => decoder.finish().unwrap(),
        };
        let done = decoded.done;
        let edited = stage(&decoded, &mut decoder);
        let output = edited.unwrap_or_else(|| decoded.output.clone());
        outputs.push(Decoded { output, ..decoded });
        if done {
            return outputs;
        }
    }
}

pub fn edited(trial: &Trial, pieces: &[&str], stage: Stage<'_>) -> String {
    let outputs = run(trial.decoder(true), pieces.iter().copied(), |decoded, decoder| {
        stage(decoded).map(|edits| decoder.edit(&edits).unwrap())
    });
    outputs.into_iter().map(|decoded| decoded.output).collect()
}

/// The texts of an answer by kind; calls in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Texts(pub BTreeMap<(u32, u8), Vec<String>>);

impl Texts {
    /// Texts are one, calls and summaries are several.
    pub fn add(&mut self, choice: u32, kind: TextKind, text: &str, begins: bool) {
        if text.is_empty() && !matches!(kind, TextKind::ToolArguments) {
            return;
        }
        let texts = self.0.entry((choice, kind as u8)).or_default();
        if begins || texts.is_empty() {
            texts.push(String::new());
        }
        texts.last_mut().unwrap().push_str(text);
    }
}

pub fn is_listed(kind: TextKind) -> bool {
    matches!(kind, TextKind::ToolName | TextKind::ToolArguments | TextKind::ReasoningSummary)
}

/// What a reader of the dialect makes of an answer.
pub fn texts_of(client: Client, answer: &Answer) -> Texts {
    let mut texts = Texts::default();
    for (index, choice) in (0..).zip(&answer.choices) {
        let mut add = |kind, text: &str| texts.add(index, kind, text, is_listed(kind));
        for part in &choice.parts {
            match &part.content {
                Content::Text(text) => add(TextKind::Text, text),
                Content::Refusal(text) => add(TextKind::Refusal, text),
                Content::Reasoning(reasoned) if client == Client::Chat => {
                    // A seal of its own repeats what the field has said.
                    add(TextKind::Reasoning, &reasoned.text);
                }
                Content::Reasoning(reasoned) => {
                    add(TextKind::Reasoning, &reasoned.text);
                    reasoned.summary.iter().for_each(|text| add(TextKind::ReasoningSummary, text));
                }
                Content::ToolCall(call) => {
                    add(TextKind::ToolName, &call.name);
                    let arguments = match call.arguments.as_str() {
                        "{}" => "",
                        arguments => arguments,
                    };
                    add(TextKind::ToolArguments, arguments);
                }
                Content::Audio(audio) => {
                    add(TextKind::Transcript, audio.transcript.as_deref().unwrap_or_default());
                }
                _ => {}
            }
        }
        // The field has said them, alone or together; or it has said the thoughts themselves.
        let key = (index, TextKind::Reasoning as u8);
        let thoughts = texts.0.get(&key).map(|texts| texts.concat()).unwrap_or_default();
        let summaries: Vec<String> = choice.parts.iter().flat_map(summaries).collect();
        if client == Client::Chat && thoughts.is_empty() {
            texts.add(index, TextKind::Reasoning, &summaries.join("\n\n"), false);
        } else if client == Client::Chat {
            for summary in summaries.iter().filter(|summary| !thoughts.contains(*summary)) {
                texts.add(index, TextKind::ReasoningSummary, summary, true);
            }
        }
    }
    texts
}

pub fn summaries(part: &Part) -> Vec<String> {
    match &part.content {
        Content::Reasoning(reasoned) => reasoned.summary.clone(),
        _ => Vec::new(),
    }
}

/// What the pieces say, with another text at one point.
pub fn told(outputs: &[Decoded]) -> Texts {
    let mut places: BTreeMap<_, (Place, String)> = BTreeMap::new();
    for (place, text) in pieces_of(outputs) {
        places.entry(place.key()).or_insert((place, String::new())).1.push_str(&text);
    }
    sorted(places)
}

pub fn sorted(places: BTreeMap<(u32, u32, u32, u8), (Place, String)>) -> Texts {
    let mut texts = Texts::default();
    for (place, mut text) in places.clone().into_values() {
        if text == "{}" && place.kind == TextKind::ToolArguments {
            text.clear();
        }
        if place.kind == TextKind::ToolArguments && text.is_empty() {
            continue;
        }
        // A call without arguments has none that could be told.
        let call = Place { kind: TextKind::ToolArguments, ..place };
        let wordless =
            places.get(&call.key()).is_none_or(|(_, text)| text == "{}" || text.is_empty());
        texts.add(place.choice, place.kind, &text, is_listed(place.kind));
        if place.kind == TextKind::ToolName && wordless {
            texts.add(place.choice, TextKind::ToolArguments, "", true);
        }
    }
    texts
}

pub fn pieces_of(outputs: &[Decoded]) -> Vec<(Place, String)> {
    let all = outputs.iter().flat_map(|decoded| {
        decoded.segments.iter().map(move |segment| (segment, decoded.output.as_str()))
    });
    let pieces = all.filter(|(segment, _)| segment.role == SegmentRole::Piece);
    pieces
        .map(|(segment, output)| (segment.at, segment.text(output).unwrap().into_owned()))
        .collect()
}

pub fn output(outputs: &[Decoded]) -> String {
    outputs.iter().map(|decoded| decoded.output.as_str()).collect()
}

/// Chunks that end where events end.
pub fn events(text: &str) -> Vec<&str> {
    text.split_inclusive("\n\n").collect()
}
