//! Questions to a ledger over SQLite.
#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod support;

use postern_trail::ledger::write;
use postern_trail::questions::{
    Cell, FOCUS_COLUMNS, MAX_PAGE, Parameters, Scope, Table, costs, request, requests, usage,
};
use postern_trail::record::Record;
use serde_json::Value;
use support::{Sqlite, ledger, name, now, record, refused};

/// 2026-03-01T00:00:00Z.
const MARCH_S: i64 = 1_772_323_200;

/// 2029-01-01T00:00:00Z, when questions are asked.
const LATER_S: i64 = 1_861_920_000;

fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .collect()
}

fn table(store: &mut Sqlite, query: &str) -> Table {
    now(usage(store, Parameters(&pairs(query)), &Scope::All, LATER_S)).unwrap()
}

fn refusal(store: &mut Sqlite, query: &str) -> String {
    let error = now(usage(store, Parameters(&pairs(query)), &Scope::All, LATER_S)).unwrap_err();
    assert!(error.is_of_the_caller());
    error.to_string()
}

/// The first column and the number of requests of each row.
fn counts(table: &Table) -> Vec<(String, i64)> {
    let at = table.columns.iter().position(|column| *column == "requests").unwrap();
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        _ => String::new(),
    };
    let count = |cell: &Cell| match cell {
        Cell::Integer(count) => *count,
        other => panic!("{other:?}"),
    };
    table.rows.iter().map(|row| (text(&row[0]), count(&row[at]))).collect()
}

/// One request every `step_s` seconds.
fn every(step_s: i64, start_s: i64, end_s: i64) -> Sqlite {
    let mut store = ledger();
    let times = (0..).map(|at| start_s + at * step_s).take_while(|time| *time < end_s);
    let records: Vec<Record> = times
        .map(|time| record(&format!("r-{time}"), time as u64 * 1_000, "shop", "gpt-4o"))
        .collect();
    now(write(&mut store, &records)).unwrap();
    store
}

fn unix_s(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().unwrap().as_second()
}

#[test]
fn usage_is_grouped_and_filtered() {
    let mut store = ledger();
    let at = MARCH_S as u64 * 1_000;
    let records = [
        record("1", at, "shop", "gpt-4o"),
        record("2", at, "shop", "claude-haiku"),
        record("3", at, "desk", "gpt-4o"),
        refused("4", at, "desk"),
    ];
    now(write(&mut store, &records)).unwrap();
    let by_model = table(&mut store, "from=2026-03-01&to=2026-03-02&group_by=model");
    let expected = [("", 1), ("claude-haiku", 1), ("gpt-4o", 2)];
    assert_eq!(counts(&by_model), expected.map(|(name, count)| (name.to_owned(), count)));
    let filtered = table(
        &mut store,
        "from=2026-03-01&to=2026-03-02&group_by=consumer,model&consumer=desk&model=gpt-4o&model=none",
    );
    assert_eq!(counts(&filtered), [("desk".to_owned(), 1)]);
    let json: Value = serde_json::from_str(&filtered.to_json()).unwrap();
    assert_eq!(json[0]["consumer"], "desk");
    assert_eq!(json[0]["cost_nano_usd"], 7_000);
    let all = table(&mut store, "from=2026-03-01");
    assert_eq!(counts(&all), [(String::new(), 4)]);
}

#[test]
fn what_cannot_be_asked_is_refused_with_what_can_be() {
    let mut store = ledger();
    for (query, expected) in [
        (
            "from=2026-03-01&modle=a",
            "there is no parameter `modle`; there are `from`, `to`, `bucket`, `zone`, `group_by`, `format`, `consumer`, `team`, `tenant`, `model`, `provider` and `route`",
        ),
        (
            "from=2026-03-01&group_by=model,user",
            "`group_by` cannot be `user`; it is a list of `consumer`, `team`, `tenant`, `model`, `provider` and `route`",
        ),
        (
            "from=2026-03-01&bucket=minute",
            "`bucket` cannot be `minute`; it is one of `none`, `hour`, `day`, `week` and `month`",
        ),
        ("", "`from` is missing: sums are asked for from a time on, such as `from=2026-03-01`"),
        (
            "from=2026-02-29",
            "`from` cannot be `2026-02-29`; it is a date (`2026-03-01`), a local time (`2026-03-01T08:00`) or a time with its offset (`2026-03-01T08:00:00Z`; in a URL, `+` is written `%2B`)",
        ),
        (
            "from=2026-03-01&zone=Mars/Olympus",
            "`zone` cannot be `Mars/Olympus`; it is a name of the IANA database, such as `UTC` or `Europe/Berlin`",
        ),
        (
            "from=2026-03-02&to=2026-03-01",
            "the range from `from` to `to` is empty; it is `from` before `to`, which is not in it",
        ),
        (
            "from=2026-03-01T00:07",
            "the range from `from` to `to` is not of whole quarters of an hour; it is summed by quarters: both are at :00, :15, :30 or :45",
        ),
        ("from=2026-03-01&from=2026-03-02", "`from` is given twice"),
        (
            "from=1971-01-01&to=9999-01-01&zone=Europe/Berlin&bucket=day",
            "the range from `from` to `to` is 21185 days; it is at most 20 years",
        ),
    ] {
        assert_eq!(refusal(&mut store, query), expected, "{query}");
    }
}

