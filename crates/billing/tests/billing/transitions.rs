//! What each event does in each status.

use crate::fixtures::{DAY_S, DECEMBER_S};
use postern_billing::subscription::{Change, Event, Status, Subscription, Terms, When};
use postern_billing::{Billing, Zone};

/// Events down, statuses across: the status after the event, or `-` where it is refused.
const TABLE: &str = "
event            | requested | approved | trial     | active    | past_due  | cancelled | ended
request          | -         | -        | -         | -         | -         | -         | -
approve          | approved  | -        | -         | -         | -         | -         | -
refuse           | ended     | -        | -         | -         | -         | -         | -
start            | -         | trial    | -         | -         | -         | -         | -
payment_failed   | -         | -        | -         | past_due  | past_due  | cancelled | ended
paid             | -         | -        | -         | active    | active    | cancelled | ended
change_plan now  | -         | -        | trial     | active    | -         | -         | -
change_plan end  | -         | -        | trial     | active    | past_due  | -         | -
set_seats        | requested | approved | trial     | active    | -         | cancelled | -
cancel           | ended     | ended    | cancelled | cancelled | cancelled | -         | -
resume           | -         | -        | -         | -         | -         | active    | -
end              | ended     | ended    | ended     | ended     | ended     | ended     | -
";

pub fn terms() -> Terms {
    Terms {
        plan: "team".to_owned(),
        seats: 3,
        needs_approval: true,
        trial_days: 10,
        billing: Billing::Anniversary,
        zone: Zone::utc(),
    }
}

pub fn event(day: i64, change: Change) -> Event {
    Event { at_s: DECEMBER_S + day * DAY_S, change }
}

fn change(word: &str) -> Change {
    let plan = "pro".to_owned();
    match word {
        "request" => Change::Request(terms()),
        "approve" => Change::Approve,
        "refuse" => Change::Refuse,
        "start" => Change::Start,
        "payment_failed" => Change::PaymentFailed,
        "paid" => Change::Paid,
        "change_plan now" => Change::ChangePlan { plan, when: When::Now },
        "change_plan end" => Change::ChangePlan { plan, when: When::PeriodEnd },
        "set_seats" => Change::SetSeats { seats: 5 },
        "cancel" => Change::Cancel,
        "resume" => Change::Resume,
        "end" => Change::End,
        other => panic!("{other}"),
    }
}

/// One that is in a status 20 days after its request.
fn in_status(status: &str) -> Subscription {
    let begun = [event(0, Change::Request(terms())), event(1, Change::Approve)];
    let trial = [event(15, Change::Start)];
    let active = [event(2, Change::Start)];
    let more: &[Event] = match status {
        "past_due" => &[event(14, Change::PaymentFailed)],
        "cancelled" => &[event(14, Change::Cancel)],
        "ended" => &[event(14, Change::End)],
        _ => &[],
    };
    let events = match status {
        "requested" => vec![&begun[0]],
        "approved" => begun.iter().collect(),
        "trial" => begun.iter().chain(&trial).collect(),
        _ => begun.iter().chain(&active).chain(more).collect(),
    };
    let mut subscription = Subscription::replay(events).unwrap().unwrap();
    subscription.advance(DECEMBER_S + 20 * DAY_S);
    subscription
}

#[test]
fn every_event_in_every_status_does_what_the_table_says() {
    let mut lines = TABLE.trim().lines().map(|line| line.split('|').map(str::trim));
    let statuses: Vec<_> = lines.next().unwrap().skip(1).collect();
    assert_eq!(statuses, Status::ALL.map(Status::as_str));
    let mut events = 0;
    for mut cells in lines {
        let word = cells.next().unwrap();
        let cells: Vec<_> = cells.collect();
        assert_eq!(cells.len(), statuses.len(), "{word}");
        for (status, cell) in statuses.iter().zip(cells) {
            let before = in_status(status);
            assert_eq!(before.status().as_str(), *status);
            let after = before.after(&event(20, change(word)));
            match (cell, &after) {
                ("", _) => panic!("{word} in {status} has no cell"),
                ("-", Err(refusal)) => {
                    let text = refusal.to_string();
                    assert!(text.contains(status) && text.contains("; "), "{text}");
                }
                (wanted, Ok(after)) => {
                    assert_eq!(after.status().as_str(), wanted, "{word} in {status}")
                }
                _ => panic!("{word} in {status}: {after:?}, not {cell}"),
            }
        }
        events += 1;
    }
    // Both times of a change of plan.
    assert_eq!(events, 12);
}
