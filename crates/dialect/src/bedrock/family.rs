//! How the families of models on Bedrock differ, as data. Converse is one shape for all of them, but not all of them take
//! all of it, and what it has no field for is said in each family's own words.
//!
//! A model whose id tells no family (the ARN of an inference profile) is taken to have what Converse has, and nothing else.

/// What a family takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Family {
    /// It is Anthropic's: its thoughts are signed, it cites, and it says at which stop sequence it ended.
    pub claude: bool,
    /// How it is told to think.
    pub thinking: Thinking,
    /// What it takes of temperature and top-p.
    pub sampling: Sampling,
    /// Where its top-k goes.
    pub top_k: TopK,
    /// Which calls it can be made to make.
    pub forces: Forces,
    /// Where it takes cache points.
    pub cache: Cache,
    /// It takes schemas for its answer (`outputConfig.textFormat`) and strict tools.
    pub schemas: bool,
}

/// How a family is told to think, in `additionalModelRequestFields`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thinking {
    /// It is not.
    No,
    /// `thinking` with a budget.
    Budget,
    /// `thinking` with a budget, or adaptive with an effort.
    Either,
    /// `thinking`, adaptive, with an effort; it cannot be switched off.
    Adaptive,
    /// `reasoningConfig` with an effort.
    Nova,
    /// `reasoning_effort`.
    Effort,
}

/// What a family takes of temperature and top-p.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sampling {
    Both,
    /// One of them.
    One,
    Neither,
}

/// Where top-k goes in `additionalModelRequestFields`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TopK {
    No,
    /// By this name.
    Field(&'static str),
    /// `inferenceConfig.topK`.
    Nova,
}

/// Which calls a family can be made to make: `toolChoice`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forces {
    /// Of any tool, or of a certain one.
    Any,
    /// Of any tool that it is given.
    SomeTool,
    Nothing,
}

/// Where a family takes cache points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cache {
    No,
    /// Behind system blocks and in messages.
    Messages,
    /// Behind tools, too.
    Everywhere,
    /// Everywhere, for an hour if asked.
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

/// By what a model's id contains (`us.anthropic.claude-...` and the ARN of a foundation model do, too); the first that fits
/// holds. Sources, read in November 2026:
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
    // What is newer.
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
    /// Of the model of this id.
    pub fn of(model: &str) -> Self {
        let row = FAMILIES.iter().find(|(part, _)| model.contains(part));
        row.map_or(UNKNOWN, |(_, family)| *family)
    }
}
