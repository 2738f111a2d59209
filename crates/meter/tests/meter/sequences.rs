//! For random sequences of events: what is used is what was settled, and nothing is left reserved.

use crate::fixtures::{
    SUBJECT, key_limit, lease, ms, plans, renew, reserve, settle, tokens, utc, values,
};
use postern_meter::{Amounts, Lease, LimitMatch, Limits, Settlement};
use postern_policy::Plans;
use postern_store::Counter;
use postern_store::memory::Memory;
use proptest::prelude::*;
use std::collections::HashSet;

#[derive(Debug, Clone)]
enum Step {
    Reserve(u64, u64),
    /// The request to settle, and what it used; `None` if it was not sent.
    Settle(usize, Option<(u64, u64)>),
    Abandon(usize),
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let step = prop_oneof![
        4 => (0_u64..20, 0_u64..20).prop_map(|(input, output)| Step::Reserve(input, output)),
        // Also more than was reserved.
        3 => (0_usize..8, prop::option::of((0_u64..40, 0_u64..40)))
            .prop_map(|(index, used)| Step::Settle(index, used)),
        1 => (0_usize..8).prop_map(Step::Abandon),
    ];
    prop::collection::vec((0_u64..25_000, step), 1..60)
}

/// Limits that are never reached, so that every request runs to its end.
const LONG: u64 = 1_000_000;

fn all_limits() -> Plans {
    let day = "per = \"day\"";
    plans(
        &[
            key_limit("tokens", LONG, day),
            key_limit("usd", 1, "per = \"month\""),
            key_limit("output_tokens", LONG, "per = \"hour\", window = \"rolling\""),
            key_limit("requests", LONG, day),
            key_limit("tokens", 60, "per = \"minute\""),
            key_limit("input_tokens", 60, "per = \"minute\", window = \"rolling\""),
            key_limit("concurrent_requests", 5, ""),
        ]
        .concat(),
    )
}

struct Run<'p> {
    plans: &'p Plans,
    store: Memory,
    under_way: Vec<(Lease, Amounts)>,
    seen: HashSet<Counter>,
    now_ms: u64,
    admitted: u64,
    settled: Amounts,
}

impl<'p> Run<'p> {
    fn new(plans: &'p Plans) -> Self {
        Run {
            plans,
            store: Memory::new(),
            under_way: Vec::new(),
            seen: HashSet::new(),
            // An hour, a day and a month are about to end.
            now_ms: ms("2026-09-30T23:55:00Z"),
            admitted: 0,
            settled: Amounts::default(),
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Reserve(input, output) => {
                let amounts = tokens(*input, *output);
                self.note();
                if let Ok(reserved) = reserve(&self.store, self.plans, amounts, self.now_ms) {
                    self.admitted += 1;
                    self.under_way.push((lease(reserved, amounts), amounts));
                }
            }
            Step::Settle(index, used) if *index < self.under_way.len() => {
                let (lease, _) = self.under_way.remove(*index);
                self.settle(&lease, *used);
            }
            // A request that a crash cuts short was admitted, and is known to have used nothing.
            Step::Abandon(index) if *index < self.under_way.len() => {
                drop(self.under_way.remove(*index));
            }
            Step::Settle(..) | Step::Abandon(_) => {}
        }
    }

    fn settle(&mut self, lease: &Lease, used: Option<(u64, u64)>) {
        let settlement = match used {
            None => {
                self.admitted -= 1;
                Settlement::Unused
            }
            Some((input, output)) => {
                let used = tokens(input, output);
                self.settled.input_tokens += used.input_tokens;
                self.settled.output_tokens += used.output_tokens;
                self.settled.nano_usd += used.nano_usd;
                Settlement::Used(used)
            }
        };
        self.seen.extend(lease.settle(settlement, self.now_ms).into_iter().map(|one| one.counter));
        settle(&self.store, lease, settlement, self.now_ms);
    }

    fn renew(&mut self) {
        for (lease, _) in &mut self.under_way {
            let (_, changes) = lease.clone().renew(self.now_ms);
            self.seen.extend(changes.into_iter().map(|change| change.counter));
            *lease = renew(&self.store, lease.clone(), self.now_ms);
        }
    }

