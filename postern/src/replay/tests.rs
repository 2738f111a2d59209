//! Each decision of a record, made again with the shipped policies.

use super::policies::PoliciesOfThen;
use super::{Replayed, decisions};
use postern_trail::record::{
    AccessDecision, AttemptEnd, AttemptRecord, FoundCategory, LimitUse, LimitsUsed, Principal,
    RefusedDeployment, RequestOutcome, TextDirection,
};
use postern_trail::{Name, Record};
use std::fs;
use std::path::Path;

fn name(text: &str) -> Name {
    Name::from_policy(text)
}

fn shipped() -> PoliciesOfThen {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies");
    let read = |file: &str| crate::policies::optional(fs::read_to_string(folder.join(file)));
    PoliciesOfThen::of(read, "shipped".to_owned()).unwrap()
}

fn attempt(deployment: &str) -> AttemptRecord {
    AttemptRecord {
        deployment: name(deployment),
        provider: name("sandbox"),
        model: name("sandbox"),
        region: None,
        outcome: AttemptEnd::Answered,
        started_us: 0,
        duration_us: 0,
        first_token_us: None,
        status: Some(200),
        fault: None,
        tokens: None,
        cost_nano_usd: None,
        question: false,
    }
}

/// A chat of the shipped consumer with the sandbox.
fn chat() -> Record {
    Record {
        caller: Some(Principal {
            consumer: name("local-dev"),
            team: None,
            tenant: None,
            plan: Some(name("developer")),
            issuer: None,
        }),
        credential_id: Some(name("key-1")),
        requested_model: Some(name("sandbox")),
        dialect: Some(name("openai")),
        outcome: RequestOutcome::Complete,
        access: Some(AccessDecision {
            actions: vec![name("chat")],
            allowed: true,
            policies: vec![name("consumers-use-models")],
            refused: Vec::new(),
        }),
        attempts: vec![attempt("sandbox/sandbox")],
        ..Record::new(name("r-1"), 1_772_323_200_000)
    }
}

fn with(change: impl FnOnce(&mut Record)) -> Record {
    let mut record = chat();
    change(&mut record);
    record
}

fn found(rule: &str, action: &str) -> FoundCategory {
    FoundCategory {
        direction: TextDirection::Request,
        detector: name("email"),
        form: None,
        rule: name(rule),
        action: name(action),
        count: 1,
    }
}

/// `decision: outcome`, for each.
fn outcomes(record: &Record) -> Vec<String> {
    let replayed = decisions(record, &shipped()).unwrap();
    let word = |replayed: &Replayed| match replayed {
        Replayed::Equal(_) => "equal",
        Replayed::Different { .. } => "different",
        Replayed::Missing(_) => "not replayed",
    };
    replayed.iter().map(|(decision, replayed)| format!("{decision}: {}", word(replayed))).collect()
}

