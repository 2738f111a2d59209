//! Amounts that move while a gate is read, on a store whose only step is an increment.

use crate::fixtures::{SUBJECT, key_limit, matched, ms, plans, reserve, reserve_for, tokens};
use postern_meter::{Lease, Settlement, Subject};
use postern_policy::Plans;
use postern_store::Change;
use postern_store::increments::{IncrementError, IncrementIo, Increments};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// A store in which something else happens between two steps.
#[derive(Debug, Default, Clone)]
struct Io(Rc<State>);

#[derive(Debug, Default)]
struct State {
    values: RefCell<HashMap<String, i64>>,
    texts: RefCell<HashMap<String, Vec<u8>>>,
    steps: Cell<usize>,
    /// The changes, and the step that each is made before.
    between: RefCell<Vec<(usize, Change)>>,
}

impl Io {
    fn add(&self, key: String, by: i64) -> i64 {
        let mut values = self.0.values.borrow_mut();
        let value = values.entry(key).or_default();
        *value += by;
        *value
    }

    fn apply(&self, change: &Change) {
        let counter = &change.counter;
        self.add(format!("limit/{}/{}", counter.keep_until_unix_s, counter.name), change.by);
    }

    /// From now on, makes these changes before these steps.
    fn happen(&self, changes: impl Iterator<Item = (usize, Change)>) {
        self.0.steps.set(0);
        *self.0.between.borrow_mut() = changes.collect();
    }
}

impl IncrementIo for Io {
    fn increment(&self, key: &str, delta: i64) -> Result<i64, IncrementError> {
        let step = self.0.steps.get();
        self.0.steps.set(step + 1);
        let due = |(at, _): &(usize, Change)| *at == step;
        let changes: Vec<_> =
            self.0.between.borrow().iter().filter(|one| due(one)).cloned().collect();
        changes.iter().for_each(|(_, change)| self.apply(change));
        Ok(self.add(key.to_owned(), delta))
    }

    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, IncrementError> {
        Ok(self.0.texts.borrow().get(key).cloned())
    }

