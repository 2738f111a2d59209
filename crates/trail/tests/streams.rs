//! Audit streams in a ledger: written with the requests, signed elsewhere, exported and verified.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod support;

use postern_trail::Name;
use postern_trail::audit::{
    AuditEvent, AuditKey, AuditStream, Begin, CheckpointPlan, Ending, StreamReport, Unsigned,
    Verifier, append, checkpoint, due, export, note_policies, sweep, verify,
};
use postern_trail::ledger::{Store, write};
use postern_trail::record::{
    AccessDecision, FaultLabel, FoundCategory, LimitUse, LimitsUsed, Party, Record,
    RefusedDeployment, TextDirection,
};
use support::{Sqlite, ledger, name, now, record, refused};

const NOW_MS: u64 = 1_772_323_200_000;

fn key() -> AuditKey {
    AuditKey::from_hex(&"42".repeat(32)).unwrap()
}

fn names(list: &[&str]) -> Vec<Name> {
    list.iter().map(|text| name(text)).collect()
}

/// A request with every kind of decision.
fn decided(id: &str) -> Record {
    let access = AccessDecision {
        actions: names(&["chat"]),
        allowed: true,
        policies: names(&["consumers-use-models"]),
        refused: vec![RefusedDeployment {
            deployment: Some(name("other/model")),
            policies: names(&["stays-in-the-eu"]),
        }],
    };
    let used = LimitUse { limit: name("a"), unit: name("tokens"), reserved: 500, settled: 120 };
    let found = FoundCategory {
        direction: TextDirection::Request,
        detector: name("email"),
        form: None,
        rule: name("no-mail"),
        action: name("anonymise"),
        count: 2,
    };
    Record {
        access: Some(access),
        limits: Some(LimitsUsed { used: vec![used], ..LimitsUsed::default() }),
        findings: vec![found],
        policy_digest: Some(name("sha256:ab")),
        ..record(id, NOW_MS, "shop", "gpt-4o")
    }
}

/// Signs an export as `upstream` does.
fn exported(store: &mut Sqlite, stream: AuditStream) -> String {
    let part = now(export(store, stream, None, None, NOW_MS)).unwrap();
    let end: Unsigned = part.end.unwrap();
    let (public, signature) = end.signed_by(&key()).to_hex();
    let signed = end.signed_elsewhere(&public, &signature).unwrap();
    format!("{}{}\n", part.lines, end.closing_line(&signed))
}

fn verified(text: &str, begin: Begin) -> StreamReport {
    let verifier = Verifier::new(&[key().public()], begin, Ending::Closed);
    verify(text, verifier).unwrap().into_values().next().unwrap()
}

fn in_transaction<T>(store: &mut Sqlite, work: impl FnOnce(&mut Sqlite) -> T) -> T {
    now(store.execute("BEGIN IMMEDIATE", &[])).unwrap();
    let done = work(store);
    now(store.execute("COMMIT", &[])).unwrap();
    done
}

fn sign(store: &mut Sqlite, unsigned: &Unsigned) -> bool {
    let signature = unsigned.signed_by(&key());
    in_transaction(store, |store| {
        now(checkpoint(store, AuditStream::Decisions, NOW_MS, unsigned, &signature)).unwrap()
    })
}

fn due_now(store: &mut Sqlite) -> Option<Unsigned> {
    let plan = CheckpointPlan { links: 1, age_ms: 0 };
    now(due(store, AuditStream::Decisions, NOW_MS, plan)).unwrap()
}

#[test]
fn each_decision_on_a_request_is_a_link() {
    let mut store = ledger();
    now(write(&mut store, &[decided("r-1")])).unwrap();
    let text = exported(&mut store, AuditStream::Decisions);
    let kinds: Vec<_> = text
        .lines()
        .map(|line| line.split("\"kind\":\"").nth(1).unwrap().split('"').next().unwrap())
        .collect();
    assert_eq!(kinds, ["access", "access", "limit", "guardrail", "checkpoint"], "{text}");
    assert!(text.contains("stays-in-the-eu") && text.contains("\"reserved_tokens\":500"), "{text}");
    assert_eq!(text.matches("sha256:ab").count(), 4);
    assert_eq!(verified(&text, Begin::AtFirstLink).links, 5);
}