/// What is changed, the record, and what is said of each decision.
type Row = (&'static str, Record, &'static [&'static str]);

fn of_callers() -> Vec<Row> {
    vec![
        ("as it was", chat(), &["auth: equal", "route: equal", "access: equal"]),
        (
            "an unknown consumer",
            with(|record| record.caller.as_mut().unwrap().consumer = name("another")),
            &["auth: different", "route: equal", "access: not replayed"],
        ),
        (
            "another team",
            with(|record| record.caller.as_mut().unwrap().team = Some(name("web"))),
            &["auth: different", "route: equal", "access: equal"],
        ),
        (
            "a token",
            with(|record| record.caller.as_mut().unwrap().issuer = Some(name("corporate"))),
            &["auth: not replayed", "route: equal", "access: not replayed"],
        ),
        (
            "no caller",
            with(|record| {
                record.caller = None;
                record.access = None;
                record.attempts.clear();
            }),
            &["auth: not replayed"],
        ),
    ]
}

fn of_deployments() -> Vec<Row> {
    vec![
        (
            "a deployment that the name does not lead to",
            with(|record| record.attempts = vec![attempt("sandbox/sandbox-tools")]),
            &["auth: equal", "route: different", "access: equal"],
        ),
        (
            "a question of the guardrail to another model",
            with(|record| {
                let question = AttemptRecord { question: true, ..attempt("sandbox/sandbox-tools") };
                record.attempts.push(question);
            }),
            &["auth: equal", "route: equal", "access: equal"],
        ),
        (
            "a deployment that is not there",
            with(|record| record.attempts = vec![attempt("other/model")]),
            &["auth: equal", "route: different", "access: different"],
        ),
    ]
}

fn of_access() -> Vec<Row> {
    vec![
        (
            "another policy",
            with(|record| record.access.as_mut().unwrap().policies = vec![name("another")]),
            &["auth: equal", "route: equal", "access: different"],
        ),
        (
            "an action that is not allowed",
            with(|record| {
                record.access.as_mut().unwrap().actions = vec![name("chat"), name("admin")]
            }),
            &["auth: equal", "route: equal", "access: different"],
        ),
        (
            "a refusal",
            with(|record| {
                let deployment = Some(name("sandbox/sandbox"));
                let refused = RefusedDeployment { deployment, policies: vec![name("never")] };
                let access = record.access.as_mut().unwrap();
                (access.allowed, access.refused) = (false, vec![refused]);
                record.attempts.clear();
            }),
            &["auth: equal", "access: different"],
        ),
    ]
}

fn of_findings() -> Vec<Row> {
    vec![
        (
            "a finding",
            with(|record| record.findings = vec![found("flag-personal-data", "flag")]),
            &[
                "auth: equal",
                "route: equal",
                "access: equal",
                "guardrail: equal",
                "guardrail: not replayed",
            ],
        ),
        (
            "a finding of another rule and another action",
            with(|record| {
                record.findings =
                    vec![found("no-rule", "flag"), found("flag-personal-data", "block")];
            }),
            &[
                "auth: equal",
                "route: equal",
                "access: equal",
                "guardrail: different",
                "guardrail: different",
                "guardrail: not replayed",
            ],
        ),
    ]
}

#[test]
fn each_decision_is_equal_different_or_said_not_to_be_replayed() {
    let rows = [of_callers(), of_deployments(), of_access(), of_findings()];
    for (what, record, expected) in rows.into_iter().flatten() {
        assert_eq!(outcomes(&record), expected, "{what}");
    }
}

fn limits(used: &[&str], refused_by: Option<&str>) -> Record {
    let used = used.iter().map(|limit| LimitUse {
        limit: name(limit),
        unit: name("tokens"),
        reserved: 1,
        settled: 1,
    });
    let used = used.collect();
    with(|record| {
        let refused_by = refused_by.map(name);
        record.limits = Some(LimitsUsed { used, refused_by, ..LimitsUsed::default() });
    })
}

fn limit(record: &Record) -> Replayed {
    let all = decisions(record, &shipped()).unwrap();
    all.into_iter().find(|(decision, _)| *decision == "limit").unwrap().1
}

#[test]
fn the_limits_that_count_are_those_of_the_plan() {
    let Replayed::Different { again, .. } = limit(&limits(&["another"], None)) else { panic!() };
    let names: Vec<_> = again.strip_prefix("counted by ").unwrap().split(", ").collect();
    assert_eq!(names.len(), 4, "{again}");
    assert!(matches!(limit(&limits(&names, None)), Replayed::Equal(_)));
    assert!(matches!(limit(&limits(&names[1..], None)), Replayed::Different { .. }));
    let refused = |by| limit(&limits(&[], Some(by)));
    let Replayed::Equal(said) = refused("600 requests per minute for the key `key-1`") else {
        panic!()
    };
    assert!(said.contains("the counters of that moment are not recorded"), "{said}");
    assert!(matches!(
        refused("6 requests per minute for the key `key-1`"),
        Replayed::Different { .. }
    ));
}
