use super::*;
use base64::prelude::BASE64_STANDARD;
use postern_types::{ImageArea, ImageTiles};

const GPT_4O: ImageRule = ImageRule::Tiles(ImageTiles { base_tokens: 85, tile_tokens: 170 });
const GPT_4_1_MINI: ImageRule = ImageRule::Patches(162);
const CLAUDE: ImageRule = ImageRule::Area(ImageArea { pixels_per_token: 750, max_tokens: 1_600 });
const GEMINI_2: ImageRule = ImageRule::GoogleTiles(258);

fn tokens(rule: ImageRule, width: u64, height: u64) -> u64 {
    rule.one(&Picture { size: Size::Known { width, height }, low: false })
}

/// The beginning of a PNG of this size.
fn png(width: u32, height: u32) -> String {
    let mut bytes = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
    BASE64_STANDARD.encode(bytes)
}

#[test]
fn counts_the_examples_of_openai() {
    assert_eq!(tokens(GPT_4O, 1024, 1024), 765);
    assert_eq!(tokens(GPT_4O, 2048, 4096), 1105);
    assert_eq!(tokens(GPT_4O, 128, 64), 255);
    let patches = ImageRule::Patches(100);
    assert_eq!(tokens(patches, 1024, 1024), 1024);
    assert_eq!(tokens(GPT_4_1_MINI, 4000, 1474), 2489);
}

#[test]
fn counts_low_detail_as_the_base() {
    let size = Size::Known { width: 4096, height: 8192 };
    assert_eq!(GPT_4O.one(&Picture { size, low: true }), 85);
    assert_eq!(GPT_4_1_MINI.one(&Picture { size, low: true }), 2489);
}

#[test]
fn counts_what_claude_and_gemini_were_seen_to_count() {
    assert_eq!(tokens(CLAUDE, 1000, 1000), 1334);
    assert_eq!(tokens(CLAUDE, 9000, 9000), 1600);
    assert_eq!(tokens(GEMINI_2, 384, 384), 258);
    assert_eq!(tokens(GEMINI_2, 960, 540), 6 * 258);
}

#[test]
fn counts_a_picture_of_unknown_size_as_the_largest() {
    assert_eq!(GPT_4O.count(&[], 2), 2 * 1445);
    assert_eq!(GPT_4_1_MINI.count(&[], 1), 2489);
    assert_eq!(GEMINI_2.count(&[], 1), 24 * 258);
    let elsewhere = Picture { size: Size::Elsewhere, low: false };
    assert_eq!(GPT_4O.count(&[elsewhere], 1), 1445);
}

#[test]
fn counts_each_as_the_largest_when_more_look_like_pictures_than_there_are() {
    let tiny = Picture { size: Size::Known { width: 1, height: 1 }, low: false };
    assert_eq!(GPT_4O.count(&[tiny], 1), 255);
    assert_eq!(GPT_4O.count(&[tiny, tiny], 1), 1445);
}

#[test]
fn never_exceeds_the_numbers_there_are() {
    let size = Size::Known { width: u64::MAX, height: u64::MAX };
    for rule in [GPT_4O, GPT_4_1_MINI, CLAUDE, GEMINI_2] {
        assert!(rule.count(&[Picture { size, low: false }], u32::MAX) > 0);
    }
}

#[test]
fn reads_the_size_of_a_data_url_of_bare_base64_and_of_escaped_slashes() {
    let known = Some(Size::Known { width: 800, height: 600 });
    assert_eq!(Size::from_string(&format!("data:image/png;base64,{}", png(800, 600))), known);
    assert_eq!(Size::from_string(&png(800, 600)), known);
    let escaped = format!("data:image/png;base64,{}", png(800, 600)).replace('/', "\\/");
    assert_eq!(Size::from_string(&escaped), known);
}

#[test]
fn knows_an_address_and_what_is_no_picture() {
    assert_eq!(Size::from_string("https://example.com/a.png"), Some(Size::Elsewhere));
    assert_eq!(Size::from_string("gs://bucket/a.png"), Some(Size::Elsewhere));
    for other in
        ["", "hello", "data:", "data:image/png;base64,", "JVBERi0xLjcK", "data:,\u{e9}\u{e9}"]
    {
        assert_eq!(Size::from_string(other), None, "{other:?}");
    }
}
