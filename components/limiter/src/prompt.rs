//! The number of tokens of a request's prompt.

use postern_contract::types::{self, Counting, Prompt, Tokenizer};
use postern_tokenizer::Encoding;
use postern_tokenizer::prompt::{self, ImageRule, Rules, Tokens, ToolRule};

/// Counted by the model's own tokenizer, or estimated as policy says.
pub fn tokens(counting: &Counting, prompt: &Prompt) -> Tokens {
    let encoding = match counting.tokenizer {
        Tokenizer::O200kBase => Encoding::O200kBase,
        Tokenizer::Cl100kBase => Encoding::Cl100kBase,
    };
    let tools = match counting.tools {
        types::ToolRule::Json(once_tokens) => ToolRule::Json { once_tokens },
        types::ToolRule::Functions => ToolRule::Functions,
    };
    let rules = Rules { images: image(counting.image), tools };
    prompt::count(prompt, encoding, counting.factor_percent, &rules)
}

fn image(rule: types::ImageRule) -> ImageRule {
    match rule {
        types::ImageRule::Tiles(tiles) => {
            ImageRule::Tiles { base: tiles.base_tokens, per_tile: tiles.tile_tokens }
        }
        // OpenAI's: https://platform.openai.com/docs/guides/images-vision#calculating-costs.
        types::ImageRule::Patches(percent) => {
            ImageRule::Patches { side_px: 32, longest_px: 2_048, max_patches: 1_536, percent }
        }
        types::ImageRule::Area(area) => {
            ImageRule::Area { pixels_per_token: area.pixels_per_token, max_tokens: area.max_tokens }
        }
        types::ImageRule::GoogleTiles(tokens) => ImageRule::GoogleTiles { tokens },
        types::ImageRule::Fixed(tokens) => ImageRule::Fixed { tokens },
    }
}
