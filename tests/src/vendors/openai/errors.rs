//! OpenAI's errors (<https://platform.openai.com/docs/guides/error-codes>).

use crate::upstream::Script;
use crate::vendors::shape::{Fault, Problem, Shapes};
use crate::vendors::{Call, Scenario, reply};
use serde_json::{Value, json};

/// A refusal: its status, and the members of its `error`.
pub(super) struct Refusal {
    status: u16,
    error: Value,
    retry_after: Option<&'static str>,
}

impl Refusal {
    fn new(
        status: u16,
        kind: &str,
        message: &str,
        param: Option<&str>,
        code: Option<&str>,
    ) -> Self {
        let error = json!({ "message": message, "type": kind, "param": param, "code": code });
        Self { status, error, retry_after: None }
    }

    /// What is wrong with a field.
    pub fn invalid(message: &str, param: &str, code: Option<&str>) -> Self {
        Self::new(400, "invalid_request_error", message, Some(param), code)
    }

    pub fn wrong_key() -> Self {
        let message = "Incorrect API key provided: sk-****. You can find your API key at \
            https://platform.openai.com/account/api-keys.";
        Self::new(401, "invalid_request_error", message, None, Some("invalid_api_key"))
    }

    pub fn no_key() -> Self {
        let message = "You didn't provide an API key. You need to provide your API key in an \
            Authorization header using Bearer auth.";
        Self::new(401, "invalid_request_error", message, None, None)
    }

    /// Azure's gateway knows neither type nor param.
    pub fn azure_key() -> Self {
        let message = "Access denied due to invalid subscription key or wrong API endpoint.";
        let error = json!({ "code": "401", "message": message });
        Self { status: 401, error, retry_after: None }
    }

    pub fn azure_not_found() -> Self {
        let error = json!({ "code": "404", "message": "Resource not found" });
        Self { status: 404, error, retry_after: None }
    }

    pub fn no_such_path(call: &Call<'_>) -> Self {
        let message = format!("Invalid URL ({} {})", call.method, call.path);
        Self::new(404, "invalid_request_error", &message, None, None)
    }

    pub fn no_such_model(model: &str) -> Self {
        let message =
            format!("The model `{model}` does not exist or you do not have access to it.");
        Self::new(404, "invalid_request_error", &message, None, Some("model_not_found"))
    }

    /// What the scenario of an error says.
    pub fn scripted(status: u16) -> Self {
        let (kind, code, message) = match status {
            400 => (
                "invalid_request_error",
                Some("context_length_exceeded"),
                "This model's maximum context length is 128000 tokens.",
            ),
            401 => return Self::wrong_key(),
            403 => (
                "invalid_request_error",
                Some("unsupported_country_region_territory"),
                "Country, region, or territory not supported",
            ),
            404 => return Self::no_such_model("gpt-fake"),
            413 => ("invalid_request_error", None, "Maximum content size limit exceeded."),
            429 => (
                "requests",
                Some("rate_limit_exceeded"),
                "Rate limit reached for gpt-fake in organization org-fake on requests per min (RPM).",
            ),
            503 => ("server_error", None, "The engine is currently overloaded."),
            _ => ("server_error", None, "The server had an error while processing your request."),
        };
        let retry_after = (status == 429).then_some("7");
        Self { retry_after, ..Self::new(status, kind, message, None, code) }
    }

    pub fn script(&self) -> Script {
        let script = reply::refusal(self.status, &json!({ "error": self.error }))
            .with_header("x-request-id", "req_fake");
        match self.retry_after {
            Some(seconds) => script.with_header("retry-after", seconds),
            None => script,
        }
    }

    /// As an event of a stream.
    pub fn event(&self) -> String {
        reply::data(&json!({ "error": self.error }))
    }
}

/// The body, and the model it asks for.
pub(super) struct Body {
    pub value: Value,
    pub model: String,
    pub scenario: Scenario,
}

/// The body, and what the model does.
pub(super) fn body(call: &Call<'_>, deployment: Option<&str>) -> Result<Body, Refusal> {
    let value = json(call, deployment)?;
    let Some(model) = value["model"].as_str().map(str::to_owned) else {
        return Err(Refusal::new(
            400,
            "invalid_request_error",
            "you must provide a model parameter",
            None,
            None,
        ));
    };
    let scenario = Scenario::of(&model).ok_or_else(|| Refusal::no_such_model(&model))?;
    Ok(Body { value, model, scenario })
}

/// The body with the model of the path, if that names one.
pub(super) fn json(call: &Call<'_>, deployment: Option<&str>) -> Result<Value, Refusal> {
    if call.header("content-type").is_none_or(|kind| !kind.starts_with("application/json")) {
        return Err(Refusal::new(
            415,
            "invalid_request_error",
            "Unsupported Media Type: Only 'application/json' is supported.",
            None,
            Some("unsupported_content_type"),
        ));
    }
    let broken = |_| {
        let message = "We could not parse the JSON body of your request.";
        Refusal::new(400, "invalid_request_error", message, None, None)
    };
    let mut value = call.parse().map_err(broken)?;
    if let (Some(deployment), Value::Object(object)) = (deployment, &mut value) {
        object.insert("model".to_owned(), deployment.into());
    }
    Ok(value)
}

/// Whether the body has the shape of this name.
pub(super) fn check(shapes: &Shapes, name: &str, value: &Value) -> Result<(), Refusal> {
    shapes.check(name, value).map_err(|problem| mistaken(&problem))
}

fn mistaken(problem: &Problem) -> Refusal {
    let param = problem.bracketed();
    let (code, message) = match &problem.fault {
        Fault::Unknown => ("unknown_parameter", format!("Unknown parameter: '{param}'.")),
        Fault::Missing => {
            ("missing_required_parameter", format!("Missing required parameter: '{param}'."))
        }
        Fault::Empty => (
            "empty_array",
            format!(
                "Invalid '{param}': empty array. Expected an array with minimum length 1, but got an \
                 empty array instead."
            ),
        ),
        Fault::Kind(expected, found) => (
            "invalid_type",
            format!("Invalid type for '{param}': expected {expected}, but got {found} instead."),
        ),
        Fault::Word(found, allowed) => {
            let allowed: Vec<String> = allowed.iter().map(|each| format!("'{each}'")).collect();
            let allowed = allowed.join(", ");
            ("invalid_value", format!("Invalid value: '{found}'. Supported values are: {allowed}."))
        }
        Fault::Range(low, high, found) if found < low => (
            "integer_below_min_value",
            format!(
                "Invalid '{param}': integer below minimum value. Expected a value >= {low}, but got \
                 {found} instead."
            ),
        ),
        Fault::Range(_, high, found) => (
            "decimal_above_max_value",
            format!(
                "Invalid '{param}': decimal above maximum value. Expected a value <= {high}, but got \
                 {found} instead."
            ),
        ),
        Fault::Union(_) => ("invalid_value", format!("Invalid value: '{param}'.")),
    };
    Refusal::invalid(&message, &param, Some(code))
}
