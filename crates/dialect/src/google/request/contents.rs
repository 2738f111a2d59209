//! The conversation: `Content` and `Part` of <https://ai.google.dev/api/caching#Content>.

use super::detail::Details;
use super::media::{self, unsupported};
use super::names::Names;
use super::response::response;
use super::wire::{AnyPart, Content as Turn, FunctionCall, FunctionResponse, Part};
use crate::chat::{
    Content, Losses, Message, Part as Said, Reasoned, Request, Role, Sealed, ToolCall, ToolResult,
};
use crate::google::model;
use crate::{Dialect, Memo};
use postern_fault::Fault;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap};

const USER: &str = "user";
const MODEL: &str = "model";

/// Replaces the signature of a call that another model made, or whose client has lost it; Gemini 3 refuses the first call of a
/// step without one (<https://ai.google.dev/gemini-api/docs/thought-signatures#faqs>).
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

/// The id of a seal that belongs to the thought itself. Any other id is that of the call that has the seal; a seal without an
/// id belongs to the next part.
pub(in crate::google) const OF_THOUGHT: &str = "thought";

/// The conversation so far.
pub(super) struct Conversation<'a> {
    client: Dialect,
    third_generation: bool,
    names: &'a mut Names,
    losses: &'a mut Losses,
    memo: &'a mut Memo,
    spoken: Spoken,
    /// The called functions, by the ids of the calls: a result must name its function.
    called: HashMap<String, String>,
    /// The order of the calls, by their ids.
    order: HashMap<String, usize>,
    /// Parts of tool results that must come after all results.
    after_results: Vec<Part>,
    /// The signature of the next part.
    seal: Option<String>,
    /// The signatures of calls, by the calls' ids, and their paths: some dialects put all thoughts of a message before all of
    /// its calls.
    seals_of_calls: BTreeMap<String, (String, String)>,
    /// Whether the model's current turn has a call: only the first of a step is signed.
    step_has_call: bool,
    details: Details,
}

/// The finished conversation.
#[derive(Default)]
pub(super) struct Spoken {
    pub contents: Vec<Turn>,
    pub system: Vec<AnyPart>,
    pub media_resolution: Option<&'static str>,
}

impl<'a> Conversation<'a> {
    pub fn new(
        request: &Request,
        model: &str,
        names: &'a mut Names,
        losses: &'a mut Losses,
        memo: &'a mut Memo,
    ) -> Self {
        Conversation {
            client: request.client,
            third_generation: model::is_third_generation(model),
            names,
            losses,
            memo,
            spoken: Spoken::default(),
            called: HashMap::new(),
            order: HashMap::new(),
            after_results: Vec::new(),
            seal: None,
            seals_of_calls: BTreeMap::new(),
            step_has_call: false,
            details: Details::default(),
        }
    }

    /// Adds a message. Google accepts instructions only before the conversation. Later ones keep their position as user
    /// messages: at the front, they would refer to what is not said yet, and would change the prefix that the vendor has
    /// cached.
    pub fn message(&mut self, message: Message) -> Result<(), Fault> {
        let Message { path, role, parts, name } = message;
        if name.is_some() {
            self.losses.add(format!("{path}.name"), "Google has no names of participants");
        }
        let turn = match role {
            Role::System | Role::Developer if self.spoken.contents.is_empty() => {
                return self.instructions(parts);
            }
            Role::System | Role::Developer => {
                let reason = "Google has instructions only at the start: said by the user instead";
                self.losses.add(path, reason);
                USER
            }
            Role::User | Role::Tool => USER,
            Role::Assistant => MODEL,
        };
        for part in parts {
            self.marks(&part);
            self.part(turn, part)?;
        }
        self.lone_seal();
        for (_, (path, _)) in std::mem::take(&mut self.seals_of_calls) {
            self.losses.add(path, "the call that it seals is not there");
        }
        Ok(())
    }

    /// Google sends a signature without a part as an empty text, and receives it back in this form.
    fn lone_seal(&mut self) {
        if let Some(seal) = self.seal.take() {
            let part = Part { thought_signature: Some(seal), ..Part::text("") };
            self.push(MODEL, part);
        }
    }

    /// A conversation of instructions only becomes a user message, as Google refuses an empty conversation.
    pub fn finish(mut self) -> Spoken {
        self.flush_after_results();
        if !self.third_generation {
            let order = &self.order;
            self.spoken.contents.iter_mut().for_each(|turn| without_ids(turn, order));
        }
        self.spoken.media_resolution = self.details.resolution(self.client, self.losses);
        if self.spoken.contents.is_empty() && !self.spoken.system.is_empty() {
            let parts = std::mem::take(&mut self.spoken.system);
            self.spoken.contents.push(Turn { role: Some(USER), parts });
        }
        self.spoken
    }

