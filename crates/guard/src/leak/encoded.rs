//! Texts within a text, in base64 or hex.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::ops::Range;

/// Shorter runs cannot hold six words.
const SHORTEST: usize = 40;

/// An encoded run, and what it may say.
pub struct Run {
    pub span: Range<usize>,
    pub texts: Vec<String>,
}

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The encoded runs of a text. A run may be cut at its start, so every alignment is read.
pub fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let is_code =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '-' | '_');
    for run in text.split(|letter| !is_code(letter)).filter(|run| run.len() >= SHORTEST) {
        let start = run.as_ptr().addr() - text.as_ptr().addr();
        let is_hex = run.bytes().all(|byte| byte.is_ascii_hexdigit());
        let texts = if is_hex { from_hex(run) } else { from_base64(run) };
        if !texts.is_empty() {
            runs.push(Run { span: start..start + run.len(), texts });
        }
    }
    runs
}

fn from_base64(run: &str) -> Vec<String> {
    let standard = run.replace('-', "+").replace('_', "/");
    let decoded = (0..4).filter_map(|skipped| {
        let rest = standard.get(skipped..)?;
        let whole = rest.get(..rest.len() - rest.len() % 4)?;
        said(&LENIENT.decode(whole).ok()?)
    });
    decoded.collect()
}

fn from_hex(run: &str) -> Vec<String> {
    let digits: Vec<u8> =
        run.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
    let decoded = (0..2).filter_map(|skipped| {
        let pairs = digits.get(skipped..)?.chunks_exact(2);
        let byte = |pair: &[u8]| pair.iter().fold(0, |byte, digit| byte << 4 | digit);
        said(&pairs.map(byte).collect::<Vec<u8>>())
    });
    decoded.collect()
}

/// The text of bytes that are text: at its ends a character may be cut.
fn said(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let odd = text.chars().filter(|letter| {
        *letter == char::REPLACEMENT_CHARACTER || letter.is_control() && !letter.is_whitespace()
    });
    (odd.count() <= 6).then(|| text.into_owned())
}
