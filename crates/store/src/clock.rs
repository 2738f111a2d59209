//! Time never goes back, so that no window is opened again.

/// The largest step back of a clock, in seconds, for which a request is asked to retry with the later time: a day.
///
/// Synchronised machines differ by seconds, and a virtual machine that was asleep by hours. A larger difference is a
/// clock that was set wrong, and the earlier time is trusted: a time in the far future, seen once, would otherwise keep
/// every window closed until then.
pub const BELIEVED_JUMP_S: u64 = 86_400;

/// The relation of a time to the latest that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It is the latest from now on.
    Latest,
    /// It is earlier than this time, which counts.
    Behind(u64),
}

/// Compares a time with the latest seen, both in seconds since 1970-01-01T00:00:00Z.
///
/// An earlier time is behind, unless the difference exceeds [`BELIEVED_JUMP_S`]: then the other clock was wrong.
#[must_use]
pub fn seen(latest_unix_s: u64, unix_s: u64) -> Seen {
    match latest_unix_s.checked_sub(unix_s) {
        Some(behind_s) if behind_s > 0 && behind_s <= BELIEVED_JUMP_S => {
            Seen::Behind(latest_unix_s)
        }
        _ => Seen::Latest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_time_is_behind_for_a_day() {
        const LATEST: u64 = 1_800_000_000;
        assert_eq!(seen(LATEST, LATEST), Seen::Latest);
        assert_eq!(seen(LATEST, LATEST + 1), Seen::Latest);
        assert_eq!(seen(LATEST, LATEST - 1), Seen::Behind(LATEST));
        assert_eq!(seen(LATEST, LATEST - BELIEVED_JUMP_S), Seen::Behind(LATEST));
        assert_eq!(seen(LATEST, LATEST - BELIEVED_JUMP_S - 1), Seen::Latest);
    }
}
