//! The port of counters.

use std::future::Future;

/// The largest value of a counter, and its negative the smallest: 2^53 - 1.
///
/// Redis scripts count in doubles, which are exact up to here; policies allow amounts up to 9 * 10^15. A larger value
/// was not written by a limiter.
pub const MAX_VALUE: i64 = (1 << 53) - 1;

/// A counter's name and how long it must be kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Counter {
    /// What it counts: scope, unit and window, by the limiter's naming.
    pub name: String,
    /// When it may be removed, in seconds since 1970-01-01T00:00:00Z. It is part of the counter's identity: it must be
    /// the same in all instances, or there are two counters of one name.
    pub keep_until_unix_s: u64,
}

/// One condition: `counter` + `also` must not exceed `at_most` once `add` is added to `counter`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// The counter that is added to.
    pub counter: Counter,
    /// The amount. For 0 nothing is added, and the condition is still checked.
    pub add: u64,
    /// Other counters of the same limit, which are only read.
    ///
    /// They are read in this order, after the addition, and not at once: when amounts move from one counter to another
    /// (with [`Counters::change`]), name the source before the destination, or an amount can be missed. When amounts
    /// move to `counter` itself, name it here once more, after their sources: it is read again at that place, and
    /// counted once.
    pub also: Vec<Counter>,
    /// The limit. Larger values count as [`MAX_VALUE`].
    pub at_most: u64,
}

/// The result of a reservation.
///
/// Values are a list for each gate, in order: its counter, then those of `also`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReserveOutcome {
    /// All were added. For each gate the value of its counter after adding, then those of `also`.
    Admitted(Vec<Vec<i64>>),
    /// None was added: a gate would have been exceeded.
    Refused {
        /// The first such gate.
        gate: usize,
        /// The values of all gates as they are without this reservation.
        values: Vec<Vec<i64>>,
    },
    /// None was added: a value is not a counter's. It was copied aside and stays in place.
    Broken {
        /// The gate it belongs to.
        gate: usize,
        /// The counter with this value.
        counter: Counter,
    },
    /// None was added: another request has seen a later time. Retry with this time.
    Behind {
        /// The latest time seen, in seconds since 1970-01-01T00:00:00Z.
        unix_s: u64,
    },
}

/// An amount to add to a counter, or to take from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The counter.
    pub counter: Counter,
    /// The amount; a negative one is subtracted, but no more than the value: a store may have lost what was added.
    pub by: i64,
}

/// Why counters could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The store did not answer, or answered with an error.
    #[error("the store of counters cannot be used: {0}")]
    Unavailable(String),
}

/// Counters that many callers share.
///
/// Gates are taken in their order, and each sees the additions of those before it. Order them from narrow to wide (a
/// key, its team, its tenant): [`crate::increments`] says why.
pub trait Counters {
    /// Adds the amounts of all gates or none, in one step that is atomic for other callers.
    ///
    /// Time never goes back: see [`crate::seen`].
    ///
    /// # Errors
    /// If the store cannot be used. Amounts may then have been added: a reservation must expire by itself.
    fn reserve(
        &self,
        unix_s: u64,
        gates: &[Gate],
    ) -> impl Future<Output = Result<ReserveOutcome, Error>>;

    /// Applies changes in their order. A change of a counter with a broken value is skipped, and its counter returned.
    ///
    /// To move an amount, add it to the destination before you subtract it from the source: a reader in between, or a
    /// crash before the second step, then sees it twice and never not at all. A value that would leave the range of
    /// [`MAX_VALUE`] counts as broken.
    ///
    /// # Errors
    /// If the store cannot be used. Earlier changes may then have been applied.
    fn change(&self, changes: &[Change]) -> impl Future<Output = Result<Vec<Counter>, Error>>;

    /// The values: 0 for a counter that does not exist, `None` for a broken value.
    ///
    /// # Errors
    /// If the store cannot be used.
    fn read(&self, counters: &[Counter]) -> impl Future<Output = Result<Vec<Option<i64>>, Error>>;

    /// Whether the store can be reached.
    ///
    /// # Errors
    /// If it cannot.
    fn ready(&self) -> impl Future<Output = Result<(), Error>>;
}

impl<C: Counters> Counters for &C {
    async fn reserve(&self, unix_s: u64, gates: &[Gate]) -> Result<ReserveOutcome, Error> {
        (**self).reserve(unix_s, gates).await
    }

    async fn change(&self, changes: &[Change]) -> Result<Vec<Counter>, Error> {
        (**self).change(changes).await
    }

    async fn read(&self, counters: &[Counter]) -> Result<Vec<Option<i64>>, Error> {
        (**self).read(counters).await
    }

    async fn ready(&self) -> Result<(), Error> {
        (**self).ready().await
    }
}

impl Gate {
    /// The counter and those of `also`, in the order of a list of its values.
    pub(crate) fn counters(&self) -> impl Iterator<Item = &Counter> {
        std::iter::once(&self.counter).chain(&self.also)
    }

    /// `add` as a counter's amount; an amount over the range stays out of range, and so never fits.
    pub(crate) fn amount(&self) -> i64 {
        i64::try_from(self.add).unwrap_or(i64::MAX)
    }

    /// `at_most`, limited to the range of a counter.
    pub(crate) fn at_most(&self) -> i64 {
        i64::try_from(self.at_most).map_or(MAX_VALUE, |at_most| at_most.min(MAX_VALUE))
    }

    /// Whether the condition can hold if nothing else is counted.
    pub(crate) fn can_fit(&self) -> bool {
        self.amount() <= self.at_most()
    }

    /// Whether the condition holds with these values, each plus the amount `added` to its counter.
    ///
    /// If a counter is named twice, its later value counts.
    pub(crate) fn admits(&self, values: &[i64], added: impl Fn(&Counter) -> i128) -> bool {
        let mut sum = 0;
        for (index, (counter, value)) in self.counters().zip(values).enumerate() {
            if self.counters().skip(index + 1).all(|later| later != counter) {
                sum += i128::from(*value) + added(counter);
            }
        }
        let own = values.first().map_or(0, |value| i128::from(*value) + added(&self.counter));
        sum <= i128::from(self.at_most()) && own <= i128::from(MAX_VALUE)
    }
}

/// The first gate that would be exceeded, from the values without the reservation.
pub(crate) fn first_exceeded(gates: &[Gate], values: &[Vec<i64>]) -> Option<usize> {
    gates.iter().zip(values).enumerate().position(|(index, (gate, values))| {
        !gate.admits(values, |counter| added(gates.iter().take(index + 1), counter))
    })
}

/// What these gates add to a counter.
pub(crate) fn added<'a>(gates: impl Iterator<Item = &'a Gate>, counter: &Counter) -> i128 {
    gates.filter(|gate| gate.counter == *counter).map(|gate| i128::from(gate.amount())).sum()
}

/// Whether a counter may have this value.
pub(crate) fn is_in_range(value: i64) -> bool {
    value.unsigned_abs() <= MAX_VALUE.unsigned_abs()
}
