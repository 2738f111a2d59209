//! The documented conventions of each dialect's vendors, one row each: the defaults of a policy.

use crate::models::scheme::HeaderScheme;
use postern_types::{Dialect, ImageArea, ImageRule, ImageTiles, ToolRule};

/// The conventions of one dialect.
#[derive(Debug)]
pub struct Conventions {
    /// The path for a base URL without a path, if the provider has no `base_path`.
    pub base_path: &'static str,
    /// How a key is sent.
    pub(crate) key: HeaderScheme,
    /// How the tokens of an image are counted.
    pub image: ImageRule,
    /// How the tokens of tool declarations are counted.
    pub tools: ToolRule,
    /// The lowest accepted cap on an answer, in tokens; 0 if there is no such bound.
    pub least_cap_tokens: u64,
    /// Whether the cap on an answer includes a model's reasoning.
    pub thinking_within_cap: fn(&str) -> bool,
}

/// The conventions of a dialect.
#[must_use]
pub fn of(dialect: Dialect) -> &'static Conventions {
    match dialect {
        Dialect::OpenAi => &OPENAI,
        Dialect::Responses => &RESPONSES,
        Dialect::Anthropic => &ANTHROPIC,
        Dialect::Bedrock => &BEDROCK,
        Dialect::Google => &GOOGLE,
        Dialect::Cohere => &COHERE,
    }
}

// https://developers.openai.com/api/reference: every path is below /v1.
static OPENAI: Conventions = Conventions {
    base_path: "/v1",
    key: HeaderScheme::Bearer,
    image: OPENAIS_TILES,
    tools: ToolRule::Functions,
    least_cap_tokens: 0,
    // Some servers with this dialect (Qwen's) have a separate budget for reasoning.
    thinking_within_cap: |_| false,
};

static RESPONSES: Conventions = Conventions {
    base_path: "/v1",
    key: HeaderScheme::Bearer,
    image: OPENAIS_TILES,
    tools: ToolRule::Functions,
    // The API refuses a smaller cap, so the provider stage sends this one instead.
    least_cap_tokens: 16,
    // `max_output_tokens` says so.
    thinking_within_cap: |_| true,
};

static ANTHROPIC: Conventions = Conventions {
    // https://docs.claude.com/en/api/overview: every path is below /v1.
    base_path: "/v1",
    key: HeaderScheme::XApiKey,
    image: ANTHROPICS_AREA,
    tools: ANTHROPICS_TOOLS,
    least_cap_tokens: 0,
    // https://platform.claude.com/docs/en/build-with-claude/extended-thinking: `max_tokens` does.
    thinking_within_cap: |_| true,
};

static BEDROCK: Conventions = Conventions {
    // https://docs.aws.amazon.com/bedrock/latest/APIReference: /model/{id}/converse, at the root.
    base_path: "",
    // Its API keys are bearer tokens and do not sign requests:
    // https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html
    key: HeaderScheme::Bearer,
    image: ANTHROPICS_AREA,
    tools: ANTHROPICS_TOOLS,
    least_cap_tokens: 0,
    thinking_within_cap: |model| model.contains("anthropic."),
};

static GOOGLE: Conventions = Conventions {
    // https://ai.google.dev/api: the version that has all features.
    base_path: "/v1beta",
    key: HeaderScheme::XGoogApiKey,
    image: ImageRule::GoogleTiles(258),
    tools: ToolRule::Functions,
    least_cap_tokens: 0,
    // Its documentation and the behaviour of its models contradict each other.
    thinking_within_cap: |_| false,
};

static COHERE: Conventions = Conventions {
    // https://docs.cohere.com/reference/chat
    base_path: "/v2",
    key: HeaderScheme::Bearer,
    image: OPENAIS_TILES,
    tools: ToolRule::Functions,
    least_cap_tokens: 0,
    // The documentation does not tell.
    thinking_within_cap: |_| false,
};

const OPENAIS_TILES: ImageRule = ImageRule::Tiles(ImageTiles { base_tokens: 85, tile_tokens: 170 });
const ANTHROPICS_AREA: ImageRule =
    ImageRule::Area(ImageArea { pixels_per_token: 750, max_tokens: 1_600 });
/// The most tokens of Anthropic's own instructions on tools
/// (<https://docs.anthropic.com/en/docs/tool-use-pricing-and-tokens>).
const ANTHROPICS_TOOLS: ToolRule = ToolRule::Json(530);
