#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::tests::{ask, caller, guard, policy, rule};
use crate::{Answer, Guard};
use postern_policy::{Action, Guardrails, Originals, Rule};
use postern_types::guardrail::{Piece, Verdict};
use postern_types::provider::{Place, TextKind};
use serde_json::{Value, json};

fn keeping(rules: Vec<Rule>) -> Guard {
    let originals = Originals { key_variable: "k".to_owned(), ttl_s: 60 };
    guard(Guardrails { originals: Some(originals), ..policy(rules) })
}

fn read(body: &str) -> postern_types::Prompt {
    let read = postern_dialect::translate::read(
        postern_dialect::Dialect::OpenAi,
        postern_dialect::Operation::Chat,
        body,
    );
    read.unwrap().into_prompt(body.to_owned())
}

fn asked(said: &str) -> postern_types::Prompt {
    ask(&json!({"model": "gpt", "messages": [{"role": "user", "content": said}]}))
}

/// The answer of a model that says this.
fn answered(guard: &Guard, verdict: &Verdict, text: &str) -> String {
    let mut answer = Answer::new(guard, verdict.memo.as_deref().unwrap()).unwrap();
    let at = Place::new(TextKind::Text, 0);
    let pieces = [(text, false), ("", true)];
    let pieces = pieces.map(|(text, ended)| Piece { at, text: text.to_owned(), ended });
    let mut texts = [text.to_owned(), String::new()];
    for edit in answer.push(&pieces).edits {
        texts[edit.piece as usize] = edit.text;
    }
    texts.concat()
}

fn turn(guard: &Guard, said: &str, known: Option<&str>) -> (Verdict, String) {
    let prompt = asked(said);
    let verdict = guard.check(&caller(), &prompt, known).unwrap();
    let edited: Value = serde_json::from_str(&prompt.apply(&verdict.edits).unwrap().body).unwrap();
    (verdict, edited["messages"][0]["content"].as_str().unwrap().to_owned())
}

#[test]
fn a_turn_knows_the_originals_of_those_before_it() {
    let guard = keeping(vec![rule("all", &["email", "person_name"], Action::Anonymise)]);
    let (first, of_first) = turn(&guard, "I am Anna Schmidt, anna@firma.de.", None);
    let known = first.originals.as_deref();
    // The same original has the same placeholder, also where no detector finds it; another one has another.
    let (second, of_second) = turn(&guard, "Schmidt, ANNA@firma.de and bob@firma.de", known);
    assert_eq!(
        of_second,
        of_first.split(' ').nth(3).unwrap().replace(',', "")
            + ", anon001@example.com and anon002@example.com"
    );
    // A turn without any finding restores what the model says of earlier turns.
    let (third, of_third) = turn(&guard, "Who am I?", second.originals.as_deref());
    assert_eq!(of_third, "Who am I?");
    assert_eq!(answered(&guard, &third, &of_first), "I am Anna Schmidt, anna@firma.de.");
    assert_eq!(answered(&guard, &third, "anon002@example.com"), "bob@firma.de");
    assert_eq!(third.originals, second.originals);
    // Numbers go on where the turn before has ended, whatever of it is said again.
    let (_, of_fourth) = turn(&guard, "eve@firma.de", third.originals.as_deref());
    assert_eq!(of_fourth, "anon003@example.com");
}

#[test]
fn a_placeholder_of_an_earlier_turn_stands_for_its_original() {
    let guard = keeping(vec![rule("all", &["email"], Action::Anonymise)]);
    let (first, _) = turn(&guard, "anna@firma.de", None);
    let (second, sent) = turn(&guard, "Who is anon001@example.com?", first.originals.as_deref());
    assert_eq!(sent, "Who is anon001@example.com?");
    assert_eq!(answered(&guard, &second, &sent), "Who is anna@firma.de?");
    // Without the earlier turn it is an address like any other, however it is written.
    let body = r#"{"model":"m","messages":[{"role":"user","content":"a@b.de and \u0061non001@example.com"}]}"#;
    let prompt = read(body);
    let verdict = guard.check(&caller(), &prompt, None).unwrap();
    let edited = prompt.apply(&verdict.edits).unwrap().body;
    assert!(edited.contains("anon001@example.com and anon002@example.com"), "{edited}");
    let (alone, sent) = turn(&guard, "Who is anon001@example.com?", None);
    assert_eq!(sent, "Who is anon002@example.com?");
    assert_eq!(answered(&guard, &alone, &sent), "Who is anon001@example.com?");
}

#[test]
fn originals_leave_the_request_only_by_policy_and_only_of_requests_that_pass() {
    let anonymise = || rule("all", &["email"], Action::Anonymise);
    let (of_request, _) = turn(&guard(policy(vec![anonymise()])), "a@firma.de", None);
    assert_eq!(of_request.originals, None);
    let guard = keeping(vec![anonymise(), rule("cards", &["payment_card"], Action::Block)]);
    assert_eq!(turn(&guard, "nothing is found", None).0.originals, None);
    let prompt = asked("a@firma.de 4111 1111 1111 1111");
    assert_eq!(guard.check(&caller(), &prompt, None).unwrap().originals, None);
}

#[test]
fn originals_of_another_version_refuse_the_request() {
    let guard = keeping(vec![rule("all", &["email"], Action::Anonymise)]);
    let kept = turn(&guard, "a@firma.de", None).0.originals.unwrap();
    let prompt = asked("hello");
    for wrong in [
        String::new(),
        "{}".to_owned(),
        kept.replace("\"version\":1", "\"version\":2"),
        kept.replace("email", "elmail"),
    ] {
        let fault = guard.check(&caller(), &prompt, Some(&wrong)).unwrap_err();
        assert_eq!(fault.code.as_deref(), Some("originals_unavailable"), "{wrong}");
        assert!(!format!("{fault:?}").contains("firma"), "{fault:?}");
    }
}