/// What is decided about each kind of request, and nothing else.
#[test]
fn refusals_are_links_too() {
    let fault = |kind: &str| {
        Some(FaultLabel { kind: name(kind), party: Party::Policy, code: None, param: None })
    };
    let stranger =
        Record { caller: None, fault: fault("unauthenticated"), ..refused("a", NOW_MS, "x") };
    let limited = LimitsUsed { refused_by: Some(name("600 requests")), ..LimitsUsed::default() };
    let limited = Record { limits: Some(limited), ..refused("b", NOW_MS, "shop") };
    let broken =
        Record { fault: fault("invalid_request"), caller: None, ..refused("c", NOW_MS, "x") };
    for (record, says) in [
        (
            stranger,
            Some("\"kind\":\"access\",\"request_id\":\"a\",\"actions\":[],\"allowed\":false"),
        ),
        (limited, Some("\"admitted\":false,\"limit\":\"600 requests\"")),
        (broken, None),
    ] {
        let mut store = ledger();
        now(write(&mut store, &[record])).unwrap();
        let part = now(export(&mut store, AuditStream::Decisions, None, None, NOW_MS)).unwrap();
        assert_eq!(part.lines.lines().count(), usize::from(says.is_some()), "{}", part.lines);
        assert!(part.lines.contains(says.unwrap_or_default()), "{}", part.lines);
    }
}

#[test]
fn a_record_that_is_written_twice_is_decided_once() {
    let mut store = ledger();
    for _ in 0..2 {
        now(write(&mut store, &[decided("r-1"), decided("r-2")])).unwrap();
    }
    assert_eq!(store.integer("SELECT COUNT(*) FROM audit_link"), 8);
}

#[test]
fn a_group_that_fails_leaves_no_link() {
    for at in 0..40 {
        let mut store = ledger();
        store.fails_at = Some(at);
        if now(write(&mut store, &[decided("r-1")])).is_ok() {
            assert!(at > 8, "{at} statements");
            return;
        }
        assert_eq!(store.integer("SELECT COUNT(*) FROM audit_link"), 0, "statement {at}");
        assert_eq!(store.integer("SELECT COUNT(*) FROM request"), 0, "statement {at}");
    }
}

#[test]
fn what_is_appended_while_a_checkpoint_is_signed_is_signed_by_the_next() {
    let mut store = ledger();
    now(write(&mut store, &[decided("r-1")])).unwrap();
    let first = due_now(&mut store).unwrap();
    now(write(&mut store, &[decided("r-2")])).unwrap();
    // Another instance asks for one meanwhile; its signature arrives first.
    let second = due_now(&mut store).unwrap();
    assert_eq!((first.through, second.through), (3, 7));
    now(write(&mut store, &[decided("r-3")])).unwrap();
    assert!(sign(&mut store, &second));
    assert!(!sign(&mut store, &first), "the other one signs as much");
    let report = verified(&exported(&mut store, AuditStream::Decisions), Begin::AtFirstLink);
    assert_eq!((report.checkpoints, report.signed_through), (2, Some(12)));
    let third = due_now(&mut store).unwrap();
    assert!(sign(&mut store, &third));
    assert_eq!(due_now(&mut store), None, "a checkpoint needs no other one");
}

#[test]
fn a_signature_of_something_else_is_not_taken() {
    let mut store = ledger();
    now(write(&mut store, &[decided("r-1")])).unwrap();
    let unsigned = due_now(&mut store).unwrap();
    let public = key().public().to_hex();
    for (public, signature) in [
        (public.as_str(), "00".repeat(64)),
        (public.as_str(), String::new()),
        ("", "00".repeat(64)),
    ] {
        assert_eq!(unsigned.signed_elsewhere(public, &signature), None);
    }
}

#[test]
fn a_long_stream_is_exported_in_parts_that_are_one_file() {
    let mut store = ledger();
    for group in 0..30 {
        let records: Vec<_> = (0..100).map(|at| decided(&format!("r-{group}-{at}"))).collect();
        now(write(&mut store, &records)).unwrap();
    }
    let (mut file, mut after) = (String::new(), None);
    loop {
        let part = now(export(&mut store, AuditStream::Decisions, after, None, NOW_MS)).unwrap();
        file.push_str(&part.lines);
        after = part.through;
        if let Some(end) = part.end {
            file.push_str(&end.closing_line(&end.signed_by(&key())));
            file.push('\n');
            break;
        }
    }
    assert_eq!(verified(&file, Begin::AtFirstLink).links, 12_001);
}

