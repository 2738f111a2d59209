//! Subscriptions over time.

use crate::fixtures::{DAY_S, DECEMBER_S};
use crate::transitions::{event, terms};
use postern_billing::price::PlanPrice;
use postern_billing::subscription::{
    Change, Event, Refusal, Span, Status, Subscription, Terms, When,
};
use postern_billing::{Billing, Period, Zone};
use proptest::prelude::*;

fn replay(events: &[Event]) -> Subscription {
    Subscription::replay(events).unwrap().unwrap()
}

fn begun(more: impl IntoIterator<Item = Event>) -> Subscription {
    let first =
        [event(0, Change::Request(terms())), event(0, Change::Approve), event(0, Change::Start)];
    replay(&first.into_iter().chain(more).collect::<Vec<_>>())
}

fn plan(plan: &str, when: When) -> Change {
    Change::ChangePlan { plan: plan.to_owned(), when }
}

/// Days of December with plan, seats and trial.
fn days(
    subscription: &Subscription,
    days: std::ops::Range<i64>,
) -> Vec<(i64, i64, String, u32, bool)> {
    let period =
        Period { start_s: DECEMBER_S + days.start * DAY_S, end_s: DECEMBER_S + days.end * DAY_S };
    let day = |unix_s: i64| (unix_s - DECEMBER_S) / DAY_S;
    let row = |span: Span| {
        (day(span.period.start_s), day(span.period.end_s), span.plan, span.seats, span.is_trial)
    };
    subscription.spans(period).into_iter().map(row).collect()
}

fn of(
    start: i64,
    end: i64,
    plan: &str,
    seats: u32,
    is_trial: bool,
) -> (i64, i64, String, u32, bool) {
    (start, end, plan.to_owned(), seats, is_trial)
}

#[test]
fn a_trial_becomes_active_by_itself() {
    let mut subscription = begun([]);
    assert_eq!(subscription.status(), Status::Trial);
    assert_eq!(subscription.period(DECEMBER_S), None);
    subscription.advance(DECEMBER_S + 10 * DAY_S - 1);
    assert_eq!(subscription.status(), Status::Trial);
    subscription.advance(DECEMBER_S + 10 * DAY_S);
    assert_eq!(subscription.status(), Status::Active);
    assert_eq!(subscription.billed_from_s(), Some(DECEMBER_S + 10 * DAY_S));
    let period = subscription.period(DECEMBER_S + 20 * DAY_S).unwrap();
    assert_eq!(period.start_s, DECEMBER_S + 10 * DAY_S);
    assert_eq!(period.length_s(), 31 * DAY_S);
    assert_eq!(
        days(&subscription, 5..15),
        [of(5, 10, "team", 3, true), of(10, 15, "team", 3, false)]
    );
}

#[test]
fn an_upgrade_counts_at_once_and_a_downgrade_from_the_next_period() {
    let subscription =
        begun([event(20, plan("pro", When::Now)), event(25, plan("team", When::PeriodEnd))]);
    assert_eq!(subscription.plan(), "pro");
    assert_eq!(subscription.next_plan(), Some((DECEMBER_S + 41 * DAY_S, "team")));
    assert_eq!(
        days(&subscription, 10..50),
        [of(10, 20, "team", 3, false), of(20, 41, "pro", 3, false), of(41, 50, "team", 3, false)]
    );
}

#[test]
fn a_later_change_replaces_a_planned_one() {
    let planned =
        |more: Vec<Event>| begun([event(20, plan("pro", When::PeriodEnd))].into_iter().chain(more));
    assert_eq!(planned(vec![]).next_plan().unwrap().1, "pro");
    // Back to the plan that it has.
    assert_eq!(planned(vec![event(21, plan("team", When::PeriodEnd))]).next_plan(), None);
    assert_eq!(
        planned(vec![event(21, plan("max", When::PeriodEnd))]).next_plan().unwrap().1,
        "max"
    );
    let now = planned(vec![event(21, plan("max", When::Now))]);
    assert_eq!((now.plan(), now.next_plan()), ("max", None));
    assert_eq!(planned(vec![event(21, Change::Cancel)]).next_plan(), None);
}

