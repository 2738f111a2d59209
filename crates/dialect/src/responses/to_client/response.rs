//! The response object: <https://platform.openai.com/docs/api-reference/responses/object>.

use super::finish::Ending;
use super::item::Item;
use crate::responses::echo;
use crate::{Context, Usage};
use serde::Serialize;
use serde_json::{Map, Value};

/// The members that every state of the response repeats.
#[derive(Debug)]
pub(super) struct Head {
    id: String,
    model: String,
    created_at: u64,
    pub service_tier: Option<String>,
    echo: Map<String, Value>,
}

#[derive(Debug, Serialize)]
pub(super) struct Response<'a> {
    id: &'a str,
    object: &'static str,
    created_at: u64,
    status: &'static str,
    error: Option<Error>,
    incomplete_details: Option<Incomplete>,
    model: &'a str,
    output: &'a [Item],
    usage: Option<Counts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'a str>,
    #[serde(flatten)]
    echo: &'a Map<String, Value>,
}

#[derive(Debug, Serialize)]
struct Error {
    code: &'static str,
    message: &'static str,
}

#[derive(Debug, Serialize)]
struct Incomplete {
    reason: &'static str,
}

#[derive(Debug, Serialize)]
struct Counts {
    input_tokens: u64,
    input_tokens_details: InputDetails,
    output_tokens: u64,
    output_tokens_details: OutputDetails,
    total_tokens: u64,
}

#[derive(Debug, Serialize)]
struct InputDetails {
    cached_tokens: u64,
    cache_write_tokens: u64,
}

#[derive(Debug, Serialize)]
struct OutputDetails {
    reasoning_tokens: u64,
}

impl From<Usage> for Counts {
    fn from(usage: Usage) -> Self {
        Counts {
            input_tokens: usage.input_tokens,
            input_tokens_details: InputDetails {
                cached_tokens: usage.cached_input_tokens,
                cache_write_tokens: usage.cache_write_tokens,
            },
            output_tokens: usage.output_tokens,
            output_tokens_details: OutputDetails { reasoning_tokens: usage.reasoning_tokens },
            total_tokens: usage.input_tokens.saturating_add(usage.output_tokens),
        }
    }
}

impl Head {
    /// The gateway provides ids and times that the vendor does not report.
    pub fn new(context: &Context) -> Self {
        let echo = match &context.memo.echo {
            Some(Value::Object(asked)) => asked.clone(),
            _ => echo::default(),
        };
        Head {
            id: format!("resp_{}", context.request_id),
            model: context.model.clone(),
            created_at: context.unix_s,
            service_tier: None,
            echo,
        }
    }

    /// Keeps the vendor's id only if it is one of this dialect.
    pub fn see(&mut self, id: String, model: String, created_unix_s: Option<u64>) {
        if id.starts_with("resp_") {
            self.id = id;
        }
        if !model.is_empty() {
            self.model = model;
        }
        self.created_at = created_unix_s.unwrap_or(self.created_at);
    }

    pub fn in_progress(&self) -> Response<'_> {
        Response {
            id: &self.id,
            object: "response",
            created_at: self.created_at,
            status: "in_progress",
            error: None,
            incomplete_details: None,
            model: &self.model,
            output: &[],
            usage: None,
            service_tier: self.service_tier.as_deref(),
            echo: &self.echo,
        }
    }

    pub fn ended<'a>(
        &'a self,
        ending: &Ending,
        output: &'a [Item],
        usage: Option<Usage>,
    ) -> Response<'a> {
        Response {
            status: ending.status,
            error: ending.failed.map(|message| Error { code: "server_error", message }),
            incomplete_details: ending.incomplete.map(|reason| Incomplete { reason }),
            output,
            usage: usage.map(Counts::from),
            ..self.in_progress()
        }
    }
}
