//! What a client asks for.

use super::{CacheControl, Message};
use crate::{Dialect, codecs};
use serde_json::{Map, Number, Value};

/// A request for a chat. What is `None` or empty was not asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The dialect it was written in, for the names of its fields.
    pub client: Dialect,
    /// The model, as the client names it.
    pub model: String,
    /// System, developer, user, assistant and tool messages in the client's order.
    pub messages: Vec<Message>,
    /// What the model may call.
    pub tools: Vec<Tool>,
    /// Whether it must.
    pub tool_choice: Option<ToolChoice>,
    /// Several calls in one turn are allowed.
    pub parallel_tool_calls: Option<bool>,
    /// The form of the answer.
    pub format: Format,
    /// The cap on the answer, reasoning included.
    pub max_output_tokens: Option<u64>,
    /// Texts at which to stop.
    pub stop: Vec<String>,
    /// How many alternative answers, at least 1.
    pub choices: u32,
    /// How to choose among tokens.
    pub sampling: Sampling,
    /// The probabilities of the tokens are wanted.
    pub logprobs: Option<Logprobs>,
    /// How much to think.
    pub reasoning: Option<Reasoning>,
    /// `text`, `audio`; empty: text.
    pub modalities: Vec<String>,
    /// OpenAI's `audio`: voice and format of a spoken answer.
    pub audio: Option<Value>,
    /// `low`, `medium`, `high`.
    pub verbosity: Option<String>,
    /// `auto`, `default`, `flex`, `priority`, `standard_only`.
    pub service_tier: Option<String>,
    /// The end user's opaque id.
    pub user: Option<String>,
    /// Names and values for the vendor's records.
    pub metadata: Option<Map<String, Value>>,
    /// OpenAI's `prompt_cache_key`.
    pub prompt_cache_key: Option<String>,
    /// A cache marker of the whole request (Anthropic's top-level `cache_control`).
    pub cache: Option<CacheControl>,
    /// The answer may be kept by the vendor.
    pub store: Option<bool>,
    /// The answer is to be a stream.
    pub stream: bool,
}

/// A setting of a request, so that a loss is told in the client's own word for it: see [`Request::path`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Field {
    Tools,
    ToolChoice,
    ParallelToolCalls,
    Format,
    MaxOutputTokens,
    Stop,
    Choices,
    Temperature,
    TopP,
    TopK,
    MinP,
    Seed,
    FrequencyPenalty,
    PresencePenalty,
    RepetitionPenalty,
    LogitBias,
    Logprobs,
    TopLogprobs,
    ReasoningEffort,
    ReasoningBudget,
    ReasoningSummary,
    Modalities,
    Audio,
    Verbosity,
    ServiceTier,
    User,
    Metadata,
    PromptCacheKey,
    Cache,
    Store,
}

impl Request {
    /// A request that asks for nothing yet.
    pub fn new(client: Dialect, model: impl Into<String>) -> Self {
        Request {
            client,
            model: model.into(),
            messages: Vec::new(),
            tools: Vec::new(),
            tool_choice: None,
            parallel_tool_calls: None,
            format: Format::Text,
            max_output_tokens: None,
            stop: Vec::new(),
            choices: 1,
            sampling: Sampling::default(),
            logprobs: None,
            reasoning: None,
            modalities: Vec::new(),
            audio: None,
            verbosity: None,
            service_tier: None,
            user: None,
            metadata: None,
            prompt_cache_key: None,
            cache: None,
            store: None,
            stream: false,
        }
    }

    /// The client's own name for a setting.
    pub fn path(&self, field: Field) -> &'static str {
        (codecs::of(self.client).client.field_name)(field)
    }
}

/// How to choose among tokens. Numbers as the client wrote them.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Sampling {
    pub temperature: Option<Number>,
    pub top_p: Option<Number>,
    pub top_k: Option<Number>,
    pub min_p: Option<Number>,
    pub seed: Option<Number>,
    pub frequency_penalty: Option<Number>,
    pub presence_penalty: Option<Number>,
    pub repetition_penalty: Option<Number>,
    /// Token ids and their bias.
    pub logit_bias: Option<Map<String, Value>>,
}