    fn instructions(&mut self, parts: Vec<Said>) -> Result<(), Fault> {
        for part in parts {
            self.marks(&part);
            match part.content {
                Content::Text(text) | Content::Refusal(text) if text.is_empty() => {}
                Content::Text(text) | Content::Refusal(text) => {
                    self.spoken.system.push(AnyPart::Made(Box::new(Part::text(text))));
                }
                _ => return Err(unsupported(&part.path, "not text, in the model's instructions")),
            }
        }
        Ok(())
    }

    /// Notes the attributes of a part that Google does not accept.
    fn marks(&mut self, part: &Said) {
        if part.cache.is_some() {
            let reason = "Google caches prompts by itself";
            self.losses.add(format!("{}.cache_control", part.path), reason);
        }
        if !part.annotations.is_empty() {
            let field = if self.client == Dialect::Anthropic { "citations" } else { "annotations" };
            self.losses.add(format!("{}.{field}", part.path), "Google takes no citations back");
        }
    }

    fn part(&mut self, turn: &'static str, part: Said) -> Result<(), Fault> {
        let path = part.path;
        match part.content {
            // Google refuses an empty text without a signature, so it is left out.
            Content::Text(text) | Content::Refusal(text) if text.is_empty() => self.lone_seal(),
            Content::Text(text) | Content::Refusal(text) => self.push(turn, Part::text(text)),
            Content::Image(image) => {
                self.details.image(&path, image.detail.as_deref());
                let part = media::image(image, &path)?;
                self.push(turn, part);
            }
            Content::File(file) => {
                self.details.others = true;
                if file.citations {
                    let reason = "Google cites no documents";
                    self.losses.add(format!("{path}.citations"), reason);
                }
                for part in media::file(file, &path)? {
                    self.push(turn, part);
                }
            }
            Content::Audio(audio) => match media::audio(audio) {
                Some(part) => self.push(turn, part),
                None => self.losses.add(path, "the sound is in another vendor's store"),
            },
            Content::ToolCall(call) => self.call(turn, call, &path),
            Content::ToolResult(result) => self.result(result, &path)?,
            Content::Reasoning(reasoned) => self.reasoning(turn, reasoned, path),
            Content::Foreign(Dialect::Google, value) => {
                self.flush_after_results();
                self.turn(turn).push(AnyPart::Googles(value));
            }
            Content::Foreign(maker, _) => {
                let reason = format!("only {} knows this kind of content", maker.maker());
                self.losses.add(path, reason);
            }
        }
        Ok(())
    }

    /// The words of thoughts are returned as thoughts; a seal is returned only to its maker.
    fn reasoning(&mut self, turn: &'static str, reasoned: Reasoned, path: String) {
        let Reasoned { text, summary, sealed, .. } = reasoned;
        let words = std::iter::once(text).chain(summary).filter(|words| !words.is_empty());
        let mut thoughts: Vec<Part> =
            words.map(|words| Part { thought: true, ..Part::text(words) }).collect();
        let mut seal = None;
        match sealed {
            Some(sealed) if sealed.maker != Dialect::Google => {
                let reason = format!("sealed thoughts are for {} only", sealed.maker.maker());
                self.losses.add(path, reason);
            }
            Some(Sealed { id: Some(id), data, .. }) => match thoughts.last_mut() {
                Some(last) if id == OF_THOUGHT => last.thought_signature = Some(data),
                _ => drop(self.seals_of_calls.insert(id, (path, data))),
            },
            Some(sealed) => seal = Some(sealed.data),
            None => {}
        }
        for thought in thoughts {
            self.push(turn, thought);
        }
        if seal.is_some() {
            self.lone_seal();
            self.seal = seal;
        }
    }

    fn call(&mut self, turn: &'static str, call: ToolCall, path: &str) {
        let name = self.names.sent(call.name, self.memo);
        self.called.insert(call.id.clone(), name.clone());
        self.order.insert(call.id.clone(), self.order.len());
        let args = self.arguments(call.arguments, path);
        let mut part = Part {
            thought_signature: self.seal_of_call(&call.id),
            function_call: Some(FunctionCall { id: call.id, name, args }),
            ..Part::default()
        };
        self.flush_after_results();
        self.turn(turn);
        let first = !std::mem::replace(&mut self.step_has_call, true);
        if first && self.third_generation && part.thought_signature.is_none() {
            part.thought_signature = Some(NO_SIGNATURE.to_owned());
        }
        self.push(turn, part);
    }

    fn seal_of_call(&mut self, id: &str) -> Option<String> {
        let own = self.seals_of_calls.remove(id).map(|(_, seal)| seal);
        own.or_else(|| self.seal.take())
    }

