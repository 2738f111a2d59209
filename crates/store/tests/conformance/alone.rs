//! One caller.

use futures::executor::block_on;
use postern_store::{BELIEVED_JUMP_S, Counters, Gate, MAX_VALUE, ReserveOutcome};

use super::{NOW, Store, change, counter, gate, read, reserve};

const MAX: u64 = MAX_VALUE.unsigned_abs();

pub fn adds_to_all_or_to_none(store: &impl Store) {
    let counters = store.open();
    let gates = [gate("key", 2, 10), gate("team", 2, 5)];
    assert_eq!(reserve(&counters, &gates), ReserveOutcome::Admitted(vec![vec![2], vec![2]]));
    assert_eq!(reserve(&counters, &gates), ReserveOutcome::Admitted(vec![vec![4], vec![4]]));
    let refused = ReserveOutcome::Refused { gate: 1, values: vec![vec![4], vec![4]] };
    assert_eq!(reserve(&counters, &gates), refused);
    assert_eq!(read(&store.open(), &["key", "team", "other"]), [Some(4), Some(4), Some(0)]);
    let smaller = [gate("key", 2, 10), gate("team", 1, 5)];
    assert_eq!(reserve(&counters, &smaller), ReserveOutcome::Admitted(vec![vec![6], vec![5]]));
    block_on(counters.ready()).unwrap();
}

pub fn adds_nothing_for_0_and_checks_it(store: &impl Store) {
    let counters = store.open();
    change(&counters, &[("used", 7)]);
    let with = |at_most| Gate { also: vec![counter("used")], ..gate("slot", 0, at_most) };
    assert_eq!(reserve(&counters, &[with(7)]), ReserveOutcome::Admitted(vec![vec![0, 7]]));
    let refused = ReserveOutcome::Refused { gate: 0, values: vec![vec![0, 7]] };
    assert_eq!(reserve(&counters, &[with(6)]), refused);
    assert_eq!(read(&counters, &["slot", "used"]), [Some(0), Some(7)]);
}

pub fn counts_what_a_counter_is_named_twice(store: &impl Store) {
    let counters = store.open();
    // Two limits on one counter: each sees what those before it add.
    let refused = ReserveOutcome::Refused { gate: 1, values: vec![vec![0], vec![0]] };
    assert_eq!(reserve(&counters, &[gate("a", 3, 9), gate("a", 3, 5)]), refused);
    // Read again behind another, and counted once.
    let again = Gate { also: vec![counter("b"), counter("a")], ..gate("a", 3, 5) };
    change(&counters, &[("b", 2)]);
    let admitted = ReserveOutcome::Admitted(vec![vec![3, 2, 3]]);
    assert_eq!(reserve(&counters, std::slice::from_ref(&again)), admitted);
    let refused = ReserveOutcome::Refused { gate: 0, values: vec![vec![3, 2, 3]] };
    assert_eq!(reserve(&counters, &[again]), refused);
    assert_eq!(read(&counters, &["a", "b"]), [Some(3), Some(2)]);
}

pub fn reports_a_broken_value_and_puts_it_aside(store: &impl Store) {
    let counters = store.open();
    store.spoil(&counter("broken"));
    let gates = [gate("key", 1, 10), gate("broken", 1, 10), gate("team", 1, 10)];
    let broken = ReserveOutcome::Broken { gate: 1, counter: counter("broken") };
    assert_eq!(reserve(&counters, &gates), broken);
    assert_eq!(read(&counters, &["key", "broken", "team"]), [Some(0), None, Some(0)]);
    assert!(store.is_aside(&counter("broken")));
    let also = Gate { also: vec![counter("broken")], ..gate("key", 1, 10) };
    let broken = ReserveOutcome::Broken { gate: 0, counter: counter("broken") };
    assert_eq!(reserve(&counters, &[also]), broken);
    // Nothing else stops.
    assert_eq!(reserve(&counters, &[gate("key", 1, 10)]), ReserveOutcome::Admitted(vec![vec![1]]));
}