#[test]
fn days_of_a_zone_have_23_and_25_hours_when_clocks_change() {
    let mut store = every(900, unix_s("2026-03-27T00:00:00Z"), unix_s("2026-04-01T00:00:00Z"));
    let days = table(&mut store, "from=2026-03-28&to=2026-03-31&bucket=day&zone=Europe/Berlin");
    let expected = [("2026-03-28", 96), ("2026-03-29", 92), ("2026-03-30", 96)];
    assert_eq!(counts(&days), expected.map(|(day, count)| (day.to_owned(), count)));
    let mut store = every(900, unix_s("2026-10-24T00:00:00Z"), unix_s("2026-10-27T00:00:00Z"));
    let days = table(&mut store, "from=2026-10-25&to=2026-10-26&bucket=day&zone=Europe/Berlin");
    assert_eq!(counts(&days), [("2026-10-25".to_owned(), 100)]);
    // The hour that is there twice is two buckets.
    let hours = table(&mut store, "from=2026-10-25&to=2026-10-26&bucket=hour&zone=Europe/Berlin");
    let hours = counts(&hours);
    assert_eq!(hours.len(), 25);
    assert!(hours.iter().all(|(_, count)| *count == 4));
    assert_eq!(hours[2].0, "2026-10-25T02:00:00+02:00");
    assert_eq!(hours[3].0, "2026-10-25T02:00:00+01:00");
}

#[test]
fn days_of_zones_with_half_hours_and_quarters_are_whole() {
    for (zone, starts) in [
        ("Asia/Kolkata", "2026-03-09T18:30:00Z"),
        ("Asia/Kathmandu", "2026-03-09T18:15:00Z"),
        ("Pacific/Chatham", "2026-03-09T10:15:00Z"),
        ("America/St_Johns", "2026-03-10T02:30:00Z"),
        ("Pacific/Kiritimati", "2026-03-09T10:00:00Z"),
    ] {
        let start = unix_s(starts);
        let mut store = every(900, start - 9_000, start + 86_400 + 9_000);
        let query = format!("from=2026-03-10&to=2026-03-11&bucket=day&zone={zone}");
        assert_eq!(counts(&table(&mut store, &query)), [("2026-03-10".to_owned(), 96)], "{zone}");
        let query = format!("from=2026-03-10&to=2026-03-11&bucket=hour&zone={zone}");
        let hours = counts(&table(&mut store, &query));
        assert_eq!(hours.len(), 24, "{zone}");
        assert!(hours.iter().all(|(_, count)| *count == 4), "{zone}: {hours:?}");
    }
}

#[test]
fn leap_days_weeks_and_months_are_those_of_the_calendar() {
    let mut store = every(21_600, unix_s("2028-02-26T00:00:00Z"), unix_s("2028-03-03T00:00:00Z"));
    let months = table(&mut store, "from=2028-02-01&to=2028-04-01&bucket=month");
    let expected = [("2028-02-01", 16), ("2028-03-01", 8)];
    assert_eq!(counts(&months), expected.map(|(month, count)| (month.to_owned(), count)));
    let days = table(&mut store, "from=2028-02-29&to=2028-03-01&bucket=day");
    assert_eq!(counts(&days), [("2028-02-29".to_owned(), 4)]);
    let weeks = table(&mut store, "from=2028-02-01&to=2028-04-01&bucket=week");
    let expected = [("2028-02-21", 8), ("2028-02-28", 16)];
    assert_eq!(counts(&weeks), expected.map(|(week, count)| (week.to_owned(), count)));
}

