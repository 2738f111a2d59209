//! Chinese and Japanese names: a surname and one or two more characters, beside a word that introduces or follows a name.

use crate::detector::Detector::PersonName;
use crate::personal::cue::{Kind, Kinds};
use crate::personal::found::Found;
use crate::personal::view::View;
use rustc_hash::FxHashSet as HashSet;

const BEFORE: Kinds = Kinds::of(&[Kind::Intro, Kind::Field, Kind::Greeting]);

const HONORIFIC: Kinds = Kinds::of(&[Kind::Honorific]);
/// Characters that are not part of names.
const FUNCTION: &str = "的是在于和与已了说有被把从到对为因及或之也都就还请您你我他她它们这那先女小医教老经同律主博护的给向由将会能可以要";

/// The surnames.
pub struct Names {
    chinese: HashSet<&'static str>,
    japanese: HashSet<&'static str>,
}

impl Names {
    /// Reads the lists.
    pub fn new() -> Self {
        let read =
            |list: &'static str| list.lines().filter(|line| !line.starts_with('#')).collect();
        Names {
            chinese: read(include_str!("../../../data/personal/surnames_han.txt")),
            japanese: read(include_str!("../../../data/personal/names_ja.txt")),
        }
    }

    /// Appends every name.
    pub fn find(&self, view: &View<'_>, found: &mut Vec<Found>) {
        if view.text.is_ascii() {
            return;
        }
        for cue in view.cues.iter().filter(|cue| cue.kinds.meets(BEFORE)) {
            let gap = view
                .from(cue.end)
                .chars()
                .take(3)
                .take_while(|character| {
                    matches!(character, ':' | ' ' | '"' | '\n' | '是' | 'は' | 'の' | '名')
                })
                .map(char::len_utf8)
                .sum::<usize>();
            found.extend(self.name(view, cue.end + gap));
        }
        for cue in view.cues.iter().filter(|cue| cue.kinds.meets(HONORIFIC)) {
            found.extend(self.before(view, cue.start));
        }
    }

    /// A name that begins here.
    fn name(&self, view: &View<'_>, start: usize) -> Option<Found> {
        let rest = view.from(start);
        let surname = self.surname(rest)?;
        let is_japanese = self.japanese.contains(surname);
        let given = rest.get(surname.len()..)?;
        let gap = usize::from(is_japanese && given.starts_with(' '));
        let is_part = |character: &char| {
            is_han(*character) && !FUNCTION.contains(*character) || gap > 0 && is_kana(*character)
        };
        let most = if is_japanese { 3 } else { 2 };
        let length: usize =
            given.chars().skip(gap).take(most).take_while(is_part).map(char::len_utf8).sum();
        if length == 0 && !is_japanese {
            return None;
        }
        let end = start + surname.len() + if length > 0 { gap + length } else { 0 };
        Some(Found::new(PersonName, "introduction", start..end, 82).by("introduction"))
    }

    /// The longest surname that a text begins with.
    fn surname<'t>(&self, text: &'t str) -> Option<&'t str> {
        let ends = text.char_indices().map(|(at, character)| at + character.len_utf8()).take(3);
        let starts = ends.filter_map(|end| text.get(..end)).collect::<Vec<_>>();
        starts
            .into_iter()
            .rev()
            .find(|start| self.chinese.contains(start) || self.japanese.contains(start))
    }

    /// The longest name with a surname that ends here, before a form of address.
    fn before(&self, view: &View<'_>, end: usize) -> Option<Found> {
        let before = view.text.get(..end)?.char_indices().rev().take(6);
        let is_name = |(_, character): &(usize, char)| {
            is_han(*character) || is_kana(*character) || *character == ' '
        };
        let starts = before.take_while(is_name).map(|(at, _)| at);
        let start = starts.filter(|start| self.is_whole(view.part(*start..end))).last()?;
        Some(Found::new(PersonName, "title", start..end, 82).by("title"))
    }

    /// Whether it is a surname, with or without a given name.
    fn is_whole(&self, text: &str) -> bool {
        let Some(surname) = self.surname(text) else { return false };
        let is_japanese = self.japanese.contains(surname);
        let given = text.get(surname.len()..).unwrap_or("");
        let given = given.strip_prefix(' ').filter(|_| is_japanese).unwrap_or(given);
        let is_part = |character: char| {
            is_han(character) && !FUNCTION.contains(character) || is_japanese && is_kana(character)
        };
        given.chars().count() <= 2 + usize::from(is_japanese) && given.chars().all(is_part)
    }
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{4e00}'..='\u{9fff}' | '々')
}

fn is_kana(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}')
}