/// The probabilities of the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logprobs {
    /// How many alternatives at each place.
    pub top: Option<u64>,
}

/// How much to think.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reasoning {
    /// Some(false): not at all (Anthropic's `disabled`). None: as effort and budget say.
    pub enabled: Option<bool>,
    /// The model decides how much (Anthropic's `adaptive`).
    pub adaptive: bool,
    /// How hard.
    pub effort: Option<Effort>,
    /// At most so many tokens.
    pub budget_tokens: Option<u64>,
    /// `auto`, `concise`, `detailed`: a summary is wanted; `none` or `omitted`: not.
    pub summary: Option<String>,
    /// The encrypted thoughts are wanted with the answer (Responses: `include: ["reasoning.encrypted_content"]`).
    pub encrypted: bool,
}

/// How hard to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Effort {
    None,
    Minimal,
    Low,
    Medium,
    High,
    XHigh,
    Max,
}

impl Effort {
    const WORDS: [(&'static str, Effort); 7] = [
        ("none", Effort::None),
        ("minimal", Effort::Minimal),
        ("low", Effort::Low),
        ("medium", Effort::Medium),
        ("high", Effort::High),
        ("xhigh", Effort::XHigh),
        ("max", Effort::Max),
    ];

    /// The word that OpenAI and Anthropic have for it.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(_, effort)| *effort == self).map_or("medium", |(word, _)| word)
    }

    /// By its word.
    pub fn from_name(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, effort)| *effort)
    }

    /// The budget that stands for it at vendors that take one, in tokens: the steps that Google documents for OpenAI's
    /// efforts (<https://ai.google.dev/gemini-api/docs/openai#thinking>): 1,024, 8,192, 24,576.
    pub fn budget_tokens(self) -> u64 {
        match self {
            Effort::None => 0,
            Effort::Minimal | Effort::Low => 1_024,
            Effort::Medium => 8_192,
            Effort::High => 24_576,
            Effort::XHigh | Effort::Max => 32_768,
        }
    }

    /// The effort that stands for a budget at vendors that take none: the smallest whose budget is not below it.
    pub fn from_budget_tokens(tokens: u64) -> Self {
        match tokens {
            0 => Effort::None,
            1..=1_024 => Effort::Low,
            1_025..=8_192 => Effort::Medium,
            _ => Effort::High,
        }
    }
}

/// The form of the answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Format {
    /// Any words.
    Text,
    /// Some JSON object.
    JsonObject,
    /// JSON of this schema.
    JsonSchema(Schema),
}

/// A schema with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// Empty if the dialect has no name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The JSON schema, its keys in the client's order.
    pub schema: Value,
    /// To be followed exactly.
    pub strict: Option<bool>,
}

/// What the model may call.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Where the client wrote it: `tools[0]`.
    pub path: String,
    /// What kind of tool.
    pub kind: ToolKind,
    /// The tools up to here are worth caching.
    pub cache: Option<CacheControl>,
}

/// Kinds of tools.
#[derive(Debug, Clone, PartialEq)]
pub enum ToolKind {
    /// Takes JSON.
    Function {
        /// Its name.
        name: String,
        /// What it does.
        description: Option<String>,
        /// The JSON schema of its arguments, its keys in the client's order.
        parameters: Option<Value>,
        /// To be followed exactly.
        strict: Option<bool>,
    },
    /// Takes text, free or of a grammar (OpenAI's `custom`).
    Custom {
        /// Its name.
        name: String,
        /// What it does.
        description: Option<String>,
        /// OpenAI's `format`.
        format: Option<Value>,
    },
    /// Runs at the vendor, or is known to one dialect only: as written there.
    Foreign(Dialect, Value),
}

/// Whether the model must call a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolChoice {
    /// As it likes.
    Auto,
    /// It must not.
    None,
    /// One of them, or several.
    Required,
    /// This one.
    Tool(String),
    /// As it likes (or, if required, at least one), of these only.
    Allowed {
        /// Their names.
        names: Vec<String>,
        /// It must call one.
        required: bool,
    },
}
