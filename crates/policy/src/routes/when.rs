//! `when = { ... }`: the requests that a target of a route serves.

use std::collections::BTreeSet;

use jiff::civil::Weekday;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, civil::Time};
use toml::Spanned;

use crate::closed::{LANGUAGES, WEEKDAYS};
use crate::grants::{CallerKey, Other, Said, Texts};
use crate::reading::{
    Key, Label, Report, Seen, Table, at_least_one, model_name, nearest, one_of, shown, whole_number,
};

const WHEN: Key = Key::new("when", r#"when = { teams = ["search"] }"#);
const CONSUMERS: Key = Key::new("consumers", r#"consumers = ["ci"]"#);
const TEAMS: Key = Key::new("teams", r#"teams = ["search"]"#);
const TENANTS: Key = Key::new("tenants", r#"tenants = ["acme"]"#);
const CALLER_ROLES: Key = Key::new("caller_roles", r#"caller_roles = ["developer"]"#);
const REQUESTED: Key = Key::new("requested", r#"requested = ["default-chat"]"#);
const MIN_TOKENS: Key = Key::new("min_prompt_tokens", "min_prompt_tokens = 8_000");
const MAX_TOKENS: Key = Key::new("max_prompt_tokens", "max_prompt_tokens = 8_000");
const LANGUAGE: Key = Key::new("languages", r#"languages = ["de", "fr"]"#);
const HEADERS: Key = Key::new("headers", r#"headers = ["x-tier: gold"]"#);
const DAYS: Key = Key::new("weekdays", r#"weekdays = ["mon", "tue"]"#);
const HOURS: Key = Key::new("hours", r#"hours = "08:00-18:00""#);
const TIME_ZONE: Key = Key::new("time_zone", r#"time_zone = "Europe/Berlin""#);

/// A claim of a token allows more than a name in policies.
const MAX_VALUE_BYTES: usize = 256;
const TOKENS: std::ops::RangeInclusive<u64> = 1..=100_000_000;

/// The requests that a target serves: those that meet all parts that are there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// By the caller's attributes: one of these.
    pub consumers: Option<BTreeSet<String>>,
    /// The same for its team.
    pub teams: Option<BTreeSet<String>>,
    /// The same for its tenant.
    pub tenants: Option<BTreeSet<String>>,
    /// It has one of these roles.
    pub roles: Option<BTreeSet<String>>,
    /// The model or alias that the client asked for.
    pub requested: Option<BTreeSet<String>>,
    /// The prompt has at least this many tokens.
    pub min_prompt_tokens: Option<u64>,
    /// The prompt has at most this many tokens.
    pub max_prompt_tokens: Option<u64>,
    /// The prompt is in one of these languages (ISO 639-1).
    pub languages: Option<Vec<&'static str>>,
    /// The request has each of these headers, with one of the values; any value if there is none.
    pub headers: Vec<(String, Vec<String>)>,
    /// The time of the request.
    pub times: Option<Times>,
}

/// Hours of days of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    zone: TimeZone,
    days: Vec<Weekday>,
    /// From and until which minute of the day; over midnight if the first is later.
    minutes: Option<(u16, u16)>,
}

impl Times {
    /// Whether this moment is in it. Hours over midnight belong to the day on which they begin.
    #[must_use]
    pub fn has(&self, unix_ms: u64) -> bool {
        let Some(at) =
            i64::try_from(unix_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok())
        else {
            return false;
        };
        let at = at.to_zoned_datetime(self.zone.clone());
        let on = |day: Weekday| self.days.is_empty() || self.days.contains(&day);
        let Some((from, until)) = self.minutes else { return on(at.weekday()) };
        let hour = u16::try_from(at.hour()).unwrap_or_default();
        let minute = u16::try_from(at.minute()).unwrap_or_default();
        let now = hour * 60 + minute;
        match from < until {
            true => on(at.weekday()) && (from..until).contains(&now),
            false => {
                (now >= from && on(at.weekday())) || (now < until && on(at.weekday().previous()))
            }
        }
    }
}

/// `when` as written.
pub(super) struct Written<'t> {
    label: Label<'t>,
    callers: [(Key, CallerKey, Texts<'t>); 4],
    requested: Texts<'t>,
    min_prompt_tokens: Option<Spanned<i128>>,
    max_prompt_tokens: Option<Spanned<i128>>,
    languages: Texts<'t>,
    headers: Texts<'t>,
    weekdays: Texts<'t>,
    hours: Option<Spanned<&'t str>>,
    time_zone: Option<Spanned<&'t str>>,
}

impl<'t> Written<'t> {
    pub(super) fn read(report: &mut Report<'_>, table: &mut Table<'t>) -> Option<Self> {
        let mut table = table.table(report, WHEN, "when of a target of route")?;
        let written = Self {
            label: table.label,
            callers: [
                (CONSUMERS, CallerKey::Consumer, table.optional(report, CONSUMERS)),
                (TEAMS, CallerKey::Team, table.optional(report, TEAMS)),
                (TENANTS, CallerKey::Tenant, table.optional(report, TENANTS)),
                (CALLER_ROLES, CallerKey::Role, table.optional(report, CALLER_ROLES)),
            ],
            requested: table.optional(report, REQUESTED),
            min_prompt_tokens: table.optional(report, MIN_TOKENS),
            max_prompt_tokens: table.optional(report, MAX_TOKENS),
            languages: table.optional(report, LANGUAGE),
            headers: table.optional(report, HEADERS),
            weekdays: table.optional(report, DAYS),
            hours: table.optional(report, HOURS),
            time_zone: table.optional(report, TIME_ZONE),
        };
        table.finish(report);
        Some(written)
    }
}

pub(super) fn check(
    report: &mut Report<'_>,
    written: &Written<'_>,
    said: &mut Vec<Said>,
) -> Condition {
    let label = written.label;
    let [consumers, teams, tenants, roles] = written.callers.each_ref().map(|(key, of, list)| {
        let names = values(report, label, *key, list)?;
        let other = |(text, span): &(String, _)| {
            Said::new(label, Clone::clone(span), Other::Caller(*of, text.clone()))
        };
        said.extend(names.iter().map(other));
        Some(names.into_iter().map(|(text, _)| text).collect())
    });
    let (min_prompt_tokens, max_prompt_tokens) = sizes(report, written);
    Condition {
        consumers,
        teams,
        tenants,
        roles,
        requested: requested(report, written, said),
        min_prompt_tokens,
        max_prompt_tokens,
        languages: words(report, label, LANGUAGE, &written.languages, LANGUAGES),
        headers: headers(report, written, said),
        times: times(report, written),
    }
}

/// Values of a caller's attributes, each once, at least one.
fn values(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    list: &Texts<'_>,
) -> Option<Vec<(String, std::ops::Range<usize>)>> {
    let list = list.as_ref()?;
    at_least_one(report, label, key, list);
    let mut seen = Seen::default();
    let mut values = Vec::new();
    for value in list.get_ref() {
        let text = *value.get_ref();
        seen.note(report, label, value, &shown(text), "remove");
        if text.is_empty() || text.len() > MAX_VALUE_BYTES || text.chars().any(char::is_control) {
            let message = format!(
                "`{}` has {}; write 1 to {MAX_VALUE_BYTES} bytes without control characters, for example {}",
                key.name,
                shown(text),
                key.example
            );
            report.problem(label, value.span(), message);
            continue;
        }
        values.push((text.to_owned(), value.span()));
    }
    Some(values)
}

fn requested(
    report: &mut Report<'_>,
    written: &Written<'_>,
    said: &mut Vec<Said>,
) -> Option<BTreeSet<String>> {
    let list = written.requested.as_ref()?;
    at_least_one(report, written.label, REQUESTED, list);
    let mut names = BTreeSet::new();
    for value in list.get_ref() {
        let Some(name) = model_name(report, written.label, REQUESTED, value) else { continue };
        said.push(Said::new(written.label, value.span(), Other::Requested(name.clone())));
        names.insert(name);
    }
    Some(names)
}

fn sizes(report: &mut Report<'_>, written: &Written<'_>) -> (Option<u64>, Option<u64>) {
    let mut checked = |key: Key, value: &Option<Spanned<i128>>| {
        value.as_ref().and_then(|value| whole_number(report, written.label, key, value, TOKENS))
    };
    let min = checked(MIN_TOKENS, &written.min_prompt_tokens);
    let max = checked(MAX_TOKENS, &written.max_prompt_tokens);
    if let (Some(min), Some(max), Some(place)) = (min, max, &written.max_prompt_tokens)
        && max < min
    {
        let message = format!(
            "`max_prompt_tokens` is {max}, below the {min} of `min_prompt_tokens`, so no prompt has this size; write at least {min}"
        );
        report.problem(written.label, place.span(), message);
    }
    (min, max)
}

/// Words of a closed list, each once, at least one.
fn words<T: Copy>(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    list: &Texts<'_>,
    known: &[(&'static str, T)],
) -> Option<Vec<T>> {
    let list = list.as_ref()?;
    at_least_one(report, label, key, list);
    let mut seen = Seen::default();
    let mut meanings = Vec::new();
    for value in list.get_ref() {
        seen.note(report, label, value, &shown(value.get_ref()), "remove");
        meanings.extend(one_of(report, label, key, value, known));
    }
    Some(meanings)
}

/// `name` or `name: value`; values of one name are alternatives.
fn headers(
    report: &mut Report<'_>,
    written: &Written<'_>,
    said: &mut Vec<Said>,
) -> Vec<(String, Vec<String>)> {
    let Some(list) = &written.headers else { return Vec::new() };
    let label = written.label;
    at_least_one(report, label, HEADERS, list);
    let mut seen = Seen::default();
    let mut headers: Vec<(String, Vec<String>)> = Vec::new();
    for value in list.get_ref() {
        seen.note(report, label, value, &shown(value.get_ref()), "remove");
        let (name, text) = match value.get_ref().split_once(':') {
            Some((name, text)) => (name.trim(), Some(text.trim().to_owned())),
            None => (value.get_ref().trim(), None),
        };
        let right = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        if name.is_empty() || !name.bytes().all(right) || text.as_deref() == Some("") {
            let message = format!(
                "`headers` has {}; write the name of a header in lower case, or its name, a colon and its value, for example {}",
                shown(value.get_ref()),
                HEADERS.example
            );
            report.problem(label, value.span(), message);
            continue;
        }
        said.push(Said::new(label, value.span(), Other::Header(name.to_owned())));
        match headers.iter_mut().find(|(each, _)| each == name) {
            Some((_, values)) => values.extend(text),
            None => headers.push((name.to_owned(), text.into_iter().collect())),
        }
    }
    headers
}

fn times(report: &mut Report<'_>, written: &Written<'_>) -> Option<Times> {
    let label = written.label;
    let days = words(report, label, DAYS, &written.weekdays, WEEKDAYS);
    let minutes = written.hours.as_ref().and_then(|value| hours(report, label, value));
    let zone = written.time_zone.as_ref().and_then(|value| time_zone(report, label, value));
    if days.is_none() && written.hours.is_none() {
        if let Some(zone) = &written.time_zone {
            let message = "`time_zone` is of no use without `hours` or `weekdays`; remove it";
            report.problem(label, zone.span(), message);
        }
        return None;
    }
    Some(Times { zone: zone.unwrap_or(TimeZone::UTC), days: days.unwrap_or_default(), minutes })
}

fn hours(report: &mut Report<'_>, label: Label<'_>, value: &Spanned<&str>) -> Option<(u16, u16)> {
    let minute = |text: &str| {
        if text == "24:00" {
            return Some(24 * 60);
        }
        let time = Time::strptime("%H:%M", text).ok().filter(|_| text.len() == 5)?;
        Some(u16::try_from(time.hour()).ok()? * 60 + u16::try_from(time.minute()).ok()?)
    };
    let both = value.get_ref().split_once('-');
    let both = both.and_then(|(from, until)| Some((minute(from)?, minute(until)?)));
    let both = both.filter(|(from, until)| from != until && *from < 24 * 60);
    if both.is_none() {
        let message = format!(
            "`hours` is {}; write two different times of a day from 00:00 to 24:00, for example {}",
            shown(value.get_ref()),
            HOURS.example
        );
        report.problem(label, value.span(), message);
    }
    both
}

fn time_zone(report: &mut Report<'_>, label: Label<'_>, value: &Spanned<&str>) -> Option<TimeZone> {
    let wanted = *value.get_ref();
    let zones = TimeZoneDatabase::bundled();
    if let Ok(zone) = zones.get(wanted) {
        return Some(zone);
    }
    let names: Vec<String> = zones.available().map(|name| name.to_string()).collect();
    let advice = match nearest(wanted, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("write a name of the IANA database, for example {}", TIME_ZONE.example),
    };
    let message = format!("`time_zone` is {}, which is no time zone; {advice}", shown(wanted));
    report.problem(label, value.span(), message);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds since 1970.
    fn at(text: &str) -> u64 {
        u64::try_from(text.parse::<Timestamp>().unwrap().as_millisecond()).unwrap()
    }

    #[test]
    fn knows_hours_and_days_of_its_zone() {
        let berlin = TimeZoneDatabase::bundled().get("Europe/Berlin").unwrap();
        let working = Times {
            zone: berlin.clone(),
            days: vec![Weekday::Monday, Weekday::Friday],
            minutes: Some((8 * 60, 18 * 60)),
        };
        // 2026-11-30 is a Monday; Berlin is an hour ahead of UTC in winter and two in summer.
        for (text, expected) in [
            ("2026-11-30T06:59:59Z", false),
            ("2026-11-30T07:00:00Z", true),
            ("2026-11-30T16:59:59Z", true),
            ("2026-11-30T17:00:00Z", false),
            ("2026-12-01T09:00:00Z", false),
            ("2026-06-29T06:00:00Z", true),
            ("2026-06-29T16:00:00Z", false),
        ] {
            assert_eq!(working.has(at(text)), expected, "{text}");
        }
        let night =
            Times { zone: berlin, days: vec![Weekday::Friday], minutes: Some((22 * 60, 6 * 60)) };
        for (text, expected) in [
            ("2026-12-04T20:59:00Z", false),
            ("2026-12-04T21:00:00Z", true),
            ("2026-12-05T04:59:00Z", true),
            ("2026-12-05T05:00:00Z", false),
            ("2026-12-05T22:00:00Z", false),
        ] {
            assert_eq!(night.has(at(text)), expected, "{text}");
        }
    }
}
