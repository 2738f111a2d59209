//! A chat: the call of the host, and the answer from its text.

use super::wire::{Head, Usage};
use super::{HostError, allowed, echo, prompt};
use crate::chat::{before_stop, cap_tokens, include_usage, stops};
use crate::fields::Fields;
use crate::refusal::Refusal;
use crate::script::{Script, Step};
use std::iter;

/// The cap on an answer if neither the client nor the catalogue has one: ten times the interface's own, and a quarter
/// of the 4096 tokens that the smallest of the models it names can hold.
const MAX_TOKENS: u32 = 1_024;

/// The interface's `inferencing-params`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// The maximum of the answer's tokens.
    pub max_tokens: u32,
    /// The penalty on repetitions.
    pub repeat_penalty: f32,
    /// The number of last tokens that it looks at.
    pub repeat_penalty_last_n_token_count: u32,
    /// The randomness of the choice of a token.
    pub temperature: f32,
    /// The number of most probable tokens to choose among.
    pub top_k: u32,
    /// The total probability of the tokens to choose among.
    pub top_p: f32,
}

impl Default for Parameters {
    /// The interface's own defaults, except the cap.
    fn default() -> Self {
        Parameters {
            max_tokens: MAX_TOKENS,
            repeat_penalty: 1.1,
            repeat_penalty_last_n_token_count: 64,
            temperature: 0.8,
            top_k: 40,
            top_p: 0.9,
        }
    }
}

/// A text to continue.
#[derive(Debug)]
pub struct Inference {
    /// The conversation, up to the model's turn.
    pub prompt: String,
    /// The sampling parameters.
    pub parameters: Parameters,
    head: Head,
    stops: Vec<String>,
    stream: bool,
    include_usage: bool,
}

/// The interface's `inferencing-result`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inferred {
    /// The model's text.
    pub text: String,
    /// The tokens of the prompt.
    pub prompt_tokens: u32,
    /// The tokens of the text.
    pub generated_tokens: u32,
}

pub(super) fn read(
    body: &Fields,
    head: Head,
    max_output_tokens: Option<u64>,
) -> Result<Inference, Refusal> {
    body.require_string("model")?;
    body.require("messages")?;
    allowed::check_chat(body)?;
    let stream = body.flag("stream")?;
    Ok(Inference {
        prompt: prompt::prompt(&body.objects("messages")?, &head.model)?,
        parameters: parameters(body, max_output_tokens)?,
        stops: stops(body)?.into_iter().map(str::to_owned).collect(),
        stream,
        include_usage: include_usage(body, stream)?,
        head,
    })
}

/// The client's numbers, and the interface's defaults for the others. Bounds are OpenAI's, and for parameters that it
/// lacks (`top_k`, `repetition_penalty`, `repeat_penalty`, `repeat_last_n`) those of the servers that define them: vLLM
/// and llama.cpp.
fn parameters(body: &Fields, max_output_tokens: Option<u64>) -> Result<Parameters, Refusal> {
    let default = Parameters::default();
    let integer = |name, default| {
        let given = body.integer(name, 0..=u64::from(u32::MAX))?;
        Ok::<_, Refusal>(given.map_or(default, to_u32))
    };
    let number = |name, most: f64, default| {
        let given = body.number(name, 0.0..=most)?;
        Ok::<_, Refusal>(given.map_or(default, |number| number as f32))
    };
    let max_tokens = cap_tokens(body)?.or(max_output_tokens).map_or(MAX_TOKENS, to_u32);
    let repetition_penalty = number("repetition_penalty", 10.0, default.repeat_penalty)?;
    Ok(Parameters {
        max_tokens,
        repeat_penalty: number("repeat_penalty", 10.0, repetition_penalty)?,
        repeat_penalty_last_n_token_count: integer(
            "repeat_last_n",
            default.repeat_penalty_last_n_token_count,
        )?,
        temperature: number("temperature", 2.0, default.temperature)?,
        top_k: integer("top_k", default.top_k)?,
        top_p: number("top_p", 1.0, default.top_p)?,
    })
}

fn to_u32(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Inference {
    /// The host's name of the model.
    pub fn model(&self) -> &str {
        &self.head.model
    }

    /// The vendor's answer, given the host's outcome.
    pub fn answer(self, outcome: Result<Inferred, HostError>) -> Script {
        match outcome {
            Ok(inferred) => self.say(&inferred),
            Err(error) => error.into_refusal(&self.head.model).into_script(),
        }
    }

    fn say(&self, inferred: &Inferred) -> Script {
        let Inferred { text, prompt_tokens, generated_tokens } = inferred;
        let (text, prompt_tokens) = match echo::after_echo(&self.prompt, text) {
            Some(answer) => (answer, prompt_tokens.saturating_sub(*generated_tokens)),
            None => (text.as_str(), *prompt_tokens),
        };
        // A model begins with the space that the end of the prompt leaves out.
        let text = text.trim_start();
        let stops: Vec<&str> = self.stops.iter().map(String::as_str).collect();
        let said = before_stop(text, &stops);
        // The interface does not report why an answer ends.
        let is_cut = said.len() == text.len() && *generated_tokens >= self.parameters.max_tokens;
        let finish_reason = if is_cut { "length" } else { "stop" };
        let usage = Usage::new(prompt_tokens, *generated_tokens);
        if !self.stream {
            return Script::json(200, self.head.completion(said, finish_reason, usage));
        }
        let usage = self.include_usage.then_some(usage);
        let events = self.head.events(said, finish_reason, usage);
        Script::events(iter::once(Step::Write(events.concat())))
    }
}
