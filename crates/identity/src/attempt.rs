//! The last attempt to fetch a key set, shared by all instances, so that unknown key ids cannot cause a flood of
//! requests.

/// An attempt to fetch a key set, and its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The time of the attempt, in seconds since 1970-01-01T00:00:00Z.
    pub at_unix_s: u64,
    /// It returned a key set.
    pub succeeded: bool,
}

/// The pause after a failed attempt: more requests do not help an issuer that is down, and each would wait for its
/// deadline.
const PAUSE_AFTER_FAILURE_S: u64 = 5;

impl Attempt {
    /// Its name in the store.
    #[must_use]
    pub fn store_name(issuer: &str) -> String {
        format!("key-set-attempt/{issuer}")
    }

    /// The record, as stored.
    #[must_use]
    pub fn to_text(self) -> String {
        format!("{} {}", self.at_unix_s, if self.succeeded { "succeeded" } else { "failed" })
    }

    /// Reads a record; `None` for any other text.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (at, how) = text.split_once(' ')?;
        let succeeded = match how {
            "succeeded" => true,
            "failed" => false,
            _ => return None,
        };
        Some(Self { at_unix_s: at.parse().ok()?, succeeded })
    }

    /// It failed just now: another attempt would fail, too.
    #[must_use]
    pub fn failed_just_now(self, unix_s: u64) -> bool {
        !self.succeeded && self.is_younger_than(PAUSE_AFTER_FAILURE_S, unix_s)
    }

    /// Whether it was made in the last seconds. A time in the future is from a clock that has since gone back, and does
    /// not count.
    #[must_use]
    pub fn is_younger_than(self, seconds: u64, unix_s: u64) -> bool {
        unix_s.checked_sub(self.at_unix_s).is_some_and(|age| age < seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_it_was_written_and_nothing_else_is() {
        for attempt in [
            Attempt { at_unix_s: 1_790_000_000, succeeded: true },
            Attempt { at_unix_s: 0, succeeded: false },
        ] {
            assert_eq!(Attempt::from_text(&attempt.to_text()), Some(attempt));
        }
        for text in ["", "1", "x failed", "1 maybe", "-1 failed"] {
            assert_eq!(Attempt::from_text(text), None, "{text}");
        }
    }

    #[test]
    fn pauses_after_a_failure_only_and_not_for_a_clock_that_went_back() {
        let failed = Attempt { at_unix_s: 100, succeeded: false };
        assert!(failed.failed_just_now(104));
        assert!(!failed.failed_just_now(105));
        assert!(!failed.failed_just_now(99));
        assert!(!Attempt { succeeded: true, ..failed }.failed_just_now(101));
    }
}
