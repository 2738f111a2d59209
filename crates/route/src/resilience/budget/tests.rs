use super::*;

const POLICY: AttemptPolicy =
    AttemptPolicy { max_attempts: 4, backoff_ms: 200, max_backoff_ms: 1_000 };
const SAFE: FailedAttempt =
    FailedAttempt { is_safe: true, retry_after_ms: None, has_another: false };

fn plenty() -> RetryTokens {
    RetryTokens::new(100, 1_000)
}

#[test]
fn goes_to_another_deployment_at_once_and_waits_for_the_same_one() {
    let mut budget = AttemptBudget::new(POLICY, u64::MAX);
    let another = FailedAttempt { has_another: true, retry_after_ms: Some(9_000), ..SAFE };
    assert_eq!(budget.next(another, 0, 1, &mut plenty()), Next::Another);
    let mut longest = [0; 2];
    for random in 0..1_000 {
        let mut budget = budget;
        for most in &mut longest {
            let Next::Again { wait_ms } = budget.next(SAFE, 0, random, &mut plenty()) else {
                panic!("it has attempts left")
            };
            *most = wait_ms.max(*most);
        }
        assert_eq!(budget.next(SAFE, 0, random, &mut plenty()), Next::GiveUp(GiveUp::Attempts));
        assert_eq!(budget.attempts(), 4);
    }
    assert!((190..=200).contains(&longest[0]), "{longest:?}");
    assert!((380..=400).contains(&longest[1]), "{longest:?}");
}

#[test]
fn waits_at_least_as_long_as_the_vendor_asks() {
    for random in 0..100 {
        let mut budget = AttemptBudget::new(POLICY, u64::MAX);
        let asked = FailedAttempt { retry_after_ms: Some(3_000), ..SAFE };
        let next = budget.next(asked, 0, random, &mut plenty());
        assert!(matches!(next, Next::Again { wait_ms: 3_000..=3_200 }), "{next:?}");
    }
}

#[test]
fn gives_up_where_it_must() {
    let asked = FailedAttempt { retry_after_ms: Some(3_000), ..SAFE };
    for (failed, now_ms, tokens, why) in [
        (FailedAttempt { is_safe: false, ..SAFE }, 0, plenty(), GiveUp::NotSafe),
        (asked, 7_500, plenty(), GiveUp::Deadline),
        (SAFE, 10_000, plenty(), GiveUp::Deadline),
        (SAFE, 0, RetryTokens::new(10, 0), GiveUp::RetryTokens),
    ] {
        let (mut budget, mut tokens) = (AttemptBudget::new(POLICY, 10_000), tokens);
        assert_eq!(budget.next(failed, now_ms, 1, &mut tokens), Next::GiveUp(why));
        assert_eq!(budget.attempts(), 1);
    }
}

#[test]
fn retries_are_a_bounded_share_of_all_requests() {
    let mut tokens = RetryTokens::new(10, 5);
    let mut retries = 0;
    for _ in 0..10_000 {
        tokens.earn();
        let mut budget = AttemptBudget::new(POLICY, u64::MAX);
        while let Next::Again { .. } = budget.next(SAFE, 0, 1, &mut tokens) {
            retries += 1;
        }
    }
    assert!((1_000..=1_005).contains(&retries), "{retries}");
}
