//! Times as Google writes them (RFC 3339, in UTC): `2026-09-01T12:00:00.123Z`.

/// Seconds since 1970.
pub(super) fn unix_s(text: &str) -> Option<u64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time.split('.').next()?, ':')?;
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years that begin in March end with the day that some have and others not.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    let days = year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1;
    /// From the first of March of the year 0.
    const DAYS_TO_1970: u64 = 719_468;
    let days = days.checked_sub(DAYS_TO_1970)?;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

fn numbers(text: &str, between: char) -> Option<[u64; 3]> {
    let mut numbers = text.split(between).map(|part| part.parse::<u64>().ok());
    let three = [numbers.next()??, numbers.next()??, numbers.next()??];
    (numbers.next().is_none() && three.iter().all(|number| *number < 10_000)).then_some(three)
}

#[cfg(test)]
mod tests {
    use super::unix_s;

    #[test]
    fn knows_leap_days_and_refuses_what_is_no_time() {
        assert_eq!(unix_s("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(unix_s("2024-02-29T12:34:56.789Z"), Some(1_709_210_096));
        assert_eq!(unix_s("2026-03-01T00:00:00Z"), Some(1_772_323_200));
        for wrong in ["", "Z", "2026-13-01T00:00:00Z", "1969-12-31T23:59:59Z", "2026-01-01"] {
            assert_eq!(unix_s(wrong), None, "{wrong}");
        }
    }
}
