//! The values in the store, and what is in which.
//!
//! Few and small: an instance reads those of a request's deployments, and a write replaces a whole value, so that two
//! instances that write the same one at once cost observations.

use crate::hash;

/// The values for deployments.
const OF_DEPLOYMENTS: u8 = 8;

/// The values for conversations.
const OF_CONVERSATIONS: u8 = 8;

/// All of them.
pub(crate) const SHARDS: usize = (OF_DEPLOYMENTS + OF_CONVERSATIONS) as usize;

/// One value of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shard(u8);

impl Shard {
    pub(crate) fn of_deployment(name: &str) -> Self {
        Shard((hash::of([name.as_bytes()]) % u64::from(OF_DEPLOYMENTS)) as u8)
    }

    pub(crate) fn of_conversation(hash: u64) -> Self {
        Shard(OF_DEPLOYMENTS + (hash::mixed(hash) % u64::from(OF_CONVERSATIONS)) as u8)
    }

    pub(crate) fn is_of_conversations(self) -> bool {
        self.0 >= OF_DEPLOYMENTS
    }

    /// What belongs to it.
    pub(crate) fn of<T>(self, all: &mut [T; SHARDS]) -> &mut T {
        let place = usize::from(self.0) % SHARDS;
        #[expect(clippy::indexing_slicing, reason = "the remainder is within")]
        &mut all[place]
    }

    /// Its key in the store: with the version of its form, so that instances of two versions do not read each other's.
    pub(crate) fn key(self) -> String {
        match self.0.checked_sub(OF_DEPLOYMENTS) {
            None => format!("router/1/deployments/{}", self.0),
            Some(place) => format!("router/1/conversations/{place}"),
        }
    }
}
