use crate::tests::{caller, guard};
use crate::{Answer, Guard};
use postern_dialect::{Dialect, Operation, translate};
use postern_policy::Guardrails;
use postern_types::Prompt;
use postern_types::guardrail::{Judgement, Judging, Piece, Verdict};
use postern_types::provider::{Place, TextKind};
use serde_json::{Value, json};

fn guarded(rules: &str) -> Guard {
    guard(Guardrails::from_toml(Some(rules), |_| Ok(None)).unwrap_or_else(|why| panic!("{why}")))
}

/// A rule with this check.
fn rule(check: &str, action: &str) -> String {
    let streams = if action == "repair" { "streams = \"hold\"" } else { "" };
    format!("[[validation]]\nname = \"a\"\n{check}\naction = \"{action}\"\n{streams}\n")
}

fn asked(client: Dialect, body: &Value) -> Prompt {
    let body = body.to_string();
    translate::read(client, Operation::Chat, &body).unwrap().into_prompt(body)
}

fn chat(more: Value) -> Prompt {
    let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    asked(Dialect::OpenAi, &body)
}

fn verdict(guard: &Guard, prompt: &Prompt) -> Verdict {
    guard.check(&caller(), prompt, None).unwrap()
}

fn piece(kind: TextKind, text: &str, ended: bool) -> Piece {
    Piece { at: Place::new(kind, 0), text: text.to_owned(), ended }
}

/// The judgement on an answer of these texts.
fn judged(guard: &Guard, prompt: &Prompt, pieces: &[Piece]) -> Judgement {
    let memo = verdict(guard, prompt).memo.expect("it is judged");
    let mut answer = Answer::new(guard, &memo).unwrap();
    let released = answer.push(pieces);
    assert!(released.edits.is_empty() && released.stop.is_none(), "{released:?}");
    answer.finish()
}

/// What is wrong with a text, as `check: message`.
fn wrong(check: &str, said: &str) -> Vec<String> {
    let guard = guarded(&rule(check, "flag"));
    let judgement = judged(&guard, &chat(json!({})), &[piece(TextKind::Text, said, false)]);
    assert_eq!(judgement.repair, None);
    judgement.violations.iter().map(|one| format!("{}: {}", one.check, one.message)).collect()
}

const GERMAN: &str =
    "Die Rechnung wird Ihnen in den nächsten Tagen zugeschickt, bitte haben Sie etwas Geduld.";
const ENGLISH: &str =
    "The invoice will be sent to you within the next few days, please have a little patience.";
const JAPANESE: &str = "請求書は数日以内にお送りいたしますので、今しばらくお待ちくださいますようお願い申し上げます。ありがとうございます。";

/// A check, a text that satisfies it, one that does not, and what is said of that.
const TEXTS: &[(&str, &str, &str, &str)] = &[
    (
        "min_characters = 3",
        "äöü",
        "äö",
        "min_characters: the answer has 2 characters, and at least 3",
    ),
    (
        "max_characters = 3",
        "äöü",
        "äöüß",
        "max_characters: the answer has 4 characters, and at most 3",
    ),
    ("must_match = ['\\bPRJ-[0-9]{4}\\b', 'b']", "PRJ-1234 b", "PRJ-1234", "must_match: "),
    ("must_not_match = ['(?i)as an ai', 'x']", "An AI", "well, As an AI", "must_not_match: "),
    (
        "languages = [\"de\"]",
        GERMAN,
        ENGLISH,
        "languages: the answer must be in one of these languages: de",
    ),
    (
        "languages = [\"en\", \"ja\"]",
        JAPANESE,
        GERMAN,
        "languages: the answer must be in one of these languages: en, ja",
    ),
    // Too short to tell, and code is no language.
    ("languages = [\"de\"]", "Yes, of course.", JAPANESE, "languages: "),
    (
        "languages = [\"de\"]",
        "```\nfor each of these items do what you have done with the others before\n```\nBitte.",
        ENGLISH,
        "languages: ",
    ),
    (
        "must_cite = [\"url\"]",
        "see https://a.example/b",
        "see [1]",
        "must_cite: the answer must cite its sources, by a URL",
    ),
    (
        "must_cite = [\"link\", \"number\"]",
        "see [here](/a)",
        "see https://a.example",
        "must_cite: ",
    ),
    ("must_cite = [\"link\", \"number\"]", "so it is [2, 3].", "![alt](a.png)", "must_cite: "),
    ("must_cite = [\"number\"]", "so【4†source】", "`a[1]`", "must_cite: "),
    ("must_cite = [\"number\"]", "a `b` c [^1]", "```\na[1]\n```\n", "must_cite: "),
    (
        "must_not_cite = [\"url\"]",
        "http is a protocol",
        "HTTPS://a.example/",
        "must_not_cite: the answer must not cite by a URL",
    ),
];

