#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use crate::tests::{ask, caller, guard, policy, rule};
use crate::{Answer, Guard};
use postern_policy::{Action, Rule, RuleSet};
use postern_types::guardrail::{Piece, Released};
use postern_types::provider::{Place, TextKind};
use proptest::prelude::*;
use serde_json::{Value, json};

const HEALTH: &str = "This is general information, not medical advice. Please ask a doctor.";
const MONEY: &str = "Capital is at risk.\nNot financial advice.";

fn with(name: &str, detector: &str, action: Action, disclaimer: Option<&str>) -> Rule {
    Rule { disclaimer: disclaimer.map(str::to_owned), ..rule(name, &[detector], action) }
}

fn advice() -> Guard {
    guard(policy(vec![
        with("health", "medical_advice", Action::Flag, Some(HEALTH)),
        with("money", "financial_advice", Action::Flag, Some(MONEY)),
        with("insults", "harassment", Action::Block, None),
    ]))
}

fn hi() -> Value {
    json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]})
}

/// What leaves of a text that is cut into pieces, and how many findings there were.
fn said(
    guard: &Guard,
    request: &Value,
    kind: TextKind,
    text: &str,
    cuts: &[usize],
) -> (String, u32) {
    let at = Place::new(kind, 0);
    let verdict = guard.check(&caller(), &ask(request), None).unwrap();
    let mut answer = Answer::new(guard, &verdict.memo.unwrap()).unwrap();
    let mut cuts: Vec<usize> =
        cuts.iter().map(|cut| text.floor_char_boundary(cut % (text.len() + 1))).collect();
    cuts.extend([0, text.len()]);
    cuts.sort_unstable();
    let pieces = cuts.windows(2).map(|pair| Piece {
        at,
        text: text[pair[0]..pair[1]].to_owned(),
        ended: false,
    });
    let (mut out, mut count) = (String::new(), 0);
    for piece in pieces.chain([Piece { at, text: String::new(), ended: true }]) {
        let Released { edits, findings, stop, .. } = answer.push(std::slice::from_ref(&piece));
        count += findings.iter().map(|finding| finding.count).sum::<u32>();
        if stop.is_some() {
            break;
        }
        out.push_str(edits.first().map_or(&piece.text, |edit| &edit.text));
    }
    (out, count)
}

const ADVICE: &str = "You should take 400 mg of ibuprofen every six hours.";
const BOTH: &str =
    "You should take 400 mg of ibuprofen every six hours. You should sell your bonds.";

#[test]
fn a_disclaimer_follows_the_text_that_needs_it_once() {
    let guard = advice();
    let again = format!("{ADVICE} {ADVICE} {}", "And rest well tonight. ".repeat(40));
    for (text, appended) in [
        (ADVICE.to_owned(), format!("\n\n{HEALTH}")),
        (again, format!("\n\n{HEALTH}")),
        (BOTH.to_owned(), format!("\n\n{HEALTH}\n\n{MONEY}")),
        ("Ibuprofen was discovered in 1961.".to_owned(), String::new()),
        (
            format!(
                "{ADVICE}\n\n*THIS IS general information - not medical advice. Please, ask a doctor*"
            ),
            String::new(),
        ),
        (format!("{HEALTH} {ADVICE}"), String::new()),
        (format!("{ADVICE} This is general information."), format!("\n\n{HEALTH}")),
        (format!("{{\"advice\": \"{ADVICE}\"}}\n"), String::new()),
        (String::new(), String::new()),
    ] {
        let (out, _) = said(&guard, &hi(), TextKind::Text, &text, &[5, 60]);
        assert_eq!(out, format!("{text}{appended}"));
    }
}

#[test]
fn nothing_is_appended_to_what_is_no_text_and_it_is_flagged() {
    let guard = advice();
    let schema = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}});
    for (request, kind) in [
        (&hi(), TextKind::ToolArguments),
        (&hi(), TextKind::Reasoning),
        (&hi(), TextKind::Refusal),
        (&hi(), TextKind::Transcript),
        (&schema, TextKind::Text),
    ] {
        assert_eq!(said(&guard, request, kind, ADVICE, &[]), (ADVICE.to_owned(), 1), "{kind:?}");
    }
}

#[test]
fn an_answer_that_is_ended_has_no_disclaimer() {
    let (out, _) =
        said(&advice(), &hi(), TextKind::Text, &format!("{ADVICE} You are a pathetic idiot."), &[]);
    assert!(!out.contains(HEALTH));
}

#[test]
fn a_pack_keeps_its_disclaimer_beside_an_equally_strict_rule() {
    let mut policy = policy(vec![with("own", "medical_advice", Action::Flag, None)]);
    let pack = vec![with("pack", "medical_advice", Action::Allow, Some(HEALTH))];
    policy.rule_sets.push(RuleSet { pack: Some("p".to_owned()), rules: pack });
    let (out, count) = said(&guard(policy), &hi(), TextKind::Text, ADVICE, &[]);
    assert_eq!((out, count), (format!("{ADVICE}\n\n{HEALTH}"), 1));
}

#[test]
fn what_covers_data_may_have_a_disclaimer_too() {
    let rule = with("data", "email", Action::Redact, Some("Addresses were removed."));
    let (out, _) =
        said(&guard(policy(vec![rule])), &hi(), TextKind::Text, "Mail a@firma.de now.", &[7]);
    assert_eq!(out, "Mail [email] now.\n\nAddresses were removed.");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn how_a_text_is_cut_changes_nothing(
        pieces in prop::collection::vec(0..5_usize, 0..8), cuts in prop::collection::vec(any::<usize>(), 0..30),
    ) {
        let all = [ADVICE, " It is late. ", HEALTH, "你应该每天服用两次布洛芬。", "You should sell your bonds.\n"];
        let text: String = pieces.iter().map(|piece| all[*piece]).collect();
        let guard = advice();
        let whole = said(&guard, &hi(), TextKind::Text, &text, &[]);
        prop_assert_eq!(whole, said(&guard, &hi(), TextKind::Text, &text, &cuts));
    }
}
