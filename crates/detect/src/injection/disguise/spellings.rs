//! Spellings: digits for letters, spaced letters, backwards, and ROT13.

use super::{Hidden, MOST_BYTES, Token};
use crate::injection::lexicon::{Mention, ROT13};
use crate::text::Text;
use std::ops::Range;

/// Signs of a spelling within this distance belong together.
const NEAR_BYTES: usize = 48;
/// The fewest spaced letters that are read as a text.
const APART: usize = 8;

/// Appends the texts that are spelt in another way.
pub fn spelt(text: &Text<'_>, tokens: &[Token], mentions: &[Mention], hidden: &mut Vec<Hidden>) {
    let folded = text.folded();
    let mut push = |range: Range<usize>, joined: bool, read: fn(&str) -> String| {
        if let Some(part) = folded.get(range.start..range.end.min(range.start + MOST_BYTES)) {
            hidden.push(Hidden { text: read(part), span: text.span_of_folded(range), joined });
        }
    };
    for (concept, read) in [(ROT13, rot13 as fn(&str) -> String), (ROT13 + 1, reversed)] {
        let signs = mentions
            .iter()
            .filter(|mention| mention.concept == concept)
            .map(|mention| mention.start..mention.end);
        for range in clusters(folded, signs) {
            push(range, false, read);
        }
    }
    let (digits, apart) = words(folded, tokens);
    for range in clusters(folded, digits.into_iter()) {
        push(range, false, from_leet);
    }
    for range in apart {
        push(range, true, together);
    }
}

/// The places of words with digits for letters, and of spaced letters.
fn words(folded: &str, tokens: &[Token]) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (mut digits, mut apart) = (Vec::new(), Vec::new());
    let (mut run, mut letters) = (0..0, 0);
    for Token { range, has_sign } in tokens {
        let Some(word) = folded.get(range.clone()) else { continue };
        // Most words begin with two letters and consist of letters.
        let is_plain = matches!(word.as_bytes(), [b'a'..=b'z', b'a'..=b'z', ..]);
        if *has_sign && is_leet(word) {
            digits.push(range.clone());
        }
        let spelt = if is_plain { 0 } else { letters_apart(word) };
        if spelt == 0 {
            if letters >= APART {
                apart.push(run.clone());
            }
            letters = 0;
            continue;
        }
        if letters == 0 {
            run.start = range.start;
        }
        run.end = range.end;
        letters += spelt;
    }
    if letters >= APART {
        apart.push(run);
    }
    (digits, apart)
}

/// Clusters of at least two nearby signs, with the text around them on the line.
fn clusters(folded: &str, signs: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut clusters: Vec<(Range<usize>, usize)> = Vec::new();
    for sign in signs {
        match clusters.last_mut() {
            Some((last, count))
                if sign.start < last.end + NEAR_BYTES && sign.end - last.start < MOST_BYTES =>
            {
                last.end = sign.end;
                *count += 1;
            }
            _ => clusters.push((sign, 1)),
        }
    }
    let around = |(range, _): (Range<usize>, usize)| {
        let line = |text: &str, from_end: bool| match from_end {
            true => text.rfind('\n').map_or(text.len(), |at| text.len() - at - 1),
            false => text.find('\n').unwrap_or(text.len()),
        };
        let before = folded
            .get(folded.floor_char_boundary(range.start.saturating_sub(NEAR_BYTES))..range.start);
        let after = folded.get(range.end..folded.floor_char_boundary(range.end + NEAR_BYTES));
        let before = before.map_or(0, |text| line(text, true));
        range.start - before..range.end + after.map_or(0, |text| line(text, false))
    };
    clusters.into_iter().filter(|(_, count)| *count >= 2).map(around).collect()
}

/// Whether a word mixes letters with digits or signs that look like letters: `1gn0re`, `pr3v10us`, `@ll`.
fn is_leet(word: &str) -> bool {
    if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return false;
    }
    if word.len() > 24
        || word.len() < 3
        || word.starts_with("http")
        || word.contains(['/', '_', '=', '.', '-', ':', '(', '#'])
    {
        return false;
    }
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    let others = word
        .trim_end_matches(|last: char| last.is_ascii_punctuation())
        .bytes()
        .filter(|byte| leet(*byte) != *byte)
        .count();
    letters >= 1
        && others >= 1
        && letters + others >= 3
        && word.bytes().all(|byte| byte.is_ascii_graphic())
}

fn leet(byte: u8) -> u8 {
    match byte {
        b'0' => b'o',
        b'1' | b'!' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' | b'+' => b't',
        b'8' => b'b',
        b'9' => b'g',
        b'|' => b'l',
        other => other,
    }
}

fn from_leet(text: &str) -> String {
    text.chars()
        .map(|character| u8::try_from(character).map_or(character, |byte| char::from(leet(byte))))
        .collect()
}

fn rot13(text: &str) -> String {
    let turn = |character: char| match character {
        'a'..='m' => char::from(character as u8 + 13),
        'n'..='z' => char::from(character as u8 - 13),
        other => other,
    };
    text.chars().map(turn).collect()
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

fn together(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).collect()
}

/// How many letters a word has if no two are adjacent.
fn letters_apart(word: &str) -> usize {
    let (mut count, mut was_letter) = (0, false);
    for character in word.chars() {
        let is_letter = character.is_alphabetic();
        if is_letter && was_letter
            || ('\u{2e80}'..='\u{9fff}').contains(&character)
            || character.is_ascii_digit()
        {
            return 0;
        }
        count += usize::from(is_letter);
        was_letter = is_letter;
    }
    count
}
