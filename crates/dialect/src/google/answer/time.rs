//! Times as Google writes them (RFC 3339, in UTC): `2026-09-01T12:00:00.123Z`.

use jiff::Timestamp;

/// Seconds since 1970; None for an earlier time.
pub(super) fn unix_s(text: &str) -> Option<u64> {
    let time: Timestamp = text.parse().ok()?;
    u64::try_from(time.as_second()).ok()
}

#[cfg(test)]
mod tests {
    use super::unix_s;

    #[test]
    fn knows_leap_days_and_refuses_what_is_no_time() {
        assert_eq!(unix_s("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(unix_s("2024-02-29T12:34:56.789Z"), Some(1_709_210_096));
        assert_eq!(unix_s("2026-03-01T00:00:00Z"), Some(1_772_323_200));
        for wrong in [
            "",
            "Z",
            "2026-13-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2026-01-01",
            // Days and hours that do not exist.
            "2026-02-31T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
        ] {
            assert_eq!(unix_s(wrong), None, "{wrong}");
        }
    }
}
