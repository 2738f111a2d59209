//! Personal dates: of birth, death, admission, discharge; and ages over 89 (45 CFR 164.514(b)(2)(i)(C)).
//!
//! A date in any common format is found beside a word for such a day in 15 languages. Known limits: two-digit years are found only
//! with points, slashes or hyphens; dates in words are not found.

use super::cue::{Kind, Kinds};
use super::found::Found;
use super::view::View;
use crate::detector::Detector::PersonalDate;
use crate::text::Text;
use rustc_hash::FxHashMap as HashMap;
use std::ops::Range;

const LIFE: Kinds = Kinds::of(&[Kind::Birth, Kind::Event]);
const BIRTH: Kinds = Kinds::of(&[Kind::Birth]);
const OTHER: Kinds = Kinds::of(&[Kind::Order, Kind::Version]);
const AGE: Kinds = Kinds::of(&[Kind::Age]);
/// How far before the date the word may end, in bytes.
const REACH: usize = 48;

/// The names of months.
pub struct Months {
    by_name: HashMap<String, u64>,
}

impl Months {
    /// Reads the list.
    pub fn new() -> Self {
        let mut by_name = HashMap::default();
        for line in include_str!("../../data/personal/months.txt").lines() {
            let Some((number, names)) = line.split_once(": ").filter(|_| !line.starts_with('#'))
            else {
                continue;
            };
            let Ok(number) = number.parse() else { continue };
            by_name.extend(names.split(' ').map(|name| (Text::fold(name), number)));
        }
        Months { by_name }
    }

    /// Appends every date.
    pub fn find(&self, view: &View<'_>, found: &mut Vec<Found>) {
        let mut end = 0;
        for word in view.words {
            if word.start < end || !view.byte(word.start).is_ascii_digit() {
                continue;
            }
            if let Some(date) = self.date(view, word).or_else(|| age(view, word)) {
                end = date.span.end;
                found.push(date);
            }
        }
    }

    fn date(&self, view: &View<'_>, word: &Range<usize>) -> Option<Found> {
        let before = view.before_within(LIFE, word.start, REACH);
        let after = || view.after_within(LIFE, word.end, 56);
        let distance = before.or_else(after)?;
        if view.before_within(OTHER, word.start, REACH).is_some_and(|other| other < distance) {
            return None;
        }
        let span = numeric(view, word)
            .or_else(|| self.named(view, word))
            .or_else(|| ideographic(view, word))?;
        let is_birth = view.before_within(BIRTH, span.start, distance.max(1)).is_some();
        let confidence = if before.is_some() { 92 } else { 78 };
        let form = if is_birth { "birth" } else { "event" };
        Some(Found::beside(PersonalDate, form, span, confidence - (distance / 8) as u8))
    }

    /// `2 June 1969`, `2. Juni 1969`, `2 de junho de 1969`, `June 2nd, 1969`, `02-Jun-1969`.
    fn named(&self, view: &View<'_>, word: &Range<usize>) -> Option<Range<usize>> {
        let (day, end) = day(view, word.start)?;
        if let Some((month, month_end)) =
            self.month(view, skip(view, end, &["-", "/", ". ", ".", " of ", " de ", " d'", " "]))
            && let Some(year_end) = year(
                view,
                skip(view, month_end, &[". ", ", ", "-", "/", " de ", " del ", " do ", " ", "., "]),
            )
            && super::check::is_date(month, day)
        {
            return Some(word.start..year_end);
        }
        let before = view.text.get(..word.start)?.trim_end_matches([' ', '.']);
        let name = before.len()
            - before
                .chars()
                .rev()
                .take(10)
                .take_while(|character| character.is_alphabetic())
                .map(char::len_utf8)
                .sum::<usize>();
        let (month, month_end) = self.month(view, name)?;
        let year_end = year(view, skip(view, end, &[", ", " ", ","]))?;
        (month_end == before.len() && super::check::is_date(month, day)).then_some(name..year_end)
    }

    fn month(&self, view: &View<'_>, start: usize) -> Option<(u64, usize)> {
        let rest = view.from(start);
        let length: usize = rest
            .chars()
            .take(14)
            .take_while(|character| super::cue::is_letter(*character))
            .map(char::len_utf8)
            .sum();
        let month = self.by_name.get(&Text::fold(rest.get(..length)?))?;
        Some((*month, start + length))
    }
}

