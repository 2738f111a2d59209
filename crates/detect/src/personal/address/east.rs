//! Addresses of China, Japan and India.

use crate::detector::Detector::Address;
use crate::personal::cue::{Kind, Kinds, is_unspaced};
use crate::personal::found::Found;
use crate::personal::view::View;
use std::ops::Range;

const UNIT: Kinds = Kinds::of(&[Kind::Unit]);
/// The endings of an address's parts, from province to street.
const DIVISIONS: &str = "省市区區县縣镇鎮乡村路街巷弄道都府郡町丁内";
/// The characters that follow a house number.
const HOUSE: &str = "号號室栋棟楼樓弄番座单丁";
/// Characters before an address that are not part of it.
const BEFORE: &str = "在于到住址为是：，。、；我他她你您的地至往从家于寄";

/// Appends every address.
pub fn find(view: &View<'_>, found: &mut Vec<Found>) {
    if view.text.is_ascii() {
        return;
    }
    let mut end = 0;
    for word in view.words {
        if word.start < end || !view.byte(word.start).is_ascii_digit() {
            continue;
        }
        if let Some(span) = han(view, word).or_else(|| indian(view, word)) {
            end = span.end;
            found.push(Found::new(Address, "divisions", span, 86).by("divisions"));
        }
    }
}

/// Units from the large to the small, then the number: `北京市朝阳区建国路88号`, `東京都千代田区丸の内1-2-3`.
fn han(view: &View<'_>, word: &Range<usize>) -> Option<Range<usize>> {
    let before: Vec<(usize, char)> = view
        .text
        .get(..word.start)?
        .char_indices()
        .rev()
        .take(32)
        .take_while(|(_, character)| is_unspaced(*character))
        .collect();
    let divisions = before.iter().filter(|(_, character)| DIVISIONS.contains(*character)).count();
    let follows = view.at(word.end)?;
    let is_numbered =
        HOUSE.contains(follows) || follows == '-' && view.byte(word.end + 1).is_ascii_digit();
    if divisions < 2 || !is_numbered {
        return None;
    }
    let start = before.iter().take_while(|(_, character)| !BEFORE.contains(*character)).last()?.0;
    let length: usize = view
        .from(word.start)
        .chars()
        .take(16)
        .take_while(|character| {
            character.is_ascii_digit()
                || *character == '-'
                || HOUSE.contains(*character)
                || *character == '目'
        })
        .map(char::len_utf8)
        .sum();
    Some(postal_mark(view, start)..word.start + length)
}

/// `〒100-0001 ` before an address.
fn postal_mark(view: &View<'_>, start: usize) -> usize {
    let before = view.text.get(..start).unwrap_or("").trim_end_matches(' ');
    let code =
        before.trim_end_matches(|character: char| character.is_ascii_digit() || character == '-');
    match code.strip_suffix('\u{3012}') {
        Some(mark) if before.len() - code.len() <= 8 => mark.len(),
        _ => start,
    }
}

/// A PIN of six digits after parts in Devanagari, one of which is a word for a part of an address.
fn indian(view: &View<'_>, word: &Range<usize>) -> Option<Range<usize>> {
    if word.end - word.start != 6 || view.byte(word.start) == b'0' {
        return None;
    }
    let next = view.cues.partition_point(|cue| cue.end <= word.start);
    let near = view.cues.get(..next)?.iter().rev().take_while(|cue| word.start - cue.end < 110);
    let first = near.filter(|cue| cue.kinds.meets(UNIT)).last()?;
    let between = view.part(first.start..word.start);
    let is_address = between.contains(',') && !between.contains(['.', '\u{964}', '\n', ':']);
    // The text before the first part, back to a number: `45/2, एमजी रोड`.
    let before: Vec<(usize, char)> =
        view.text.get(..first.start)?.char_indices().rev().take(24).collect();
    let is_ours = |character: char| !matches!(character, ':' | '.' | '\u{964}' | '\n');
    let digits = before
        .iter()
        .take_while(|(_, character)| is_ours(*character))
        .filter(|(_, character)| character.is_ascii_digit());
    let start = digits.last().map_or(first.start, |(at, _)| *at);
    is_address.then_some(start..word.end)
}
