//! `image_tokens`: the vendor's rule for how many tokens an image in a prompt has.

use std::ops::RangeInclusive;

use toml::Spanned;

use crate::reading::{Key, Label, Report, Table, one_of, whole_number};
use postern_types::{ImageArea, ImageRule, ImageTiles};

const IMAGE_TOKENS: Key =
    Key::new("image_tokens", r#"image_tokens = { rule = "tiles", base = 85, per_tile = 170 }"#);
const RULE: Key = Key::new("rule", r#"rule = "tiles""#);
const BASE: Key = Key::new("base", "base = 85");
const PER_TILE: Key = Key::new("per_tile", "per_tile = 170");
const PERCENT: Key = Key::new("percent", "percent = 162");
const PIXELS_PER_TOKEN: Key = Key::new("pixels_per_token", "pixels_per_token = 750");
const MAX: Key = Key::new("max", "max = 1_600");
const TOKENS: Key = Key::new("tokens", "tokens = 258");

/// At least ten times what vendors publish for tokens of an image, pixels of a token, and percent.
const BOUNDS: RangeInclusive<u64> = 1..=100_000;

/// The rules by name, each with its keys.
#[derive(Clone, Copy)]
enum Rule {
    Tiles,
    Patches,
    Area,
    GoogleTiles,
    Fixed,
}

impl Rule {
    const WORDS: &[(&'static str, Self)] = &[
        ("tiles", Self::Tiles),
        ("patches", Self::Patches),
        ("area", Self::Area),
        ("google_tiles", Self::GoogleTiles),
        ("fixed", Self::Fixed),
    ];

    fn keys(self) -> &'static [Key] {
        match self {
            Self::Tiles => &[BASE, PER_TILE],
            Self::Patches => &[PERCENT],
            Self::Area => &[PIXELS_PER_TOKEN, MAX],
            Self::GoogleTiles | Self::Fixed => &[TOKENS],
        }
    }

    /// The rule with the values of its keys, in the order of the keys.
    fn with(self, values: &[u32]) -> Option<ImageRule> {
        Some(match (self, values) {
            (Self::Tiles, &[base, per_tile]) => {
                ImageRule::Tiles(ImageTiles { base_tokens: base, tile_tokens: per_tile })
            }
            (Self::Patches, &[percent]) => ImageRule::Patches(percent),
            (Self::Area, &[pixels_per_token, max_tokens]) => {
                ImageRule::Area(ImageArea { pixels_per_token, max_tokens })
            }
            (Self::GoogleTiles, &[tokens]) => ImageRule::GoogleTiles(tokens),
            (Self::Fixed, &[tokens]) => ImageRule::Fixed(tokens),
            _ => return None,
        })
    }
}

/// Reads and checks `image_tokens` of a model.
pub(super) fn read(report: &mut Report<'_>, model: &mut Table<'_>) -> Option<ImageRule> {
    let mut table = model.table(report, IMAGE_TOKENS, "image_tokens of model")?;
    let word: Option<Spanned<&str>> = table.required(report, RULE);
    let rule = word.and_then(|word| one_of(report, table.label, RULE, &word, Rule::WORDS))?;
    let mut values = Vec::new();
    for key in rule.keys() {
        let value = table.required(report, *key);
        let value = value.and_then(|value| number(report, table.label, *key, &value));
        values.extend(value);
    }
    table.finish(report);
    rule.with(&values)
}

fn number(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    value: &Spanned<i128>,
) -> Option<u32> {
    u32::try_from(whole_number(report, label, key, value, BOUNDS)?).ok()
}
