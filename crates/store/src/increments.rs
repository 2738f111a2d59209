//! Counters over a store whose only atomic step is an increment, as in `wasi:keyvalue`.
//!
//! There is no transaction and no portable compare-and-swap, so a reservation is made in steps that others see: for
//! each gate in turn increment its counter, read the other counters of the limit, and undo everything if the sum is too
//! high. Where a limit has just refused, all gates are read before, so that requests that will be refused write nothing.
//!
//! **No request is admitted over a limit.** Increments of one counter are ordered, and each returns the sum of all
//! before it. Of all requests that a limit admitted, take the one whose increment came last. It read the limit's other
//! counters after its own increment, and so after all others. It saw every admitted amount, and it fitted. Amounts that
//! are being undone or moved can only have made the sum too high, and so can only have led to a refusal. An amount that
//! moves while counters are read is seen at its source or its destination, because it is added to the destination first
//! and [`Gate::also`] is read in that direction.
//!
//! **Of N equal requests exactly K are admitted.** With one counter: the first K increments stay, whatever comes after.
//! With nested counters, the narrow first: an increment of the widest is only undone for requests that the widest
//! refuses, so it refuses none wrongly. The next is also undone for requests that the widest refuses, and a request
//! that is refused because of them would be refused by the widest; and so on inwards. In all other cases (overlapping
//! limits, requests of different sizes, a settlement between its two changes, two slots of one limit) a refusal can be
//! due to amounts that are about to be removed. They are removed within the few calls of a reservation, which nothing
//! interrupts in an instance, so a refusal stands only after further reads over [`PAUSES_MS`].
//!
//! An instance that dies half-way leaves its additions: sums are too high until those counters expire, never too low. A
//! failed call is not undone, because it may not have been applied.

mod clock;
mod io;
mod sweep;

use std::sync::atomic::{AtomicU64, Ordering};

use crate::counters::{added, first_exceeded, is_in_range};
use crate::{Change, Counter, Counters, Error, Gate, ReserveOutcome, Seen};
use clock::Clock;
pub use io::{IncrementError, IncrementIo};

/// The pauses before each further read, until a refusal stands.
///
/// A reservation of three gates takes under a millisecond on the local store. A refusal takes 15 ms longer, which is
/// less than an answer would take.
pub const PAUSES_MS: [u64; 4] = [1, 2, 4, 8];

/// The prefix of counters' keys: `limit/<keep until>/<name>`.
const PREFIX: &str = "limit/";

/// The prefix of the keys of copies of broken values.
const ASIDE_PREFIX: &str = "limit-aside/";

/// Counters over increments. One per instance: it remembers the time.
#[derive(Debug, Default)]
pub struct Increments<I> {
    io: I,
    clock: Clock,
    sweep_due_unix_s: AtomicU64,
    /// Until then gates are read before they are incremented.
    cautious_until_unix_s: AtomicU64,
}

/// For how long a refusal makes the instance cautious: requests that are refused come in a row.
const CAUTIOUS_S: u64 = 2;

/// Why a step of a reservation was not done.
enum Failure {
    Broken(ReserveOutcome),
    Unavailable(String),
}

/// The amounts that a reservation has added so far.
struct Added<'a, I> {
    io: &'a I,
    counters: Vec<(String, i64)>,
}

impl<I: IncrementIo> Increments<I> {
    /// Counters in this store.
    pub const fn new(io: I) -> Self {
        Self {
            io,
            clock: Clock::new(),
            sweep_due_unix_s: AtomicU64::new(0),
            cautious_until_unix_s: AtomicU64::new(0),
        }
    }

    /// One round of a reservation. It does not wait, so a leaving client cannot interrupt it.
    fn attempt(&self, unix_s: u64, gates: &[Gate]) -> Result<ReserveOutcome, Failure> {
        let is_bold = self.cautious_until_unix_s.load(Ordering::Relaxed) <= unix_s;
        // An amount that can never fit could take a counter out of its range.
        if is_bold && gates.iter().all(Gate::can_fit) {
            match self.add_all(gates, Vec::new())? {
                // Which limit to name shows only when all are read.
                ReserveOutcome::Refused { .. } => {}
                other => return Ok(other),
            }
        }
        let until_unix_s = unix_s.saturating_add(CAUTIOUS_S);
        let values = self.look(gates)?;
        let result = match first_exceeded(gates, &values) {
            Some(gate) => Ok(ReserveOutcome::Refused { gate, values }),
            None => self.add_all(gates, values),
        };
        if matches!(result, Ok(ReserveOutcome::Refused { .. })) {
            self.cautious_until_unix_s.store(until_unix_s, Ordering::Relaxed);
        }
        result
    }

    /// Adds to all gates or to none.
    fn add_all(&self, gates: &[Gate], looked: Vec<Vec<i64>>) -> Result<ReserveOutcome, Failure> {
        let mut added = Added { io: &self.io, counters: Vec::with_capacity(gates.len()) };
        let result = self.add(gates, looked, &mut added);
        if !matches!(result, Ok(ReserveOutcome::Admitted(_))) {
            added.undo()?;
        }
        result
    }

    fn look(&self, gates: &[Gate]) -> Result<Vec<Vec<i64>>, Failure> {
        let look = |(index, gate): (usize, &Gate)| {
            gate.counters().map(|counter| self.increment(index, counter, 0)).collect()
        };
        gates.iter().enumerate().map(look).collect()
    }