#[test]
fn a_text_is_checked_by_its_rule() {
    for (check, right, not, said) in TEXTS {
        assert_eq!(wrong(check, right), [""; 0], "{check} {right}");
        let all = wrong(check, not);
        assert!(all.iter().any(|one| one.starts_with(said)), "{check} {not}: {all:?}");
    }
}

fn schema() -> Value {
    json!({"type": "object", "required": ["age"], "properties": {"age": {"type": "integer"}}})
}

#[test]
fn the_schema_is_read_in_every_dialect() {
    let guard = guarded(&rule("json_schema = true", "block"));
    let messages = json!([{"role": "user", "content": "Hi"}]);
    for (client, body) in [
        (
            Dialect::OpenAi,
            json!({"model": "m", "messages": messages, "response_format":
            {"type": "json_schema", "json_schema": {"name": "a", "strict": true, "schema": schema()}}}),
        ),
        (
            Dialect::Responses,
            json!({"model": "m", "input": "Hi", "text":
            {"format": {"type": "json_schema", "name": "a", "schema": schema()}}}),
        ),
        (
            Dialect::Anthropic,
            json!({"model": "m", "max_tokens": 5, "messages": messages,
            "output_format": {"type": "json_schema", "schema": schema()}}),
        ),
        (
            Dialect::Anthropic,
            json!({"model": "m", "max_tokens": 5, "messages": messages,
            "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": schema()}}}),
        ),
    ] {
        let prompt = asked(client, &body);
        let judging = Some(Judging { hold: false, repair: false });
        assert_eq!(verdict(&guard, &prompt).judging, judging, "{body}");
        for (said, expected) in [
            (r#"{"age": 3}"#, None),
            (
                r#"{"age": "SECRET"}"#,
                Some("the answer must match the JSON schema: /age: must be an integer"),
            ),
            ("SECRET", Some("the answer must be JSON")),
            ("", Some("the answer must be JSON")),
        ] {
            let violations =
                judged(&guard, &prompt, &[piece(TextKind::Text, said, false)]).violations;
            let message = violations.first().map(|one| one.message.as_str());
            let is_right = match (message, expected) {
                (None, None) => true,
                (Some(message), Some(expected)) => message.starts_with(expected),
                _ => false,
            };
            assert!(is_right, "{body} {said}: {message:?}");
            assert!(violations.iter().all(|one| one.blocks && !one.message.contains("SECRET")));
        }
    }
}

#[test]
fn any_object_is_asked_for_too() {
    let guard = guarded(&rule("json_schema = true", "flag"));
    let prompt = chat(json!({"response_format": {"type": "json_object"}}));
    let of = |said| judged(&guard, &prompt, &[piece(TextKind::Text, said, false)]).violations.len();
    assert_eq!((of("{}"), of("[]"), of("{")), (0, 1, 1));
}

#[test]
fn an_answer_without_a_text_is_no_answer_unless_it_calls_or_refuses() {
    let guard = guarded(&rule("json_schema = true\nmin_characters = 1", "flag"));
    let prompt = chat(json!({"response_format":
        {"type": "json_schema", "json_schema": {"name": "a", "schema": schema()}}}));
    for (pieces, expected) in [
        (vec![], 2),
        (vec![piece(TextKind::Reasoning, "thinking", false)], 2),
        (vec![piece(TextKind::Refusal, "No.", false)], 0),
        (vec![piece(TextKind::ToolName, "look", false)], 0),
        (
            vec![piece(TextKind::Text, "I look.", false), piece(TextKind::ToolName, "look", false)],
            0,
        ),
    ] {
        assert_eq!(judged(&guard, &prompt, &pieces).violations.len(), expected, "{pieces:?}");
    }
}

