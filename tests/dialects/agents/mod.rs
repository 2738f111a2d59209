//! Agents hold a conversation with every vendor, and go on with another one. The table of `docs/clients.md` is made
//! here.

mod shapes;

use crate::client::Seen;
use crate::stage::{ROWS, Row, shared};
use postern_tests::vendors::{TEXT, XML_CALL, result_text};
use postern_tests::{events, manifest};
use serde_json::Value;
use shapes::Shape;
use std::fmt::Write as _;
use std::sync::Arc;

/// What agents ask for: more than a small model writes, as Claude Code does.
const MAX_OUTPUT_TOKENS: u32 = 64_000;

/// The scenarios of these conversations.
const SCENARIOS: [&str; 3] = ["tools", "xml-call", "text"];

/// Models of every vendor with room for an agent.
pub fn models() -> String {
    let mut text = String::new();
    for (row, scenario) in ROWS.iter().flat_map(|row| SCENARIOS.map(|scenario| (row, scenario))) {
        let _ = write!(
            text,
            r#"
[[model]]
name = "{name}"
capabilities = ["chat", "tools", "vision", "files", "audio", "json_schema", "reasoning"]
max_output_tokens = {MAX_OUTPUT_TOKENS}
context_tokens = 200_000
[[model.deployment]]
provider = "{provider}"
upstream_model = "{family}{scenario}"
"#,
            name = model(row, scenario),
            provider = row.provider,
            family = row.upstream_family,
        );
    }
    text
}

fn model(row: &Row, scenario: &str) -> String {
    format!("agent-{}", row.model(scenario))
}

async fn streamed(shape: &Shape, body: &Value) -> Seen {
    let call = shared().gateway.call("POST", &shape.path).key(shared().key.expose());
    let headers = shape.headers.iter();
    let call = headers.fold(call, |call, (name, value)| call.header(name, value.as_str()));
    let answer = call.body(body.to_string()).send().await;
    let text = answer.text();
    assert_eq!(answer.status, 200, "{}: {text}", body["model"]);
    shape.dialect().streamed(&events(text)).unwrap_or_else(|error| panic!("{error:?}: {text}"))
}

/// Three turns of the user, with a call in each: at one vendor, at another, at the first again.
async fn conversation(shape: Arc<Shape>, one: Row, other: Row) {
    match shape.has_tools_in_text() {
        true => with_tools_in_text(&shape, one, other).await,
        false => with_tools(&shape, one, other).await,
    }
}

async fn with_tools(shape: &Shape, one: Row, other: Row) {
    let turns = [one, other, one].map(|row| model(&row, "tools"));
    let mut body = shape.first(&turns[0]);
    for (turn, model) in turns.iter().enumerate() {
        let seen = streamed(shape, &body).await;
        let called: Vec<_> = seen.calls.iter().map(|call| call.name.as_str()).collect();
        assert_eq!(called, [shape.tool()], "turn {turn} at {model}: {seen:?}");
        assert!(serde_json::from_str::<Value>(&seen.calls[0].arguments).is_ok(), "{seen:?}");
        let result = format!("11 degrees in turn {turn}");
        body = shape.next(&body, &seen, &result, model);
        let done = streamed(shape, &body).await;
        assert_eq!(done.text, result_text(&result), "turn {turn} at {model}: {done:?}");
        let next = turns.get(turn + 1).unwrap_or(model);
        body = shape.next(&body, &done, "And again?", next);
    }
}

/// The same where a call is a text that the client reads.
async fn with_tools_in_text(shape: &Shape, one: Row, other: Row) {
    let turns = [one, other, one];
    let mut body = shape.first(&model(&one, "xml-call"));
    for (turn, row) in turns.iter().enumerate() {
        let seen = streamed(shape, &body).await;
        assert_eq!(seen.text, XML_CALL, "turn {turn}: {seen:?}");
        let result = "[get_weather for 'Paris & Rome'] Result:\n<temperature>11 °C</temperature>";
        body = shape.next(&body, &seen, result, &model(row, "text"));
        let done = streamed(shape, &body).await;
        assert_eq!(done.text, TEXT, "turn {turn}: {done:?}");
        let next = turns.get(turn + 1).unwrap_or(row);
        body =
            shape.next(&body, &done, "<feedback>And again?</feedback>", &model(next, "xml-call"));
    }
}

const BEGIN: &str =
    "<!-- The table is made by tests/dialects: UPDATE_GOLDEN=1 writes it anew. -->\n";
const END: &str = "<!-- End of the table. -->\n";

/// A cell is a client at a vendor, which goes on with each of the others.
#[tokio::test(flavor = "multi_thread")]
async fn agents_finish_their_tasks_with_every_vendor_and_after_a_change_of_vendor() {
    let (mut failed, mut table) = (Vec::new(), String::from("| |"));
    for row in ROWS {
        let _ = write!(table, " {} |", row.title);
    }
    table.push_str("\n|---|");
    table.push_str(&"---|".repeat(ROWS.len()));
    table.push('\n');
    for shape in shapes::all().into_iter().map(Arc::new) {
        let _ = write!(table, "| {} |", shape.client);
        for one in ROWS {
            let mut works = true;
            for other in ROWS.iter().filter(|other| other.provider != one.provider) {
                let held = tokio::spawn(conversation(Arc::clone(&shape), one, *other)).await;
                if held.is_err() {
                    works = false;
                    failed.push(format!("{}: {}, {}", shape.client, one.title, other.title));
                }
            }
            table.push_str(if works { " yes |" } else { " **no** |" });
        }
        table.push('\n');
    }
    assert!(failed.is_empty(), "{} failed (see above):\n{}", failed.len(), failed.join("\n"));
    shared().assert_nothing_invalid_was_sent();
    let file = manifest::repository().join("docs/clients.md");
    let document = std::fs::read_to_string(&file).expect("docs/clients.md");
    let (before, rest) = document.split_once(BEGIN).expect("the beginning of the table");
    let (found, after) = rest.split_once(END).expect("the end of the table");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, format!("{before}{BEGIN}\n{table}\n{END}{after}")).expect("a file");
        return;
    }
    assert_eq!(found.trim(), table.trim(), "run the tests with UPDATE_GOLDEN=1");
}