/// A day and its end, including an ordinal ending.
fn day(view: &View<'_>, start: usize) -> Option<(u64, usize)> {
    let length = view.from(start).bytes().take(3).take_while(u8::is_ascii_digit).count();
    let day = view.part(start..start + length).parse().ok()?;
    let rest = view.from(start + length);
    let ordinal = ["st", "nd", "rd", "th", "er", "\u{ba}", "\u{b0}", "o"].iter().find(|ordinal| {
        rest.strip_prefix(**ordinal)
            .is_some_and(|rest| !rest.starts_with(|character: char| character.is_alphanumeric()))
    });
    (1..=31)
        .contains(&day)
        .then_some((day, start + length + ordinal.map_or(0, |ordinal| ordinal.len())))
}

fn skip(view: &View<'_>, at: usize, joints: &[&str]) -> usize {
    let rest = view.from(at);
    let longest =
        joints.iter().filter(|joint| rest.starts_with(**joint)).map(|joint| joint.len()).max();
    at + longest.unwrap_or(0)
}

fn year(view: &View<'_>, start: usize) -> Option<usize> {
    let length = view.from(start).bytes().take(5).take_while(u8::is_ascii_digit).count();
    let year: u64 = view.part(start..start + length).parse().ok()?;
    (length == 4 && (1880..=2100).contains(&year)).then_some(start + length)
}

/// `02.06.1969`, `6/2/69`, `1969-06-02`.
fn numeric(view: &View<'_>, word: &Range<usize>) -> Option<Range<usize>> {
    let joint = Some(view.byte(word.end)).filter(|joint| matches!(joint, b'.' | b'/' | b'-'))?;
    let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == joint;
    let length = view.from(word.start).bytes().take(11).take_while(is_part).count();
    let written = view.part(word.start..word.start + length).trim_end_matches(char::from(joint));
    let mut parts =
        written.split(char::from(joint)).map(|part| (part.len(), part.parse::<u64>().unwrap_or(0)));
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    let is_valid = match (first, second, third) {
        ((4, year), (1..=2, month), (1..=2, day)) => {
            (1880..=2100).contains(&year) && super::check::is_date(month, day)
        }
        ((1..=2, a), (1..=2, b), (4, year)) => (1880..=2100).contains(&year) && is_either(a, b),
        ((1..=2, a), (1..=2, b), (2, _)) => is_either(a, b),
        _ => false,
    };
    let end = word.start + written.len();
    let is_over = !view.byte(end).is_ascii_digit() && view.is_start(word.start);
    (is_valid && is_over && parts.next().is_none()).then_some(word.start..end)
}

fn is_either(a: u64, b: u64) -> bool {
    super::check::is_date(a, b) || super::check::is_date(b, a)
}

/// `1969年6月2日`.
fn ideographic(view: &View<'_>, word: &Range<usize>) -> Option<Range<usize>> {
    let mut end = year(view, word.start).or_else(|| era_year(view, word))?;
    for (mark, other) in [('年', '년'), ('月', '월'), ('日', '일')] {
        let rest = view.from(end).strip_prefix([mark, other])?;
        end = view.text.len() - rest.len();
        let space = usize::from(rest.starts_with(' '));
        let digits = rest.bytes().skip(space).take(2).take_while(u8::is_ascii_digit).count();
        if !matches!(mark, '日') {
            end += space + digits;
        }
    }
    Some(word.start..end)
}

/// A year of a Japanese era: `昭和45`.
fn era_year(view: &View<'_>, word: &Range<usize>) -> Option<usize> {
    let before = view.text.get(..word.start)?;
    let is_era = ["昭和", "平成", "令和", "大正", "明治"].iter().any(|era| before.ends_with(era));
    (is_era && word.end - word.start <= 2).then_some(word.end)
}

fn age(view: &View<'_>, word: &Range<usize>) -> Option<Found> {
    let years: u32 = view.part(word.clone()).parse().ok()?;
    let is_said = view.after_within(AGE, word.end, 2).is_some()
        || view.before_within(AGE, word.start, 2).is_some();
    ((90..=119).contains(&years) && is_said)
        .then(|| Found::beside(PersonalDate, "age_over_89", word.clone(), 80))
}