#[test]
fn arguments_are_checked_by_the_declaration_of_their_tool() {
    let guard = guarded(&rule("tool_arguments = true", "block"));
    let function = json!({"name": "look", "parameters": schema()});
    let messages = json!([{"role": "user", "content": "Hi"}]);
    for (client, tools) in [
        (
            Dialect::OpenAi,
            json!([{"type": "function", "function": function}, {"type": "custom", "custom": {"name": "x"}}]),
        ),
        (
            Dialect::Responses,
            json!([{"type": "function", "name": "look", "parameters": schema()}, {"type": "web_search"}]),
        ),
        (Dialect::Anthropic, json!([{"name": "look", "input_schema": schema()}])),
    ] {
        let mut body = json!({"model": "m", "tools": tools});
        let said = if client == Dialect::Responses { "input" } else { "messages" };
        body[said] = messages.clone();
        if client == Dialect::Anthropic {
            body["max_tokens"] = 5.into();
        }
        let prompt = asked(client, &body);
        for (name, arguments, expected) in [
            ("look", r#"{"age": 1}"#, 0),
            ("look", r#"{"age": "1"}"#, 1),
            ("look", "{", 1),
            ("look", "", 1),
            // A tool that the request does not declare is the vendor's own.
            ("other", "{", 0),
        ] {
            let pieces = [
                piece(TextKind::ToolName, name, false),
                piece(TextKind::ToolArguments, arguments, false),
            ];
            let violations = judged(&guard, &prompt, &pieces).violations;
            assert_eq!(violations.len(), expected, "{client:?} {name} {arguments}: {violations:?}");
        }
    }
    let guard = guarded(&rule("tool_arguments = true", "flag"));
    let legacy = chat(json!({"functions": [function]}));
    let pieces =
        [piece(TextKind::ToolName, "look", false), piece(TextKind::ToolArguments, "{}", false)];
    let said = judged(&guard, &legacy, &pieces).violations;
    assert_eq!(
        said[0].message,
        r#"the arguments of the tool "look" must match the JSON schema: /: must have the property "age""#
    );
    assert!(!said[0].blocks);
}

#[test]
fn nothing_is_judged_without_a_reason() {
    let plain = chat(json!({}));
    for (rules, prompt) in [
        (rule("json_schema = true", "block"), &plain),
        (rule("tool_arguments = true", "block"), &plain),
        (rule("models = [\"other\"]\nmin_characters = 9", "block"), &plain),
        (rule("consumers = [\"nobody\"]\nmin_characters = 9", "block"), &plain),
    ] {
        let verdict = verdict(&guarded(&rules), prompt);
        assert_eq!((verdict.memo, verdict.judging), (None, None), "{rules}");
    }
}

#[test]
fn a_schema_that_cannot_be_checked_is_refused_or_recorded() {
    let elsewhere = json!({"$ref": "https://example.com/a.json"});
    let of_answer = chat(json!({"response_format":
        {"type": "json_schema", "json_schema": {"name": "a", "schema": elsewhere}}}));
    let of_tool = chat(json!({"tools":
        [{"type": "function", "function": {"name": "look", "parameters": elsewhere}}]}));
    for (check, prompt, param) in [
        ("json_schema = true", of_answer, "response_format"),
        ("tool_arguments = true", of_tool, "tools"),
    ] {
        for (action, on_error, refuses) in [
            ("flag", "", false),
            ("block", "", true),
            ("repair", "", true),
            ("block", "\non_error = \"pass\"", false),
        ] {
            let guard = guarded(&rule(&format!("{check}{on_error}"), action));
            match guard.check(&caller(), &prompt, None) {
                Err(fault) => {
                    assert!(refuses && fault.public.contains("not fetched"), "{fault}");
                    assert_eq!(fault.param.as_deref(), Some(param));
                }
                Ok(verdict) => {
                    assert!(!refuses && verdict.judging.is_none(), "{check} {action}");
                    assert_eq!(verdict.findings[0].form, "unchecked");
                }
            }
        }
    }
}

#[test]
fn a_repair_says_what_is_wrong_and_is_asked_for_where_it_can_be() {
    let rules = rule("max_characters = 3\nmessage = \"Be brief.\"", "repair");
    let guard = guarded(&rules);
    for (more, expected) in [
        (json!({}), Some(Judging { hold: false, repair: true })),
        (json!({"stream": true}), Some(Judging { hold: true, repair: true })),
        (json!({"n": 2}), Some(Judging { hold: false, repair: false })),
    ] {
        let prompt = chat(more);
        assert_eq!(verdict(&guard, &prompt).judging, expected);
        let judgement = judged(&guard, &prompt, &[piece(TextKind::Text, "SECRET", false)]);
        assert!(judgement.violations[0].blocks);
        let repair = judgement.repair;
        assert_eq!(repair.is_some(), expected.unwrap().repair);
        if let Some(repair) = repair {
            assert!(
                repair.contains("- Be brief. (the answer has 6 characters")
                    && !repair.contains("SECRET"),
                "{repair}"
            );
        }
    }
    // What has left cannot be repaired.
    let guard = guarded(&rules.replace("hold", "flag"));
    let prompt = chat(json!({"stream": true}));
    assert_eq!(verdict(&guard, &prompt).judging, Some(Judging { hold: false, repair: false }));
    let judgement = judged(&guard, &prompt, &[piece(TextKind::Text, "SECRET", true)]);
    assert!(!judgement.violations[0].blocks && judgement.repair.is_none());
}

#[test]
fn a_stream_ends_where_its_text_is_known_to_be_complete() {
    let guard = guarded(&rule("max_characters = 3\ntool_arguments = true", "block"));
    let tools = json!([{"type": "function", "function": {"name": "look", "parameters": schema()}}]);
    let text =
        |ended| vec![piece(TextKind::Text, "SECRET", false), piece(TextKind::Text, "", ended)];
    let call = |arguments: &str| {
        vec![
            piece(TextKind::ToolName, "look", false),
            piece(TextKind::ToolArguments, arguments, false),
            piece(TextKind::ToolArguments, "", true),
        ]
    };
    let followed = [text(true), call("")].concat();
    for (client, stream, pieces, expected) in [
        (Dialect::OpenAi, true, text(true), Some("max_characters")),
        (Dialect::OpenAi, true, text(false), None),
        (Dialect::OpenAi, true, followed.into_iter().take(3).collect(), None),
        (Dialect::OpenAi, false, text(true), None),
        (Dialect::Anthropic, true, text(true), None),
        (Dialect::OpenAi, true, call("{"), Some("tool_arguments")),
        (Dialect::OpenAi, true, call(r#"{"age": 1}"#), None),
        (Dialect::Anthropic, true, call("{"), Some("tool_arguments")),
    ] {
        let messages = json!([{"role": "user", "content": "Hi"}]);
        let mut body = json!({"model": "m", "messages": messages, "stream": stream, "max_tokens": 5, "tools": tools});
        if client == Dialect::Anthropic {
            body["tools"] = json!([{"name": "look", "input_schema": schema()}]);
        }
        let prompt = asked(client, &body);
        let memo = verdict(&guard, &prompt).memo.unwrap();
        let mut answer = Answer::new(&guard, &memo).unwrap();
        let released = answer.push(&pieces);
        let stop = released.stop.map(|stop| (stop.detector, stop.said));
        assert_eq!(
            stop,
            expected.map(|check| (check.to_owned(), false)),
            "{client:?} {stream} {pieces:?}"
        );
        assert_eq!(released.findings.len(), usize::from(expected.is_some()));
    }
}

#[test]
fn an_answer_of_any_length_is_judged() {
    let long = "x".repeat(5 * 1024 * 1024);
    for (on_error, expected) in [("", 1), ("\non_error = \"pass\"", 0)] {
        let guard = guarded(&rule(&format!("min_characters = 1{on_error}"), "block"));
        let pieces = [piece(TextKind::Text, &long, false)];
        assert_eq!(judged(&guard, &chat(json!({})), &pieces).violations.len(), expected);
    }
}
