//! Any order of calls, answered as the build in memory answers.

use futures::executor::block_on;
use postern_store::memory::Memory;
use postern_store::{Change, Counter, Counters, Gate, ReserveOutcome};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{NOW, Store, counter};

/// A call of the port.
#[derive(Debug, Clone)]
pub enum Call {
    Reserve(u64, Vec<Gate>),
    Change(Vec<Change>),
}

/// What a call answers.
#[derive(Debug, PartialEq)]
pub enum Answer {
    Reservation(ReserveOutcome),
    Skipped(Vec<Counter>),
}

impl Call {
    /// The same with counters of its own.
    #[must_use]
    pub fn renamed(&self, prefix: &str) -> Self {
        let own = |counter: &Counter| Counter {
            name: format!("{prefix}/{}", counter.name),
            keep_until_unix_s: counter.keep_until_unix_s,
        };
        let gate = |gate: &Gate| Gate {
            counter: own(&gate.counter),
            also: gate.also.iter().map(own).collect(),
            ..gate.clone()
        };
        let change = |change: &Change| Change { counter: own(&change.counter), by: change.by };
        match self {
            Self::Reserve(later_s, gates) => {
                Self::Reserve(*later_s, gates.iter().map(gate).collect())
            }
            Self::Change(changes) => Self::Change(changes.iter().map(change).collect()),
        }
    }

    /// Makes the call.
    pub async fn make(&self, counters: &impl Counters) -> Answer {
        match self {
            Self::Reserve(later_s, gates) => {
                let reservation = counters.reserve(NOW + later_s, gates).await.unwrap();
                Answer::Reservation(as_left(reservation))
            }
            Self::Change(changes) => Answer::Skipped(counters.change(changes).await.unwrap()),
        }
    }
}

/// Calls of one case.
pub fn calls() -> impl Strategy<Value = Vec<Call>> {
    let name = || (0..5_u8).prop_map(|number| counter(&number.to_string()));
    let gate = (name(), 0..6_u64, vec(name(), 0..3), 0..30_u64);
    let gate = gate.prop_map(|(counter, add, also, at_most)| Gate { counter, add, also, at_most });
    let change = (name(), -4..6_i64).prop_map(|(counter, by)| Change { counter, by });
    let call = prop_oneof![
        2 => (0..4_u64, vec(gate, 0..4)).prop_map(|(later_s, gates)| Call::Reserve(later_s, gates)),
        1 => vec(change, 0..4).prop_map(Call::Change),
    ];
    vec(call, 1..30)
}

/// Runs a test for random calls.
pub fn cases(test: impl Fn(Vec<Call>)) {
    let config = Config { cases: 64, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&calls(), |calls| {
        test(calls);
        Ok(())
    });
    result.unwrap();
}

pub fn answers_as_the_one_in_memory(store: &impl Store) {
    let counters = store.open();
    let memory = Memory::new();
    let case = std::cell::Cell::new(0_u64);
    cases(|calls| {
        case.set(case.get() + 1);
        // So that cases do not meet.
        let prefix = case.get().to_string();
        let names: Vec<_> = (0..5).map(|n| counter(&format!("{prefix}/{n}"))).collect();
        for call in calls {
            let call = call.renamed(&prefix);
            let found = block_on(call.make(&counters));
            assert_eq!(found, block_on(call.make(&memory)));
            let found = block_on(counters.read(&names)).unwrap();
            assert_eq!(found, block_on(memory.read(&names)).unwrap());
        }
    });
}

/// A counter that is added to by two gates has its value of that moment in one build, and the last in another.
fn as_left(reservation: ReserveOutcome) -> ReserveOutcome {
    match reservation {
        ReserveOutcome::Admitted(_) => ReserveOutcome::Admitted(Vec::new()),
        other => other,
    }
}