#[test]
fn a_cancelled_one_runs_to_the_end_of_its_period_and_can_be_resumed() {
    let cancelled = begun([event(20, Change::Cancel)]);
    assert_eq!(cancelled.ends_s(), Some(DECEMBER_S + 41 * DAY_S));
    assert_eq!(days(&cancelled, 30..60), [of(30, 41, "team", 3, false)]);
    let mut later = cancelled.clone();
    later.advance(DECEMBER_S + 41 * DAY_S);
    assert_eq!(later.status(), Status::Ended);
    let resumed = cancelled.after(&event(40, Change::Resume)).unwrap();
    assert_eq!((resumed.status(), resumed.ends_s()), (Status::Active, None));
    assert!(matches!(cancelled.after(&event(41, Change::Resume)), Err(Refusal::Status { .. })));
    // In a trial, it ends with that.
    let in_trial = begun([event(4, Change::Cancel)]);
    assert_eq!(in_trial.ends_s(), Some(DECEMBER_S + 10 * DAY_S));
    assert_eq!(in_trial.after(&event(5, Change::Resume)).unwrap().status(), Status::Trial);
    assert_eq!(days(&in_trial, 0..60), [of(0, 10, "team", 3, true)]);
}

#[test]
fn one_that_is_past_due_stays_so_when_it_is_cancelled_and_resumed() {
    let events = [event(15, Change::PaymentFailed), event(16, Change::Cancel)];
    let cancelled = begun(events);
    assert!(cancelled.is_past_due());
    assert_eq!(cancelled.after(&event(17, Change::Resume)).unwrap().status(), Status::PastDue);
    let paid = cancelled.after(&event(17, Change::Paid)).unwrap();
    assert_eq!(paid.after(&event(18, Change::Resume)).unwrap().status(), Status::Active);
}

#[test]
fn seats_and_ends_count_to_the_second() {
    let subscription = begun([
        event(12, Change::SetSeats { seats: 5 }),
        event(12, Change::SetSeats { seats: 9 }),
        event(13, Change::End),
    ]);
    assert_eq!(
        days(&subscription, 0..60),
        [of(0, 10, "team", 3, true), of(10, 12, "team", 3, false), of(12, 13, "team", 9, false)]
    );
}

#[test]
fn without_approval_it_is_approved_and_a_refused_one_is_over() {
    let free = Terms { needs_approval: false, trial_days: 0, ..terms() };
    let started = replay(&[event(0, Change::Request(free)), event(3, Change::Start)]);
    assert_eq!(started.status(), Status::Active);
    assert_eq!(started.billed_from_s(), Some(DECEMBER_S + 3 * DAY_S));
    let refused = replay(&[event(0, Change::Request(terms())), event(1, Change::Refuse)]);
    assert_eq!(days(&refused, 0..60), []);
}

#[test]
fn impossible_events_are_refused() {
    let request = |terms| Subscription::begin(&event(0, Change::Request(terms)));
    for seats in [0, 1_000_001] {
        assert_eq!(request(Terms { seats, ..terms() }), Err(Refusal::Seats { seats }));
    }
    assert!(matches!(
        Subscription::begin(&event(0, Change::Start)),
        Err(Refusal::NotRequested { .. })
    ));
    let beyond = Event { at_s: i64::MAX, change: Change::Request(terms()) };
    assert!(matches!(Subscription::begin(&beyond), Err(Refusal::Moment { .. })));
    let subscription = begun([event(20, Change::PaymentFailed)]);
    assert!(matches!(
        subscription.after(&event(19, Change::Paid)),
        Err(Refusal::OutOfOrder { .. })
    ));
    let same = begun([]).after(&event(1, plan("team", When::Now)));
    assert_eq!(same, Err(Refusal::SamePlan { plan: "team".to_owned() }));
    assert_eq!(Subscription::replay(&[]), Ok(None));
}

