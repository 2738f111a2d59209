//! Google's errors (<https://cloud.google.com/apis/design/errors>).

use crate::upstream::Script;
use crate::vendors::shape::{Fault, Problem, Shapes};
use crate::vendors::{Call, reply};
use serde_json::{Value, json};

/// A refusal: its code, from which its status follows, its message and its details.
pub(super) struct Refusal {
    code: u16,
    message: String,
    details: Value,
}

impl Refusal {
    pub fn new(code: u16, message: &str) -> Self {
        Self { code, message: message.to_owned(), details: Value::Null }
    }

    pub fn invalid(message: &str) -> Self {
        Self::new(400, message)
    }

    fn with_reason(mut self, reason: &str) -> Self {
        self.details = json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": "googleapis.com",
        }]);
        self
    }

    pub fn wrong_key() -> Self {
        Self::invalid("API key not valid. Please pass a valid API key.")
            .with_reason("API_KEY_INVALID")
    }

    pub fn no_key() -> Self {
        Self::new(
            403,
            "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
        )
    }

    pub fn no_token() -> Self {
        Self::new(401, "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.")
            .with_reason("ACCESS_TOKEN_TYPE_UNSUPPORTED")
    }

    pub fn no_permission(project: &str) -> Self {
        Self::new(403, &format!("Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/projects/{project}' (or it may not exist)."))
            .with_reason("IAM_PERMISSION_DENIED")
    }

    pub fn no_such_path(call: &Call<'_>) -> Self {
        Self::new(404, &format!("The requested URL {} was not found on this server.", call.path))
    }

    pub fn no_such_model(model: &str) -> Self {
        Self::new(
            404,
            &format!(
                "models/{model} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods."
            ),
        )
    }

    /// What the scenario of an error says.
    pub fn scripted(code: u16) -> Self {
        let message = match code {
            400 => {
                "The input token count (1196266) exceeds the maximum number of tokens allowed (1048576)."
            }
            401 => return Self::no_token(),
            403 => "Your project has been denied access. Please contact support.",
            404 => return Self::no_such_model("gemini-fake"),
            413 => "Request payload size exceeds the limit: 20971520 bytes.",
            429 => "You exceeded your current quota, please check your plan and billing details.",
            503 | 529 => "The model is overloaded. Please try again later.",
            _ => {
                "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting"
            }
        };
        let mut refusal = Self::new(code, message);
        if code == 429 {
            refusal.details = json!([{ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s" }]);
        }
        refusal
    }

    fn body(&self) -> Value {
        let status = match self.code {
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            503 | 529 => "UNAVAILABLE",
            500.. => "INTERNAL",
            _ => "INVALID_ARGUMENT",
        };
        let mut error = json!({ "code": self.code, "message": self.message, "status": status });
        if !self.details.is_null() {
            error["details"] = self.details.clone();
        }
        json!({ "error": error })
    }

    pub fn script(&self) -> Script {
        let script = reply::refusal(self.code, &self.body());
        match self.code {
            429 => script.with_header("retry-after", "7"),
            _ => script,
        }
    }

    /// As an event of a stream.
    pub fn event(&self) -> String {
        format!("data: {}\r\n\r\n", self.body())
    }
}

pub(super) fn body(call: &Call<'_>) -> Result<Value, Refusal> {
    if call.header("content-type").is_none_or(|kind| !kind.starts_with("application/json")) {
        return Err(Refusal::invalid("Invalid JSON payload received. Unexpected token."));
    }
    let mut body = call
        .parse()
        .map_err(|error| Refusal::invalid(&format!("Invalid JSON payload received. {error}")))?;
    name_as_json(&mut body);
    Ok(body)
}

/// Fields may be called as in the protocol, `include_thoughts`, as well as in its JSON, `includeThoughts`
/// (<https://protobuf.dev/programming-guides/json/>); what is not the protocol's stays as it is.
fn name_as_json(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(name_as_json),
        Value::Object(fields) => {
            let named = std::mem::take(fields).into_iter().map(|(name, mut value)| {
                let name = camel(&name);
                match name.as_str() {
                    "properties" | "defs" => {
                        value
                            .as_object_mut()
                            .into_iter()
                            .flatten()
                            .for_each(|(_, of)| name_as_json(of));
                    }
                    name if !OPAQUE.contains(&name) => name_as_json(&mut value),
                    _ => {}
                }
                (name, value)
            });
            *fields = named.collect();
        }
        _ => {}
    }
}

/// In these stand JSON and names of the user's.
const OPAQUE: [&str; 8] = [
    "args",
    "default",
    "enum",
    "example",
    "labels",
    "parametersJsonSchema",
    "response",
    "responseJsonSchema",
];

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

/// Whether the body has the shape of this name.
pub(super) fn check(shapes: &Shapes, name: &str, value: &Value) -> Result<(), Refusal> {
    shapes.check(name, value).map_err(|problem| {
        let (field, words) = (problem.parent().bracketed(), words(&problem));
        let violation = json!({ "field": field, "description": words });
        let details = json!([{
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [violation],
        }]);
        Refusal { details, ..Refusal::invalid(&words) }
    })
}

fn words(problem: &Problem) -> String {
    let path = problem.bracketed();
    match &problem.fault {
        Fault::Unknown => {
            let parent = problem.parent().bracketed();
            let at = if parent.is_empty() { String::new() } else { format!(" at '{parent}'") };
            format!(
                "Invalid JSON payload received. Unknown name \"{}\"{at}: Cannot find field.",
                problem.name()
            )
        }
        Fault::Missing | Fault::Empty => {
            format!("* GenerateContentRequest.{path}: {path} is not specified")
        }
        Fault::Kind(expected, found) => {
            format!("Invalid value at '{path}': expected {expected}, got {found}")
        }
        Fault::Word(found, _) => format!("Invalid value at '{path}', \"{found}\""),
        Fault::Range(low, high, found) => format!(
            "* GenerateContentRequest.{path}: {} must be in the range [{low}, {high}], and is {found}",
            problem.name()
        ),
        Fault::Union(_) => {
            format!("Invalid value at '{path}': oneof field is already set. Cannot set it twice.")
        }
    }
}
