//! Moments and durations in text.

use jiff::{Span, SpanRelativeTo, Timestamp};

/// The longest duration: a hundred years. For a key that never expires, leave it out.
const MAX_DURATION_S: u64 = 100 * 366 * 86_400;

/// A moment in UTC, as RFC 3339; beyond the year 9999 the seconds since 1970.
pub fn utc(unix_s: u64) -> String {
    let moment = i64::try_from(unix_s).ok().and_then(|second| Timestamp::from_second(second).ok());
    moment.map_or_else(|| format!("{unix_s} s"), |moment| moment.to_string())
}

/// A moment in RFC 3339, in seconds since 1970-01-01T00:00:00Z.
///
/// # Errors
/// What else to write.
pub fn moment(text: &str) -> Result<u64, String> {
    let moment = text.parse::<Timestamp>().ok();
    let unix_s = moment.and_then(|moment| u64::try_from(moment.as_second()).ok());
    unix_s.ok_or(
        "not a date and time after 1970 with its offset; write for example 2027-01-01T00:00:00Z"
            .into(),
    )
}

/// A duration in seconds: `90d`, `12h`, `1w 2d`; `0` is zero.
///
/// # Errors
/// What else to write.
pub fn duration(text: &str) -> Result<u64, String> {
    if text == "0" {
        return Ok(0);
    }
    let span = text.parse::<Span>().ok();
    // Months and years have no fixed length, and are refused here.
    let length = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    let seconds = length.and_then(|length| u64::try_from(length.as_secs()).ok());
    let seconds = seconds.filter(|seconds| *seconds <= MAX_DURATION_S);
    seconds.ok_or("not a duration of at most 100 years; write weeks, days, hours or minutes, for example 2w, 90d, 12h or 30m".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_times_as_people_read_them() {
        assert_eq!(utc(0), "1970-01-01T00:00:00Z");
        assert_eq!(utc(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(utc(1_735_689_599), "2024-12-31T23:59:59Z");
        assert_eq!(utc(u64::MAX), "18446744073709551615 s");
    }

    #[test]
    fn reads_moments_with_their_offset_only() {
        assert_eq!(moment("2027-01-01T00:00:00Z"), Ok(1_798_761_600));
        assert_eq!(moment("2027-01-01T01:00:00.9+01:00"), Ok(1_798_761_600));
        for wrong in [
            "",
            "2027-01-01",
            "2027-01-01T00:00:00",
            "tomorrow",
            "1960-01-01T00:00:00Z",
            "2027-02-31T00:00:00Z",
            "2027-02-29T00:00:00Z",
            "2027-04-31T00:00:00Z",
            "2027-01-01T24:00:00Z",
        ] {
            assert!(moment(wrong).unwrap_err().contains("2027-01-01T00:00:00Z"), "{wrong}");
        }
    }

    #[test]
    fn reads_durations_with_their_unit_only() {
        for (text, seconds) in [
            ("0", 0),
            ("30s", 30),
            ("24h", 86_400),
            ("90d", 7_776_000),
            ("2w", 1_209_600),
            ("1d 12h", 129_600),
        ] {
            assert_eq!(duration(text), Ok(seconds), "{text}");
        }
        for wrong in ["", "90", "-1d", "1d ago", "1y", "6 months", "99999w", "soon"] {
            assert!(duration(wrong).unwrap_err().contains("90d"), "{wrong}");
        }
    }
}
