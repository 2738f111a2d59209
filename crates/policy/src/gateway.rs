//! `gateway.toml`: the sizes the gateway holds in memory.

use std::ops::RangeInclusive;

use crate::GATEWAY_FILE;
use crate::problem::Problems;
use crate::reading::{Key, Report, Table, whole_number};

/// 1 KiB, below which no useful request fits, to 100 MiB: an instance has 128 MiB on the smallest platform.
const BODY_BYTES: RangeInclusive<u64> = 1_024..=104_857_600;

const REQUEST: Key = Key::new("request", "[request]");
const RESPONSE: Key = Key::new("response", "[response]");
const MAX_BODY_BYTES: Key = Key::new("max_body_bytes", "max_body_bytes = 10_485_760");

/// What `gateway.toml` says, or the defaults where it says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// The longest body of a request that is read.
    pub max_request_body_bytes: u64,
    /// The longest whole answer of a vendor that is held; streams are not held.
    pub max_response_body_bytes: u64,
}

impl Default for Gateway {
    fn default() -> Self {
        Self {
            // Ten images as base64, and what the smallest platform lets through.
            max_request_body_bytes: 10 * 1024 * 1024,
            // 2,048 embeddings of 3,072 numbers as text.
            max_response_body_bytes: 64 * 1024 * 1024,
        }
    }
}

impl Gateway {
    /// Reads the text of `gateway.toml`; without the file the defaults hold.
    ///
    /// # Errors
    ///
    /// All problems of the file.
    pub fn from_toml(text: Option<&str>) -> Result<Self, Problems> {
        let Some(text) = text else {
            return Ok(Self::default());
        };
        let mut report = Report::new(GATEWAY_FILE, text);
        let gateway = read(&mut report);
        report.into_problems().or(gateway)
    }
}

fn read(report: &mut Report<'_>) -> Gateway {
    let Some(document) = report.parse() else {
        return Gateway::default();
    };
    let default = Gateway::default();
    let mut root = Table::root(&document);
    let request = max_body_bytes(report, &mut root, REQUEST, "[request]");
    let response = max_body_bytes(report, &mut root, RESPONSE, "[response]");
    root.finish(report);
    Gateway {
        max_request_body_bytes: request.unwrap_or(default.max_request_body_bytes),
        max_response_body_bytes: response.unwrap_or(default.max_response_body_bytes),
    }
}

fn max_body_bytes(
    report: &mut Report<'_>,
    root: &mut Table<'_>,
    section: Key,
    what: &'static str,
) -> Option<u64> {
    let mut table = root.table(report, section, what)?;
    let label = table.label;
    let written = table.optional(report, MAX_BODY_BYTES);
    table.finish(report);
    whole_number(report, label, MAX_BODY_BYTES, &written?, BODY_BYTES)
}
