#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use super::*;
use crate::Answer;
use crate::tests::{ask, caller, guard, policy, rule, segments_of};
use postern_policy::TermList;
use postern_types::guardrail::{Action as Done, Piece};
use postern_types::provider::{Place, TextKind};
use serde_json::{Value, json};

fn checked(guard: &Guard, body: &Value) -> (Verdict, Prompt) {
    let prompt = ask(body);
    let verdict = guard.check(&caller(), &prompt, None).unwrap();
    let edited = prompt.apply(&verdict.edits).unwrap();
    assert_eq!(segments_of(&edited.body), edited.segments.len(), "it can be read again");
    (verdict, edited)
}

fn chat(messages: Value) -> Value {
    json!({"model": "gpt", "messages": messages})
}

/// The answer of a model that repeats everything it has read.
fn echoed(guard: &Guard, verdict: &Verdict, text: &str) -> String {
    let mut answer = Answer::new(guard, verdict.memo.as_deref().unwrap()).unwrap();
    let at = Place::new(TextKind::Text, 0);
    let piece = |text: &str, ended| Piece { at, text: text.to_owned(), ended };
    let pieces = [piece(text, false), piece("", true)];
    let released = answer.push(&pieces);
    let mut texts = [text.to_owned(), String::new()];
    for edit in released.edits {
        texts[edit.piece as usize] = edit.text;
    }
    texts.concat()
}

#[test]
fn personal_data_is_anonymised_and_stands_again_in_the_answer() {
    let guard = guard(policy(vec![rule(
        "personal",
        &["email", "payment_card", "person_name"],
        Action::Anonymise,
    )]));
    let said =
        "I am Anna Schmidt, anna.schmidt@firma.de, card 4111 1111 1111 1111. \"Quote\" \u{1f600}";
    let (verdict, edited) = checked(&guard, &chat(json!([{"role": "user", "content": said}])));
    for original in ["Anna", "Schmidt", "anna.schmidt", "4111"] {
        assert!(!edited.body.contains(original), "{original} in {}", edited.body);
    }
    let sent: Value = serde_json::from_str(&edited.body).unwrap();
    let sent = sent["messages"][0]["content"].as_str().unwrap();
    assert_eq!(echoed(&guard, &verdict, sent), said);
    assert!(verdict.findings.iter().all(|finding| finding.action == Done::Anonymise));
}

#[test]
fn a_conversation_keeps_its_placeholders_as_it_grows() {
    let guard = guard(policy(vec![rule("personal", &["email"], Action::Anonymise)]));
    let mut messages = vec![json!({"role": "user", "content": "ask a@firma.de and b@firma.de"})];
    let (_, first) = checked(&guard, &chat(json!(messages)));
    messages.push(json!({"role": "assistant", "content": "b@firma.de says hello"}));
    messages.push(json!({"role": "user", "content": "write to c@firma.de"}));
    let (_, second) = checked(&guard, &chat(json!(messages)));
    let cut = first.body.find("]}").unwrap();
    assert_eq!(first.body[..cut], second.body[..cut], "the vendor's cache holds");
}

#[test]
fn what_is_known_is_found_again_without_context() {
    let guard = guard(policy(vec![rule("personal", &["person_name"], Action::Anonymise)]));
    let messages = json!([
        {"role": "user", "content": "My name is Anna Schmidt."},
        {"role": "tool", "tool_call_id": "1", "content": "{\"rows\": [[\"SCHMIDT\", \"Schmidt\", 7]]}"},
    ]);
    let (_, edited) = checked(&guard, &chat(messages));
    assert!(!edited.body.contains("Schmidt"), "{}", edited.body);
}

#[test]
fn a_blocked_request_says_the_category_and_never_the_match() {
    let guard = guard(policy(vec![rule("cards", &["payment_card"], Action::Block)]));
    let body = chat(json!([{"role": "user", "content": "pay with 4111 1111 1111 1111"}]));
    let verdict = guard.check(&caller(), &ask(&body), None).unwrap();
    let refusal = verdict.refusal.unwrap();
    assert!(refusal.public.contains("payment_card"), "{refusal:?}");
    assert!(!format!("{refusal:?} {:?}", verdict.findings).contains("4111"));
}

#[test]
fn masks_leave_the_last_four_and_json_stays_json() {
    let guard = guard(policy(vec![rule("cards", &["payment_card"], Action::Mask)]));
    let arguments =
        json!({"card": 4111111111111111_u64, "note": "4111-1111-1111-1111"}).to_string();
    let calls = json!([{"id": "1", "type": "function", "function": {"name": "pay", "arguments": arguments}}]);
    let (_, edited) = checked(&guard, &chat(json!([{"role": "assistant", "tool_calls": calls}])));
    let sent: Value = serde_json::from_str(&edited.body).unwrap();
    let arguments = &sent["messages"][0]["tool_calls"][0]["function"]["arguments"];
    let arguments: Value = serde_json::from_str(arguments.as_str().unwrap()).unwrap();
    assert_eq!(arguments, json!({"card": "************1111", "note": "****-****-****-1111"}));
}

