//! Records of the ledger become rows.

use postern_billing::usage::{Tokens, UsageRow, rows};
use postern_trail::record::{
    AttemptEnd, AttemptRecord, CacheOutcome, FaultLabel, Party, RequestOutcome, TokenCounts,
};
use postern_trail::{Name, Record};

fn name(text: &str) -> Name {
    Name::from_policy(text)
}

fn counts(input: u64, output: u64) -> TokenCounts {
    TokenCounts { input, output, ..TokenCounts::default() }
}

fn attempt(
    model: &str,
    outcome: AttemptEnd,
    used: Option<(u64, u64, Option<u64>)>,
) -> AttemptRecord {
    // As a ledger has it, so that what is added to the form later is absent.
    let mut attempt: AttemptRecord = serde_json::from_value(serde_json::json!({
        "deployment": "vendor/model",
        "provider": "vendor",
        "model": model,
        "outcome": outcome,
        "started_us": 0,
        "duration_us": 0,
    }))
    .unwrap();
    attempt.tokens = used.map(|(input, output, _)| counts(input, output));
    attempt.cost_nano_usd = used.and_then(|(_, _, cost)| cost);
    attempt
}

fn record(tokens: Option<(u64, u64)>, cost: Option<u64>, attempts: Vec<AttemptRecord>) -> Record {
    Record {
        outcome: RequestOutcome::Complete,
        tokens: tokens.map(|(input, output)| counts(input, output)),
        cost_nano_usd: cost,
        attempts,
        ..Record::new(name("r-1"), 5)
    }
}

fn row(model: &str, requests: u64, input: u64, output: u64, cost: Option<u64>) -> UsageRow<'_> {
    let tokens = Tokens { input, output, ..Tokens::default() };
    UsageRow { started_unix_ms: 5, model, requests, tokens, cost_nano_usd: cost }
}

use AttemptEnd::{Answered, Failed};

#[test]
fn tokens_and_cost_are_at_the_model_that_used_them() {
    let answered = record(Some((9, 4)), Some(70), vec![attempt("a", Answered, None)]);
    assert_eq!(rows(&answered), [row("a", 1, 9, 4, Some(70))]);
    // A failed attempt that cost something, and questions to a model that no attempt has.
    let attempts = vec![
        attempt("a", Failed, Some((9, 1, Some(10)))),
        attempt("b", Answered, Some((9, 4, Some(50)))),
    ];
    let failed_over = record(Some((20, 5)), Some(70), attempts.clone());
    assert_eq!(
        rows(&failed_over),
        [row("a", 0, 9, 1, Some(10)), row("b", 0, 9, 4, Some(50)), row("b", 1, 2, 0, Some(10))]
    );
    // More in the parts than in the whole: the whole counts.
    let broken = record(Some((17, 5)), Some(70), attempts);
    assert_eq!(rows(&broken), [row("b", 1, 17, 5, Some(70))]);
}

#[test]
fn an_unknown_cost_stays_unknown_where_the_tokens_are() {
    let one = record(Some((9, 4)), None, vec![attempt("a", Answered, None)]);
    assert_eq!(rows(&one), [row("a", 1, 9, 4, None)]);
    let attempts = vec![
        attempt("a", Failed, Some((3, 0, Some(10)))),
        attempt("b", Answered, Some((6, 4, None))),
    ];
    assert_eq!(
        rows(&record(Some((9, 4)), None, attempts)),
        [row("a", 0, 3, 0, Some(10)), row("b", 0, 6, 4, None), row("b", 1, 0, 0, Some(0))]
    );
}

#[test]
fn a_request_counts_if_it_was_answered() {
    let refused = |party| FaultLabel { kind: name("any"), party, code: None, param: None };
    for (outcome, party, requests) in [
        (RequestOutcome::Complete, None, 1),
        (RequestOutcome::ClientGone, None, 1),
        (RequestOutcome::Refused, Some(Party::Policy), 0),
        (RequestOutcome::Refused, Some(Party::Caller), 0),
        (RequestOutcome::Refused, Some(Party::Vendor), 0),
        (RequestOutcome::Cut, Some(Party::Vendor), 0),
    ] {
        let mut one = record(Some((9, 4)), Some(7), vec![attempt("a", Answered, None)]);
        (one.outcome, one.fault) = (outcome, party.map(refused));
        assert_eq!(rows(&one), [row("a", requests, 9, 4, Some(7))], "{outcome:?} {party:?}");
    }
    // What was never tried is nothing.
    assert_eq!(rows(&record(None, None, Vec::new())), []);
}

#[test]
fn a_cached_answer_is_a_request_of_the_model_that_was_asked_for() {
    let mut cached = record(None, None, Vec::new());
    cached.requested_model = Some(name("gpt-4o"));
    assert_eq!(rows(&cached), []);
    cached.cache = Some(CacheOutcome::Exact);
    assert_eq!(rows(&cached), [row("gpt-4o", 1, 0, 0, Some(0))]);
}

#[test]
fn a_copy_of_a_request_for_a_candidate_is_not_charged() {
    let mut shadow = record(Some((9, 4)), Some(7), vec![attempt("a", Answered, None)]);
    shadow.shadow_of = Some(name("r-0"));
    assert_eq!(rows(&shadow), []);
}
