//! How many tokens a request's prompt has.

use postern_contract::types::limiter::AdmissionRequest;
use postern_contract::types::{self, Tokenizer};
use postern_tokenizer::Encoding;
use postern_tokenizer::prompt::{self, ImageRule, Prompt, Rules, Text, Tokens, ToolRule};

/// By the model's own tokenizer, or the estimate that policy states.
pub fn tokens(request: &AdmissionRequest, body: &str) -> Tokens {
    let counting = &request.metering.counting;
    let encoding = match counting.tokenizer {
        Tokenizer::O200kBase => Encoding::O200kBase,
        Tokenizer::Cl100kBase => Encoding::Cl100kBase,
    };
    let texts: Vec<_> =
        request.texts.iter().map(|span| Text { start: span.start, end: span.end }).collect();
    let prompt = Prompt {
        body,
        texts: &texts,
        // A message has one text or more.
        messages: u32::try_from(texts.len()).unwrap_or(u32::MAX),
        has_tools: request.facts.tools > 0,
        images: request.facts.images,
        audio: request.facts.audio,
        documents: request.facts.documents,
    };
    let tools = match counting.tools {
        types::ToolRule::Json(once_tokens) => ToolRule::Json { once_tokens },
        types::ToolRule::Functions => ToolRule::Functions,
    };
    let rules = Rules { images: image(counting.image), tools };
    prompt::count(&prompt, encoding, counting.factor_percent, &rules)
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