#[test]
fn the_first_rule_of_a_file_decides_and_the_strictest_of_files() {
    let allow = rule("ours", &["email"], Action::Allow);
    let redact = rule("theirs", &["email"], Action::Redact);
    let body = chat(json!([{"role": "user", "content": "a@firma.de"}]));
    let action = |sets: Vec<Vec<Rule>>| {
        let guard = guard(Guardrails {
            rule_sets: sets
                .into_iter()
                .map(|rules| postern_policy::RuleSet { pack: None, rules })
                .collect(),
            ..Guardrails::default()
        });
        checked(&guard, &body).0.findings[0].action
    };
    assert_eq!(action(vec![vec![allow.clone(), redact.clone()]]), Done::Allow);
    assert_eq!(action(vec![vec![allow], vec![redact]]), Done::Redact);
}

#[test]
fn rules_are_about_speakers_callers_and_models() {
    let of = |change: &dyn Fn(&mut Rule)| {
        let mut rule = rule("r", &["email"], Action::Redact);
        change(&mut rule);
        let guard = guard(policy(vec![rule]));
        let messages = json!([
            {"role": "system", "content": "s@firma.de"}, {"role": "user", "content": "u@firma.de"},
        ]);
        checked(&guard, &chat(messages)).1.body.matches("[email]").count()
    };
    assert_eq!(of(&|_| {}), 2);
    assert_eq!(of(&|rule| rule.roles = Some([Speaker::User].into())), 1);
    assert_eq!(
        of(&|rule| rule.models =
            postern_policy::ModelPattern::parse("other*").map(|one| vec![one])),
        0
    );
    assert_eq!(
        of(&|rule| rule.models = postern_policy::ModelPattern::parse("gp*").map(|one| vec![one])),
        2
    );
    assert_eq!(of(&|rule| rule.callers.teams = Some(["blue".to_owned()].into())), 0);
    assert_eq!(of(&|rule| rule.callers.consumers = Some(["app".to_owned()].into())), 2);
    assert_eq!(of(&|rule| rule.min_confidence = 101), 0);
    assert_eq!(of(&|rule| rule.directions.request = false), 0);
}

#[test]
fn terms_are_found_whole_in_any_writing() {
    let list = TermList {
        name: "rivals".to_owned(),
        terms: vec!["Acme Corp".to_owned(), "Straße".to_owned()],
        patterns: vec!["project-[0-9]{3}".to_owned()],
    };
    let mut policy = policy(vec![rule("rivals", &["list:rivals"], Action::Redact)]);
    policy.lists.push(list);
    let guard = guard(policy);
    let redacted = |text: &str| {
        let (_, edited) = checked(&guard, &chat(json!([{"role": "user", "content": text}])));
        edited.body.contains("[rivals]")
    };
    for text in
        ["acme corp", "A\u{200b}CME Corp!", "\u{410}cme C\u{43e}rp", "STRASSE", "project-123"]
    {
        let is_found = redacted(text);
        // ß in lower case stays ß; only case folding makes it ss.
        assert_eq!(is_found, text != "STRASSE", "{text}");
    }
    for text in ["acme corporation", "macme corp", "project-12"] {
        assert!(!redacted(text), "{text}");
    }
}

#[test]
fn keys_of_data_are_data() {
    let guard = guard(policy(vec![rule("personal", &["email"], Action::Redact)]));
    let content = json!({"anna@firma.de": {"orders": 3}}).to_string();
    let messages = json!([{"role": "tool", "tool_call_id": "1", "content": content}]);
    let (_, edited) = checked(&guard, &chat(messages));
    assert!(!edited.body.contains("anna@"), "{}", edited.body);
}

/// Many findings in one text, and many originals that are found again.
#[test]
fn long_requests_take_their_time_and_no_more() {
    let guard =
        guard(policy(vec![rule("personal", &["email", "network_address"], Action::Anonymise)]));
    let mails: String =
        (0..4_000).map(|number| format!("u{number}@firma.de 10.0.0.{} ", number % 250)).collect();
    let messages = json!([{"role": "user", "content": mails}, {"role": "user", "content": mails}]);
    let (verdict, _) = checked(&guard, &chat(messages));
    // Quadratic work would take minutes.
    assert!(verdict.edits.len() > 15_000, "{}", verdict.edits.len());
}
