//! The requests that are under way at a deployment, by the instance that has sent them.
//!
//! Each instance writes its own number, so that no write takes from another's, and its time: what an instance that has
//! crashed has left lapses.

use super::reader::Reader;

/// So long after it was written, the load of an instance is not believed any more.
pub(crate) const LAPSES_AFTER_MS: u64 = 30_000;

/// The instances that are remembered of a deployment; the others' load is not seen.
pub(crate) const MAX_INSTANCES: usize = 32;

/// What one instance has under way at one deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) instance: u32,
    pub(crate) requests: u16,
    pub(crate) at_ms: u64,
}

impl Load {
    pub(crate) fn is_live(&self, now_ms: u64) -> bool {
        now_ms < self.at_ms.saturating_add(LAPSES_AFTER_MS)
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.instance.to_le_bytes());
        bytes.extend(self.requests.to_le_bytes());
        bytes.extend(self.at_ms.to_le_bytes());
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Load {
            instance: u32::from_le_bytes(reader.array()?),
            requests: u16::from_le_bytes(reader.array()?),
            at_ms: u64::from_le_bytes(reader.array()?),
        })
    }
}

pub(super) fn sum(loads: &[Load], now_ms: u64) -> u32 {
    loads.iter().filter(|load| load.is_live(now_ms)).map(|load| u32::from(load.requests)).sum()
}
