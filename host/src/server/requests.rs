//! The cap on open requests of the process, streams included: what is over it is told to retry, before a component or its
//! memory is asked for.
//!
//! The cap on connections does not bound them: an HTTP/2 connection carries many requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::repeated_warning::RepeatedWarning;

/// The open requests of the process.
pub struct Requests {
    most: usize,
    open: AtomicUsize,
    refused: RepeatedWarning,
}

impl Requests {
    /// None is open yet.
    pub fn new(most: usize) -> Arc<Self> {
        let refused = RepeatedWarning::new(format!(
            "{most} requests are open, which is the cap (max-requests): further ones get 503"
        ));
        Arc::new(Self { most, open: AtomicUsize::new(0), refused })
    }

    /// A place for one more request; none if there are as many as may be.
    pub fn admit(self: &Arc<Self>) -> Option<Place> {
        // Dropped, it gives back what was just added.
        let place = Place(Arc::clone(self));
        if self.open.fetch_add(1, Ordering::Relaxed) < self.most {
            return Some(place);
        }
        self.refused.note();
        None
    }
}

/// The place of an open request, until its answer is sent or its client has left.
pub struct Place(Arc<Requests>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_over_the_cap_has_no_place_until_another_has_ended() {
        let requests = Requests::new(2);
        let first = requests.admit().unwrap();
        let _second = requests.admit().unwrap();
        assert!(requests.admit().is_none() && requests.admit().is_none());
        drop(first);
        assert!(requests.admit().is_some());
        assert_eq!(requests.open.load(Ordering::Relaxed), 1);
    }
}