#[test]
fn a_local_time_of_a_gap_is_the_time_after_it() {
    let mut store = every(900, unix_s("2026-03-29T00:00:00Z"), unix_s("2026-03-29T03:00:00Z"));
    // 02:30 is not there: it is 03:30, which is 01:30 of UTC.
    let all = table(&mut store, "from=2026-03-29T02:30&to=2026-03-29T05:00&zone=Europe/Berlin");
    assert_eq!(counts(&all), [(String::new(), 6)]);
}

/// Whatever the range, its edges come from finer sums than its middle.
#[test]
fn sums_of_any_range_are_exact() {
    let start = unix_s("2026-03-01T00:00:00Z");
    let mut store = every(900, start, start + 4 * 86_400);
    for from in [0, 1, 3, 4, 5, 95, 96, 97] {
        for length in [1, 2, 4, 7, 90, 96, 100, 192, 200] {
            let time = |quarter: i64| jiff::Timestamp::from_second(start + quarter * 900).unwrap();
            let query = format!("from={}&to={}", time(from), time(from + length));
            assert_eq!(counts(&table(&mut store, &query)), [(String::new(), length)], "{query}");
            for zone in ["Asia/Kathmandu", "America/New_York"] {
                let query = format!("{query}&bucket=day&zone={zone}");
                let days = counts(&table(&mut store, &query));
                assert_eq!(days.iter().map(|day| day.1).sum::<i64>(), length, "{query}");
            }
        }
    }
}

#[test]
fn others_usage_is_outside_of_a_scope() {
    let mut store = ledger();
    let at = MARCH_S as u64 * 1_000;
    let mut other = record("2", at, "desk", "gpt-4o");
    let caller = other.caller.as_mut().unwrap();
    (caller.team, caller.tenant) = (Some(name("web")), None);
    now(write(&mut store, &[record("1", at, "shop", "gpt-4o"), other])).unwrap();
    let acme = Scope::Tenant(name("acme"));
    let web_of_none = Scope::Team { tenant: None, team: name("web") };
    let web_of_acme = Scope::Team { tenant: Some(name("acme")), team: name("web") };
    for (scope, sees) in [(acme, "1"), (web_of_none, "2"), (web_of_acme, "1")] {
        let query = pairs("from=2026-03-01&tenant=acme&tenant=");
        let table = now(usage(&mut store, Parameters(&query), &scope, LATER_S)).unwrap();
        assert_eq!(counts(&table), [(String::new(), 1)]);
        for id in ["1", "2"] {
            let found = now(request(&mut store, id, &scope)).unwrap();
            assert_eq!(found.is_some(), id == sees, "{scope:?} {id}");
        }
        let query = pairs("from=2026-03-01&to=2026-03-02");
        let page = now(requests(&mut store, Parameters(&query), &scope)).unwrap();
        assert_eq!(page.records.len(), 1);
    }
}

#[test]
fn pages_have_every_request_once_newest_first() {
    let mut store = ledger();
    // Several of one millisecond.
    let records: Vec<_> = (0..23)
        .map(|at| record(&format!("r-{at:02}"), MARCH_S as u64 * 1_000 + at / 4, "shop", "gpt-4o"))
        .collect();
    now(write(&mut store, &records)).unwrap();
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let query = format!("from=2026-03-01&to=2026-03-02&limit=5{cursor}");
        let page = now(requests(&mut store, Parameters(&pairs(&query)), &Scope::All)).unwrap();
        let json: Value = serde_json::from_str(&page.to_json()).unwrap();
        assert_eq!(json["requests"].as_array().unwrap().len(), page.records.len());
        seen.extend(page.records.iter().map(|line| Record::from_json(line).unwrap().request_id));
        let Some(next) = page.next else { break };
        cursor = format!("&cursor={next}");
    }
    let expected: Vec<_> = (0..23).rev().map(|at| name(&format!("r-{at:02}"))).collect();
    assert_eq!(seen, expected);
}

