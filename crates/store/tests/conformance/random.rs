//! Any order of calls, answered as the build in memory answers.

use futures::executor::block_on;
use postern_store::memory::Memory;
use postern_store::{Change, Counter, Counters, Gate, ReserveOutcome};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{NOW, Store, counter};

#[derive(Debug, Clone)]
enum Call {
    Reserve(u64, Vec<Gate>),
    Change(Vec<Change>),
}

/// Names of one case, so that cases do not meet.
fn calls() -> impl Strategy<Value = Vec<Call>> {
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

pub fn answers_as_the_one_in_memory(store: &impl Store) {
    let counters = store.open();
    let memory = Memory::new();
    let case = std::cell::Cell::new(0_u64);
    let config = Config { cases: 64, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&calls(), |calls| {
        case.set(case.get() + 1);
        let own = |counter: &Counter| Counter {
            name: format!("{}/{}", case.get(), counter.name),
            keep_until_unix_s: counter.keep_until_unix_s,
        };
        for call in calls {
            let (found, expected) = match call {
                Call::Reserve(later_s, gates) => {
                    let gates: Vec<_> = gates
                        .into_iter()
                        .map(|gate| Gate {
                            counter: own(&gate.counter),
                            also: gate.also.iter().map(own).collect(),
                            ..gate
                        })
                        .collect();
                    let unix_s = NOW + later_s;
                    let found = block_on(counters.reserve(unix_s, &gates)).unwrap();
                    (found, block_on(memory.reserve(unix_s, &gates)).unwrap())
                }
                Call::Change(changes) => {
                    let changes: Vec<_> = changes
                        .iter()
                        .map(|change| Change { counter: own(&change.counter), by: change.by })
                        .collect();
                    let found = block_on(counters.change(&changes)).unwrap();
                    prop_assert_eq!(found, block_on(memory.change(&changes)).unwrap());
                    continue;
                }
            };
            prop_assert_eq!(as_left(found), as_left(expected));
            let names: Vec<_> = (0..5).map(|n| own(&counter(&n.to_string()))).collect();
            let found = block_on(counters.read(&names)).unwrap();
            prop_assert_eq!(found, block_on(memory.read(&names)).unwrap());
        }
        Ok(())
    });
    result.unwrap();
}

/// A counter that is added to by two gates has its value of that moment in one build, and the last in another.
fn as_left(reservation: ReserveOutcome) -> ReserveOutcome {
    match reservation {
        ReserveOutcome::Admitted(_) => ReserveOutcome::Admitted(Vec::new()),
        other => other,
    }
}
