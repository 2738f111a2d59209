//! Whatever the file is: an answer, in bounded time and stack, and never a panic.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::thread;

use postern_authorization::{
    Action, Authorization, Context, ContextAttributes, Decision, Principal, Resource,
};
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};

const SHIPPED: &str = include_str!("../../../policies/authorization.cedar");

/// The shipped file with its examples, and all that there is to be said of the context.
fn everything() -> String {
    let (policies, examples) = SHIPPED.split_once("// --- Examples").unwrap();
    let examples = examples.lines().skip(1).map(|line| line.strip_prefix("// ").unwrap_or(line));
    let examples = examples.collect::<Vec<_>>().join("\n");
    let context = "permit (principal, action == Action::\"chat\", resource) when {
        context has ip && context.ip.isLoopback() && context.stream && context.tools > 1 &&
        (if context has output_cap_tokens then context.output_cap_tokens < 5 else false) };";
    format!("{policies}{examples}\n{context}")
}

fn decide(text: &str) -> Option<Decision> {
    let authorization = Authorization::from_validated(text).ok()?;
    let (name, provider) = ("m".to_owned(), "p".to_owned());
    let model = Resource::Model { name, provider, route: None, region: None };
    let context = Context::default();
    Some(authorization.decide(&Principal::default(), Action::Chat, &model, &context))
}

/// What a policy reads of the context, by the tree that Cedar parses it into. None: not only attributes.
fn read(tree: &serde_json::Value, names: &mut Vec<String>) -> Option<()> {
    let children: Vec<&serde_json::Value> = match tree {
        serde_json::Value::Object(fields) => {
            if fields.get("Var").is_some_and(|name| name == "context") {
                return None;
            }
            for access in [".", "has"].into_iter().filter_map(|access| fields.get(access)) {
                if access.pointer("/left/Var").is_some_and(|name| name == "context") {
                    names.push(access.get("attr")?.as_str()?.to_owned());
                    return Some(());
                }
            }
            fields.values().collect()
        }
        serde_json::Value::Array(items) => items.iter().collect(),
        _ => return Some(()),
    };
    children.into_iter().try_for_each(|child| read(child, names))
}

#[test]
fn the_words_say_as_much_of_the_context_as_the_tree() {
    let texts = [
        SHIPPED.to_owned(),
        everything(),
        "permit (principal, action == Action::\"chat\", resource) when { context[\"ip\"] == ip(\"::1\") };".to_owned(),
        "@context permit (principal, action == Action::\"chat\", resource) unless { context.client == \"context.ip\" };".to_owned(),
        "permit (principal, action == Action::\"chat\", resource) when { {a: context}.a.stream };".to_owned(),
    ];
    for text in texts {
        let set: cedar_policy::PolicySet = text.parse().unwrap();
        let mut names = Vec::new();
        let tree =
            set.policies().try_for_each(|policy| read(&policy.to_json().unwrap(), &mut names));
        let attributes = Authorization::from_validated(&text).unwrap().context_attributes();
        let of = |name: &str| tree.is_none() || names.iter().any(|each| each == name);
        let by_the_tree = ContextAttributes {
            now: of("now"),
            ip: of("ip"),
            client: of("client"),
            stream: of("stream"),
            tools: of("tools"),
            output_cap_tokens: of("output_cap_tokens"),
            body_bytes: of("body_bytes"),
        };
        // The words may say more, when one of them is no variable; never less.
        assert!(
            attributes == by_the_tree || attributes == ContextAttributes::ALL,
            "{attributes:?}, {by_the_tree:?}\n{text}"
        );
        assert!(
            attributes != ContextAttributes::ALL
                || text.contains('[')
                || text.contains("@context")
                || text.contains("{a")
        );
    }
}

#[test]
fn what_is_within_the_bounds_fits_the_stack_of_a_component() {
    let rule = |condition: &str| {
        format!("permit (principal, action == Action::\"chat\", resource) when {{ {condition} }};")
    };
    let deepest = [
        rule(&format!("{}true{}", "(".repeat(23), ")".repeat(23))),
        rule(&format!("{}true{}", "if true then ".repeat(23), " else true".repeat(23))),
        rule(&format!("{}1{} == 1", "[".repeat(22), "]".repeat(22))),
        rule(&format!("{}true{}", "[true].contains(".repeat(11), ")".repeat(11))),
        rule(&vec!["true"; 257].join(" && ")),
        rule(&vec!["false"; 257].join(" || ")),
        rule(&format!("{} == 1", vec!["1"; 23].join(" + "))),
        rule(&format!("context{} == 0", ".tools".repeat(22))),
    ];
    for text in deepest {
        // Twice what a component has: an unoptimised build needs far more than an optimised one.
        let run = thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(move || {
            let decision = decide(&text).unwrap_or_else(|| panic!("not parsed: {text}"));
            let errors = format!("{:?}", decision.errors);
            assert!(!errors.contains("recursion"), "{errors}: {text}");
            let problems = Authorization::from_cedar(&text).err().unwrap_or_default();
            assert!(!format!("{problems:?}").contains("recursion"), "{problems:?}");
        });
        run.unwrap().join().unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_gets_an_answer(text in any::<String>()) {
        let _ = Authorization::from_cedar(&text);
    }

    #[test]
    fn a_broken_file_gets_problems_that_are_one_line_each(
        at in 0..3_600_usize,
        length in 0..12_usize,
        with in "[a-z(){};\"./@\\[\\]\\\\é\n?]{0,6}"
    ) {
        let mut text: Vec<char> = everything().chars().collect();
        let at = at.min(text.len());
        let end = (at + length).min(text.len());
        text.splice(at..end, with.chars());
        let text: String = text.into_iter().collect();
        match Authorization::from_cedar(&text) {
            Ok(_) => drop(decide(&text)),
            Err(problems) => for problem in problems {
                let line = problem.to_string();
                prop_assert!(!line.contains('\n') && line.len() < 2_000, "{line}");
                let lines = u32::try_from(text.lines().count()).unwrap();
                prop_assert!(problem.line.is_none_or(|line| line <= lines + 1), "{line}");
            },
        }
    }

    #[test]
    fn the_names_of_a_question_may_be_anything(
        names in proptest::collection::vec(any::<String>(), 6),
        numbers in proptest::collection::vec(any::<u64>(), 4)
    ) {
        let authorization = Authorization::from_cedar(&everything()).unwrap();
        let mut names = names.into_iter();
        let mut name = || names.next().unwrap_or_default();
        let principal = Principal {
            consumer: name(),
            team: Some(name()),
            tenant: Some(name()),
            roles: vec![name()],
            ..Principal::default()
        };
        let model = Resource::Model { name: name(), provider: name(), route: None, region: None };
        let numbers: [u64; 4] = numbers.try_into().unwrap();
        let [unix_s, tools, cap, body_bytes] = numbers;
        let output_cap_tokens = Some(cap);
        let context = Context { unix_s, tools, output_cap_tokens, body_bytes, ..Context::default() };
        let decision = authorization.decide(&principal, Action::Chat, &model, &context);
        prop_assert!(decision.errors.is_empty(), "{decision:?}");
        prop_assert!(decision.allowed, "{decision:?}");
    }
}
