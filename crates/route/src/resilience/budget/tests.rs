use super::*;

const POLICY: AttemptPolicy = AttemptPolicy {
    max_attempts: 4,
    repeats_before_next: 0,
    backoff_ms: 200,
    max_backoff_ms: 5_000,
};
const ALONE: FailedAttempt =
    FailedAttempt { may_repeat: true, retry_after_ms: None, has_another: false };
const OTHERS: FailedAttempt = FailedAttempt { has_another: true, ..ALONE };
const LONG: u64 = 3_600_000;

fn plenty() -> RetryTokens {
    RetryTokens::new(100, 1_000)
}

#[test]
fn goes_to_another_deployment_at_once_and_waits_for_the_same_one() {
    let mut budget = AttemptBudget::new(POLICY);
    let another = FailedAttempt { retry_after_ms: Some(9_000), ..OTHERS };
    assert_eq!(budget.next(another, LONG, 1, &mut plenty()), Next::Another);
    let mut longest = [0; 2];
    for random in 0..1_000 {
        let mut budget = budget;
        for most in &mut longest {
            let Next::Again { wait_ms } = budget.next(ALONE, LONG, random, &mut plenty()) else {
                panic!("it has attempts left")
            };
            *most = wait_ms.max(*most);
        }
        assert_eq!(budget.next(ALONE, LONG, random, &mut plenty()), Next::GiveUp(GiveUp::Attempts));
        assert!(!budget.has_more());
    }
    assert!((190..=200).contains(&longest[0]), "{longest:?}");
    assert!((380..=400).contains(&longest[1]), "{longest:?}");
}

#[test]
fn repeats_first_where_policy_says_so_and_never_waits_too_long_for_it() {
    let policy = AttemptPolicy { repeats_before_next: 1, ..POLICY };
    let mut budget = AttemptBudget::new(policy);
    let first = budget.next(OTHERS, LONG, 1, &mut plenty());
    assert!(matches!(first, Next::Again { .. }), "{first:?}");
    assert_eq!(budget.next(OTHERS, LONG, 1, &mut plenty()), Next::Another);
    for (failed, left_ms, tokens) in [
        (FailedAttempt { retry_after_ms: Some(5_001), ..OTHERS }, LONG, plenty()),
        (FailedAttempt { retry_after_ms: Some(3_000), ..OTHERS }, 3_000, plenty()),
        (FailedAttempt { may_repeat: false, ..OTHERS }, LONG, plenty()),
        (OTHERS, LONG, RetryTokens::new(10, 0)),
    ] {
        let (mut budget, mut tokens) = (AttemptBudget::new(policy), tokens);
        assert_eq!(budget.next(failed, left_ms, 1, &mut tokens), Next::Another, "{failed:?}");
    }
}

#[test]
fn waits_at_least_as_long_as_the_vendor_asks() {
    for random in 0..100 {
        let mut budget = AttemptBudget::new(POLICY);
        let asked = FailedAttempt { retry_after_ms: Some(3_000), ..ALONE };
        let next = budget.next(asked, LONG, random, &mut plenty());
        assert!(matches!(next, Next::Again { wait_ms: 3_000..=3_200 }), "{next:?}");
    }
}

#[test]
fn gives_up_where_it_must() {
    let asked = FailedAttempt { retry_after_ms: Some(3_000), ..ALONE };
    let too_long = FailedAttempt { retry_after_ms: Some(5_001), ..ALONE };
    for (failed, left_ms, tokens, why) in [
        (FailedAttempt { may_repeat: false, ..ALONE }, LONG, plenty(), GiveUp::NotSafe),
        (asked, 2_500, plenty(), GiveUp::Deadline),
        (too_long, LONG, plenty(), GiveUp::Deadline),
        (OTHERS, 0, plenty(), GiveUp::Deadline),
        (ALONE, LONG, RetryTokens::new(10, 0), GiveUp::RetryTokens),
    ] {
        let (mut budget, mut tokens) = (AttemptBudget::new(POLICY), tokens);
        assert_eq!(budget.next(failed, left_ms, 1, &mut tokens), Next::GiveUp(why));
    }
}

#[test]
fn repetitions_and_hedges_are_a_bounded_share_of_all_requests_and_other_deployments_are_not() {
    let mut tokens = RetryTokens::new(10, 5);
    let (mut extra, mut others) = (0, 0);
    for request in 0..10_000 {
        tokens.earn();
        let mut budget = AttemptBudget::new(POLICY);
        if request % 2 == 0 {
            extra += u32::from(budget.hedge(&mut tokens));
        }
        while let Next::Again { .. } = budget.next(ALONE, LONG, 1, &mut tokens) {
            extra += 1;
        }
        others += u32::from(budget.next(OTHERS, LONG, 1, &mut tokens) == Next::Another);
    }
    assert!((1_000..=1_005).contains(&extra), "{extra}");
    assert!(others > 9_000, "{others}");
}
