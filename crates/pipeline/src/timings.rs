//! How long a request was in each stage.

use postern_types::recorder::StageDuration;

const NS_PER_US: u64 = 1_000;

/// The stages, in the order in which the request came to them.
#[derive(Default)]
pub struct Timings(Vec<Timing>);

#[derive(Clone, Copy)]
struct Timing {
    stage: &'static str,
    /// When it was there first.
    began_ns: u64,
    /// All its times together.
    took_ns: u64,
}

impl Timings {
    /// It was in a stage from then until now.
    pub fn add(&mut self, stage: &'static str, began_ns: u64, now_ns: u64) {
        self.add_one(Timing { stage, began_ns, took_ns: now_ns.saturating_sub(began_ns) });
    }

    /// Adds those of an attempt by itself.
    pub fn absorb(&mut self, others: &Timings) {
        others.0.iter().for_each(|timing| self.add_one(*timing));
    }

    fn add_one(&mut self, more: Timing) {
        match self.0.iter_mut().find(|one| one.stage == more.stage) {
            Some(one) => {
                one.began_ns = one.began_ns.min(more.began_ns);
                one.took_ns = one.took_ns.saturating_add(more.took_ns);
            }
            None => self.0.push(more),
        }
    }

    /// In the form of `server-timing` (<https://www.w3.org/TR/server-timing/>): durations in milliseconds, with all of them
    /// together.
    pub fn header(&self, total_ns: u64) -> String {
        let mut text = String::with_capacity(160);
        let stages = self.0.iter().map(|one| (one.stage, one.took_ns));
        for (stage, ns) in stages.chain([("total", total_ns)]) {
            if !text.is_empty() {
                text.push_str(", ");
            }
            let us = ns / NS_PER_US;
            text.push_str(&format!("{stage};dur={}.{:03}", us / 1_000, us % 1_000));
        }
        text
    }

    /// As the recorder gets them.
    pub fn recorded(&self, started_ns: u64) -> Vec<StageDuration> {
        let recorded = |one: &Timing| StageDuration {
            stage: one.stage.to_owned(),
            started_us: one.began_ns.saturating_sub(started_ns) / NS_PER_US,
            duration_us: one.took_ns / NS_PER_US,
        };
        self.0.iter().map(recorded).collect()
    }
}
