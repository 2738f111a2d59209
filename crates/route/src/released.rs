//! The day of a release, as vendors write it into a model's name: `gpt-4o-2024-08-06`, `claude-sonnet-4-5-20250929`.

use jiff::civil::Date;
use jiff::tz::Offset;

/// The second at which the day in a name begins.
pub(crate) fn unix_s(name: &str) -> Option<u64> {
    let runs = name.split(|c: char| !c.is_ascii_digit());
    let runs: Vec<&str> = runs.collect();
    let whole = runs.iter().filter(|run| run.len() == 8).find_map(|run| {
        let (year, day) = run.split_at_checked(4)?;
        let (month, day) = day.split_at_checked(2)?;
        date(year, month, day)
    });
    let in_parts = runs.windows(3).find_map(|parts| match parts {
        [year, month, day] if year.len() == 4 && month.len() == 2 && day.len() == 2 => {
            date(year, month, day)
        }
        _ => None,
    });
    whole.or(in_parts)
}

fn date(year: &str, month: &str, day: &str) -> Option<u64> {
    let year: i16 = year.parse().ok()?;
    // Numbers that only look like a day are older than language models, or from another century.
    if !(2018..2100).contains(&year) {
        return None;
    }
    let date = Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()?;
    let midnight = Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
    u64::try_from(midnight.as_second()).ok()
}

#[cfg(test)]
mod tests {
    use super::unix_s;

    #[test]
    fn a_day_in_a_name_is_found_and_other_numbers_are_none() {
        for (name, expected) in [
            ("claude-sonnet-4-5-20250929", Some(1_759_104_000)),
            ("anthropic.claude-sonnet-4-5-20250929-v1:0", Some(1_759_104_000)),
            ("gpt-4o-2024-08-06", Some(1_722_902_400)),
            ("llama-3.3-70b", None),
            ("model-20251399", None),
            ("model-19990101", None),
            ("mistral-large-2411", None),
            ("", None),
        ] {
            assert_eq!(unix_s(name), expected, "{name}");
        }
    }
}
