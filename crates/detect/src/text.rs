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