pub fn leaves_a_broken_value_out_of_changes(store: &impl Store) {
    let counters = store.open();
    store.spoil(&counter("broken"));
    let left_out = change(&counters, &[("a", 3), ("broken", 1), ("b", 4), ("a", -1)]);
    assert_eq!(left_out, [counter("broken")]);
    assert_eq!(read(&counters, &["a", "b", "broken"]), [Some(2), Some(4), None]);
    assert!(store.is_aside(&counter("broken")));
}

pub fn takes_no_more_away_than_is_there(store: &impl Store) {
    let counters = store.open();
    assert_eq!(change(&counters, &[("some", 3), ("some", -5), ("none", -2)]), []);
    assert_eq!(read(&counters, &["some", "none"]), [Some(0), Some(0)]);
    assert_eq!(change(&counters, &[("some", 4), ("some", -1)]), []);
    assert_eq!(read(&counters, &["some"]), [Some(3)]);
}

pub fn asks_an_earlier_caller_to_come_again(store: &impl Store) {
    let counters = store.open();
    let at = |unix_s| block_on(counters.reserve(unix_s, &[gate("a", 1, 10)])).unwrap();
    assert_eq!(at(NOW), ReserveOutcome::Admitted(vec![vec![1]]));
    for earlier in [NOW - 1, NOW - BELIEVED_JUMP_S] {
        assert_eq!(at(earlier), ReserveOutcome::Behind { unix_s: NOW });
    }
    assert_eq!(read(&counters, &["a"]), [Some(1)]);
    assert_eq!(at(NOW), ReserveOutcome::Admitted(vec![vec![2]]));
    // A process that starts later knows of it.
    let other = block_on(store.open().reserve(NOW - 60, &[gate("a", 1, 10)])).unwrap();
    assert_eq!(other, ReserveOutcome::Behind { unix_s: NOW });
}

pub fn believes_a_clock_that_is_a_day_behind(store: &impl Store) {
    let counters = store.open();
    let at = |unix_s| block_on(counters.reserve(unix_s, &[gate("a", 1, 10)])).unwrap();
    assert_eq!(at(NOW + BELIEVED_JUMP_S + 1), ReserveOutcome::Admitted(vec![vec![1]]));
    assert_eq!(at(NOW), ReserveOutcome::Admitted(vec![vec![2]]));
    assert_eq!(at(NOW - 1), ReserveOutcome::Behind { unix_s: NOW });
}

pub fn holds_no_more_than_a_double(store: &impl Store) {
    let counters = store.open();
    let admitted = ReserveOutcome::Admitted(vec![vec![MAX_VALUE - 1]]);
    assert_eq!(reserve(&counters, &[gate("a", MAX - 1, MAX)]), admitted);
    let two = [gate("a", 2, u64::MAX)];
    let refused = ReserveOutcome::Refused { gate: 0, values: vec![vec![MAX_VALUE - 1]] };
    assert_eq!(reserve(&counters, &two), refused);
    let admitted = ReserveOutcome::Admitted(vec![vec![MAX_VALUE]]);
    assert_eq!(reserve(&counters, &[gate("a", 1, u64::MAX)]), admitted);
    assert_eq!(change(&counters, &[("a", 1), ("b", i64::MIN)]), [counter("a"), counter("b")]);
    assert_eq!(read(&counters, &["a", "b"]), [Some(MAX_VALUE), Some(0)]);
    assert_eq!(change(&counters, &[("a", -MAX_VALUE + 5)]), []);
    assert_eq!(read(&counters, &["a"]), [Some(5)]);
}

pub fn refuses_what_can_never_fit(store: &impl Store) {
    let counters = store.open();
    for add in [6, MAX, MAX + 1, u64::MAX] {
        let refused = ReserveOutcome::Refused { gate: 1, values: vec![vec![0], vec![0]] };
        assert_eq!(reserve(&counters, &[gate("a", 1, 1), gate("b", add, 5)]), refused);
    }
    assert_eq!(read(&counters, &["a", "b"]), [Some(0), Some(0)]);
}

pub fn takes_no_gates_and_no_changes(store: &impl Store) {
    let counters = store.open();
    assert_eq!(reserve(&counters, &[]), ReserveOutcome::Admitted(Vec::new()));
    assert_eq!(change(&counters, &[]), []);
    assert_eq!(read(&counters, &[]), []);
}
