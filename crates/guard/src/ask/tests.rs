#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use super::*;
use crate::tests::{ask, caller, guard, policy, rule};
use crate::{Answer, Guard};
use postern_policy::{Action, Ask, Guardrails, RuleSet, TermList};
use postern_types::Prompt;
use postern_types::guardrail::{Action as Done, Finding, Opinion, Piece, Verdict};
use postern_types::provider::{Place, TextKind};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// A rule that asks `judge` before it acts.
fn asking(name: &str, detectors: &[&str], then: Action, otherwise: Action) -> Rule {
    let ask = Ask { model: format!("judge-{name}"), otherwise, timeout_ms: 3_000 };
    Rule { ask: Some(ask), ..rule(name, detectors, then) }
}

/// A policy with two lists of one word each: `acme` and `globex`.
fn listed(rules: Vec<Rule>) -> Guardrails {
    let list = |word: &str| TermList {
        name: word.to_owned(),
        terms: vec![word.to_owned()],
        patterns: Vec::new(),
    };
    let mut policy = policy(rules);
    policy.hold_back_characters = 64;
    policy.lists = vec![list("acme"), list("globex")];
    policy
}

fn says(text: &str) -> Prompt {
    ask(&json!({"model": "m", "messages": [{"role": "user", "content": text}]}))
}

/// The verdict after all questions are answered alike, and the questions.
fn judged(guard: &Guard, prompt: &Prompt, agrees: Option<bool>) -> (Verdict, Vec<Question>) {
    let first = guard.check(&caller(), prompt, None).unwrap();
    if first.questions.is_empty() {
        return (first, Vec::new());
    }
    assert!(first.findings.is_empty() && first.edits.is_empty());
    assert!(first.refusal.is_none() && first.memo.is_none());
    let opinion = |question: &Question| Opinion { id: question.id.clone(), agrees };
    let opinions: Vec<_> = first.questions.iter().map(opinion).collect();
    let last = guard.check_with(&caller(), prompt, None, &opinions).unwrap();
    assert!(last.questions.is_empty(), "it is asked once");
    (last, first.questions)
}

/// What was done about the findings.
fn done(findings: &[Finding]) -> Vec<(&str, Done, Option<&str>)> {
    let mut done: Vec<_> = findings
        .iter()
        .map(|one| (one.detector.as_str(), one.action, one.asked.as_deref()))
        .collect();
    done.sort_by_key(|(detector, ..)| *detector);
    done
}

#[test]
fn what_is_done_depends_on_the_opinion() {
    let of = |action| crate::decide::recorded(action);
    for then in [Action::Flag, Action::Mask, Action::Redact, Action::Replace, Action::Block] {
        for otherwise in [Action::Allow, Action::Flag].into_iter().filter(|other| *other < then) {
            for fails_open in [false, true] {
                let asks = asking("r", &["list:acme"], then, otherwise);
                let guard = guard(listed(vec![Rule { fails_open, ..asks }]));
                for agrees in [Some(true), Some(false), None] {
                    let case = format!("{then:?} {otherwise:?} {fails_open} {agrees:?}");
                    let (verdict, questions) = judged(&guard, &says("Acme is bad"), agrees);
                    let acts = agrees.unwrap_or(!fails_open);
                    let action = of(if acts { then } else { otherwise });
                    assert_eq!(questions.len(), 1, "{case}");
                    assert_eq!(
                        done(&verdict.findings),
                        [("list:acme", action, Some("judge-r"))],
                        "{case}"
                    );
                    let refuses = acts && then >= Action::Replace;
                    let edits = acts && (Action::Anonymise..Action::Replace).contains(&then);
                    assert_eq!(verdict.refusal.is_some(), refuses, "{case}");
                    assert_eq!(!verdict.edits.is_empty(), edits, "{case}");
                }
            }
        }
    }
}

