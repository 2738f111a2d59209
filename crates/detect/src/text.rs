//! A text as detectors read it: normalised for matching, with a way back to the original bytes.

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
    /// None: every byte stands where it stood.
    map: Option<Map>,
}

impl<'a> Text<'a> {
    /// Normalise a text, in linear time.
    pub fn new(original: &'a str) -> Self {
        let (plain, invisible) = plain(original);
        let folded = folded(&plain);
        Text { original, plain, folded, invisible }
    }

    /// The text as it is.
    pub fn original(&self) -> &'a str {
        self.original
    }

    /// In compatibility form (NFKC), without invisible characters; letters written as tag characters (U+E0020 to U+E007E) are
    /// letters. Case and scripts are kept.
    pub fn plain(&self) -> &str {
        &self.plain.text
    }

    /// The plain form in lower case, without accents, and with the letters of other scripts that look like Latin ones as these
    /// (Unicode TS 39). What is compared with it must be folded by [`Text::fold`].
    pub fn folded(&self) -> &str {
        &self.folded.text
    }

    /// How many characters a reader does not see.
    pub fn invisible(&self) -> usize {
        self.invisible
    }

    /// Where a range of [`Text::plain`] stands in the original.
    pub fn span_of_plain(&self, range: Range<usize>) -> Range<usize> {
        self.plain.back(range)
    }

    /// Where a range of [`Text::folded`] stands in the original.
    pub fn span_of_folded(&self, range: Range<usize>) -> Range<usize> {
        self.plain.back(self.folded.back(range))
    }

    /// Where a range of [`Text::folded`] stands in [`Text::plain`].
    pub fn plain_of_folded(&self, range: Range<usize>) -> Range<usize> {
        self.folded.back(range)
    }

    /// A word as [`Text::folded`] has it: for lists of words.
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
    let mut characters = original.char_indices().peekable();
    while let Some((start, first)) = characters.next() {
        if let Some(shown) = fold::unseen(first) {
            invisible += 1;
            if let Some(letter) = shown {
                map.lump(text.len(), start..start + first.len_utf8());
                text.push(letter);
            }
            continue;
        }
        // A character and the marks on it are normalised together.
        let mut end = start + first.len_utf8();
        let mut is_simple = first.is_ascii();
        while let Some((at, next)) = characters.peek().copied() {
            if canonical_combining_class(next) == 0 && !fold::is_jamo(next) {
                break;
            }
            is_simple = false;
            end = at + next.len_utf8();
            characters.next();
        }
        let Some(cluster) = original.get(start..end) else { continue };
        if is_simple {
            map.same(text.len(), start);
            text.push(first);
            continue;
        }
        let before = text.len();
        text.extend(cluster.nfkc());
        match text.get(before..) == Some(cluster) {
            true => map.same(before, start),
            false => map.lump(before, start..end),
        }
    }
    map.end(text.len(), original.len());
    (Form { text: Cow::Owned(text), map: Some(map) }, invisible)
}

fn folded<'a>(plain: &Form<'_>) -> Form<'a> {
    if plain.text.is_ascii() {
        return Form { text: Cow::Owned(plain.text.to_ascii_lowercase()), map: None };
    }
    let mut text = String::with_capacity(plain.text.len());
    let mut map = Map::default();
    for (start, character) in plain.text.char_indices() {
        let before = text.len();
        if character.is_ascii() {
            map.same(before, start);
            text.push(character.to_ascii_lowercase());
            continue;
        }
        fold::push(character, &mut text);
        let end = start + character.len_utf8();
        match text.len() - before == character.len_utf8() {
            true => map.same(before, start),
            false => map.lump(before, start..end),
        }
    }
    map.end(text.len(), plain.text.len());
    Form { text: Cow::Owned(text), map: Some(map) }
}

#[cfg(test)]
mod tests;
