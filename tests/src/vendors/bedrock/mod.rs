//! Amazon Bedrock's runtime (<https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html>).

mod errors;
mod frames;
mod invoke;
mod rules;
mod signature;
mod told;

use super::reply::{self, Wrong};
use super::shape::Shapes;
use super::story::tell;
use super::values::array;
use super::{Answer, Call, Scenario, unescaped};
use crate::upstream::Script;
use errors::Refusal;
use serde_json::Value;
use std::sync::LazyLock;

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| Shapes::parse(include_str!("converse.shape")));

pub(super) fn answer(call: &Call<'_>) -> Answer {
    route(call).map_err(|refusal| refusal.script())
}

fn route(call: &Call<'_>) -> Result<Script, Refusal> {
    signature::verify(call)?;
    let parts: Vec<&str> = call.path.split('/').collect();
    let (model, operation) = match (call.method, &parts[..]) {
        ("POST", ["", "model", model, operation]) => (unescaped(model), *operation),
        _ => return Err(Refusal::new(404, "UnknownOperationException", "")),
    };
    if call.header("content-type") != Some("application/json") {
        return Err(Refusal::invalid("The provided Content Type is invalid or not supported"));
    }
    let body = call.parse().map_err(|_| {
        Refusal::new(400, "SerializationException", "Unexpected token in the request body")
    })?;
    match operation {
        "converse" => converse(&model, &body, false),
        "converse-stream" => converse(&model, &body, true),
        "invoke" => invoke::answer(&model, &body, false),
        "invoke-with-response-stream" => invoke::answer(&model, &body, true),
        _ => Err(Refusal::new(404, "UnknownOperationException", "")),
    }
}

/// The scenario of an id such as `us.anthropic.claude-fake-text-v1:0`.
fn scenario(model: &str) -> Result<Scenario, Refusal> {
    let versioned = model.rsplit_once("-v").filter(|(_, version)| {
        !version.is_empty() && version.chars().all(|each| each.is_ascii_digit() || each == ':')
    });
    let name = versioned.map_or(model, |(name, _)| name);
    Scenario::of(name).ok_or_else(|| Refusal::invalid("The provided model identifier is invalid."))
}

fn converse(model: &str, body: &Value, streams: bool) -> Result<Script, Refusal> {
    let scenario = scenario(model)?;
    errors::check(&SHAPES, "Converse", body)?;
    rules::check(body, model)?;
    if let Scenario::Error(status) = scenario {
        return Ok(Refusal::scripted(status).script());
    }
    let seen = rules::seen(body, streams)?;
    let told = tell(scenario, &seen);
    let paths = &body["additionalModelResponseFieldPaths"];
    let says_stop = array(paths).iter().any(|path| path == "/stop_sequence");
    if !streams {
        return Ok(match scenario {
            Scenario::MidstreamError => Refusal::scripted(500).script(),
            _ => reply::whole(scenario, &told::response(&told, says_stop))
                .with_header("x-amzn-requestid", "fake-request"),
        });
    }
    let wrong = Wrong {
        error: frames::exception(
            "throttlingException",
            "Too many requests, please wait before trying again.",
        ),
        malformed: frames::broken(),
    };
    let mut script = reply::stream(scenario, told::events(&told, says_stop), wrong);
    script.headers = vec![("content-type", frames::CONTENT_TYPE.to_owned())];
    Ok(script.with_header("x-amzn-requestid", "fake-request"))
}
