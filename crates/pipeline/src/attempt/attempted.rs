//! The attempts of a request, as the record has them.

use crate::attempt::failure::Failure;
use serde::Serialize;

/// The attempts, in the order in which they began.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub struct Attempted(Vec<One>);

/// One attempt at one deployment.
#[derive(Serialize)]
struct One {
    deployment: String,
    /// `answered`, `failed`, `cancelled` (another one answered first) or `client_gone`; empty while it goes on.
    outcome: &'static str,
    /// From the request's arrival.
    began_us: u64,
    /// Until its answer began (a buffered answer: was complete), or it ended without one.
    duration_us: u64,
    #[serde(flatten)]
    failure: Option<Failure>,
}

impl Attempted {
    /// Whether nothing was tried.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An attempt begins.
    pub fn begin(&mut self, deployment: &str, elapsed_us: u64) {
        self.0.push(One {
            deployment: deployment.to_owned(),
            outcome: "",
            began_us: elapsed_us,
            duration_us: 0,
            failure: None,
        });
    }

    /// It has begun to answer.
    pub fn answered(&mut self, elapsed_us: u64) {
        self.end("answered", None, elapsed_us);
    }

    /// It did not answer.
    pub fn failed(&mut self, failure: Failure, elapsed_us: u64) {
        self.end("failed", Some(failure), elapsed_us);
    }

    /// Another one has answered before it.
    pub fn cancelled(&mut self, elapsed_us: u64) {
        self.end("cancelled", None, elapsed_us);
    }

    /// The client has left, whatever goes on.
    pub fn left(&mut self, elapsed_us: u64) {
        for _ in 0..self.0.len() {
            self.end("client_gone", None, elapsed_us);
        }
    }

    /// Adds those that were observed by themselves.
    pub fn absorb(&mut self, others: Attempted) {
        self.0.extend(others.0);
        self.0.sort_by_key(|one| one.began_us);
    }

    /// Ends the one that goes on. What fails before it is sent anywhere is no attempt.
    fn end(&mut self, outcome: &'static str, failure: Option<Failure>, elapsed_us: u64) {
        let Some(one) = self.0.iter_mut().find(|one| one.outcome.is_empty()) else { return };
        one.outcome = outcome;
        one.duration_us = elapsed_us.saturating_sub(one.began_us);
        one.failure = failure;
    }
}