    fn add(
        &self,
        gates: &[Gate],
        mut looked: Vec<Vec<i64>>,
        so_far: &mut Added<'_, I>,
    ) -> Result<ReserveOutcome, Failure> {
        let mut after = Vec::with_capacity(gates.len());
        for (index, gate) in gates.iter().enumerate() {
            let mut values = vec![self.increment(index, &gate.counter, gate.amount())?];
            so_far.counters.push((key(&gate.counter), gate.amount()));
            for counter in &gate.also {
                values.push(self.increment(index, counter, 0)?);
            }
            if gate.admits(&values, |_| 0) {
                after.push(values);
                continue;
            }
            for (counter, value) in gate.counters().zip(&mut values) {
                let own = added(gates.iter().take(index + 1), counter);
                *value = value.saturating_sub(i64::try_from(own).unwrap_or(i64::MAX));
            }
            if let Some(of_gate) = looked.get_mut(index) {
                *of_gate = values;
            }
            return Ok(ReserveOutcome::Refused { gate: index, values: looked });
        }
        Ok(ReserveOutcome::Admitted(after))
    }

    fn increment(&self, gate: usize, counter: &Counter, delta: i64) -> Result<i64, Failure> {
        match self.io.increment(&key(counter), delta) {
            Ok(value) if delta != 0 || is_in_range(value) => Ok(value),
            Ok(_) | Err(IncrementError::Broken) => {
                self.put_aside(counter)?;
                Err(Failure::Broken(ReserveOutcome::Broken { gate, counter: counter.clone() }))
            }
            Err(IncrementError::Unavailable(why)) => Err(Failure::Unavailable(why)),
        }
    }

    fn put_aside(&self, counter: &Counter) -> Result<(), Error> {
        match self.io.get(&key(counter))? {
            Some(value) => Ok(self.io.set(&format!("{ASIDE_PREFIX}{}", counter.name), &value)?),
            None => Ok(()),
        }
    }

    /// Whether it was applied.
    fn apply(&self, change: &Change) -> Result<bool, Error> {
        let key = key(&change.counter);
        // An amount over the range of a counter could not be subtracted again.
        let by = Some(change.by).filter(|by| is_in_range(*by));
        match by.map_or(Err(IncrementError::Broken), |by| self.io.increment(&key, by)) {
            Ok(value) if is_in_range(value) => {
                // Only its own part: a value below 0 by another change is for that change to correct.
                let missing = value.saturating_neg().min(change.by.saturating_neg());
                if missing > 0 {
                    self.io.increment(&key, missing)?;
                }
                return Ok(true);
            }
            Ok(_) => drop(self.io.increment(&key, change.by.saturating_neg())?),
            Err(IncrementError::Broken) => {}
            Err(unavailable) => return Err(unavailable.into()),
        }
        self.put_aside(&change.counter)?;
        Ok(false)
    }
}

impl<I: IncrementIo> Added<'_, I> {
    /// Subtracts the additions, the last first. What cannot be undone stays until it expires.
    fn undo(self) -> Result<(), Error> {
        let mut result = Ok(());
        for (key, amount) in self.counters.iter().rev().filter(|(_, amount)| *amount != 0) {
            result = result.and(self.io.increment(key, amount.saturating_neg()).map(drop));
        }
        Ok(result?)
    }
}

impl<I: IncrementIo> Counters for Increments<I> {
    async fn reserve(&self, unix_s: u64, gates: &[Gate]) -> Result<ReserveOutcome, Error> {
        if let Seen::Behind(unix_s) = self.clock.see(&self.io, unix_s)? {
            return Ok(ReserveOutcome::Behind { unix_s });
        }
        let mut pauses_ms = PAUSES_MS.iter();
        loop {
            let refused = match self.attempt(unix_s, gates) {
                Ok(refused @ ReserveOutcome::Refused { .. }) => refused,
                Ok(other) | Err(Failure::Broken(other)) => return Ok(other),
                Err(Failure::Unavailable(why)) => return Err(Error::Unavailable(why)),
            };
            match pauses_ms.next().filter(|_| gates.iter().all(Gate::can_fit)) {
                Some(ms) => self.io.pause(*ms).await,
                None => return Ok(refused),
            }
        }
    }

    async fn change(&self, changes: &[Change]) -> Result<Vec<Counter>, Error> {
        let mut left_out = Vec::new();
        for change in changes {
            if !self.apply(change)? {
                left_out.push(change.counter.clone());
            }
        }
        Ok(left_out)
    }

    async fn read(&self, counters: &[Counter]) -> Result<Vec<Option<i64>>, Error> {
        let read = |counter| match self.io.increment(&key(counter), 0) {
            Ok(value) => Ok(Some(value).filter(|value| is_in_range(*value))),
            Err(IncrementError::Broken) => Ok(None),
            Err(unavailable) => Err(unavailable.into()),
        };
        counters.iter().map(read).collect()
    }

    async fn ready(&self) -> Result<(), Error> {
        Ok(self.io.get(clock::KEY).map(drop)?)
    }
}

fn key(counter: &Counter) -> String {
    format!("{PREFIX}{}/{}", counter.keep_until_unix_s, counter.name)
}

impl From<Error> for Failure {
    fn from(Error::Unavailable(why): Error) -> Self {
        Self::Unavailable(why)
    }
}
