//! Counters in memory, for tests.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::counters::{first_exceeded, is_in_range};
use crate::{Change, Counter, Counters, Error, Gate, ReserveOutcome, Seen, seen};

/// Counters in the memory of one process.
#[derive(Debug, Default)]
pub struct Memory(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    latest_unix_s: u64,
    is_down: bool,
    /// `None` for a value that is not a counter's.
    values: HashMap<Counter, Option<i64>>,
}

impl Memory {
    /// No counters yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a value under a counter's name that is not a counter's.
    pub fn spoil(&self, counter: &Counter) {
        self.state().values.insert(counter.clone(), None);
    }

    /// Makes the store unavailable, or available again.
    pub fn set_down(&self, is_down: bool) {
        self.state().is_down = is_down;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Result<MutexGuard<'_, State>, Error> {
        let state = self.state();
        if state.is_down {
            return Err(Error::Unavailable("it is set to be down".to_owned()));
        }
        Ok(state)
    }
}

impl State {
    fn read(&self, counter: &Counter) -> Option<i64> {
        self.values.get(counter).copied().unwrap_or(Some(0))
    }

    fn add(&mut self, counter: &Counter, by: i64) -> Option<i64> {
        let before = self.read(counter)?;
        let value = before.checked_add(by).filter(|value| is_in_range(*value))?;
        let value = if by < 0 { value.max(before.min(0)) } else { value };
        self.values.insert(counter.clone(), Some(value));
        Some(value)
    }

    fn of_gate(&self, index: usize, gate: &Gate) -> Result<Vec<i64>, ReserveOutcome> {
        let broken =
            |counter: &Counter| ReserveOutcome::Broken { gate: index, counter: counter.clone() };
        gate.counters().map(|counter| self.read(counter).ok_or_else(|| broken(counter))).collect()
    }

    fn of_gates(&self, gates: &[Gate]) -> Result<Vec<Vec<i64>>, ReserveOutcome> {
        gates.iter().enumerate().map(|(index, gate)| self.of_gate(index, gate)).collect()
    }

    fn reserve(&mut self, gates: &[Gate]) -> Result<Vec<Vec<i64>>, ReserveOutcome> {
        let values = self.of_gates(gates)?;
        if let Some(gate) = first_exceeded(gates, &values) {
            return Err(ReserveOutcome::Refused { gate, values });
        }
        for gate in gates {
            self.add(&gate.counter, gate.amount());
        }
        self.of_gates(gates)
    }
}

impl Counters for Memory {
    async fn reserve(&self, unix_s: u64, gates: &[Gate]) -> Result<ReserveOutcome, Error> {
        let mut state = self.open()?;
        if let Seen::Behind(unix_s) = seen(state.latest_unix_s, unix_s) {
            return Ok(ReserveOutcome::Behind { unix_s });
        }
        state.latest_unix_s = unix_s;
        state.values.retain(|counter, _| unix_s <= counter.keep_until_unix_s);
        Ok(state.reserve(gates).map_or_else(|other| other, ReserveOutcome::Admitted))
    }

    async fn change(&self, changes: &[Change]) -> Result<Vec<Counter>, Error> {
        let mut state = self.open()?;
        let is_broken = |change: &&Change| state.add(&change.counter, change.by).is_none();
        Ok(changes.iter().filter(is_broken).map(|change| change.counter.clone()).collect())
    }

    async fn read(&self, counters: &[Counter]) -> Result<Vec<Option<i64>>, Error> {
        let state = self.open()?;
        Ok(counters.iter().map(|counter| state.read(counter)).collect())
    }

    async fn ready(&self) -> Result<(), Error> {
        self.open().map(drop)
    }
}
