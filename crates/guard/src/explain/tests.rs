#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use super::*;
use postern_detect::Scanner;
use postern_policy::Guardrails;
use std::sync::LazyLock;

static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::new);

const OWN: &str = r#"
packs = ["strict", "mild"]
[[list]]
name = "codes"
terms = ["Nightingale"]
patterns = ['\bPRJ-[0-9]{4}\b']
[[list]]
name = "unused"
terms = ["sparrow"]
[[rule]]
name = "asked-by-users"
detectors = ["list:codes"]
directions = ["request"]
roles = ["user"]
action = "flag"
[[rule]]
name = "of-one-model"
detectors = ["list:codes"]
models = ["gpt-*"]
action = "allow"
"#;

fn guard() -> Guard {
    let pack = |name: &str| {
        let action = if name == "strict" { "redact" } else { "flag" };
        let rule =
            "[[rule]]\nname = \"pack\"\ndetectors = [\"list:codes\"]\ndirections = [\"request\"]";
        Ok(Some(format!("{rule}\naction = \"{action}\"\n")))
    };
    Guard::new(&SCANNER, &Guardrails::from_toml(Some(OWN), pack).unwrap())
}

/// A caller without any attributes.
fn unknown() -> Caller {
    Caller {
        consumer: String::new(),
        team: None,
        tenant: None,
        plan: None,
        roles: Vec::new(),
        models: Vec::new(),
        regions: None,
        data_class: None,
        issuer: None,
        claims: Vec::new(),
        credential_id: String::new(),
        token_owner: None,
    }
}

fn explained(model: &str, direction: Direction, speaker: Speaker, text: &str) -> Vec<String> {
    let guard = guard();
    let found = guard.explain(&unknown(), model, direction, speaker, text);
    let lists = found.into_iter().filter(|one| one.detector.starts_with("list:"));
    let line = |one: Explained<'_>| {
        let rules = one.rules.iter().map(|(file, rule)| format!(" {file}:{}", rule.name));
        format!("{} {:?}{}", one.detector, one.span, rules.collect::<String>())
    };
    lists.map(line).collect()
}

#[test]
fn the_strictest_of_the_first_rules_of_each_file_stands_first() {
    let text = "The nightingale of PRJ-1234";
    let by_users = [
        "list:codes 4..15 1:pack 0:asked-by-users 2:pack",
        "list:codes 19..27 1:pack 0:asked-by-users 2:pack",
    ];
    assert_eq!(explained("m", Direction::Request, Speaker::User, text), by_users);
    let by_tools = explained("gpt-4o", Direction::Request, Speaker::Tool, "PRJ-1234");
    assert_eq!(by_tools, ["list:codes 0..8 1:pack 2:pack 0:of-one-model"]);
    let answered = explained("gpt-4o", Direction::Answer, Speaker::Assistant, "PRJ-1234");
    assert_eq!(answered, ["list:codes 0..8 0:of-one-model"]);
}

#[test]
fn what_no_rule_is_about_is_told_too() {
    assert_eq!(
        explained("m", Direction::Answer, Speaker::Assistant, "PRJ-1234"),
        ["list:codes 0..8"]
    );
    let unused = explained("m", Direction::Request, Speaker::User, "a sparrow");
    assert_eq!(unused, ["list:unused 2..9"]);
}
