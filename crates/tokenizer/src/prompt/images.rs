//! The number of tokens of a picture.

use super::{factor, sum, unescape};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// How a model family counts pictures, by its vendor's published rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageRule {
    /// OpenAI's GPT-4o and its like: scaled to 2,048 pixels, then to 768 on the short side, then in tiles of 512;
    /// `detail: low` is the base alone. GPT-4o has 85 and 170.
    /// <https://platform.openai.com/docs/guides/images-vision#calculating-costs>
    Tiles {
        /// The cost of any picture.
        base: u32,
        /// The cost of each tile.
        per_tile: u32,
    },
    /// Squares that cover the picture, up to a maximum. OpenAI's GPT-4.1-mini and later: 32 pixels, 1,536 squares,
    /// times 1.62 and the like (same page). Anthropic's Claude: 28 pixels, of a picture scaled to 1,568 pixels at most
    /// 1,568 squares, since Claude Opus 4.7 2,576 and 4,784.
    /// <https://platform.claude.com/docs/en/build-with-claude/vision>
    ///
    /// A larger picture counts as the maximum; vendors scale it down to that or slightly less.
    Patches {
        /// The side of a square.
        side_px: u32,
        /// A longer side is scaled down to this.
        longest_px: u32,
        /// The maximum of squares.
        max_patches: u32,
        /// The cost of a hundred squares.
        percent: u32,
    },
    /// Anthropic's older rule of thumb: a token for each 750 pixels, up to about 1,600.
    Area {
        /// The pixels of a token.
        pixels_per_token: u32,
        /// The maximum, to which a large picture is scaled down.
        max_tokens: u32,
    },
    /// Google's Gemini 2: 258 tokens for a picture of at most 384 by 384 pixels, and for each tile of a larger one.
    /// <https://ai.google.dev/gemini-api/docs/tokens>
    GoogleTiles {
        /// The cost of each tile.
        tokens: u32,
    },
    /// The same for each picture; Gemini 3 has 1,120 unless `media_resolution` asks for another.
    Fixed {
        /// The cost.
        tokens: u32,
    },
}

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

/// The part of a picture that is read for its size. A JPEG has its size after previews and colour profiles, which have
/// about ten kilobytes each.
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

impl ImageRule {
    /// The cost of this many pictures, `found` among them.
    ///
    /// If more were found than there are, it is unknown which are not pictures; then each counts as the largest.
    pub fn count(self, found: &[Picture], images: u32) -> u64 {
        let images = u64::from(images);
        let most = self.most();
        let Some(missing) = images.checked_sub(found.len() as u64) else {
            return images.saturating_mul(most);
        };
        sum(found.iter().map(|picture| self.one(picture)).chain([missing.saturating_mul(most)]))
    }

    fn one(self, picture: &Picture) -> u64 {
        match (self, picture.size) {
            (Self::Tiles { base, .. }, _) if picture.low => u64::from(base),
            (_, Size::Known { width, height }) => {
                self.of_size(width, height).min(self.most_of_one())
            }
            (_, Size::Elsewhere) => self.most(),
        }
    }

    fn of_size(self, width: u64, height: u64) -> u64 {
        let (width, height) = (width.max(1), height.max(1));
        match self {
            Self::Tiles { base, per_tile } => {
                let (width, height) = fit(width, height, width.max(height), 2048);
                let (width, height) = fit(width, height, width.min(height), 768);
                let tiles = squares(width, height, 512);
                tiles.saturating_mul(per_tile.into()).saturating_add(base.into())
            }
            Self::Patches { side_px, longest_px, max_patches, percent } => {
                let (width, height) = fit(width, height, width.max(height), longest_px.into());
                factor(squares(width, height, side_px.into()).min(max_patches.into()), percent)
            }
            Self::Area { pixels_per_token, .. } => {
                width.saturating_mul(height).div_ceil(u64::from(pixels_per_token).max(1))
            }
            Self::GoogleTiles { tokens } if width <= 384 && height <= 384 => tokens.into(),
            Self::GoogleTiles { tokens } => {
                // Google crops to two thirds of the short side, within these bounds.
                let side = (width.min(height).saturating_mul(2) / 3).clamp(256, 768);
                squares(width, height, side).saturating_mul(tokens.into())
            }
            Self::Fixed { tokens } => tokens.into(),
        }
    }

    /// The maximum cost of a picture of any size, if there is one.
    fn most_of_one(self) -> u64 {
        match self {
            // 2,048 by 768 pixels: four by two.
            Self::Tiles { base, per_tile } => {
                u64::from(per_tile).saturating_mul(8).saturating_add(base.into())
            }
            Self::Patches { max_patches, percent, .. } => factor(max_patches.into(), percent),
            Self::Area { max_tokens, .. } => max_tokens.into(),
            Self::GoogleTiles { .. } => u64::MAX,
            Self::Fixed { tokens } => tokens.into(),
        }
    }

    /// The cost of a picture of unknown size.
    fn most(self) -> u64 {
        match self {
            Self::GoogleTiles { .. } => self.of_size(PHOTOGRAPH.0, PHOTOGRAPH.1),
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