#[test]
fn what_is_swept_is_signed_and_the_rest_is_still_proven() {
    let mut store = ledger();
    let swept = |store: &mut Sqlite| {
        now(sweep(store, AuditStream::Decisions, NOW_MS + 10_000, 100, true)).unwrap()
    };
    now(write(&mut store, &[decided("r-1")])).unwrap();
    assert_eq!(swept(&mut store), 0, "nothing is signed");
    let unsigned = due_now(&mut store).unwrap();
    assert!(sign(&mut store, &unsigned));
    assert_eq!(swept(&mut store), 4);
    assert_eq!(swept(&mut store), 0);
    now(write(&mut store, &[decided("r-2")])).unwrap();
    let text = exported(&mut store, AuditStream::Decisions);
    assert_eq!(verified(&text, Begin::AtCheckpoint).first, 4);
    // More was removed than what is signed.
    let cut = text.split_once('\n').unwrap().1;
    let verifier = Verifier::new(&[key().public()], Begin::AtCheckpoint, Ending::Closed);
    let error = verify(cut, verifier).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 1 (link 5 of stream `decisions`): link 0 is expected here: links were removed, added or moved"
    );
}

#[test]
fn changes_are_in_a_stream_of_their_own() {
    let mut store = ledger();
    let event = AuditEvent::Administration {
        actor: name("ops"),
        action: name("key_issued"),
        object: name("shop"),
        before_digest: None,
        after_digest: None,
    };
    in_transaction(&mut store, |store| {
        now(append(store, AuditStream::Administration, &[(NOW_MS, event)])).unwrap();
    });
    assert_eq!(
        verified(&exported(&mut store, AuditStream::Administration), Begin::AtFirstLink).links,
        2
    );
    assert_eq!(
        now(export(&mut store, AuditStream::Decisions, None, None, NOW_MS)).unwrap().end,
        None
    );
}

#[test]
fn only_what_is_old_is_swept() {
    let mut store = ledger();
    for (id, unix_ms) in [("a", NOW_MS), ("b", NOW_MS + 5_000), ("c", NOW_MS)] {
        now(write(&mut store, &[Record { started_unix_ms: unix_ms, ..decided(id) }])).unwrap();
    }
    let swept = |store: &mut Sqlite, is_signed| {
        now(sweep(store, AuditStream::Decisions, NOW_MS + 1_000, 100, is_signed)).unwrap()
    };
    assert_eq!(swept(&mut store, true), 0, "nothing is signed");
    // Without a key nothing ever is.
    assert_eq!(swept(&mut store, false), 4);
    assert_eq!(swept(&mut store, false), 0, "the next one is young");
}

#[test]
fn a_long_beginning_without_a_signature_is_swept_in_steps_once_a_signature_is_old() {
    let mut store = ledger();
    for at in 0..5 {
        now(write(&mut store, &[decided(&format!("r-{at}"))])).unwrap();
    }
    let unsigned = due_now(&mut store).unwrap();
    assert!(sign(&mut store, &unsigned));
    now(write(&mut store, &[decided("r-5")])).unwrap();
    let swept = |store: &mut Sqlite| {
        now(sweep(store, AuditStream::Decisions, NOW_MS + 10_000, 8, true)).unwrap()
    };
    assert_eq!([swept(&mut store), swept(&mut store), swept(&mut store)], [8, 8, 4]);
    assert_eq!(swept(&mut store), 0);
    let text = exported(&mut store, AuditStream::Decisions);
    assert_eq!(verified(&text, Begin::AtCheckpoint).first, 20);
}

#[test]
fn other_policies_are_a_change_and_the_same_are_none() {
    let mut store = ledger();
    let (one, two) = (name("sha256:01"), name("sha256:02"));
    for (digest, is_new) in [(&one, true), (&one, false), (&two, true), (&two, false), (&one, true)]
    {
        assert_eq!(now(note_policies(&mut store, digest, NOW_MS)).unwrap(), is_new);
    }
    let text = exported(&mut store, AuditStream::Administration);
    assert_eq!(verified(&text, Begin::AtFirstLink).links, 4);
    assert!(text.contains(r#""before_digest":"sha256:01","after_digest":"sha256:02""#), "{text}");
}