    fn note(&mut self) {
        for matched in self.matched() {
            let gate = matched.gate();
            self.seen.extend(gate.also.into_iter().chain([gate.counter]));
        }
    }

    fn matched(&self) -> Vec<LimitMatch<'p>> {
        let limits = Limits::of(self.plans, Some("p")).unwrap().for_model(&[]).into_iter();
        limits.map(|limit| LimitMatch::new(limit, &SUBJECT, &utc(), self.now_ms)).collect()
    }

    /// The sum of all counters with this prefix and infix.
    fn sum(&self, limit: &str, kind: &str) -> i64 {
        let is_of = |counter: &&Counter| {
            counter.name.starts_with(limit) && counter.name.contains(&format!("/{kind}/"))
        };
        values(&self.store, &self.seen.iter().filter(is_of).cloned().collect::<Vec<_>>())
            .iter()
            .sum()
    }

    fn lowest(&self) -> i64 {
        let all: Vec<_> = self.seen.iter().cloned().collect();
        values(&self.store, &all).into_iter().min().unwrap_or(0)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_is_used_is_what_was_settled_and_nothing_stays_reserved(steps in steps()) {
        let plans = all_limits();
        let mut run = Run::new(&plans);
        for (after_ms, step) in &steps {
            run.now_ms += after_ms;
            run.renew();
            run.step(step);
            prop_assert!(run.lowest() >= 0);
        }
        for (lease, amounts) in std::mem::take(&mut run.under_way) {
            run.settle(&lease, Some((amounts.input_tokens, amounts.output_tokens)));
        }
        prop_assert!(run.lowest() >= 0);
        let settled = |amount: u64| i64::try_from(amount).unwrap();
        prop_assert_eq!(run.sum("key:tokens:day", "used"), settled(run.settled.tokens()));
        prop_assert_eq!(run.sum("key:usd:month", "used"), settled(run.settled.nano_usd));
        prop_assert_eq!(run.sum("key:output_tokens:hour:rolling", "used"), settled(run.settled.output_tokens));
        prop_assert_eq!(run.sum("key:requests:day", "total"), settled(run.admitted));
        // Abandoned reservations lapse; all others were released.
        run.now_ms += 130_000;
        for matched in run.matched() {
            let gate = matched.gate();
            let held: Vec<_> = gate.also.into_iter().chain([gate.counter]).filter(|one| one.name.contains("/held/")).collect();
            prop_assert!(values(&run.store, &held).iter().all(|value| *value == 0));
        }
        if !steps.iter().any(|(_, step)| matches!(step, Step::Abandon(_))) {
            let rolling = ["key:output_tokens:hour:rolling", "key:concurrent_requests"];
            // Reservations in a calendar window that has ended are not renewed and count no more.
            let has_ended = run.now_ms >= ms("2026-10-01T00:00:00Z");
            let calendar = ["key:tokens:day", "key:usd:month"].into_iter().filter(|_| !has_ended);
            for limit in rolling.into_iter().chain(calendar) {
                prop_assert_eq!(run.sum(limit, "held"), 0, "{}", limit);
            }
        }
    }

    #[test]
    fn no_more_is_ever_admitted_in_a_rolling_minute_than_its_amount(
        steps in prop::collection::vec((0_u64..9_000, 1_u64..6), 1..80),
        start_ms in 1_790_000_000_000_u64..1_790_000_060_000,
    ) {
        let plans = plans(&key_limit("tokens", 10, "per = \"minute\", window = \"rolling\""));
        let store = Memory::new();
        let mut now_ms = start_ms;
        let mut admitted: Vec<(u64, u64)> = Vec::new();
        for (after_ms, amount) in steps {
            now_ms += after_ms;
            if reserve(&store, &plans, tokens(amount, 0), now_ms).is_ok() {
                admitted.push((now_ms, amount));
            }
            let in_window = admitted.iter().filter(|(at_ms, _)| *at_ms > now_ms - 60_000);
            prop_assert!(in_window.map(|(_, amount)| amount).sum::<u64>() <= 10);
        }
    }
}
