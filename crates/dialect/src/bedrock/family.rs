//! The differences between the families of models on Bedrock, as data. Converse has one shape for all of them, but not every
//! family accepts all of it, and settings without a field of their own have different names in each family.
//!
//! A model whose id names no family (the ARN of an inference profile) is taken to accept what Converse has fields for, and
//! nothing else.

/// The features that a family accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Family {
    /// Whether it is Anthropic's: its thoughts are signed, it cites, and it reports the stop sequence at which it ended.
    pub claude: bool,
    /// How thinking is requested.
    pub thinking: Thinking,
    /// Which of temperature and top-p it accepts.
    pub sampling: Sampling,
    /// The place of its top-k.
    pub top_k: TopK,
    /// Which calls can be forced.
    pub forces: Forces,
    /// Where it accepts cache points.
    pub cache: Cache,
    /// Whether it accepts schemas for its answer (`outputConfig.textFormat`) and strict tools.
    pub schemas: bool,
}

/// How thinking is requested of a family, in `additionalModelRequestFields`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thinking {
    /// It cannot be requested.
    No,
    /// `thinking` with a budget.
    Budget,
    /// `thinking` with a budget, or adaptive with an effort.
    Either,
    /// `thinking`, adaptive, with an effort; it cannot be turned off.
    Adaptive,
    /// `reasoningConfig` with an effort.
    Nova,
    /// `reasoning_effort`.
    Effort,
}

/// Which of temperature and top-p a family accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sampling {
    Both,
    /// Only one of them at a time.
    One,
    Neither,
}

/// The place of top-k in `additionalModelRequestFields`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TopK {
    No,
    /// A field of this name.
    Field(&'static str),
    /// `inferenceConfig.topK`.
    Nova,
}

/// Which calls a family can be forced to make: `toolChoice`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forces {
    /// A call of any tool, or of a given one.
    Any,
    /// A call of any of the tools.
    SomeTool,
    Nothing,
}

/// Where a family accepts cache points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cache {
    No,
    /// After system blocks and in messages.
    Messages,
    /// After tools as well.
    Everywhere,
    /// Everywhere, and for an hour on request.
    Hour,
}

const UNKNOWN: Family = Family {
    claude: false,
    thinking: Thinking::No,
    sampling: Sampling::Both,
    top_k: TopK::No,
    forces: Forces::Any,
    cache: Cache::Hour,
    schemas: false,
};

const OTHER: Family = Family { cache: Cache::No, ..UNKNOWN };

const CLAUDE: Family = Family {
    claude: true,
    thinking: Thinking::No,
    sampling: Sampling::Both,
    top_k: TopK::Field("top_k"),
    forces: Forces::Any,
    cache: Cache::Everywhere,
    schemas: false,
};

const CLAUDE_4: Family = Family { thinking: Thinking::Budget, ..CLAUDE };

const CLAUDE_4_5: Family =
    Family { sampling: Sampling::One, cache: Cache::Hour, schemas: true, ..CLAUDE_4 };

const NOVA: Family = Family { top_k: TopK::Nova, cache: Cache::Messages, ..UNKNOWN };

/// Selected by a part of the model's id (which `us.anthropic.claude-...` and the ARN of a foundation model contain as well);
/// the first match holds. Sources, read in November 2026:
/// - Claude's thinking: <https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-adaptive-thinking.html>
/// - schemas: <https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-structured-outputs.html>
/// - cache points: <https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html>
/// - tool choice: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolChoice.html>
/// - Nova: <https://docs.aws.amazon.com/nova/latest/nova2-userguide/core-inference.html>
/// - gpt-oss: <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html>
const FAMILIES: [(&str, Family); 21] = [
    ("anthropic.claude-3-7", CLAUDE_4),
    ("anthropic.claude-3-5", CLAUDE),
    ("anthropic.claude-3", Family { cache: Cache::No, ..CLAUDE }),
    ("anthropic.claude-opus-4-2", CLAUDE_4),
    ("anthropic.claude-sonnet-4-2", CLAUDE_4),
    ("anthropic.claude-opus-4-1", Family { sampling: Sampling::One, ..CLAUDE_4 }),
    ("anthropic.claude-opus-4-5", CLAUDE_4_5),
    ("anthropic.claude-sonnet-4-5", CLAUDE_4_5),
    ("anthropic.claude-haiku-4-5", CLAUDE_4_5),
    ("anthropic.claude-opus-4-6", Family { thinking: Thinking::Either, ..CLAUDE_4_5 }),
    (
        "anthropic.claude-sonnet-4-6",
        Family { thinking: Thinking::Either, schemas: false, ..CLAUDE_4_5 },
    ),
    // Newer models.
    (
        "anthropic.claude",
        Family {
            thinking: Thinking::Adaptive,
            sampling: Sampling::Neither,
            top_k: TopK::No,
            schemas: false,
            ..CLAUDE_4_5
        },
    ),
    ("amazon.nova-2", Family { thinking: Thinking::Nova, ..NOVA }),
    ("amazon.nova", NOVA),
    ("openai.gpt-oss", Family { thinking: Thinking::Effort, ..OTHER }),
    ("mistral.", Family { top_k: TopK::Field("top_k"), forces: Forces::SomeTool, ..OTHER }),
    ("cohere.command", Family { top_k: TopK::Field("k"), forces: Forces::Nothing, ..OTHER }),
    ("meta.", Family { forces: Forces::Nothing, ..OTHER }),
    ("ai21.", Family { forces: Forces::Nothing, ..OTHER }),
    ("deepseek.", OTHER),
    ("qwen.", OTHER),
];

impl Family {
    /// The family of the model with this id.
    pub fn of(model: &str) -> Self {
        let row = FAMILIES.iter().find(|(part, _)| model.contains(part));
        row.map_or(UNKNOWN, |(_, family)| *family)
    }
}