#[test]
fn nothing_is_asked_about_what_is_not_found_or_decided_anyway() {
    let asks = || asking("r", &["list:acme"], Action::Block, Action::Allow);
    let questions = |policy: Guardrails, text: &str| judged(&guard(policy), &says(text), None).1;
    assert_eq!(questions(listed(vec![asks()]), "Nobody is bad"), []);
    // Another finding refuses the request.
    let blocks = rule("b", &["list:globex"], Action::Block);
    assert_eq!(questions(listed(vec![asks(), blocks]), "Acme and Globex"), []);
    // Another file says at least as much about this one.
    let mut policy = listed(vec![asks()]);
    let rules = vec![rule("p", &["list:acme"], Action::Block)];
    policy.rule_sets.push(RuleSet { pack: Some("pack".to_owned()), rules });
    assert_eq!(questions(policy, "Acme"), []);
    // An earlier rule of the file decides.
    let allows = rule("a", &["list:acme"], Action::Allow);
    assert_eq!(questions(listed(vec![allows, asks()]), "Acme"), []);
    let doubtful =
        Rule { min_confidence: 90, ..asking("r", &["list:acme"], Action::Block, Action::Allow) };
    assert_eq!(questions(listed(vec![doubtful]), "Acme").len(), 1);
}

#[test]
fn no_opinion_weakens_another_file() {
    let mut policy = listed(vec![asking("r", &["list:acme"], Action::Block, Action::Allow)]);
    let rules = vec![rule("p", &["list:acme"], Action::Redact)];
    policy.rule_sets.push(RuleSet { pack: Some("pack".to_owned()), rules });
    let guard = guard(policy);
    let (verdict, _) = judged(&guard, &says("Acme"), Some(false));
    assert_eq!(done(&verdict.findings), [("list:acme", Done::Redact, Some("judge-r"))]);
    assert_eq!(verdict.findings[0].rule, "p");
    let (verdict, _) = judged(&guard, &says("Acme"), Some(true));
    assert!(verdict.refusal.is_some());
}

#[test]
fn one_question_is_asked_for_a_rule_and_a_text() {
    let asks = asking("r", &["list:acme", "list:globex"], Action::Block, Action::Allow);
    let other = asking("s", &["list:globex"], Action::Block, Action::Flag);
    let mut policy = listed(vec![asks]);
    policy.rule_sets.push(RuleSet { pack: Some("pack".to_owned()), rules: vec![other] });
    let guard = guard(policy);
    let texts = |said: Vec<&str>| {
        let messages: Vec<Value> =
            said.iter().map(|said| json!({"role": "user", "content": said})).collect();
        let (_, questions) =
            judged(&guard, &ask(&json!({"model": "m", "messages": messages})), None);
        let texts = questions.iter().map(|one| (one.rule.clone(), one.text.clone()));
        texts.collect::<Vec<_>>()
    };
    let is = |rule: &str, text: &str| (rule.to_owned(), text.to_owned());
    assert_eq!(texts(vec!["Acme, acme, ACME"]), [is("r", "Acme, acme, ACME")]);
    let both = [is("r", "Acme, Globex"), is("s", "Acme, Globex")];
    assert_eq!(texts(vec!["Acme, Globex"]), both);
    // A turn that is said again is the same question.
    assert_eq!(texts(vec!["Acme!", "Acme!", "Acme?"]), [is("r", "Acme!"), is("r", "Acme?")]);
}

