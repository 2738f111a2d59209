//! A reservation in the format of reserve.lua, and its answer.

use super::{Argument, CLOCK, int, key, time};
use crate::{BELIEVED_JUMP_S, Counter, Gate, ReserveOutcome};

/// The counters of a reservation, each once, in the order they are named.
pub(super) struct Named<'a>(Vec<&'a Counter>);

impl<'a> Named<'a> {
    pub(super) fn of(gates: &'a [Gate]) -> Self {
        let mut named = Vec::new();
        for counter in gates.iter().flat_map(Gate::counters) {
            if !named.contains(&counter) {
                named.push(counter);
            }
        }
        Self(named)
    }

    fn index(&self, counter: &Counter) -> Option<usize> {
        self.0.iter().position(|named| *named == counter)
    }

    pub(super) fn keys(&self) -> Vec<String> {
        std::iter::once(CLOCK.to_owned()).chain(self.0.iter().copied().map(key)).collect()
    }

    /// The arguments of reserve.lua.
    pub(super) fn arguments(&self, unix_s: u64, gates: &[Gate]) -> Vec<Argument> {
        let mut arguments = vec![time(unix_s), time(BELIEVED_JUMP_S)];
        arguments.extend(self.0.iter().map(|counter| time(counter.keep_until_unix_s)));
        for gate in gates {
            let mut indices = Vec::new();
            for index in gate.counters().filter_map(|counter| self.index(counter)) {
                if !indices.contains(&index) {
                    indices.push(index);
                }
            }
            arguments.extend([
                Argument::Int(gate.amount()),
                Argument::Int(gate.at_most()),
                int(indices.len()),
            ]);
            arguments.extend(indices.iter().map(|index| int(index + 1)));
        }
        arguments
    }

    /// The answer of reserve.lua; none if it is invalid.
    pub(super) fn reservation(&self, gates: &[Gate], answer: &[i64]) -> Option<ReserveOutcome> {
        let (kind, rest) = answer.split_first()?;
        match (kind, rest) {
            (0, values) => Some(ReserveOutcome::Admitted(self.shaped(gates, values)?)),
            (1, [gate, values @ ..]) => Some(ReserveOutcome::Refused {
                gate: usize::try_from(*gate).ok()?,
                values: self.shaped(gates, values)?,
            }),
            (2, [index]) => {
                let counter = *self.0.get(usize::try_from(*index).ok()?)?;
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
}
