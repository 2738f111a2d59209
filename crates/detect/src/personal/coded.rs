//! Numbers that are recognised only by a word near them: passports, licences, plates, serial numbers, patient records, health plans.
//!
//! Their formats differ by issuer and have no common check digit, so the nearest word shortly before decides, and the shape must be
//! plausible for it.

use super::check;
use super::cue::{Kind, Kinds};
use super::found::Found;
use super::view::View;
use crate::detector::Detector;
use std::ops::Range;

/// How a word classifies a code beside it.
struct Use {
    kinds: Kinds,
    detector: Detector,
    form: &'static str,
    /// The allowed number of letters and digits.
    length: Range<usize>,
    /// The least number of digits.
    digits: usize,
    /// Whether its groups may be joined by spaces.
    has_spaces: bool,
}

const fn of(
    kind: Kind,
    detector: Detector,
    form: &'static str,
    length: Range<usize>,
    digits: usize,
) -> Use {
    Use { kinds: Kinds::of(&[kind]), detector, form, length, digits, has_spaces: false }
}

const USES: [Use; 10] = [
    Use { has_spaces: true, ..of(Kind::Passport, Detector::Passport, "passport", 6..11, 4) },
    Use { has_spaces: true, ..of(Kind::Licence, Detector::Licence, "licence", 5..20, 3) },
    Use { has_spaces: true, ..of(Kind::Plate, Detector::VehicleId, "plate", 4..12, 1) },
    of(Kind::Serial, Detector::DeviceId, "serial", 5..40, 3),
    of(Kind::Imei, Detector::DeviceId, "imei", 14..21, 14),
    of(Kind::Medical, Detector::MedicalId, "record", 4..17, 3),
    of(Kind::Plan, Detector::MedicalId, "health_plan", 6..21, 4),
    // A number with the label of a national one is personal even if its check digit is wrong, because it may be mistyped.
    Use {
        kinds: NATIONAL,
        has_spaces: true,
        ..of(Kind::Social, Detector::NationalId, "labelled", 7..20, 5)
    },
    Use {
        kinds: GENERAL,
        has_spaces: true,
        ..of(Kind::Identity, Detector::NationalId, "labelled", 7..16, 5)
    },
    Use { has_spaces: true, ..of(Kind::Card, Detector::PaymentCard, "labelled", 14..20, 14) },
];

const NATIONAL: Kinds = Kinds::of(&[
    Kind::UsSsn,
    Kind::UkNino,
    Kind::UkNhs,
    Kind::UkUtr,
    Kind::DeTax,
    Kind::DeSocial,
    Kind::FrNir,
    Kind::EsDni,
    Kind::ItFiscal,
    Kind::NlBsn,
    Kind::PlPesel,
    Kind::PlNip,
    Kind::BeNational,
    Kind::PtNif,
    Kind::Nordic,
    Kind::ChAhv,
    Kind::AtSocial,
    Kind::InAadhaar,
    Kind::BrCpf,
    Kind::BrCnpj,
    Kind::CnIdentity,
    Kind::JpMyNumber,
    Kind::KrResident,
    Kind::AuTax,
    Kind::AuMedicare,
    Kind::CaSin,
    Kind::MxCurp,
]);
const GENERAL: Kinds = Kinds::of(&[Kind::Identity, Kind::Tax, Kind::Social]);
const ALL: Kinds = Kinds::of(&[
    Kind::Passport,
    Kind::Licence,
    Kind::Plate,
    Kind::Serial,
    Kind::Imei,
    Kind::Medical,
    Kind::Plan,
    Kind::Card,
])
.and(NATIONAL)
.and(GENERAL);
const OTHER: Kinds = Kinds::of(&[Kind::Order, Kind::Phone, Kind::Age]);
/// How far before the code the word may end, in bytes.
const REACH: usize = 42;
/// How far before a national number its name may end, in bytes.
const LABEL: usize = 20;
/// The abbreviations of the provinces of China on plates.
const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

/// Appends every code beside a word.
pub fn find(view: &View<'_>, found: &mut Vec<Found>) {
    let mut end = 0;
    for word in view.words {
        if word.start < end {
            continue;
        }
        let code = chinese_plate(view, word)
            .or_else(|| japanese_plate(view, word))
            .or_else(|| beside(view, word));
        if let Some(code) = code {
            end = code.span.end;
            found.push(code);
        }
    }
}

fn beside(view: &View<'_>, word: &Range<usize>) -> Option<Found> {
    let distance = view.before_within(ALL, word.start, REACH)?;
    // The label itself: `RG 24.678.131-4`.
    let is_cue = |at: usize| {
        view.cues.get(at).is_some_and(|cue| cue.start == word.start && cue.end == word.end)
    };
    if is_cue(view.cues.partition_point(|cue| cue.start < word.start)) {
        return None;
    }
    if !view.is_number_start(word.start) && !is_labelled(view, word.start) {
        return None;
    }
    let is_other =
        view.before_within(OTHER, word.start, REACH).is_some_and(|other| other < distance);
    let rule =
        USES.iter().find(|rule| view.before_within(rule.kinds, word.start, distance).is_some())?;
    let end = read(view, word, rule)?;
    let code = view.part(word.start..end);
    let letters = code.chars().filter(char::is_ascii_alphanumeric).count();
    let digits = code.chars().filter(char::is_ascii_digit).count();
    let is_plausible = rule.length.contains(&letters) && digits >= rule.digits && !is_date(code);
    let is_plate =
        rule.form != "plate" || code.contains(|character: char| character.is_ascii_uppercase());
    let is_card = rule.detector != Detector::PaymentCard || is_grouped(code);
    let is_near = rule.form != "labelled" || distance <= LABEL;
    let confidence =
        if rule.form == "labelled" { 74 } else { 88u8.saturating_sub((distance / 3) as u8) };
    (is_plausible && is_plate && is_card && is_near && !is_other)
        .then(|| Found::beside(rule.detector, rule.form, word.start..end, confidence))
}

