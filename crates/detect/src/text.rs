//! A text normalised for matching, with a mapping to the original bytes.

use std::borrow::Cow;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

mod fold;
mod map;

use map::Map;

/// A text and its two normalised forms.
pub struct Text<'a> {
    original: &'a str,
    plain: Form<'a>,
    folded: Form<'a>,
    invisible: usize,
}

/// A normalised form of a text.
struct Form<'a> {
    text: Cow<'a, str>,
    /// `None` if every byte is at the same place as in the original.
    map: Option<Map>,
}

impl<'a> Text<'a> {
    /// Normalises a text, in linear time.
    pub fn new(original: &'a str) -> Self {
        let (plain, invisible) = plain(original);
        let folded = folded(&plain);
        Text { original, plain, folded, invisible }
    }

    /// The original text.
    pub fn original(&self) -> &'a str {
        self.original
    }

    /// The text in compatibility form (NFKC) without invisible characters; tag characters (U+E0020 to U+E007E) become the letters
    /// they encode. Case and scripts are kept.
    pub fn plain(&self) -> &str {
        &self.plain.text
    }

    /// The plain form in lower case, without accents, and with look-alike letters of other scripts as Latin ones (Unicode TS 39).
    /// Compare it only with text that [`Text::fold`] has folded.
    pub fn folded(&self) -> &str {
        &self.folded.text
    }

    /// The number of invisible characters.
    pub fn invisible(&self) -> usize {
        self.invisible
    }

    /// The range in the original of a range of [`Text::plain`].
    pub fn span_of_plain(&self, range: Range<usize>) -> Range<usize> {
        self.plain.back(range)
    }

    /// The range in the original of a range of [`Text::folded`].
    pub fn span_of_folded(&self, range: Range<usize>) -> Range<usize> {
        self.plain.back(self.folded.back(range))
    }

    /// The range in [`Text::plain`] of a range of [`Text::folded`].
    pub fn plain_of_folded(&self, range: Range<usize>) -> Range<usize> {
        self.folded.back(range)
    }

    /// Folds a word like [`Text::folded`], for lists of words.
    pub fn fold(word: &str) -> String {
        folded(&plain(word).0).text.into_owned()
    }
}

impl Form<'_> {
    fn back(&self, range: Range<usize>) -> Range<usize> {
        match &self.map {
            Some(map) => map.back(range),
            None => range,
        }
    }
}

fn plain(original: &str) -> (Form<'_>, usize) {
    if original.is_ascii() {
        return (Form { text: Cow::Borrowed(original), map: None }, 0);
    }
    let mut text = String::with_capacity(original.len());
    let mut map = Map::default();
    let mut invisible = 0;
    let mut at = 0;
    while at < original.len() {
        let rest = original.get(at..).unwrap_or_default();
        let simple = simple_length(rest);
        if let Some(simple) = rest.get(..simple).filter(|simple| !simple.is_empty()) {
            map.same(text.len(), at);
            text.push_str(simple);
            at += simple.len();
            continue;
        }
        let Some(first) = rest.chars().next() else { break };
        if let Some(shown) = fold::unseen(first) {
            invisible += 1;
            if let Some(letter) = shown {
                map.lump(text.len(), at..at + first.len_utf8());
                text.push(letter);
            }
            at += first.len_utf8();
            continue;
        }
        let cluster = rest.get(..cluster_length(rest)).unwrap_or(rest);
        let before = text.len();
        text.extend(cluster.nfkc());
        match text.get(before..) == Some(cluster) {
            true => map.same(before, at),
            false => map.lump(before, at..at + cluster.len()),
        }
        at += cluster.len();
    }
    map.end(text.len(), original.len());
    (Form { text: Cow::Owned(text), map: Some(map) }, invisible)
}

/// The bytes of the characters at the start of a text that normalisation keeps, whatever follows them.
fn simple_length(text: &str) -> usize {
    let ascii = ascii_length(text.as_bytes());
    // The characters that were read, without the last one: a mark may follow it.
    let (mut sure, mut end) = (ascii.saturating_sub(1), ascii);
    for character in text.get(ascii..).unwrap_or_default().chars() {
        if fold::is_settled(character) {
            (sure, end) = (end, end + character.len_utf8());
        } else if ends_cluster(character) {
            return end;
        } else {
            return sure;
        }
    }
    end
}

/// The length of the first character with the marks on it, which are normalised together.
fn cluster_length(text: &str) -> usize {
    let next = text.char_indices().skip(1).find(|(_, next)| ends_cluster(*next));
    next.map_or(text.len(), |(at, _)| at)
}

/// Whether a character is not normalised together with the one before it.
fn ends_cluster(character: char) -> bool {
    character.is_ascii() || canonical_combining_class(character) == 0 && !fold::is_jamo(character)
}

/// How many ASCII characters a text begins with.
fn ascii_length(text: &[u8]) -> usize {
    let mut length = 0;
    for chunk in text.chunks(16) {
        if !chunk.is_ascii() {
            return length + chunk.iter().take_while(|byte| byte.is_ascii()).count();
        }
        length += chunk.len();
    }
    length
}

fn folded<'a>(plain: &Form<'_>) -> Form<'a> {
    if plain.text.is_ascii() {
        return Form { text: Cow::Owned(plain.text.to_ascii_lowercase()), map: None };
    }
    let mut text = String::with_capacity(plain.text.len());
    let mut map = Map::default();
    let mut at = 0;
    while let Some(rest) = plain.text.get(at..).filter(|rest| !rest.is_empty()) {
        let before = text.len();
        if let Some(ascii) =
            rest.get(..ascii_length(rest.as_bytes())).filter(|ascii| !ascii.is_empty())
        {
            map.same(before, at);
            text.push_str(ascii);
            text.get_mut(before..).unwrap_or_default().make_ascii_lowercase();
            at += ascii.len();
            continue;
        }
        let Some(character) = rest.chars().next() else { break };
        fold::push(character, &mut text);
        let end = at + character.len_utf8();
        match text.len() - before == character.len_utf8() {
            true => map.same(before, at),
            false => map.lump(before, at..end),
        }
        at = end;
    }
    map.end(text.len(), plain.text.len());
    Form { text: Cow::Owned(text), map: Some(map) }
}

#[cfg(test)]
mod tests;