#[test]
fn rows_are_not_read_without_an_end() {
    let mut store = ledger();
    for (query, expected) in [
        (
            "from=2026-03-01",
            "`to` is missing: single requests are read in a range of at most 31 days, such as `from=2026-03-01&to=2026-03-08`; `usage` has sums of any range",
        ),
        (
            "to=2026-03-01",
            "`from` is missing: single requests are read in a range of at most 31 days, such as `from=2026-03-01&to=2026-03-08`; `usage` has sums of any range",
        ),
        (
            "from=2026-01-01&to=2026-03-01",
            "the range from `from` to `to` is 59 days; it is at most 31 days for single requests, with `from` before `to`",
        ),
        (
            "from=2026-03-01&to=2026-03-02&limit=501",
            "`limit` cannot be `501`; it is a number from 1 to 500",
        ),
        (
            "from=2026-03-01&to=2026-03-02&cursor=00",
            "`cursor` cannot be `00`; it is the `next` of the page before",
        ),
        (
            "from=2026-03-01&to=2026-03-02&outcome=bad",
            "`outcome` cannot be `bad`; it is one of `complete`, `refused`, `cut` and `client_gone`",
        ),
        (
            "from=2026-03-01&to=2026-03-02&status=abc",
            "`status` cannot be `abc`; it is a status of HTTP, such as `429`",
        ),
    ] {
        let error = now(requests(&mut store, Parameters(&pairs(query)), &Scope::All)).unwrap_err();
        assert_eq!(error.to_string(), expected, "{query}");
    }
    assert_eq!(MAX_PAGE, 500);
}

#[test]
fn values_never_become_sql() {
    let mut store = every(900, MARCH_S, MARCH_S + 3_600);
    for value in ["' OR 1=1 --", "x'); DROP TABLE request; --", "%", "\u{0}"] {
        let query = [("from", "2026-03-01"), ("to", "2026-03-02"), ("consumer", value)];
        let query = query.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let page = now(requests(&mut store, Parameters(&query), &Scope::All)).unwrap();
        assert!(page.records.is_empty());
        let table = now(usage(&mut store, Parameters(&query), &Scope::All, LATER_S)).unwrap();
        assert!(table.rows.iter().all(|row| row.is_empty()) || table.rows.is_empty());
    }
    assert_eq!(store.integer("SELECT COUNT(*) FROM request"), 4);
}

#[test]
fn costs_have_the_columns_of_focus() {
    let mut store = every(3_600, MARCH_S, MARCH_S + 2 * 86_400);
    now(write(&mut store, &[refused("no", MARCH_S as u64 * 1_000, "shop")])).unwrap();
    let query = pairs("from=2026-03-01&to=2026-04-01");
    let table = now(costs(&mut store, Parameters(&query), &Scope::All, LATER_S)).unwrap();
    assert_eq!(table.columns, FOCUS_COLUMNS);
    let json: Value = serde_json::from_str(&table.to_json()).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 2);
    for (column, expected) in [
        ("BilledCost", "0.000168"),
        ("BillingCurrency", "\"USD\""),
        ("BillingPeriodStart", "\"2026-03-01T00:00:00+00:00\""),
        ("BillingPeriodEnd", "\"2026-04-01T00:00:00+00:00\""),
        ("ChargePeriodStart", "\"2026-03-02T00:00:00+00:00\""),
        ("ChargePeriodEnd", "\"2026-03-03T00:00:00+00:00\""),
        ("ConsumedQuantity", "2880"),
        ("ProviderName", "\"openai\""),
        ("SkuId", "\"gpt-4o\""),
        ("SubAccountId", "\"acme\""),
        ("x_Requests", "24"),
        ("InvoiceId", "null"),
    ] {
        assert_eq!(json[1][column].to_string(), expected, "{column}");
    }
    assert_eq!(json[1]["Tags"]["consumer"], "shop");
}

#[test]
fn a_range_ends_now_and_a_scope_is_found_by_its_index() {
    let mut store = every(900, MARCH_S, MARCH_S + 3_600);
    let table = table(&mut store, "from=2026-03-01&to=9999-01-01&zone=Europe/Berlin&bucket=day");
    assert_eq!(table.rows.len(), 1);
    for (condition, index) in [
        ("tenant = 'acme'", "request_by_tenant"),
        ("tenant IS NULL AND team = 'web'", "request_by_te"),
        ("trace_id IN ('a', 'b')", "request_by_trace"),
    ] {
        let plan = format!("EXPLAIN QUERY PLAN SELECT record FROM request WHERE {condition}");
        let plan: String = store.connection.query_row(&plan, [], |row| row.get(3)).unwrap();
        assert!(plan.contains(index), "{plan}");
    }
}