/// Whether a label is joined with the code: `MRN-123456`.
fn is_labelled(view: &View<'_>, start: usize) -> bool {
    start.checked_sub(1).is_some_and(|at| matches!(view.byte(at), b'-' | b'#' | b'_'))
        && view.is_start(start)
}

/// The end of a code: hyphens and slashes join its groups, and for some codes spaces do if the next group has a digit or is in
/// capitals.
fn read(view: &View<'_>, word: &Range<usize>, rule: &Use) -> Option<usize> {
    let mut end = word.end;
    for _ in 0..7 {
        let joint = view.byte(end);
        let length =
            view.from(end + 1).bytes().take(20).take_while(u8::is_ascii_alphanumeric).count();
        let group = view.part(end + 1..end + 1 + length);
        let is_coded = !group.is_empty()
            && group.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        let has_digit = group.bytes().any(|byte| byte.is_ascii_digit());
        let goes_on = match joint {
            b'-' if rule.form == "serial" => !group.is_empty(),
            b'-' | b'/' => is_coded,
            b'.' => is_coded && rule.form == "labelled",
            b' ' => {
                rule.has_spaces
                    && is_coded
                    && (has_digit || group.len() <= 4)
                    && end + 1 + length - word.start <= rule.length.end + 4
            }
            _ => false,
        };
        if !goes_on {
            break;
        }
        end += 1 + length;
    }
    let code = view.part(word.start..end);
    (code.bytes().any(|byte| byte.is_ascii_digit()) && view.is_end(end)).then_some(end)
}

/// Whether a code is grouped like a card: one group, or groups of three to six digits.
fn is_grouped(code: &str) -> bool {
    let groups: Vec<usize> = code.split([' ', '-']).map(str::len).collect();
    groups.len() == 1 || groups.iter().all(|length| (3..=6).contains(length))
}

/// `12/03/1980`, `2021-05-06`
fn is_date(code: &str) -> bool {
    let groups: Vec<&str> = code.split(['/', '-', ' ', '.']).collect();
    let numbers: Vec<u64> = groups.iter().map(|group| group.parse().unwrap_or(0)).collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let is_day = |a: u64, b: u64| check::is_date(a, b) || check::is_date(b, a);
    match (lengths.as_slice(), numbers.as_slice()) {
        ([1 | 2, 1 | 2, 2 | 4], [a, b, _]) | ([4, 1 | 2, 1 | 2], [_, a, b]) => is_day(*a, *b),
        _ => false,
    }
}

/// GA 36-2018: the province, a letter, a point or none, five or six letters and digits.
fn chinese_plate(view: &View<'_>, word: &Range<usize>) -> Option<Found> {
    let before: Vec<(usize, char)> =
        view.text.get(..word.start)?.char_indices().rev().take(3).collect();
    let (start, letters) = match before.as_slice() {
        [(_, '\u{b7}'), (_, letter), (start, province)]
            if letter.is_ascii_uppercase() && PROVINCES.contains(*province) =>
        {
            (*start, 1)
        }
        [(start, province), ..]
            if PROVINCES.contains(*province) && view.byte(word.start).is_ascii_uppercase() =>
        {
            (*start, 0)
        }
        _ => return None,
    };
    let code = view.part(word.clone());
    let is_plate = (6..=7).contains(&(code.len() + letters))
        && !code.contains(|character: char| character.is_ascii_lowercase());
    is_plate.then(|| Found::new(Detector::VehicleId, "plate", start..word.end, 85))
}

/// The office, a class, a kana and the number: `品川 300 あ 12-34`. `word` is the number.
fn japanese_plate(view: &View<'_>, word: &Range<usize>) -> Option<Found> {
    let number = view
        .from(word.end)
        .strip_prefix('-')
        .filter(|rest| rest.bytes().take(2).all(|byte| byte.is_ascii_digit()))?;
    let mut before = view
        .text
        .get(..word.start)?
        .char_indices()
        .rev()
        .filter(|(_, character)| *character != ' ')
        .take(8)
        .peekable();
    let is_kana =
        before.next().is_some_and(|(_, character)| matches!(character, '\u{3040}'..='\u{309f}'));
    let class =
        std::iter::from_fn(|| before.next_if(|(_, character)| character.is_ascii_digit())).count();
    let office = before
        .take_while(|(_, character)| matches!(character, '\u{4e00}'..='\u{9fff}'))
        .take(4)
        .last()?;
    let end = view.text.len() - number.len() + 2;
    (is_kana && (2..=3).contains(&class) && view.is_end(end))
        .then(|| Found::new(Detector::VehicleId, "plate", office.0..end, 85))
}
