//! What the guardrail gets of rules.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::io;

use postern_policy::{
    Action, Ask, Callers, CitationForm, Correction, DETECTORS, DataClass, DetectorGroup,
    Directions, Guardrails, ModelPattern, Originals, Problems, Rule, Speaker, Streams, Validation,
    check_pack, pack_file, stray_file,
};

const GUARDRAILS: &str = include_str!("valid/complete/guardrails.toml");
const OWN: &str = include_str!("valid/complete/packs/own.toml");
const SECOND: &str = include_str!("valid/complete/packs/second.toml");

fn guardrails() -> Guardrails {
    let pack = |name: &str| {
        Ok(match name {
            "own" => Some(OWN.to_owned()),
            "second" => Some(SECOND.to_owned()),
            _ => None,
        })
    };
    Guardrails::from_toml(Some(GUARDRAILS), pack).unwrap()
}

fn without_packs(text: &str) -> Result<Guardrails, Problems> {
    Guardrails::from_toml(Some(text), |name| panic!("{name} is asked for"))
}

/// The one rule of a file with these lines in it.
fn rule(lines: &str) -> Rule {
    let head = "[[rule]]\nname = \"r\"\ndetectors = [\"email\"]\n";
    without_packs(&format!("{head}{lines}\n")).unwrap().rules().next().unwrap().clone()
}

fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> Option<BTreeSet<T>> {
    Some(items.into_iter().collect())
}

fn names(items: &[&str]) -> Option<BTreeSet<String>> {
    set(items.iter().map(|item| (*item).to_owned()))
}

#[test]
fn without_a_file_there_are_no_rules() {
    let none = Guardrails::from_toml(None, |name| panic!("{name} is asked for")).unwrap();
    assert_eq!(none, Guardrails::default());
    assert_eq!(none.rules().count(), 0);
    assert_eq!((none.hold_back_characters, none.hold_back_ms), (256, 1_000));
    assert_eq!(without_packs("").unwrap().rules().count(), 0);
}

#[test]
fn originals_live_in_the_request_unless_policy_keeps_them() {
    let originals = |text: &str| without_packs(text).unwrap().originals;
    let kept = |key_variable: &str, ttl_s| {
        Some(Originals { key_variable: key_variable.to_owned(), ttl_s })
    };
    assert_eq!(guardrails().originals, kept("originals_key", 31_536_000));
    for (text, expected) in [
        ("", None),
        ("[originals]\nkeep = \"request\"", None),
        ("[originals]\nkeep = \"conversation\"", kept("guardrail_key", 86_400)),
        ("originals = { keep = \"conversation\", ttl_s = 60 }", kept("guardrail_key", 60)),
    ] {
        assert_eq!(originals(text), expected, "{text}");
    }
}

#[test]
fn the_rules_of_each_file_are_a_set_in_the_order_of_the_packs() {
    let guardrails = guardrails();
    let sets: Vec<_> = guardrails.rule_sets.iter().map(|set| set.pack.as_deref()).collect();
    assert_eq!(sets, [None, Some("own"), Some("second")]);
    let rules: Vec<_> = guardrails.rules().map(|rule| rule.name.as_str()).collect();
    assert_eq!(rules, ["no-secrets", "narrow", "wide", "medical-advice", "no-secrets", "hate"]);
    let lists: Vec<_> = guardrails.lists.iter().map(|list| list.name.as_str()).collect();
    assert_eq!(lists, ["competitors", "0.only_patterns-x", "of-pack"], "a list is of all files");
    assert_eq!(guardrails.lists[0].terms, ["Acme Corp", "北京", "C++"]);
    assert_eq!(guardrails.lists[0].patterns[0], r"\bPRJ-[0-9]{4,8}\b");
    assert_eq!((guardrails.hold_back_characters, guardrails.hold_back_ms), (4_096, 10_000));
}

