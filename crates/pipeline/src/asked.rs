//! What became of questions to models.

use crate::found::Direction;
use postern_fault::Kind;
use postern_types::limiter::LimitSettlement;
use postern_types::{Deployment, Usage};
use serde::Serialize;

/// What became of a question. It has nothing of the text, and nothing of what the model said.
#[derive(Debug)]
pub struct Asked {
    pub rule: String,
    pub model: String,
    /// The last deployment that was tried.
    pub deployment: Option<Deployment>,
    pub opinion: Result<bool, Unanswered>,
    pub duration_us: u64,
    pub usage: Option<Usage>,
    pub cost_nano_usd: Option<u64>,
    /// What its limits were settled to.
    pub settlements: Vec<LimitSettlement>,
}

/// Why there is no opinion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unanswered {
    /// No deployment may serve it.
    NotServed,
    /// A limit of the caller is reached.
    LimitReached,
    TimedOut,
    /// The vendor failed.
    Failed(Kind),
    /// The model said neither yes nor no.
    Unclear,
}

impl Unanswered {
    /// For the record.
    pub fn as_text(self) -> String {
        match self {
            Unanswered::NotServed => "not_served".to_owned(),
            Unanswered::LimitReached => "limit_reached".to_owned(),
            Unanswered::TimedOut => "timed_out".to_owned(),
            Unanswered::Failed(kind) => format!("{kind:?}"),
            Unanswered::Unclear => "unclear".to_owned(),
        }
    }
}

/// A question in the record.
#[derive(Serialize)]
pub struct AskedModel {
    #[serde(rename = "in")]
    direction: &'static str,
    rule: String,
    model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment: Option<String>,
    /// `agrees`, `disagrees` or `none`.
    opinion: &'static str,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    duration_us: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_nano_usd: Option<u64>,
}

impl AskedModel {
    /// What the record has of a question about a text that goes this way.
    pub fn new(asked: &Asked, direction: Direction) -> Self {
        AskedModel {
            direction: direction.as_str(),
            rule: asked.rule.clone(),
            model: asked.model.clone(),
            deployment: asked.deployment.as_ref().map(|deployment| deployment.name.clone()),
            opinion: match asked.opinion {
                Ok(true) => "agrees",
                Ok(false) => "disagrees",
                Err(_) => "none",
            },
            why: asked.opinion.err().map(Unanswered::as_text),
            duration_us: asked.duration_us,
            input_tokens: asked.usage.map(|usage| usage.input_tokens),
            output_tokens: asked.usage.map(|usage| usage.output_tokens),
            cost_nano_usd: asked.cost_nano_usd,
        }
    }
}
