//! Reports progress on stderr, with times.

use anyhow::{Context, Result};
use std::time::Instant;

/// A known number of steps, counted as they run: `[2/5] components`.
pub struct Steps {
    total: usize,
    begun: usize,
}

impl Steps {
    pub fn new(total: usize) -> Self {
        Self { total, begun: 0 }
    }

    /// Runs one step; its name becomes the first word of its error.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.begun += 1;
        let label = format!("[{}/{}] {name}", self.begun, self.total);
        eprintln!("{label} ...");
        let start = Instant::now();
        let result = work();
        let word = if result.is_ok() { "done" } else { "failed" };
        eprintln!("{label} {word} after {:.1} s", start.elapsed().as_secs_f64());
        result.with_context(|| name.to_owned())
    }
}

/// One line inside a step.
pub fn note(text: &str) {
    eprintln!("      {text}");
}