#[test]
fn a_rule_is_what_its_row_says() {
    let guardrails = guardrails();
    let mut detectors: BTreeSet<String> = DETECTORS
        .iter()
        .filter(|(_, group)| *group == DetectorGroup::Personal)
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(detectors.len(), 16);
    assert_eq!(guardrails.rule_sets[0].rules[2].detectors, detectors, "a group is resolved");
    detectors.extend(["list:competitors".to_owned(), "list:of-pack".to_owned()]);
    let expected = Rule {
        name: "narrow".to_owned(),
        detectors,
        directions: Directions { request: true, answer: false },
        roles: set([Speaker::System, Speaker::User, Speaker::Assistant, Speaker::Tool]),
        models: Some(vec![
            ModelPattern::Prefix("chat-".to_owned()),
            ModelPattern::Exact("chat-default".to_owned()),
        ]),
        callers: Callers {
            consumers: names(&["a", "corporate/Some App"]),
            teams: names(&["search", "Any Team that a claim may say"]),
            tenants: names(&["acme"]),
            roles: names(&["reader", "guest"]),
            data_classes: set([DataClass::Confidential, DataClass::Restricted]),
        },
        min_confidence: 70,
        action: Action::Anonymise,
        ask: None,
        message: None,
        disclaimer: None,
        cites: vec!["GDPR Art. 5(1)(c)".to_owned(), "GDPR Art. 32(1)(a)".to_owned()],
        fails_open: true,
    };
    assert_eq!(guardrails.rule_sets[0].rules[1], expected);
}

#[test]
fn a_rule_that_says_little_is_for_all_callers_both_ways_and_fails_closed() {
    let rule = rule("action = \"flag\"");
    assert_eq!(rule.directions, Directions { request: true, answer: true });
    assert_eq!((&rule.roles, &rule.models), (&None, &None));
    assert_eq!(rule.callers, Callers::default());
    assert_eq!((rule.min_confidence, rule.fails_open), (0, false));
    assert!(rule.cites.is_empty() && rule.message.is_none());
}

#[test]
fn a_refusal_always_has_a_public_text() {
    let default = rule("action = \"block\"").message.unwrap();
    assert_eq!(default, "The policy of this gateway does not allow this content.");
    let own = rule("action = \"block\"\nmessage = \"No.\"").message;
    assert_eq!(own.as_deref(), Some("No."));
    assert!(
        without_packs("[[rule]]\nname = \"r\"\ndetectors = [\"email\"]\naction = \"replace\"")
            .is_err()
    );
}

#[test]
fn a_rule_that_asks_has_a_model_and_what_is_done_either_way() {
    let least = rule("action = \"ask\"\nmodel = \"judge\"\nthen = \"block\"");
    let ask = |otherwise, timeout_ms| Ask { model: "judge".to_owned(), otherwise, timeout_ms };
    assert_eq!((least.action, least.ask), (Action::Block, Some(ask(Action::Allow, 3_000))));
    assert!(!least.fails_open && least.message.is_some());
    let all = rule(
        "action = \"ask\"\nmodel = \"judge\"\nthen = \"redact\"\notherwise = \"flag\"\ntimeout_ms = 100\non_error = \"otherwise\"",
    );
    assert_eq!((all.action, all.ask), (Action::Redact, Some(ask(Action::Flag, 100))));
    assert!(all.fails_open && all.message.is_none());
    assert_eq!(rule("action = \"flag\"").ask, None);
}

#[test]
fn the_number_of_questions_is_bounded() {
    assert_eq!(without_packs("").unwrap().max_questions, 8);
    assert_eq!(without_packs("[ask]\nmax_questions = 32").unwrap().max_questions, 32);
}

#[test]
fn actions_are_ordered_by_how_strict_they_are() {
    let words = ["allow", "flag", "anonymise", "mask", "redact", "replace", "block"];
    let action = |word: &&str| {
        let message = if *word == "replace" { "\nmessage = \"m\"" } else { "" };
        rule(&format!("action = \"{word}\"{message}")).action
    };
    let actions: Vec<_> = words.iter().map(action).collect();
    assert!(actions.is_sorted());
    assert!(actions.iter().zip(words).all(|(action, word)| action.as_str() == word));
}

#[test]
fn a_pack_is_asked_for_by_its_name_and_only_if_it_is_one() {
    let asked = std::cell::RefCell::new(Vec::new());
    let pack = |name: &str| {
        asked.borrow_mut().push(name.to_owned());
        Err(io::Error::other("on fire"))
    };
    let text = "packs = [\"gdpr\", \"../x\", \"a/b\", \"GDPR\"]";
    let problems = Guardrails::from_toml(Some(text), pack).unwrap_err();
    assert_eq!(asked.into_inner(), ["gdpr"]);
    assert!(problems.to_string().contains("packs/gdpr.toml cannot be read: on fire"));
    assert_eq!(problems.0.len(), 4);
}

#[test]
fn an_unnamed_pack_is_checked_by_itself() {
    assert_eq!(check_pack("own", SECOND), Problems::default());
    let wrong =
        check_pack("own", "[[rule]]\nname = \"r\"\n\ndetectors = [\"emial\"]\n").to_string();
    assert!(wrong.contains("packs/own.toml:4: rule \"r\""), "{wrong}");
    assert!(check_pack("own", "").to_string().contains("no [[rule]]"));
    assert!(check_pack("own", "[").to_string().contains("packs/own.toml:1: not TOML"));
    assert_eq!(pack_file("pci-dss"), "packs/pci-dss.toml");
}