#[test]
fn what_costs_more_begins_at_once() {
    let price = |month: u32, seat: u32| {
        let text =
            format!("plan = \"p\"\nusd_per_month = {month}\nusd_per_seat_per_month = {seat}\n");
        PlanPrice::from_toml(&text).unwrap()
    };
    for (from, to, seats, when) in [
        (price(10, 0), price(20, 0), 1, When::Now),
        (price(20, 0), price(10, 0), 1, When::PeriodEnd),
        (price(10, 0), price(10, 0), 1, When::PeriodEnd),
        (price(20, 0), price(10, 5), 3, When::Now),
        (price(20, 0), price(10, 5), 2, When::PeriodEnd),
    ] {
        assert_eq!(When::of_change(&from, &to, seats), when);
    }
}

#[test]
fn events_and_terms_are_written_and_read() {
    let text = r#"{"at_s":1796083200,"change":{"request":{"plan":"team","seats":3,"needs_approval":true,"trial_days":10,"billing":"anniversary","zone":"UTC"}}}"#;
    let event = event(0, Change::Request(terms()));
    assert_eq!(serde_json::to_string(&event).unwrap(), text);
    assert_eq!(serde_json::from_str::<Event>(text).unwrap(), event);
    assert!(serde_json::from_str::<Event>(&text.replace("UTC", "Mars/Base")).is_err());
}

fn change() -> impl Strategy<Value = Change> {
    let when = prop_oneof![Just(When::Now), Just(When::PeriodEnd)];
    prop_oneof![
        Just(Change::PaymentFailed),
        Just(Change::Paid),
        Just(Change::Cancel),
        Just(Change::Resume),
        (0_u32..6).prop_map(|seats| Change::SetSeats { seats }),
        ("[abc]", when).prop_map(|(plan, when)| Change::ChangePlan { plan, when }),
    ]
}

proptest! {
    /// Spans have no gap and no overlap while it runs, looked at in one piece or period by period, now or later.
    #[test]
    fn history_is_the_same_however_it_is_looked_at(
        changes in proptest::collection::vec((0_i64..40, change()), 0..25),
        billing in prop_oneof![Just(Billing::Anniversary), Just(Billing::CalendarMonth)],
        trial_days in 0_u32..20,
    ) {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let terms = Terms { billing, zone, trial_days, needs_approval: false, ..terms() };
        let mut events = vec![event(0, Change::Request(terms)), event(0, Change::Start)];
        let mut state = replay(&events);
        let mut day = 0;
        for (days, change) in changes {
            day += days;
            let event = event(day, change);
            if let Ok(after) = state.after(&event) {
                state = after;
                events.push(event);
            }
        }
        prop_assert_eq!(&replay(&events), &state);
        let all = Period { start_s: DECEMBER_S, end_s: DECEMBER_S + 2_000 * DAY_S };
        let spans = state.spans(all);
        let mut at_s = DECEMBER_S;
        for span in &spans {
            prop_assert_eq!(span.period.start_s, at_s);
            at_s = span.period.end_s;
        }
        prop_assert_eq!(at_s, state.ends_s().unwrap_or(all.end_s));
        // Period by period, what is billed adds up.
        let billed = spans.iter().filter(|span| !span.is_trial).map(|span| span.period.length_s());
        let (mut sum, mut at_s) = (0, state.billed_from_s().unwrap());
        while let Some(period) = state.period(at_s).filter(|period| period.start_s < all.end_s) {
            let part = period.overlap(all).unwrap();
            let of_period = state.spans(part).into_iter().filter(|span| !span.is_trial);
            sum += of_period.map(|span| span.period.length_s()).sum::<i64>();
            at_s = period.end_s;
        }
        prop_assert_eq!(sum, billed.sum::<i64>());
    }
}
