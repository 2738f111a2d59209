//! Splits a text into words for the lexicon.

/// The longest word, in bytes; a longer run of letters is not a word.
const MAX_WORD: usize = 48;

/// A word in the folded form of a text.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    /// Where it begins.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// Its hash.
    pub hash: u64,
    /// Whether it begins a sentence.
    pub begins: bool,
    /// Whether it has digits, signs, or a letter three times in a row.
    pub is_odd: bool,
    /// Whether it has letters outside ASCII.
    pub is_wide: bool,
}

/// The hash of a word (FNV-1a: words are short, and an attacker gains nothing by collisions).
pub fn hash(word: &[u8]) -> u64 {
    word.iter().fold(SEED, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}

/// The hash of a phrase and one more word.
pub fn joined(phrase: u64, word: u64) -> u64 {
    (phrase.rotate_left(23) ^ word).wrapping_mul(PRIME)
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A letter.
    Letter,
    /// A digit.
    Digit,
    /// A byte of a character outside ASCII: a letter, unless it is a sign.
    Wide,
    /// A sign that counts as a letter only within a word.
    Within,
    /// The end of a sentence.
    End,
    /// Anything else.
    Between,
}

/// The kinds of all bytes.
#[allow(clippy::indexing_slicing, reason = "it is evaluated by the compiler")]
const KINDS: [Kind; 256] = {
    let mut kinds = [Kind::Between; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = kind_of(byte as u8);
        byte += 1;
    }
    kinds
};

fn kind(byte: u8) -> Kind {
    KINDS.get(usize::from(byte)).copied().unwrap_or(Kind::Between)
}

const fn kind_of(byte: u8) -> Kind {
    match byte {
        b'a'..=b'z' => Kind::Letter,
        b'0'..=b'9' => Kind::Digit,
        0x80.. => Kind::Wide,
        b'\'' | b'*' | b'@' | b'$' => Kind::Within,
        b'.' | b'!' | b'?' | b'\n' | b';' => Kind::End,
        _ => Kind::Between,
    }
}

/// A punctuation mark outside ASCII: its length in bytes, and whether it ends a sentence.
fn sign(bytes: &[u8], at: usize, first: u8) -> Option<(usize, bool)> {
    if first < 0xc2 {
        return None;
    }
    let next = |offset| bytes.get(at + offset).copied().unwrap_or(0);
    match (first, next(1), next(2)) {
        // U+00A0 to U+00BF but the ordinals; Arabic comma, semicolon, question mark.
        (0xc2, second, _) if second != 0xaa && second != 0xba => Some((2, false)),
        (0xd8, 0x8c, _) => Some((2, false)),
        (0xd8, 0x9b | 0x9f, _) => Some((2, true)),
        // Danda; general punctuation; ideographic full stop, comma and brackets.
        (0xe0, 0xa5, 0xa4 | 0xa5) | (0xe3, 0x80, 0x82) => Some((3, true)),
        (0xe2, 0x80, _) | (0xe3, 0x80, 0x80..=0x91) => Some((3, false)),
        _ => None,
    }
}

/// Calls `visit` with each word of a folded text, in order.
pub fn each(text: &str, mut visit: impl FnMut(Word)) {
    let bytes = text.as_bytes();
    let mut begins = true;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match kind(*byte) {
            Kind::Between | Kind::Within => {
                at += 1;
                continue;
            }
            Kind::End => {
                begins = true;
                at += 1;
                continue;
            }
            Kind::Wide => {
                if let Some((length, ends)) = sign(bytes, at, *byte) {
                    begins |= ends;
                    at += length;
                    continue;
                }
            }
            Kind::Letter | Kind::Digit => {}
        }
        let word = word(bytes, at, begins);
        at = word.end as usize;
        begins = word.end - word.start > MAX_WORD as u32;
        if !begins {
            visit(word);
        }
    }
}

fn word(bytes: &[u8], start: usize, begins: bool) -> Word {
    let mut word =
        Word { start: start as u32, end: 0, hash: SEED, begins, is_odd: false, is_wide: false };
    let mut end = start;
    // Signs in a word belong to it only if a letter follows.
    let mut pending = 0;
    let (mut last, mut repeats) = (0, 0);
    // Most words have letters only.
    for byte in
        bytes.get(start..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_lowercase())
    {
        word.hash = (word.hash ^ u64::from(*byte)).wrapping_mul(PRIME);
        repeats = if *byte == last { repeats + 1 } else { 0 };
        word.is_odd |= repeats >= 2;
        last = *byte;
        end += 1;
    }
    for (at, byte) in bytes.iter().enumerate().skip(end) {
        match kind(*byte) {
            Kind::Letter => {}
            Kind::Digit => word.is_odd = true,
            Kind::Wide if sign(bytes, at, *byte).is_some() => break,
            Kind::Wide => word.is_wide = true,
            Kind::Within if pending < 4 => {
                pending += 1;
                continue;
            }
            _ => break,
        }
        if pending > 0 {
            let signs = bytes.iter().skip(end).take(pending);
            word.hash =
                signs.fold(word.hash, |hash, sign| (hash ^ u64::from(*sign)).wrapping_mul(PRIME));
            word.is_odd = true;
        }
        word.hash = (word.hash ^ u64::from(*byte)).wrapping_mul(PRIME);
        repeats = if *byte == last { repeats + 1 } else { 0 };
        word.is_odd |= repeats >= 2;
        last = *byte;
        end += pending + 1;
        pending = 0;
    }
    word.end = end as u32;
    word
}

/// A word without signs for letters and without letters repeated for emphasis; `None` if it has neither.
pub fn plainer(word: &str) -> Option<String> {
    let marked = word.bytes().any(|byte| byte.is_ascii_digit() || matches!(byte, b'@' | b'$'));
    let repeats =
        word.as_bytes().windows(3).any(|three| matches!(three, [a, b, c] if a == b && b == c));
    let has_letter = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    if !has_letter || !(marked || repeats) || word.len() > 20 {
        return None;
    }
    let mut plain = String::with_capacity(word.len());
    for character in word.chars() {
        let letter = match character {
            '0' => 'o',
            '1' => 'i',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            other => other,
        };
        let same = plain.chars().rev().take_while(|last| *last == letter).count();
        if !repeats || same < 1 {
            plain.push(letter);
        }
    }
    Some(plain)
}
