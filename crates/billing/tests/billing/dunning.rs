//! What follows from invoices that are not paid, and from budgets.

use crate::fixtures::{DAY_S, price, usd};
use crate::invoices::{NOW_S, invoice};
use postern_billing::dunning::{
    Action, Budget, BudgetThresholds, DunningError, Policy, Step, Stop, stop,
};
use postern_billing::subscription::Status;
use proptest::prelude::*;

fn step(after_days: u32, action: Action) -> Step {
    Step { after_days, action }
}

fn restrict(plan: &str) -> Action {
    Action::Restrict { plan: plan.to_owned() }
}

fn policy() -> Policy {
    Policy::new(vec![
        step(0, Action::Notify),
        step(7, Action::Notify),
        step(14, restrict("trickle")),
        step(30, Action::Stop),
    ])
    .unwrap()
}

#[test]
fn steps_are_reached_by_days_after_the_due_day() {
    let (policy, invoice) = (policy(), invoice());
    let trickle = restrict("trickle");
    for (seconds, is_past_due, reached, in_force, next_day) in [
        (-1, false, 0, None, Some(0)),
        (0, true, 1, None, Some(7)),
        (7 * DAY_S - 1, true, 1, None, Some(7)),
        (7 * DAY_S, true, 2, None, Some(14)),
        (14 * DAY_S, true, 3, Some(&trickle), Some(30)),
        (30 * DAY_S - 1, true, 3, Some(&trickle), Some(30)),
        (30 * DAY_S, true, 4, Some(&Action::Stop), None),
        (3_000 * DAY_S, true, 4, Some(&Action::Stop), None),
    ] {
        let decision = policy.decide(&invoice, invoice.due_s + seconds).unwrap();
        assert_eq!(
            (decision.is_past_due, decision.reached, decision.in_force, decision.next_s),
            (is_past_due, reached, in_force, next_day.map(|day| invoice.due_s + day * DAY_S)),
            "{seconds}"
        );
    }
}

#[test]
fn nothing_follows_from_an_invoice_that_is_paid_or_void() {
    let late_s = NOW_S + 1_000 * DAY_S;
    let (mut paid, mut void) = (invoice(), invoice());
    paid.pay(late_s).unwrap();
    void.void(late_s, "a mistake").unwrap();
    for invoice in [paid, void] {
        let policy = policy();
        let decision = policy.decide(&invoice, late_s).unwrap();
        assert_eq!((decision.is_past_due, decision.reached, decision.next_s), (false, 0, None));
    }
}

#[test]
fn impossible_steps_are_refused_with_the_remedy() {
    for (steps, error) in [
        (vec![], DunningError::Empty),
        (
            vec![step(3, Action::Notify), step(3, Action::Stop)],
            DunningError::Order { number: 2, after_days: 3 },
        ),
        (vec![step(1, Action::Stop), step(2, Action::Stop)], DunningError::Softer { number: 2 }),
        (vec![step(1, Action::Stop), step(2, Action::Notify)], DunningError::Softer { number: 2 }),
        (vec![step(1, restrict("a")), step(2, restrict("a"))], DunningError::Softer { number: 2 }),
        (vec![step(1, restrict("a")), step(2, Action::Notify)], DunningError::Softer { number: 2 }),
        (vec![step(366, Action::Notify)], DunningError::TooLate { number: 1, after_days: 366 }),
    ] {
        assert!(error.to_string().contains("; "), "{error}");
        assert_eq!(Policy::new(steps), Err(error));
    }
    assert!(Policy::new(vec![step(1, restrict("a")), step(2, restrict("b"))]).is_ok());
    let text = r#"[{"after_days":1,"action":"notify"},{"after_days":9,"action":{"restrict":{"plan":"a"}}}]"#;
    let policy: Policy = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&policy).unwrap(), text);
    assert!(serde_json::from_str::<Policy>("[]").is_err());
}

#[test]
fn each_notice_of_a_budget_is_given_once() {
    let mut budget = Budget::new(usd("10"));
    let thresholds = BudgetThresholds::default();
    for (spent, percents) in [
        ("4.999999999", vec![]),
        ("5", vec![50]),
        ("7.9", vec![]),
        ("3", vec![]),
        ("8", vec![80]),
        ("8", vec![]),
        ("25", vec![100]),
        ("99", vec![]),
    ] {
        let notices = budget.notices(usd(spent), &thresholds);
        let given: Vec<_> = notices.iter().map(|notice| notice.percent).collect();
        assert_eq!(given, percents, "{spent}");
    }
    let mut at_once = Budget::new(usd("10"));
    assert_eq!(at_once.notices(usd("11"), &thresholds).len(), 3);
    let mut nothing = Budget::new(usd("0"));
    assert_eq!(nothing.notices(usd("0"), &thresholds), []);
    assert_eq!(nothing.notices(usd("0.000000001"), &thresholds).len(), 3);
    for wrong in [vec![], vec![0], vec![50, 50], vec![80, 50], vec![1_001]] {
        assert_eq!(BudgetThresholds::new(wrong), None);
    }
}

proptest! {
    #[test]
    fn a_budget_gives_every_reached_notice_exactly_once(
        amounts in proptest::collection::vec(0_i64..200, 0..30),
    ) {
        let mut budget = Budget::new(usd("0.0000001"));
        let mut given = Vec::new();
        let mut most = 0;
        for amount in amounts {
            most = most.max(amount);
            let spent = postern_billing::NanoUsd::from_nano_usd(amount);
            let notices = budget.notices(spent, &BudgetThresholds::default());
            given.extend(notices.iter().map(|notice| i64::from(notice.percent)));
        }
        let wanted: Vec<_> = [50, 80, 100].into_iter().filter(|percent| *percent <= most).collect();
        prop_assert_eq!(given, wanted);
    }
}

#[test]
fn use_stops_for_the_first_reason_that_holds() {
    let (policy, invoice) = (policy(), invoice());
    let decision = |days: i64| policy.decide(&invoice, invoice.due_s + days * DAY_S).unwrap();
    let (early, late) = (decision(14), decision(30));
    let open = price("plan = \"a\"\nusd_per_month = 1\n");
    let prepaid = price(
        "plan = \"a\"\nusd_per_month = 1\nprepaid_only = true\n[[prepaid]]\ncredit_usd = 9\n",
    );
    for (status, dunning, price, credit, budget, stopped) in [
        (Status::Active, None, &open, "0", None, None),
        (Status::Cancelled, None, &open, "0", Some("0.1"), None),
        (Status::Requested, None, &open, "0", None, Some(Stop::NotSubscribed)),
        (Status::Approved, None, &open, "0", None, Some(Stop::NotSubscribed)),
        (Status::Ended, Some(&late), &open, "0", None, Some(Stop::NotSubscribed)),
        (Status::PastDue, Some(&early), &open, "0", None, None),
        (Status::PastDue, Some(&late), &open, "0", None, Some(Stop::NotPaid)),
        (Status::Active, None, &prepaid, "0.000000001", None, None),
        (Status::Active, None, &prepaid, "0", None, Some(Stop::NoCredit)),
        (Status::Trial, None, &prepaid, "0", None, None),
        (Status::Active, None, &open, "0", Some("0"), Some(Stop::OverBudget)),
        (Status::Active, None, &open, "0", Some("-1"), Some(Stop::OverBudget)),
    ] {
        assert_eq!(
            stop(status, dunning, price, usd(credit), budget.map(usd)),
            stopped,
            "{status:?}"
        );
    }
}
