use super::*;

const POLICY: BreakerPolicy = BreakerPolicy {
    window_ms: 10_000,
    min_attempts: 5,
    failure_percent: 50,
    open_ms: 5_000,
    max_open_ms: 60_000,
    probe_ms: 30_000,
};

/// A breaker that has opened at this time.
fn opened(at_ms: u64) -> Breaker {
    let mut breaker = Breaker::default();
    (0..5).for_each(|_| breaker.record(false, false, at_ms, &POLICY));
    breaker
}

#[test]
fn opens_at_the_share_of_failures_within_the_window() {
    let mut breaker = Breaker::default();
    for (succeeded, now_ms, is_open) in [
        (false, 100, false),
        (false, 200, false),
        (true, 300, false),
        (true, 400, false),
        // 3 of 5 have failed.
        (false, 500, true),
    ] {
        breaker.record(succeeded, false, now_ms, &POLICY);
        assert_eq!(breaker.is_open(now_ms), is_open, "{now_ms}");
    }
    let mut rare = Breaker::default();
    for at in 0..100 {
        rare.record(at % 3 != 0, false, at * 10, &POLICY);
        assert_eq!(rare.admit(at * 10, &POLICY), Admit::Pass, "a third is below the half");
    }
    let mut slow = Breaker::default();
    for at in 0..20 {
        slow.record(false, false, at * 3_000, &POLICY);
        assert_eq!(slow.admit(at * 3_000, &POLICY), Admit::Pass, "four in a window are too few");
    }
}

#[test]
fn admits_one_probe_at_a_time_and_closes_when_it_succeeds() {
    let mut breaker = opened(1_000);
    assert_eq!(breaker.admit(1_000, &POLICY), Admit::Refused { retry_after_ms: 5_000 });
    assert_eq!(breaker.admit(5_999, &POLICY), Admit::Refused { retry_after_ms: 1 });
    assert_eq!(breaker.admit(6_000, &POLICY), Admit::Probe);
    assert!(matches!(breaker.admit(6_001, &POLICY), Admit::Refused { .. }));
    breaker.record(true, true, 6_500, &POLICY);
    assert_eq!(breaker.admit(6_500, &POLICY), Admit::Pass);
}

#[test]
fn stays_open_twice_as_long_each_time_a_probe_fails() {
    let mut breaker = opened(0);
    let mut now_ms = 0;
    for wait_ms in [5_000, 10_000, 20_000, 40_000, 60_000, 60_000] {
        assert_eq!(breaker.admit(now_ms, &POLICY), Admit::Refused { retry_after_ms: wait_ms });
        now_ms += wait_ms;
        assert_eq!(breaker.admit(now_ms, &POLICY), Admit::Probe);
        breaker.record(false, true, now_ms, &POLICY);
    }
}

#[test]
fn a_probe_that_is_lost_or_released_does_not_block_the_next_one() {
    let mut breaker = opened(0);
    assert_eq!(breaker.admit(5_000, &POLICY), Admit::Probe);
    assert!(breaker.is_open(20_000));
    assert_eq!(breaker.admit(35_000, &POLICY), Admit::Probe, "the first one never ended");
    breaker.release(35_000);
    assert_eq!(breaker.admit(35_001, &POLICY), Admit::Probe);
}

#[test]
fn an_end_from_before_it_opened_neither_closes_nor_reopens_it() {
    let mut breaker = opened(0);
    let before = breaker;
    breaker.record(true, false, 10, &POLICY);
    breaker.record(false, false, 20, &POLICY);
    assert_eq!(breaker, before);
}

/// States that replicas can be in.
fn states() -> Vec<Breaker> {
    let mut counting = Breaker::default();
    counting.record(false, false, 50, &POLICY);
    counting.record(true, false, 60, &POLICY);
    let mut probing = opened(100);
    probing.admit(5_100, &POLICY);
    let mut closed = probing;
    closed.record(true, true, 5_200, &POLICY);
    let mut reopened = probing;
    reopened.record(false, true, 5_300, &POLICY);
    let mut released = probing;
    released.release(5_250);
    vec![
        Breaker::default(),
        counting,
        opened(100),
        opened(700),
        probing,
        released,
        closed,
        reopened,
    ]
}

#[test]
fn merging_does_not_depend_on_the_order_and_forgets_nothing_later() {
    let merged = |one: Breaker, other: Breaker| {
        let mut merged = one;
        merged.merge(&other);
        merged
    };
    let states = states();
    for one in &states {
        assert_eq!(merged(*one, *one), *one, "idempotent");
        for other in &states {
            assert_eq!(merged(*one, *other), merged(*other, *one), "{one:?} {other:?}");
            for third in &states {
                let left = merged(merged(*one, *other), *third);
                let right = merged(*one, merged(*other, *third));
                assert_eq!(left, right, "{one:?} {other:?} {third:?}");
            }
        }
    }
    let [_, counting, opened, .., closed, reopened] = states.as_slice() else { panic!() };
    assert_eq!(merged(*counting, *opened), *opened, "who has not heard of it cannot undo it");
    assert_eq!(merged(*opened, *closed), *closed);
    assert_eq!(merged(*closed, *reopened), *reopened);
}

#[test]
fn is_the_same_after_it_was_stored() {
    for state in states() {
        let mut bytes = Vec::new();
        state.write(&mut bytes);
        bytes.push(7);
        assert_eq!(bytes.len(), 26);
        assert_eq!(Breaker::read(&bytes), Some((state, &[7][..])));
        for cut in 0..25 {
            assert_eq!(Breaker::read(&bytes[..cut]), None);
        }
    }
}
