//! The number of tokens of a picture.

use super::{factor, sum, unescape};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use postern_types::ImageRule;

/// A picture of a request.
#[derive(Debug, Clone, Copy)]
pub struct Picture {
    pub size: Size,
    /// It is read in low detail only.
    pub low: bool,
}

/// The size of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// In pixels.
    Known { width: u64, height: u64 },
    /// It is at an address, and only the vendor will see it.
    Elsewhere,
}

/// The most squares of a picture in patches.
const MAX_PATCHES: u64 = 1_536;
/// How much of a picture is read for its size. A JPEG has its size behind previews and colour profiles, which are some
/// ten kilobytes each.
const HEADER_CHARACTERS: usize = 256 * 1024;
/// The size assumed for a picture of unknown size under Google's rule, which has no maximum: that of a camera of twelve
/// megapixels.
const PHOTOGRAPH: (u64, u64) = (4032, 3024);

/// Base64 as vendors accept it: padded or not, and cut anywhere within a header.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// How a model family counts pictures, as its vendor has published it.
///
/// OpenAI's tiles, of GPT-4o and its like: scaled to 2,048 pixels, then to 768 on the short side, then in tiles of 512;
/// `detail: low` is the base alone. GPT-4o has 85 and 170. Its patches, of GPT-4.1-mini and later: squares of 32 pixels over the
/// picture, at most 1,536, times 1.62 and the like; what exceeds the most is taken for the most, and is scaled down to that or
/// a little less. <https://platform.openai.com/docs/guides/images-vision#calculating-costs>
///
/// Anthropic's area: its older rule of thumb, a token for each 750 pixels, up to about 1,600.
/// <https://platform.claude.com/docs/en/build-with-claude/vision>
///
/// Google's tiles, of Gemini 2: 258 tokens for a picture of at most 384 by 384 pixels, and for each tile of a larger one; Gemini 3
/// has a fixed 1,120 unless `media_resolution` asks for another. <https://ai.google.dev/gemini-api/docs/tokens>
pub(super) trait CountPictures: Copy {
    /// What the pictures of a request cost that has so many, `found` among them.
    ///
    /// Where more were found than there are, those that are none cannot be told; then each is taken for the largest.
    fn count(self, found: &[Picture], images: u32) -> u64;

    fn one(self, picture: &Picture) -> u64;

    fn of_size(self, width: u64, height: u64) -> u64;

    /// The most that a picture of any size costs, if there is such a number.
    fn most_of_one(self) -> u64;

    /// What a picture costs of which nothing is known.
    fn most(self) -> u64;
}

impl CountPictures for ImageRule {
    fn count(self, found: &[Picture], images: u32) -> u64 {
        let images = u64::from(images);
        let most = self.most();
        let Some(missing) = images.checked_sub(found.len() as u64) else {
            return images.saturating_mul(most);
        };
        sum(found.iter().map(|picture| self.one(picture)).chain([missing.saturating_mul(most)]))
    }

    fn one(self, picture: &Picture) -> u64 {
        match (self, picture.size) {
            (Self::Tiles(tiles), _) if picture.low => u64::from(tiles.base_tokens),
            (_, Size::Known { width, height }) => {
                self.of_size(width, height).min(self.most_of_one())
            }
            (_, Size::Elsewhere) => self.most(),
        }
    }

    fn of_size(self, width: u64, height: u64) -> u64 {
        let (width, height) = (width.max(1), height.max(1));
        match self {
            Self::Tiles(rule) => {
                let (width, height) = fit(width, height, width.max(height), 2048);
                let (width, height) = fit(width, height, width.min(height), 768);
                let tiles = squares(width, height, 512);
                tiles
                    .saturating_mul(rule.tile_tokens.into())
                    .saturating_add(rule.base_tokens.into())
            }
            Self::Patches(percent) => {
                let (width, height) = fit(width, height, width.max(height), 2048);
                factor(squares(width, height, 32).min(MAX_PATCHES), percent)
            }
            Self::Area(area) => {
                width.saturating_mul(height).div_ceil(u64::from(area.pixels_per_token).max(1))
            }
            Self::GoogleTiles(tokens) if width <= 384 && height <= 384 => tokens.into(),
            Self::GoogleTiles(tokens) => {
                // Google crops to two thirds of the short side, within these bounds.
                let side = (width.min(height).saturating_mul(2) / 3).clamp(256, 768);
                squares(width, height, side).saturating_mul(tokens.into())
            }
            Self::Fixed(tokens) => tokens.into(),
        }
    }

    fn most_of_one(self) -> u64 {
        match self {
            // 2,048 by 768 pixels: four by two.
            Self::Tiles(rule) => u64::from(rule.tile_tokens)
                .saturating_mul(8)
                .saturating_add(rule.base_tokens.into()),
            Self::Patches(percent) => factor(MAX_PATCHES, percent),
            Self::Area(area) => area.max_tokens.into(),
            Self::GoogleTiles(_) => u64::MAX,
            Self::Fixed(tokens) => tokens.into(),
        }
    }

    fn most(self) -> u64 {
        match self {
            Self::GoogleTiles(_) => self.of_size(PHOTOGRAPH.0, PHOTOGRAPH.1),
            _ => self.most_of_one(),
        }
    }
}

impl Size {
    /// A picture from a JSON string: a data URL, its base64, or an address. None if it is none of these, or its
    /// beginning does not contain the size.
    pub fn from_string(raw: &str) -> Option<Self> {
        let mut end = raw.len().min(HEADER_CHARACTERS);
        while !raw.is_char_boundary(end) {
            end -= 1;
        }
        let text = unescape(raw.get(..end)?);
        let data = match text.get(..5) {
            Some(scheme) if scheme.eq_ignore_ascii_case("data:") => text.split_once(',')?.1,
            _ if text.get(..16.min(text.len())).is_some_and(|start| start.contains("://")) => {
                return Some(Self::Elsewhere);
            }
            _ => &text,
        };
        let data = data.get(..data.len() / 4 * 4)?;
        let size = imagesize::blob_size(&BASE64.decode(data).ok()?).ok()?;
        Some(Self::Known { width: size.width as u64, height: size.height as u64 })
    }
}

/// Scaled down so that `side`, one of the two, is at most `limit`; rounded up.
fn fit(width: u64, height: u64, side: u64, limit: u64) -> (u64, u64) {
    if side <= limit {
        return (width, height);
    }
    let scaled = |length: u64| length.saturating_mul(limit).div_ceil(side);
    (scaled(width), scaled(height))
}

/// The number of squares that cover it.
fn squares(width: u64, height: u64, side: u64) -> u64 {
    let side = side.max(1);
    width.div_ceil(side).saturating_mul(height.div_ceil(side))
}

#[cfg(test)]
mod tests;
