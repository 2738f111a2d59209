//! A client's request for a chat.

use super::{CacheControl, Message};
use crate::{Dialect, codecs};
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;

/// A request for a chat. Fields that are `None` or empty were not requested.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The dialect of the request, which names its fields.
    pub client: Dialect,
    /// The model, as the client names it.
    pub model: String,
    /// System, developer, user, assistant and tool messages in the client's order.
    pub messages: Vec<Message>,
    /// The tools that the model may call.
    pub tools: Vec<Tool>,
    /// The tools that stand in a namespace (Responses), by the names that they have here: namespace and name.
    pub namespaced: BTreeMap<String, (String, String)>,
    /// Whether the model must call a tool.
    pub tool_choice: Option<ToolChoice>,
    /// Whether several calls in one turn are allowed.
    pub parallel_tool_calls: Option<bool>,
    /// The form of the answer.
    pub format: Format,
    /// The cap on the answer, reasoning included.
    pub max_output_tokens: Option<u64>,
    /// The stop sequences.
    pub stop: Vec<String>,
    /// The number of alternative answers, at least 1.
    pub choices: u32,
    /// How tokens are sampled.
    pub sampling: Sampling,
    /// The requested probabilities of the tokens.
    pub logprobs: Option<Logprobs>,
    /// The requested reasoning.
    pub reasoning: Option<Reasoning>,
    /// `text`, `audio`; empty means text.
    pub modalities: Vec<String>,
    /// OpenAI's `audio`: the voice and the format of a spoken answer.
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
    /// Whether the vendor may store the answer.
    pub store: Option<bool>,
    /// Whether the answer is to be a stream.
    pub stream: bool,
}

/// A setting of a request. A loss uses it to give the client's own name for the setting: see [`Request::path`].
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
    /// An empty request.
    pub fn new(client: Dialect, model: impl Into<String>) -> Self {
        Request {
            client,
            model: model.into(),
            messages: Vec::new(),
            tools: Vec::new(),
            namespaced: BTreeMap::new(),
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
        (codecs::client(self.client).field_name)(field)
    }
}

/// How tokens are sampled. Numbers are as the client wrote them.
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

/// The requested probabilities of the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logprobs {
    /// The number of alternatives at each position.
    pub top: Option<u64>,
}

/// The requested reasoning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reasoning {
    /// Some(false): none at all (Anthropic's `disabled`). None: as effort and budget say.
    pub enabled: Option<bool>,
    /// Whether the model decides how much (Anthropic's `adaptive`).
    pub adaptive: bool,
    /// The effort.
    pub effort: Option<Effort>,
    /// The maximum number of tokens.
    pub budget_tokens: Option<u64>,
    /// `auto`, `concise`, `detailed`: a summary is requested; `none`, `omitted`: no summary.
    pub summary: Option<String>,
    /// Whether the encrypted thoughts are requested with the answer (Responses: `include: ["reasoning.encrypted_content"]`).
    pub encrypted: bool,
}

/// The effort of reasoning.
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

    /// OpenAI's and Anthropic's word for it.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(_, effort)| *effort == self).map_or("medium", |(word, _)| word)
    }

    /// The effort with this word.
    pub fn from_name(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, effort)| *effort)
    }

    /// What stands for it at a model that takes `efforts`: the highest that does not exceed it, or else the lowest. Only no effort
    /// at all stands for no effort, where the model has that. None: the model takes no effort.
    pub fn among(self, efforts: &[String]) -> Option<Self> {
        let known = efforts.iter().filter_map(|word| Effort::from_name(word));
        let mut known: Vec<Effort> = known.collect();
        known.sort_unstable();
        if self == Effort::None && known.first() == Some(&Effort::None) {
            return Some(self);
        }
        known.retain(|effort| *effort != Effort::None);
        let lower = known.iter().rev().find(|effort| **effort <= self);
        lower.or(known.first()).copied()
    }

    /// The equivalent budget in tokens, for vendors that take one. Google documents these steps for OpenAI's efforts
    /// (<https://ai.google.dev/gemini-api/docs/openai#thinking>): 1,024, 8,192, 24,576.
    pub fn budget_tokens(self) -> u64 {
        match self {
            Effort::None => 0,
            Effort::Minimal | Effort::Low => 1_024,
            Effort::Medium => 8_192,
            Effort::High => 24_576,
            Effort::XHigh | Effort::Max => 32_768,
        }
    }

    /// The equivalent effort for vendors that take no budget: the smallest whose budget is at least `tokens`.
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
    /// Free text.
    Text,
    /// Any JSON object.
    JsonObject,
    /// JSON that follows this schema.
    JsonSchema(Schema),
}

/// A schema with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// Empty if the dialect has no names.
    pub name: String,
    /// Its purpose.
    pub description: Option<String>,
    /// The JSON schema, its keys in the client's order.
    pub schema: Value,
    /// Whether it must be followed exactly.
    pub strict: Option<bool>,
}

/// A tool that the model may call.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Its path in the client's request: `tools[0]`.
    pub path: String,
    /// The kind of tool.
    pub kind: ToolKind,
    /// The tools up to and including this one are worth caching.
    pub cache: Option<CacheControl>,
}

/// Kinds of tools.
#[derive(Debug, Clone, PartialEq)]
pub enum ToolKind {
    /// Takes JSON.
    Function {
        /// Its name.
        name: String,
        /// Its purpose.
        description: Option<String>,
        /// The JSON schema of its arguments, with its keys in the client's order.
        parameters: Option<Value>,
        /// Whether it must be followed exactly.
        strict: Option<bool>,
    },
    /// Takes text, free or following a grammar (OpenAI's `custom`).
    Custom {
        /// Its name.
        name: String,
        /// Its purpose.
        description: Option<String>,
        /// OpenAI's `format`.
        format: Option<Value>,
    },
    /// Runs at the vendor, or is known to one dialect only: as that dialect writes it.
    Foreign(Dialect, Value),
}

/// Whether the model must call a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolChoice {
    /// The model decides.
    Auto,
    /// The model must not call a tool.
    None,
    /// The model must call at least one tool.
    Required,
    /// The model must call this tool.
    Tool(String),
    /// The model may call only these tools, and must call one if `required`.
    Allowed {
        /// Their names.
        names: Vec<String>,
        /// Whether it must call one.
        required: bool,
    },
}