#[test]
fn more_questions_than_the_policy_wants_are_decided_as_if_the_model_agreed() {
    let many = |count: usize| {
        let said = (0..count).map(|at| json!({"role": "user", "content": format!("Acme {at}")}));
        ask(&json!({"model": "m", "messages": said.collect::<Vec<_>>()}))
    };
    for fails_open in [false, true] {
        for (then, is_refused) in [(Action::Block, true), (Action::Flag, false)] {
            let asks = Rule { fails_open, ..asking("r", &["list:acme"], then, Action::Allow) };
            let mut policy = listed(vec![asks]);
            policy.max_questions = 3;
            let guard = guard(policy);
            let (verdict, questions) = judged(&guard, &many(3), Some(false));
            assert_eq!((questions.len(), verdict.refusal), (3, None));
            // Nothing is asked where the rest decides.
            let (verdict, questions) = judged(&guard, &many(4), Some(false));
            assert_eq!(verdict.refusal.is_some(), is_refused);
            assert_eq!(questions.len(), if is_refused { 0 } else { 3 });
            let beyond = |one: &&Finding| one.asked.is_none() && one.action == Done::Flag;
            let beyond = verdict.findings.iter().filter(beyond).count();
            assert_eq!(beyond, usize::from(!is_refused));
        }
    }
}

#[test]
fn a_model_reads_what_the_vendor_reads() {
    let guard = guard(listed(vec![
        asking("r", &["list:acme"], Action::Block, Action::Allow),
        rule("m", &["payment_card"], Action::Mask),
        rule("a", &["email", "person_name"], Action::Anonymise),
        rule("s", &["credential"], Action::Redact),
    ]));
    let said = "I am Anna Schmidt, anna.schmidt@firma.de, card 4111 1111 1111 1111, \
        at postgres://app:Zk3v9QpL7xW2@db.firma.de/main. Acme and Schmidt!";
    let prompt = says(said);
    let (verdict, questions) = judged(&guard, &prompt, Some(false));
    let sent = prompt.apply(&verdict.edits).unwrap().body;
    let text = &questions[0].text;
    for original in ["Anna", "Schmidt", "anna.schmidt", "4111 1111", "Zk3v9QpL7xW2"] {
        assert!(!text.contains(original), "{original} in {text}");
    }
    assert!(sent.contains(text.as_str()), "{text} is not in {sent}");
    assert!(text.contains("Acme"));
}

#[test]
fn a_long_text_is_asked_about_where_something_is_found() {
    let guard = guard(listed(vec![asking("r", &["list:acme"], Action::Block, Action::Allow)]));
    let page = "Ünïcode läuft. ".repeat(300);
    let texts = |said: String| {
        let (_, questions) = judged(&guard, &says(&said), None);
        questions.into_iter().map(|question| question.text).collect::<Vec<_>>()
    };
    let cases = [
        (format!("Acme {page}"), 1),
        (format!("{page} Acme"), 1),
        (format!("{page} Acme {page}"), 1),
        (format!("{page} Acme 1 {page} Acme 2 {page}"), 2),
        (format!("Acme 1 {}", "Acme ".repeat(1_000)), 3),
    ];
    for (said, count) in cases {
        let texts = texts(said);
        assert_eq!(texts.len(), count);
        for text in texts {
            assert!(text.contains("Acme") && text.len() <= MAX_BYTES, "{} {text}", text.len());
            assert!(text.len() > MAX_BYTES - 8);
        }
    }
}

#[test]
fn the_name_of_a_file_in_a_form_is_not_changed_by_an_opinion() {
    let body = json!({"model": "m", "file": {"filename": "acme.mp3", "bytes": 1}}).to_string();
    let client = postern_dialect::Dialect::OpenAi;
    let operation = postern_dialect::Operation::Transcribe;
    let Ok(read) = postern_dialect::translate::read(client, operation, &body) else { return };
    let prompt = read.into_prompt(body);
    let guard = guard(listed(vec![asking("r", &["list:acme"], Action::Redact, Action::Allow)]));
    let first = guard.check(&caller(), &prompt, None).unwrap();
    let of = |agrees| {
        let opinions: Vec<_> = first
            .questions
            .iter()
            .map(|question| Opinion { id: question.id.clone(), agrees: Some(agrees) })
            .collect();
        guard.check_with(&caller(), &prompt, None, &opinions)
    };
    assert_eq!(first.questions.is_empty(), of(true).is_ok());
    assert!(of(false).is_ok());
}

const AT: Place = Place { kind: TextKind::Text, choice: 0, content: 0, part: 0 };