#[test]
fn files_of_packs_belong_into_their_folder() {
    for right in ["packs/gdpr.toml", "packs/0.toml", "packs/README.md", "packs", "guardrails.toml"]
    {
        assert_eq!(stray_file(right), None, "{right}");
    }
    for wrong in ["packs/GDPR.toml", "packs/.toml", "packs/a.cedar", "packs/a/b.toml", "gdpr.toml"]
    {
        assert!(stray_file(wrong).is_some(), "{wrong}");
    }
}

#[test]
fn a_thousand_rules_over_a_list_of_ten_thousand_terms_are_read() {
    let terms: Vec<_> = (0..10_000).map(|number| format!("\"term {number}\"")).collect();
    let mut text = format!("[[list]]\nname = \"l\"\nterms = [{}]\n", terms.join(", "));
    for number in 0..1_000 {
        text += &format!(
            "[[rule]]\nname = \"r{number}\"\ndetectors = [\"personal\", \"list:l\"]\nmodels = [\"m{number}\"]\naction = \"flag\"\n"
        );
    }
    let guardrails = without_packs(&text).unwrap();
    assert_eq!((guardrails.rules().count(), guardrails.lists[0].terms.len()), (1_000, 10_000));
}

#[test]
fn no_text_makes_it_panic_or_wait() {
    let many = |text: &str, times: usize| text.repeat(times);
    for text in [
        many("[", 10_000),
        many("[[rule]]\n", 1_001),
        format!("[[list]]\nname=\"l\"\npatterns=['{}']", many("(", 900)),
        format!("[[list]]\nname=\"l\"\npatterns=['{}{}']", many("(", 100), many("{99})", 100)),
        format!("[[list]]\nname=\"l\"\npatterns=['{}']", many("(?:a?){9}", 100)),
        format!("[[list]]\nname=\"l\"\npatterns=['(?i){}']", many("ſ", 60)),
        format!("[[list]]\nname=\"l\"\nterms=['{}']", many("é", 100_000)),
        format!("packs=[{}]", many("\"a\",", 10_000)),
    ] {
        let read = Guardrails::from_toml(Some(&text), |_| Ok(None));
        let start: String = text.chars().take(60).collect();
        assert_eq!(read.is_ok(), text.contains("(?i)"), "{start}: {:?}", read.map(|_| ()));
    }
}

#[test]
fn a_validation_says_what_an_answer_must_satisfy() {
    let guardrails = guardrails();
    let [structured, style] = guardrails.validations.as_slice() else { panic!("{guardrails:?}") };
    assert!(structured.json_schema && structured.tool_arguments && structured.fails_open);
    assert_eq!(structured.action, Correction::Repair);
    assert_eq!((structured.streams, structured.blocks()), (Streams::Buffered, false));
    assert_eq!(structured.callers.data_classes, Some(BTreeSet::from([DataClass::Restricted])));
    let expected = Validation {
        name: "style".to_owned(),
        must_match: vec![r"\bPRJ-[0-9]{4}\b".to_owned()],
        must_not_match: vec!["(?i)as an ai".to_owned()],
        min_characters: Some(20),
        max_characters: Some(2_000),
        languages: Some(BTreeSet::from(["eng", "deu"])),
        must_cite: Some(BTreeSet::from([CitationForm::Url, CitationForm::Number])),
        must_not_cite: BTreeSet::from([CitationForm::Url, CitationForm::Link]),
        action: Correction::Block,
        blocks_unrepaired: true,
        streams: Streams::Cut,
        ..Validation::default()
    };
    assert_eq!(*style, expected);
    assert!(style.blocks());
}

#[test]
fn streams_of_a_validation_are_judged_as_its_action_allows() {
    for (action, streams, expected) in [
        ("flag", "", Streams::Flag),
        ("block", "", Streams::Cut),
        ("block", "streams = \"flag\"", Streams::Flag),
        ("block", "streams = \"hold\"", Streams::Buffered),
        ("repair", "streams = \"flag\"", Streams::Flag),
        ("repair", "streams = \"hold\"", Streams::Buffered),
    ] {
        let text = format!(
            "[[validation]]\nname = \"a\"\njson_schema = true\naction = \"{action}\"\n{streams}\n"
        );
        let guardrails = without_packs(&text).unwrap();
        assert_eq!(guardrails.validations[0].streams, expected, "{text}");
    }
}
