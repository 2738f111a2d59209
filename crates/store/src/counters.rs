//! The port: what is asked of counters, and what they answer.

use std::future::Future;

/// The largest value a counter holds, and with a minus the smallest: 2^53 - 1.
///
/// Redis scripts count in doubles, which are exact up to here; policies allow amounts up to 9 * 10^15. A value beyond
/// it was written by nobody who counts.
pub const MAX_VALUE: i64 = (1 << 53) - 1;

/// A counter's name and how long it must be kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Counter {
    /// What it counts: scope, unit and window, in the caller's words.
    pub name: String,
    /// When it may be forgotten, in seconds since 1970-01-01T00:00:00Z. It is part of what the counter is: the same
    /// for everybody, or there are two counters of one name.
    pub keep_until_unix_s: u64,
}

/// One condition: `counter` + `also` must not exceed `at_most` once `add` is added to `counter`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// The counter that is added to.
    pub counter: Counter,
    /// How much. Nothing is added for 0, and the condition is checked all the same.
    pub add: u64,
    /// Other counters of the same limit, which are only read.
    ///
    /// They are read in this order, after the addition, and not at once: when amounts move from one counter to another
    /// (with [`Counters::change`]), name the one they leave before the one they enter, or they can be missed. When
    /// they enter `counter` itself, name it here once more, behind those they come from: it is read again at that
    /// place, and counted once.
    pub also: Vec<Counter>,
    /// The limit. What is more than [`MAX_VALUE`] is taken as that.
    pub at_most: u64,
}

/// What became of a reservation.
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
    /// None was added: a value is none that a counter writes. It was copied aside and left where it is.
    Broken {
        /// The gate it belongs to.
        gate: usize,
        /// The counter it stands under.
        counter: Counter,
    },
    /// None was added: somebody has seen a later time. Come again with this one.
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
    /// How much; what is negative is taken away, but no more than is there: a store may have forgotten what was added.
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
/// Gates are taken in their order, and each sees what those before it add. Give the narrow ones first (a key, its
/// team, its tenant): [`crate::increments`] says why.
pub trait Counters {
    /// Adds the amounts of all gates or none, in one step that no other caller sees half of.
    ///
    /// Time never goes back: see [`crate::seen`].
    ///
    /// # Errors
    /// When the store cannot be used. Amounts may then have been added: what was reserved must expire by itself.
    fn reserve(
        &self,
        unix_s: u64,
        gates: &[Gate],
    ) -> impl Future<Output = Result<ReserveOutcome, Error>>;

    /// Applies changes in their order; one whose value is broken is left out, and its counter returned.
    ///
    /// To move an amount, add it where it goes before taking it from where it was: whoever looks in between, and whoever
    /// never gets to the second, then sees it twice and never not at all. A value that would leave the range of
    /// [`MAX_VALUE`] is taken for broken.
    ///
    /// # Errors
    /// When the store cannot be used. The changes before may then have been applied.
    fn change(&self, changes: &[Change]) -> impl Future<Output = Result<Vec<Counter>, Error>>;

    /// The values: 0 for what is not there, `None` for what is broken.
    ///
    /// # Errors
    /// When the store cannot be used.
    fn read(&self, counters: &[Counter]) -> impl Future<Output = Result<Vec<Option<i64>>, Error>>;

    /// Whether the store can be reached.
    ///
    /// # Errors
    /// When it cannot.
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
    /// The counter and those of `also`: what a list of its values stands for.
    pub(crate) fn counters(&self) -> impl Iterator<Item = &Counter> {
        std::iter::once(&self.counter).chain(&self.also)
    }

    /// `add`, as a counter takes it: what no counter can hold stays out of range, and so does not fit.
    pub(crate) fn amount(&self) -> i64 {
        i64::try_from(self.add).unwrap_or(i64::MAX)
    }

    /// `at_most`, no larger than a counter.
    pub(crate) fn at_most(&self) -> i64 {
        i64::try_from(self.at_most).map_or(MAX_VALUE, |at_most| at_most.min(MAX_VALUE))
    }

    /// Whether the condition can hold when nothing else is counted.
    pub(crate) fn can_fit(&self) -> bool {
        self.amount() <= self.at_most()
    }

    /// Whether the condition holds with these values, each with what is `added` to its counter.
    ///
    /// Where a counter is named twice, its later value counts.
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

/// The first gate that would be exceeded, from the values as they are without the reservation.
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
