//! The shared values: what instances write for each other.

use super::load::{Load, MAX_INSTANCES};
use super::reader::Reader;
use super::{DeploymentState, Observed};
use crate::resilience::{Breaker, Latency};

/// The version of a value. It is part of the key too, so that instances of two versions do not overwrite each other's.
const VERSION: u8 = 1;

/// The deployments of one value; those that were seen last.
const MAX_DEPLOYMENTS: usize = 256;

/// A deployment that was not tried for so long is forgotten, unless its breaker is open.
const FORGOTTEN_MS: u64 = 600_000;

/// A value that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Corrupt;

impl Observed {
    /// The deployments as a value for the store: about 80 bytes each.
    pub(crate) fn to_bytes(&self, is_in: impl Fn(&str) -> bool, now_ms: u64) -> Vec<u8> {
        let is_known = |state: &DeploymentState| {
            let is_seen = now_ms < state.latency.seen_ms().saturating_add(FORGOTTEN_MS);
            is_seen || state.breaker.is_odd() || state.loads.iter().any(|one| one.is_live(now_ms))
        };
        let mut kept: Vec<_> =
            self.deployments.iter().filter(|(name, one)| is_in(name) && is_known(one)).collect();
        if kept.len() > MAX_DEPLOYMENTS {
            kept.sort_by_key(|(_, one)| std::cmp::Reverse(one.latency.seen_ms()));
            kept.truncate(MAX_DEPLOYMENTS);
        }
        let mut bytes = vec![VERSION];
        for (name, state) in kept {
            let Ok(length) = u8::try_from(name.len()) else { continue };
            bytes.push(length);
            bytes.extend(name.as_bytes());
            state.breaker.write(&mut bytes);
            state.latency.write(&mut bytes);
            let live = || state.loads.iter().filter(|one| one.is_live(now_ms)).take(MAX_INSTANCES);
            bytes.push(u8::try_from(live().count()).unwrap_or(0));
            live().for_each(|one| one.write(&mut bytes));
        }
        bytes
    }

    /// Reads a value. It is read whole or not at all.
    pub(crate) fn from_bytes(bytes: &[u8], now_ms: u64) -> Result<Self, Corrupt> {
        let Some((&VERSION, rest)) = bytes.split_first() else { return Err(Corrupt) };
        let (mut reader, mut observed) = (Reader(rest), Observed::default());
        while !reader.is_at_end() {
            let name = reader.text().ok_or(Corrupt)?;
            let state = DeploymentState::read(&mut reader, now_ms).ok_or(Corrupt)?;
            observed.deployments.insert(name.to_owned(), state);
        }
        Ok(observed)
    }
}

impl DeploymentState {
    fn read(reader: &mut Reader<'_>, now_ms: u64) -> Option<Self> {
        let breaker = reader.with(Breaker::read).filter(|one| one.is_plausible(now_ms))?;
        let latency = reader.with(Latency::read).filter(|one| one.is_plausible(now_ms))?;
        let count = reader.byte()?;
        let loads: Option<Vec<Load>> = (0..count).map(|_| Load::read(reader)).collect();
        Some(DeploymentState { breaker, latency, own_load: 0, loads: loads? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ended;
    use crate::resilience::BreakerPolicy;

    fn observed() -> Observed {
        let mut observed = Observed::default();
        for name in ["p/a", "q/b"] {
            observed.begin(name, 1_000, &BreakerPolicy::default());
            let answered = Ended::Answered { first_token_ms: Some(90), answer_ms: 900, tokens: 82 };
            observed.end(name, &answered, 1_000, &BreakerPolicy::default());
            let load = Load { instance: 7, requests: 3, at_ms: 1_000 };
            observed.state(name).loads.push(load);
        }
        observed
    }

    #[test]
    fn a_value_is_small_and_the_same_after_it_was_stored() {
        let bytes = observed().to_bytes(|_| true, 1_000);
        assert!(bytes.len() < 2 * 80, "{}", bytes.len());
        let read = Observed::from_bytes(&bytes, 1_000).unwrap();
        assert_eq!(read, observed());
        assert_eq!(read.load("p/a", 30_999), 3);
        assert_eq!(read.load("p/a", 31_000), 0, "its instance may have crashed");
    }

    #[test]
    fn a_value_that_is_cut_or_changed_is_not_read_in_part() {
        let bytes = observed().to_bytes(|_| true, 1_000);
        let whole = [1, 1 + (bytes.len() - 1) / 2];
        for cut in 0..bytes.len() {
            let read = Observed::from_bytes(&bytes[..cut], 1_000);
            assert_eq!(read.is_ok(), whole.contains(&cut), "{cut}");
        }
        let mut other = bytes.clone();
        other[0] = VERSION + 1;
        assert_eq!(Observed::from_bytes(&other, 1_000), Err(Corrupt), "of another version");
        let mut far = bytes;
        // The breaker's time.
        far[1 + 4 + 4 + 7] = 0xff;
        assert_eq!(Observed::from_bytes(&far, 1_000), Err(Corrupt), "open until the end of time");
    }

    #[test]
    fn what_was_not_tried_for_long_is_forgotten() {
        assert_eq!(observed().to_bytes(|_| true, 700_000), [VERSION]);
        assert!(observed().to_bytes(|name| name == "p/a", 1_000).len() < 80);
    }
}
