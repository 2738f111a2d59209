//! Telephone numbers.
//!
//! - E.164 with a plus sign or `00`: the country's calling code, and as many digits as its plan allows (ITU-T E.164 and its list of
//!   assigned codes).
//! - National numbers of 9 to 12 digits in groups with the trunk prefix 0 (Germany, United Kingdom, France, Italy's land lines, the
//!   Netherlands, Belgium, Austria, Switzerland, Sweden, Finland, Ireland, Australia, Japan, Korea, India and China's land lines,
//!   Turkey, South Africa, Israel).
//! - Forms without a trunk prefix: `forms.rs` (North America, Brazil, China, India, Spain, Italy's mobiles, Russia, ...).
//! - Other numbers of 6 to 13 digits beside a word for a telephone.

mod codes;
mod forms;

pub use forms::ROWS;

use super::cue::{Kind, Kinds};
use super::extension::extension;
use super::found::Found;
use super::view::View;
use crate::detector::Detector::Phone;

const PHONE: Kinds = Kinds::of(&[Kind::Phone]);
const OTHER: Kinds = Kinds::of(&[Kind::Order, Kind::Version]);

/// Groups of digits with the separators of telephone numbers.
struct Chain {
    has_plus: bool,
    digits: Vec<u8>,
    /// For each group, the number of digits up to and including it, and its end.
    groups: Vec<(usize, usize)>,
}

/// The most digits that are read: the longest numbers have 15, and a few more show that a number is too long.
const MOST_DIGITS: usize = 18;
const MOST_GROUPS: usize = 7;

/// Appends every number that does not have a row.
pub fn find(view: &View<'_>, found: &mut Vec<Found>) {
    let mut end = 0;
    for word in view.words {
        if word.start < end || !view.byte(word.start).is_ascii_digit() {
            continue;
        }
        let start = lead(view, word.start);
        let is_start =
            if start == word.start { view.is_number_start(start) } else { view.is_start(start) };
        let before = start.checked_sub(1).map_or(0, |at| view.byte(at));
        if !is_start
            || matches!(before, b'-' | b'#' | b'_' | b'=')
                && view.byte(start) != b'+'
                && !chain_follows_label(view, start)
        {
            continue;
        }
        let chain = read(view, start);
        if let Some(mut phone) = judge(view, start, &chain) {
            phone.span.end = extension(view, phone.span.end);
            end = phone.span.end;
            found.push(phone);
        }
    }
}

/// Whether a label is joined with the number: `phone=0301234567`, `tel-0301234567`.
fn chain_follows_label(view: &View<'_>, start: usize) -> bool {
    view.before_within(PHONE, start, 1).is_some()
}

/// The start of a number whose first digit is here, including its bracket or plus sign.
fn lead(view: &View<'_>, digit: usize) -> usize {
    let back = |at: usize, byte: u8| at.checked_sub(1).filter(|before| view.byte(*before) == byte);
    let start = back(digit, b'(').or_else(|| back(digit, b'+')).unwrap_or(digit);
    match view.byte(start) {
        b'+' => back(start, b'(').unwrap_or(start),
        _ => start,
    }
}

fn read(view: &View<'_>, start: usize) -> Chain {
    let mut chain =
        Chain { has_plus: false, digits: Vec::with_capacity(20), groups: Vec::with_capacity(8) };
    let mut at = start;
    loop {
        let from = at;
        at += between(view, at, chain.digits.is_empty());
        chain.has_plus |= chain.digits.is_empty() && view.part(from..at).contains('+');
        let length = view.from(at).bytes().take(MOST_DIGITS).take_while(u8::is_ascii_digit).count();
        if length == 0
            || chain.digits.len() + length > MOST_DIGITS
            || chain.groups.len() == MOST_GROUPS
        {
            return chain;
        }
        chain.digits.extend(view.part(at..at + length).bytes());
        at += length;
        if !view.is_end(at) && !matches!(view.byte(at), b'x' | b'X') {
            return chain;
        }
        chain.groups.push((chain.digits.len(), at));
    }
}

/// The length of the separator between two groups: ` `, `-`, `) `, ` / `, `(0)`.
fn between(view: &View<'_>, at: usize, is_first: bool) -> usize {
    let is_joint = |byte: &u8| {
        matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')') || is_first && *byte == b'+'
    };
    let length = view.from(at).bytes().take(4).take_while(is_joint).count();
    let written = view.part(at..at + length);
    let is_one = length <= 1
        || matches!(
            written,
            ") " | " (" | ")-" | " - " | " / " | "(+" | ")/" | ") (" | "-(" | "). "
        );
    if is_one { length } else { 0 }
}

/// The longest beginning of a chain that is a telephone number.
fn judge(view: &View<'_>, start: usize, chain: &Chain) -> Option<Found> {
    let near = view.near(PHONE, &(start..start + 1));
    let other = view.before_within(OTHER, start, 30);
    let is_named = near.is_some_and(|near| other.is_none_or(|other| near.distance <= other));
    for (groups, (count, end)) in chain.groups.iter().enumerate().rev() {
        let digits = chain.digits.get(..*count).unwrap_or(b"");
        if !view.is_number_end(*end) || view.byte(*end) == b'%' {
            continue;
        }
        let (form, confidence) = match digits {
            _ if chain.has_plus && codes::is_international(digits) => ("e164", 93),
            _ if chain.has_plus => continue,
            [b'0', b'0', rest @ ..] if groups > 0 && codes::is_international(rest) => ("e164", 80),
            _ if other.is_some() && !is_named => continue,
            _ if is_trunk(digits, groups, chain) => ("national", 70),
            _ if is_named && is_plausible(digits, groups, chain) => ("national", 60),
            _ => continue,
        };
        let penalty = near.map_or(0, |near| near.penalty);
        let found = match is_named {
            true => Found::beside(
                Phone,
                form,
                start..*end,
                (confidence + 28u8).min(98).saturating_sub(penalty / 2),
            ),
            false => Found::new(Phone, form, start..*end, confidence).by("shape"),
        };
        return Some(found);
    }
    None
}

/// Whether it has the trunk prefix, and 9 to 12 digits in at least two groups.
fn is_trunk(digits: &[u8], groups: usize, chain: &Chain) -> bool {
    let first = chain.groups.first().map_or(0, |(count, _)| *count);
    let is_prefixed = matches!(digits, [b'0', b'1'..=b'9', ..]) && (2..=6).contains(&first);
    // `02110-1301` is a ZIP code.
    let is_zip = matches!(chain.groups.as_slice(), [(5, _), (9, _), ..]);
    is_prefixed && !is_zip && groups > 0 && (9..=12).contains(&digits.len()) && !is_date(chain)
}

fn is_plausible(digits: &[u8], groups: usize, chain: &Chain) -> bool {
    let is_short = digits.len() < 7 && groups == 0;
    (6..=13).contains(&digits.len()) && !is_short && !is_date(chain)
}

/// `01.02.2023 10`, `2023-01-02`
fn is_date(chain: &Chain) -> bool {
    let mut lengths = Vec::with_capacity(3);
    let mut last = 0;
    for (count, _) in chain.groups.iter().take(3) {
        lengths.push(count - last);
        last = *count;
    }
    let starts_with_year = matches!(chain.digits.as_slice(), [b'1', b'9', ..] | [b'2', b'0', ..]);
    matches!(lengths.as_slice(), [2, 2, 4])
        || starts_with_year && matches!(lengths.as_slice(), [4, 2, 2])
}