    fn set(&self, key: &str, value: &[u8]) -> Result<(), IncrementError> {
        self.0.texts.borrow_mut().insert(key.to_owned(), value.to_vec());
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<(), IncrementError> {
        self.0.values.borrow_mut().remove(key);
        Ok(())
    }

    async fn names(&self, _: &str) -> Result<Vec<String>, IncrementError> {
        Ok(Vec::new())
    }

    async fn pause(&self, _ms: u64) {}
}

/// The steps of a reservation of one gate that is refused and tried again: two reads and an addition each time.
const STEPS: usize = 20;

/// While the one request of a limit moves its amount, in two changes, no other request is admitted at any step.
fn no_request_is_admitted(
    plans: &Plans,
    admitted_ms: u64,
    now_ms: u64,
    changes: impl Fn(Lease) -> Vec<Change>,
) {
    for first in 0..STEPS {
        for second in first..STEPS {
            let io = Io::default();
            let counters = Increments::new(io.clone());
            let reserved = reserve(&counters, plans, tokens(6, 4), admitted_ms).unwrap();
            let changes = changes(Lease::new(reserved.reservations, 6, None));
            assert_eq!(changes.len(), 2);
            io.happen([first, second].into_iter().zip(changes));
            let other = reserve(&counters, plans, tokens(6, 4), now_ms);
            assert!(other.is_err(), "admitted with changes before steps {first} and {second}");
        }
    }
}

/// While the two requests of a limit move their amounts, one after the other, no other request is admitted.
fn no_request_is_admitted_beside_two(
    plans: &Plans,
    admitted_ms: u64,
    now_ms: u64,
    changes: impl Fn(Lease) -> Vec<Change>,
) {
    for first in 0..STEPS {
        for second in first..STEPS {
            let io = Io::default();
            let counters = Increments::new(io.clone());
            let reserve = |now_ms| reserve(&counters, plans, tokens(6, 4), now_ms);
            let moves = [first, second].into_iter().flat_map(|step| {
                let lease = Lease::new(reserve(admitted_ms).unwrap().reservations, 6, None);
                changes(lease).into_iter().map(move |change| (step, change))
            });
            io.happen(moves.collect::<Vec<_>>().into_iter());
            let other = reserve(now_ms);
            assert!(other.is_err(), "admitted with moves before steps {first} and {second}");
        }
    }
}

#[test]
fn two_renewals_are_met() {
    let admitted_ms = ms("2026-09-21T14:13:30Z");
    for (limit, now) in [
        (key_limit("concurrent_requests", 2, ""), "2026-09-21T14:14:10Z"),
        (key_limit("concurrent_requests", 2, ""), "2026-09-21T14:13:59.900Z"),
        (key_limit("tokens", 20, "per = \"day\""), "2026-09-21T14:14:10Z"),
    ] {
        let renewed_ms = ms(now) + 100;
        let changes = |lease: Lease| lease.renew(renewed_ms).1;
        no_request_is_admitted_beside_two(&plans(&limit), admitted_ms, ms(now), changes);
    }
}

#[test]
fn two_settlements_are_met() {
    let admitted_ms = ms("2026-09-21T14:13:30Z");
    for now in ["2026-09-21T14:13:40Z", "2026-09-21T14:14:10Z"] {
        let changes = |lease: Lease| lease.settle(Settlement::Used(tokens(6, 4)), ms(now));
        let limit = plans(&key_limit("tokens", 20, "per = \"day\""));
        no_request_is_admitted_beside_two(&limit, admitted_ms, ms(now), changes);
    }
}

#[test]
fn a_renewal_is_met() {
    let admitted_ms = ms("2026-09-21T14:13:30Z");
    let now_ms = ms("2026-09-21T14:14:10Z");
    for limit in [
        key_limit("concurrent_requests", 1, ""),
        key_limit("tokens", 10, "per = \"day\""),
        key_limit("tokens", 10, "per = \"day\", window = \"rolling\""),
    ] {
        no_request_is_admitted(&plans(&limit), admitted_ms, now_ms, |lease| lease.renew(now_ms).1);
    }
}

#[test]
fn a_renewal_into_the_next_minute_is_met() {
    let admitted_ms = ms("2026-09-21T14:13:30Z");
    let now_ms = ms("2026-09-21T14:13:59.900Z");
    let limit = plans(&key_limit("concurrent_requests", 1, ""));
    no_request_is_admitted(&limit, admitted_ms, now_ms, |lease| lease.renew(now_ms + 100).1);
}

#[test]
fn a_settlement_is_met() {
    let admitted_ms = ms("2026-09-21T14:13:30Z");
    for now in ["2026-09-21T14:13:40Z", "2026-09-21T14:14:10Z"] {
        let used = Settlement::Used(tokens(6, 4));
        for rest in ["per = \"day\"", "per = \"day\", window = \"rolling\""] {
            let plans = plans(&key_limit("tokens", 10, rest));
            no_request_is_admitted(&plans, admitted_ms, ms(now), |lease| {
                lease.settle(used, ms(now))
            });
        }
    }
}

#[test]
fn those_who_were_first_in_the_next_minute_are_met() {
    let io = Io::default();
    let here = Increments::new(io.clone());
    let elsewhere = Increments::new(io);
    let plans = plans(&key_limit("concurrent_requests", 1, ""));
    let other = Subject { credential_id: "cd34", ..SUBJECT };
    // The clock in the store is this one, and is compared again only after some seconds.
    let written_ms = ms("2026-09-21T14:13:57Z");
    reserve_for(&here, &plans, &other, tokens(0, 0), written_ms).unwrap();
    let first_ms = ms("2026-09-21T14:14:00Z");
    reserve(&elsewhere, &plans, tokens(0, 0), first_ms).unwrap();
    assert!(reserve(&here, &plans, tokens(0, 0), first_ms - 1).is_err());
    assert!(matched(&plans, first_ms - 1).gate().also.len() == 3);
}
