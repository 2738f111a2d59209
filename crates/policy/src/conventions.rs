//! What the vendors of each dialect document, one row each: what holds where a policy says nothing else.

use crate::models::scheme::HeaderScheme;
use postern_types::{Dialect, ImageArea, ImageRule, ImageTiles, ToolRule};

/// A dialect's row.
#[derive(Debug)]
pub struct Conventions {
    /// The path that a base URL without a path stands for, where the provider has no `base_path`.
    pub base_path: &'static str,
    /// How a key is sent.
    pub(crate) key: HeaderScheme,
    /// What an image counts.
    pub image: ImageRule,
    /// What the declarations of tools count.
    pub tools: ToolRule,
    /// The least cap on an answer that is taken, 0 where there is no such bound.
    pub least_cap_tokens: u64,
    /// Whether the cap on an answer holds a model's thoughts, too.
    pub thinking_within_cap: fn(&str) -> bool,
}

/// The row of a dialect.
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
    // Of the servers that speak it some (Qwen's) have a budget beside the cap.
    thinking_within_cap: |_| false,
};

static RESPONSES: Conventions = Conventions {
    base_path: "/v1",
    key: HeaderScheme::Bearer,
    image: OPENAIS_TILES,
    tools: ToolRule::Functions,
    // A smaller one is refused, and the provider sends this one in its place.
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
    // Its API keys, which are not signed with, are bearer tokens:
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
    // Its documentation and its models contradict each other.
    thinking_within_cap: |_| false,
};

static COHERE: Conventions = Conventions {
    // https://docs.cohere.com/reference/chat
    base_path: "/v2",
    key: HeaderScheme::Bearer,
    image: OPENAIS_TILES,
    tools: ToolRule::Functions,
    least_cap_tokens: 0,
    // It does not say.
    thinking_within_cap: |_| false,
};

const OPENAIS_TILES: ImageRule = ImageRule::Tiles(ImageTiles { base_tokens: 85, tile_tokens: 170 });
const ANTHROPICS_AREA: ImageRule =
    ImageRule::Area(ImageArea { pixels_per_token: 750, max_tokens: 1_600 });
/// What Anthropic says to its models of tools, at most
/// (<https://docs.anthropic.com/en/docs/tool-use-pricing-and-tokens>).
const ANTHROPICS_TOOLS: ToolRule = ToolRule::Json(530);