    /// Google accepts only an object.
    fn arguments(&mut self, arguments: String, path: &str) -> Box<RawValue> {
        let written = match arguments.trim() {
            "" => "{}",
            written => written,
        };
        let json = serde_json::from_str::<&RawValue>(written).ok();
        if let Some(object) = json.filter(|json| json.get().starts_with('{')) {
            return object.to_owned();
        }
        let reason = "Google takes JSON objects only: sent as a text within one";
        self.losses.add(path, reason);
        let wrapped = serde_json::value::to_raw_value(&BTreeMap::from([("arguments", arguments)]));
        wrapped.unwrap_or_else(|_| RawValue::NULL.to_owned())
    }

    fn result(&mut self, result: ToolResult, path: &str) -> Result<(), Fault> {
        let Some(name) = self.called.get(&result.call_id).cloned() else {
            let public =
                format!("`{path}` is the result of a call that is not in the conversation");
            return Err(Fault::invalid_request(path, public).with_code("invalid_value"));
        };
        let (mut texts, mut media) = (Vec::new(), Vec::new());
        for part in result.parts {
            self.marks(&part);
            match part.content {
                Content::Text(text) | Content::Refusal(text) => texts.push(text),
                Content::Image(image) => {
                    self.details.image(&part.path, image.detail.as_deref());
                    media.push(media::image(image, &part.path)?);
                }
                Content::File(file) => {
                    self.details.others = true;
                    media.extend(media::file(file, &part.path)?);
                }
                _ => self.losses.add(part.path, "Google takes no such result of a tool"),
            }
        }
        let parts = self.media_of_result(media, &name, &mut texts);
        let function_response = Some(FunctionResponse {
            id: result.call_id,
            name,
            response: response(texts, result.is_error),
            parts,
        });
        self.turn(USER)
            .push(AnyPart::Made(Box::new(Part { function_response, ..Part::default() })));
        Ok(())
    }

    /// Gemini 3 accepts media within a result; for older models they follow the results of the turn, with the function's name
    /// (<https://ai.google.dev/gemini-api/docs/function-calling#multimodal>).
    fn media_of_result(
        &mut self,
        media: Vec<Part>,
        name: &str,
        texts: &mut Vec<String>,
    ) -> Vec<AnyPart> {
        if media.is_empty() {
            return Vec::new();
        }
        if !self.third_generation {
            self.after_results.push(Part::text(format!("From the result of {name}:")));
            self.after_results.extend(media);
            return Vec::new();
        }
        let mut parts = Vec::new();
        for part in media {
            match part.text {
                Some(text) => texts.push(text),
                None => parts.push(AnyPart::Made(Box::new(part))),
            }
        }
        parts
    }

    fn push(&mut self, turn: &'static str, mut part: Part) {
        if turn == MODEL && !part.thought && part.thought_signature.is_none() {
            part.thought_signature = self.seal.take();
        }
        self.flush_after_results();
        self.turn(turn).push(AnyPart::Made(Box::new(part)));
    }

    fn flush_after_results(&mut self) {
        let media = std::mem::take(&mut self.after_results);
        if !media.is_empty() {
            let media = media.into_iter().map(|part| AnyPart::Made(Box::new(part)));
            self.turn(USER).extend(media);
        }
    }

    /// The parts of the current turn: adjacent messages of one side are one turn.
    fn turn(&mut self, role: &'static str) -> &mut Vec<AnyPart> {
        let contents = &mut self.spoken.contents;
        if contents.last().is_none_or(|last| last.role != Some(role)) {
            contents.push(Turn { role: Some(role), parts: Vec::new() });
            self.step_has_call = false;
        }
        let at = contents.len().saturating_sub(1);
        // It exists, as one was pushed if there was none.
        match contents.get_mut(at) {
            Some(turn) => &mut turn.parts,
            None => &mut self.spoken.system,
        }
    }
}

/// Before Gemini 3 calls have no ids, and Vertex AI refuses the field: results are told apart by their order, which is that of the
/// calls.
fn without_ids(turn: &mut Turn, order: &HashMap<String, usize>) {
    let (mut places, mut results) = (Vec::new(), Vec::new());
    for (at, part) in turn.parts.iter_mut().enumerate() {
        let AnyPart::Made(part) = part else { continue };
        if let Some(call) = &mut part.function_call {
            call.id.clear();
        }
        if let Some(result) = part.function_response.take() {
            places.push(at);
            results.push(result);
        }
    }
    results.sort_by_key(|result| order.get(&result.id).copied());
    for (at, result) in places.into_iter().zip(results) {
        if let Some(AnyPart::Made(part)) = turn.parts.get_mut(at) {
            part.function_response = Some(FunctionResponse { id: String::new(), ..result });
        }
    }
}
