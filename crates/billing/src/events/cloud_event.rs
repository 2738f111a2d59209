//! CloudEvents 1.0 in JSON, with the data that OpenMeter's meters of tokens read.

use super::error::{EventError, length};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const SPEC_VERSION: &str = "1.0";
const JSON: &str = "application/json";
/// Longer than any name or id here; CloudEvents has no bound.
const MOST: usize = 512;

/// A usage event. `id` and `source` together identify it (CloudEvents 1.0, `id`): a receiver counts two with the same ones once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloudEvent {
    /// Always `1.0`.
    pub specversion: String,
    /// It is the same whenever this usage is sent.
    pub id: String,
    /// Which gateway, as a URI reference.
    pub source: String,
    /// What happened; a meter is of one type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which customer.
    pub subject: String,
    /// When the request began, as RFC 3339 writes it.
    pub time: String,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// What was used.
    pub data: Data,
}

/// What was used: tokens, or requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The model's name in the catalogue.
    pub model: String,
    /// The kind of tokens: `input`, `cached_input`, `cache_write`, `output`, `reasoning`; or `request`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Tokens, a whole number in a string as in OpenMeter's examples.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tokens: Option<String>,
    /// Requests, likewise.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub requests: Option<String>,
}

impl CloudEvent {
    pub(super) fn new(
        id: String,
        source: &str,
        kind: &str,
        subject: &str,
        time: String,
        data: Data,
    ) -> Self {
        Self {
            specversion: SPEC_VERSION.to_owned(),
            id,
            source: source.to_owned(),
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            time,
            datacontenttype: JSON.to_owned(),
            data,
        }
    }

    /// Checks what CloudEvents and OpenMeter ask of it.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), EventError> {
        for (field, given, wanted) in [
            ("specversion", &self.specversion, SPEC_VERSION),
            ("datacontenttype", &self.datacontenttype, JSON),
        ] {
            if given != wanted {
                return Err(EventError::Constant { field, given: given.clone(), wanted });
            }
        }
        for (field, text) in [
            ("id", &self.id),
            ("source", &self.source),
            ("type", &self.kind),
            ("subject", &self.subject),
            ("data.type", &self.data.kind),
        ] {
            length(field, text, MOST)?;
        }
        // RFC 3986, 2: what has to be escaped in a reference.
        let is_escaped = |sign: char| {
            sign.is_whitespace()
                || sign.is_control()
                || !sign.is_ascii()
                || "\"<>\\^`{|}".contains(sign)
        };
        if self.source.contains(is_escaped) {
            return Err(EventError::Source { given: self.source.clone() });
        }
        if self.time.parse::<jiff::Timestamp>().is_err() {
            return Err(EventError::Time { given: self.time.clone() });
        }
        let values = [&self.data.tokens, &self.data.requests];
        match values.into_iter().flatten().find(|value| value.parse::<u64>().is_err()) {
            Some(value) => Err(EventError::Value { given: value.clone() }),
            None => Ok(()),
        }
    }

    /// One event as JSON (`application/cloudevents+json`).
    pub fn to_json(&self) -> String {
        // Its keys are strings and its writer is memory: there is nothing that can fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Many events as JSON (`application/cloudevents-batch+json`).
    pub fn batch_to_json(events: &[Self]) -> String {
        serde_json::to_string(events).unwrap_or_default()
    }
}

/// The events that a receiver has, by source and id.
#[derive(Debug, Default, Clone)]
pub struct Received {
    known: BTreeSet<(String, String)>,
}

impl Received {
    /// Whether the event is new; from now on it is not.
    pub fn is_new(&mut self, event: &CloudEvent) -> bool {
        self.known.insert((event.source.clone(), event.id.clone()))
    }
}
