//! Time never goes back, so that no window is opened again.

/// How far back a clock may be set and is still asked to come again with the later time: a day, in seconds.
///
/// Machines that are kept in step differ by seconds, and a virtual machine that was asleep by hours. More than a day is
/// a clock that was set wrong, and the one that is believed is the earlier one: a time in the far future, seen once,
/// would otherwise hold every window shut until it comes.
pub const BELIEVED_JUMP_S: u64 = 86_400;

/// What a time is, given the latest that was seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The latest from now on.
    Latest,
    /// Earlier than this one, which holds.
    Behind(u64),
}

/// Compares a time with the latest seen, both in seconds since 1970-01-01T00:00:00Z.
///
/// An earlier time is behind, unless it is so by more than [`BELIEVED_JUMP_S`]: then it was the other clock that was wrong.
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