/// What a client sees of an answer: its text, the findings, and the detector that ended it.
type Seen = (String, Vec<(String, Done, Option<String>, u32)>, Option<String>);

/// A model that has an opinion on every text, and the same one each time.
fn opinion(text: &str) -> Option<bool> {
    match text.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % 7 {
        0 => None,
        1 | 2 => Some(true),
        _ => Some(false),
    }
}

/// An answer that is cut into pieces, with the questions that are asked about it.
fn seen(
    guard: &Guard,
    text: &str,
    cuts: &[usize],
    judge: fn(&str) -> Option<bool>,
) -> (Seen, Vec<String>) {
    let memo = guard.check(&caller(), &says("hi"), None).unwrap().memo.unwrap();
    let mut answer = Answer::new(guard, &memo).unwrap();
    let borders: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| borders[cut % borders.len()]).collect();
    cuts.extend([0, text.len()]);
    cuts.sort_unstable();
    let texts: Vec<&str> = cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect();
    let pieces = texts.iter().map(|text| Piece { at: AT, text: (*text).to_owned(), ended: false });
    let end = Piece { at: AT, text: String::new(), ended: true };
    let (mut out, mut found, mut asked) = (String::new(), Vec::new(), Vec::new());
    for piece in pieces.chain([end]) {
        let mut released = answer.push(std::slice::from_ref(&piece));
        while !released.questions.is_empty() {
            assert!(released.edits.is_empty() && released.stop.is_none());
            assert!(released.findings.is_empty());
            let opinions: Vec<_> = released
                .questions
                .iter()
                .map(|one| Opinion { id: one.id.clone(), agrees: judge(&one.text) })
                .collect();
            asked.extend(released.questions.into_iter().map(|one| one.text));
            answer.take_opinions(&opinions);
            released = answer.push(std::slice::from_ref(&piece));
        }
        for one in released.findings {
            found.push((one.detector, one.action, one.asked, one.count));
        }
        if let Some(stop) = released.stop {
            return ((out, summed(found), Some(stop.detector)), asked);
        }
        out.push_str(released.edits.first().map_or(&piece.text, |edit| &edit.text));
    }
    ((out, summed(found), None), asked)
}

fn summed(
    found: Vec<(String, Done, Option<String>, u32)>,
) -> Vec<(String, Done, Option<String>, u32)> {
    let mut sums: Vec<(String, Done, Option<String>, u32)> = Vec::new();
    for (detector, action, asked, count) in found {
        match sums.iter_mut().find(|sum| (&sum.0, sum.1, &sum.2) == (&detector, action, &asked)) {
            Some(sum) => sum.3 += count,
            None => sums.push((detector, action, asked, count)),
        }
    }
    sums.sort_by(|a, b| (&a.0, a.1.as_str(), &a.2).cmp(&(&b.0, b.1.as_str(), &b.2)));
    sums
}

/// Guards with rules that ask about answers: each action, with a detector of meaning and others.
static GUARDS: LazyLock<Vec<Guard>> = LazyLock::new(|| {
    let of = |then: Action, max: u32| {
        let mut policy = listed(vec![
            asking("r", &["list:acme"], then, Action::Flag),
            asking("h", &["hate", "violence"], Action::Block, Action::Allow),
            rule("p", &["email"], Action::Redact),
        ]);
        let rules = vec![asking("q", &["list:acme", "list:globex"], Action::Redact, Action::Allow)];
        policy.rule_sets.push(RuleSet { pack: Some("pack".to_owned()), rules });
        policy.max_questions = max;
        guard(policy)
    };
    vec![of(Action::Flag, 8), of(Action::Mask, 32), of(Action::Replace, 2), of(Action::Block, 1)]
});

