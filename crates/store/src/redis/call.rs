//! A call in the words of batch.lua, and its answer.

use std::collections::BTreeMap;

use super::{Argument, CLOCK, key, time};
use crate::{BELIEVED_JUMP_S, Change, Counter, Gate, ReserveOutcome};

const RESERVE: i64 = 1;
const CHANGE: i64 = 2;

/// A call: it owns what it needs, since it may travel with those of other requests.
#[derive(Debug)]
pub(super) struct Call {
    /// Its counters, each once.
    counters: Vec<Counter>,
    words: Vec<Word>,
    kind: i64,
}

#[derive(Debug, Clone, Copy)]
enum Word {
    Number(i64),
    /// A counter of the call.
    Counter(usize),
}

impl Call {
    pub(super) fn reserve(unix_s: u64, gates: &[Gate]) -> Self {
        let mut call = Self::of(RESERVE, gates.iter().flat_map(Gate::counters));
        let now = match time(unix_s) {
            Argument::Int(now) => now,
            Argument::Bytes(_) => 0,
        };
        call.words.push(Word::Number(now));
        call.push_counters((0..call.counters.len()).collect());
        for gate in gates {
            call.words.extend([Word::Number(gate.amount()), Word::Number(gate.at_most())]);
            let mut indexes = Vec::new();
            for index in gate.counters().filter_map(|counter| call.index(counter)) {
                if !indexes.contains(&index) {
                    indexes.push(index);
                }
            }
            call.push_counters(indexes);
        }
        call
    }

    pub(super) fn change(changes: &[Change]) -> Self {
        let mut call = Self::of(CHANGE, changes.iter().map(|change| &change.counter));
        for change in changes {
            let index = call.index(&change.counter).unwrap_or_default();
            call.words.extend([Word::Counter(index), Word::Number(change.by)]);
        }
        call
    }

    fn of<'a>(kind: i64, all: impl Iterator<Item = &'a Counter>) -> Self {
        let mut counters: Vec<Counter> = Vec::new();
        for counter in all {
            if !counters.contains(counter) {
                counters.push(counter.clone());
            }
        }
        Self { counters, words: Vec::new(), kind }
    }

    fn index(&self, counter: &Counter) -> Option<usize> {
        self.counters.iter().position(|named| named == counter)
    }

    fn push_counters(&mut self, indexes: Vec<usize>) {
        self.words.push(number(indexes.len()));
        self.words.extend(indexes.into_iter().map(Word::Counter));
    }

    /// The number of its counters.
    pub(super) fn counters(&self) -> usize {
        self.counters.len()
    }

    /// Its part of an answer, and the rest; none if the answer is invalid.
    pub(super) fn split<'a>(&self, answer: &'a [i64]) -> Option<(&'a [i64], &'a [i64])> {
        let first = *answer.first()?;
        let length = match (self.kind, first) {
            (RESERVE, 0) => self.counters.len().saturating_add(1),
            (RESERVE, 1) => self.counters.len().saturating_add(2),
            (RESERVE, 2 | 3) => 2,
            (CHANGE, skipped) => usize::try_from(skipped).ok()?.checked_add(1)?,
            _ => return None,
        };
        answer.split_at_checked(length)
    }

    /// The answer to a reservation; none if it is invalid.
    pub(super) fn reservation(gates: &[Gate], answer: &[i64]) -> Option<ReserveOutcome> {
        let call = Self::of(RESERVE, gates.iter().flat_map(Gate::counters));
        let (kind, rest) = answer.split_first()?;
        match (kind, rest) {
            (0, values) => Some(ReserveOutcome::Admitted(call.shaped(gates, values)?)),
            (1, [gate, values @ ..]) => Some(ReserveOutcome::Refused {
                gate: usize::try_from(*gate).ok()?,
                values: call.shaped(gates, values)?,
            }),
            (2, [index]) => {
                let counter = call.counters.get(usize::try_from(*index).ok()?)?;
                let gate = gates.iter().position(|gate| gate.counters().any(|of| of == counter))?;
                Some(ReserveOutcome::Broken { gate, counter: counter.clone() })
            }
            (3, [unix_s]) => Some(ReserveOutcome::Behind { unix_s: u64::try_from(*unix_s).ok()? }),
            _ => None,
        }
    }

    fn shaped(&self, gates: &[Gate], values: &[i64]) -> Option<Vec<Vec<i64>>> {
        let value = |counter| values.get(self.index(counter)?).copied();
        gates.iter().map(|gate| gate.counters().map(value).collect()).collect()
    }

    /// The counters of changes that were skipped; none if the answer is invalid.
    pub(super) fn skipped(changes: &[Change], answer: &[i64]) -> Option<Vec<Counter>> {
        let counter = |number: &i64| {
            let index = usize::try_from(*number).ok()?.checked_sub(1)?;
            Some(changes.get(index)?.counter.clone())
        };
        answer.get(1..)?.iter().map(counter).collect()
    }
}

fn number(count: usize) -> Word {
    Word::Number(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The keys and arguments of batch.lua for these calls.
pub(super) fn batch(calls: &[&Call]) -> (Vec<String>, Vec<Argument>) {
    let (mut keys, mut expiries) = (vec![CLOCK.to_owned()], vec![time(BELIEVED_JUMP_S)]);
    let (mut indexes, mut words) = (BTreeMap::new(), Vec::new());
    for call in calls {
        let mut of_call = Vec::with_capacity(call.counters.len());
        for counter in &call.counters {
            of_call.push(*indexes.entry(&counter.name).or_insert_with(|| {
                keys.push(key(counter));
                expiries.push(time(counter.keep_until_unix_s.max(1)));
                keys.len().saturating_sub(1)
            }));
        }
        words.extend([Argument::Int(call.kind), super::int(call.words.len())]);
        words.extend(call.words.iter().map(|word| match word {
            Word::Number(number) => Argument::Int(*number),
            Word::Counter(index) => super::int(of_call.get(*index).copied().unwrap_or_default()),
        }));
    }
    expiries.append(&mut words);
    (keys, expiries)
}
