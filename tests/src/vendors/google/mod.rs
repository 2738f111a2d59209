//! Google: the Gemini API (<https://ai.google.dev/api>) and Vertex AI
//! (<https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference>).

mod embed;
mod errors;
mod oauth;
mod rules;
mod told;
mod turns;

pub use oauth::service_account;

use super::reply::{self, Wrong};
use super::shape::Shapes;
use super::story::tell;
use super::{Answer, Call, Scenario, anthropic, credentials, unescaped};
use crate::upstream::Script;
use errors::Refusal;
use serde_json::{Value, json};
use std::sync::LazyLock;

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| Shapes::parse(include_str!("gemini.shape")));

/// What the bodies of Anthropic's models on Vertex say of their version.
const ANTHROPIC_VERSION: &str = "vertex-2023-10-16";

pub(super) fn answer(call: &Call<'_>) -> Answer {
    if call.path == "/token" {
        return oauth::answer(call);
    }
    let path = ["/v1beta1/", "/v1beta/", "/v1/"]
        .iter()
        .find_map(|version| call.path.strip_prefix(version));
    let path = path.ok_or_else(|| Refusal::no_such_path(call).script())?;
    match path.strip_prefix("projects/") {
        Some(path) => vertex(call, path),
        None => gemini(call, path).map_err(|refusal| refusal.script()),
    }
}

fn gemini(call: &Call<'_>, path: &str) -> Result<Script, Refusal> {
    match call.header("x-goog-api-key") {
        Some(credentials::GOOGLE_KEY) => {}
        Some(_) => return Err(Refusal::wrong_key()),
        None => return Err(Refusal::no_key()),
    }
    if (call.method, path) == ("GET", "models") {
        return Ok(models());
    }
    let target = path.strip_prefix("models/").and_then(|rest| rest.rsplit_once(':'));
    let Some((model, operation)) = target.filter(|_| call.method == "POST") else {
        return Err(Refusal::no_such_path(call));
    };
    operate(call, &unescaped(model), operation, "Generate")
}

/// `{project}/locations/{location}/publishers/{publisher}/models/{model}:{operation}`
fn vertex(call: &Call<'_>, path: &str) -> Answer {
    let parts: Vec<&str> = path.split('/').collect();
    let [project, "locations", location, "publishers", publisher, "models", target] = parts[..]
    else {
        return Err(Refusal::no_such_path(call).script());
    };
    match call.bearer() {
        Some(credentials::VERTEX_TOKEN) => {}
        _ => return Err(Refusal::no_token().script()),
    }
    if (project, location) != (credentials::VERTEX_PROJECT, credentials::VERTEX_LOCATION) {
        return Err(Refusal::no_permission(project).script());
    }
    let target = target.rsplit_once(':').filter(|_| call.method == "POST");
    let Some((model, operation)) = target else {
        return Err(Refusal::no_such_path(call).script());
    };
    let model = unescaped(model);
    match (publisher, operation) {
        ("anthropic", "rawPredict" | "streamRawPredict") => claude(call, &model, operation),
        ("google", operation) => {
            operate(call, &model, operation, "VertexGenerate").map_err(|refusal| refusal.script())
        }
        _ => Err(Refusal::no_such_path(call).script()),
    }
}

/// Anthropic's own bodies and errors, with the model in the path.
fn claude(call: &Call<'_>, model: &str, operation: &str) -> Answer {
    let mut body = call.parse().map_err(|error| anthropic::refused(&error))?;
    let Some(fields) = body.as_object_mut() else {
        return Err(Refusal::invalid("The request body is not an object.").script());
    };
    if fields.contains_key("model") {
        return Err(anthropic::refused("model: Extra inputs are not permitted"));
    }
    if (operation == "streamRawPredict") != (fields.get("stream") == Some(&true.into())) {
        return Err(anthropic::refused(
            "stream: must be true for streamRawPredict, and only for that",
        ));
    }
    fields.insert("model".to_owned(), model.split('@').next().unwrap_or(model).into());
    anthropic::hosted(body, ANTHROPIC_VERSION)
}

fn operate(call: &Call<'_>, model: &str, operation: &str, shape: &str) -> Result<Script, Refusal> {
    let body = errors::body(call)?;
    match operation {
        "generateContent" => generate(model, &body, shape, false),
        "streamGenerateContent" if call.query.split('&').any(|pair| pair == "alt=sse") => {
            generate(model, &body, shape, true)
        }
        "countTokens" => {
            errors::check(&SHAPES, "Count", &body)?;
            Ok(reply::whole(Scenario::Text, &json!({ "totalTokens": super::USAGE.input })))
        }
        "batchEmbedContents" if shape == "Generate" => embed::batch(&SHAPES, model, &body),
        "embedContent" if shape == "Generate" => embed::single(&SHAPES, &body),
        "predict" if shape == "VertexGenerate" => embed::predict(&SHAPES, &body),
        _ => Err(Refusal::no_such_path(call)),
    }
}

fn generate(model: &str, body: &Value, shape: &str, streams: bool) -> Result<Script, Refusal> {
    let scenario = Scenario::of(model).ok_or_else(|| Refusal::no_such_model(model))?;
    errors::check(&SHAPES, shape, body)?;
    rules::check(body)?;
    turns::check(body, scenario == Scenario::Reasoning)?;
    if let Scenario::Error(status) = scenario {
        return Ok(Refusal::scripted(status).script());
    }
    let seen = rules::seen(body, streams);
    let told = tell(scenario, &seen);
    let number = body["contents"].as_array().map_or(0, Vec::len);
    let teller = told::Teller { model, seals: scenario == Scenario::Reasoning, number };
    if !streams {
        return Ok(match scenario {
            Scenario::MidstreamError => Refusal::scripted(500).script(),
            _ => reply::whole(scenario, &teller.response(&told)),
        });
    }
    let wrong = Wrong {
        error: Refusal::scripted(503).event().into(),
        malformed: "data: {\"candidates\": [{]}\r\n\r\n".into(),
    };
    Ok(reply::stream(scenario, teller.events(&told), wrong))
}

fn models() -> Script {
    let model = |name| {
        json!({
            "name": format!("models/gemini-fake-{name}"),
            "version": "001",
            "displayName": format!("Gemini Fake {name}"),
            "inputTokenLimit": 1_048_576,
            "outputTokenLimit": 65_536,
            "supportedGenerationMethods": ["generateContent", "countTokens"],
        })
    };
    let models: Vec<Value> = Scenario::names().map(model).collect();
    reply::whole(Scenario::Text, &json!({ "models": models }))
}