#[test]
fn an_answer_does_what_the_model_says() {
    let text = "It is fine. ".repeat(20) + "Buy from Acme. " + &"It is fine. ".repeat(20);
    let guard = guard(listed(vec![asking("r", &["list:acme"], Action::Block, Action::Flag)]));
    let ((out, found, stop), asked) = seen(&guard, &text, &[7, 250], |_| Some(false));
    assert_eq!((out.as_str(), stop, asked.len()), (text.as_str(), None, 1));
    let model = Some("judge-r".to_owned());
    assert_eq!(found, [("list:acme".to_owned(), Done::Flag, model.clone(), 1)]);
    for judge in [(|_| Some(true)) as fn(&str) -> Option<bool>, |_| None] {
        let ((out, found, stop), asked) = seen(&guard, &text, &[7, 250], judge);
        assert!(text.starts_with(&out) && !out.contains("Acme"), "{out}");
        assert_eq!((stop.as_deref(), asked.len()), (Some("list:acme"), 1));
        assert_eq!(found, [("list:acme".to_owned(), Done::Block, model.clone(), 1)]);
    }
}

#[test]
fn what_is_held_back_is_asked_about_when_its_time_is_over() {
    let guard = guard(listed(vec![asking("r", &["list:acme"], Action::Redact, Action::Flag)]));
    let memo = guard.check(&caller(), &says("hi"), None).unwrap().memo.unwrap();
    for (agrees, expected) in [(true, "Buy from [acme]"), (false, "Buy from Acme")] {
        let mut answer = Answer::new(&guard, &memo).unwrap();
        let piece = Piece { at: AT, text: "Buy from Acme".to_owned(), ended: false };
        assert!(answer.push(&[piece]).held_ms.is_some());
        let asked = answer.flush();
        assert!(asked.texts.is_empty() && asked.questions.len() == 1);
        let id = asked.questions[0].id.clone();
        answer.take_opinions(&[Opinion { id, agrees: Some(agrees) }]);
        let flushed = answer.flush();
        assert_eq!((flushed.texts[0].text.as_str(), flushed.questions), (expected, Vec::new()));
    }
}

#[test]
fn a_model_never_reads_an_original() {
    let guard = guard(listed(vec![
        asking("r", &["list:acme"], Action::Block, Action::Allow),
        rule("a", &["email"], Action::Anonymise),
    ]));
    let verdict = guard.check(&caller(), &says("I am jane@firma.de"), None).unwrap();
    let mut answer = Answer::new(&guard, &verdict.memo.unwrap()).unwrap();
    let text = "Tell Acme: anon001@example.com".to_owned();
    let pieces =
        [Piece { at: AT, text, ended: false }, Piece { at: AT, text: String::new(), ended: true }];
    let asked = answer.push(&pieces);
    assert_eq!(asked.questions[0].text, "Tell Acme: anon001@example.com");
    answer.take_opinions(&[]);
    assert!(answer.push(&pieces).stop.is_some(), "without an opinion it is ended");
}

/// Texts with much to ask about.
fn said() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        3 => Just("Acme".to_owned()),
        2 => Just("globex".to_owned()),
        2 => Just("jane@firma.de".to_owned()),
        1 => Just("I will kill all of those damned foreigners.".to_owned()),
        8 => "[a-zäß ]{1,40}",
        1 => Just("\n".to_owned()),
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn a_verdict_does_not_depend_on_how_the_answer_is_cut(
        which in 0_usize..4,
        text in said(),
        cuts in prop::collection::vec(0_usize..4_000, 0..24),
    ) {
        let guard = &GUARDS[which];
        let (whole, asked) = seen(guard, &text, &[], opinion);
        let (cut, asked_in_pieces) = seen(guard, &text, &cuts, opinion);
        // What leaves of an answer that is ended depends on how far it has come.
        if whole.2.is_none() {
            prop_assert_eq!(&whole, &cut);
        } else {
            prop_assert_eq!(&whole.2, &cut.2);
            prop_assert_eq!(&whole.1, &cut.1);
        }
        prop_assert_eq!(asked, asked_in_pieces);
    }
}
