//! `gateway.toml`: the sizes that the gateway holds in memory, whether it may drop parts of a request, which callers may use which
//! ids, which proxies it trusts for a client's address, which headers pass, which web pages may call, and how much an instance takes
//! on at once.

mod attempts;
mod cors;
mod headers;
mod ids;
mod metrics;
mod never;
mod overload;

pub use attempts::Attempts;
pub use cors::Cors;
pub use headers::PassedHeaders;
pub use ids::{ForeignIds, Ids};
pub use overload::Overload;

use std::ops::RangeInclusive;

use crate::ip_range::IpRange;
use crate::problem::Problems;
use crate::reading::{Key, Report, Table, whole_number};
use crate::{GATEWAY_FILE, grants};

/// 1 KiB, below which no useful request fits, to 100 MiB: an instance has 128 MiB on the smallest platform.
const BODY_BYTES: RangeInclusive<u64> = 1_024..=104_857_600;

/// From what a fast answer takes to ten minutes, after which clients and proxies have given up.
const EARLY_HEAD_MS: RangeInclusive<u64> = 1..=600_000;

const REQUEST: Key = Key::new("request", "[request]");
const RESPONSE: Key = Key::new("response", "[response]");
const STRICT: Key = Key::new("strict", "strict = true");
const MAX_BODY_BYTES: Key = Key::new("max_body_bytes", "max_body_bytes = 10_485_760");
const MAX_FORM_BYTES: Key = Key::new("max_binary_body_bytes", "max_binary_body_bytes = 26_214_400");
const EARLY_HEAD: Key = Key::new("early_head_after_ms", "early_head_after_ms = 10_000");
const CLIENT: Key = Key::new("client", "[client]");
const HEADERS: Key = Key::new("headers", "[headers]");
const ATTEMPTS: Key = Key::new("attempts", "[attempts]");
const CORS: Key = Key::new("cors", "[cors]");
const TRUSTED_PROXIES: Key = Key::new("trusted_proxies", r#"trusted_proxies = ["10.0.0.0/8"]"#);

/// The settings of `gateway.toml`, with defaults for absent keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// The longest body of a request that is read.
    pub max_request_body_bytes: u64,
    /// The longest body of a request that is a form with files.
    pub max_binary_request_body_bytes: u64,
    /// The longest buffered answer of a vendor; streams are not buffered.
    pub max_response_body_bytes: u64,
    /// When the head of a stream leaves without a first event; `None`: it waits for one.
    pub early_head_after_ms: Option<u64>,
    /// Whether a request that the vendor's dialect cannot carry entirely is refused, rather than sent with a loss.
    pub strict: bool,
    /// How often a request is tried.
    pub attempts: Attempts,
    /// Which callers may use objects of the account with a vendor.
    pub ids: Ids,
    /// The addresses from which `X-Forwarded-For` is trusted; empty means none.
    pub trusted_proxies: Vec<IpRange>,
    /// Who may read `/metrics` without a credential.
    pub metrics_addresses: Vec<IpRange>,
    /// Headers that pass in addition to those of the dialects.
    pub headers: PassedHeaders,
    /// Which web pages may call; `None` means no page of another origin.
    pub cors: Option<Cors>,
    /// How much one instance takes on at once.
    pub overload: Overload,
}

impl Default for Gateway {
    fn default() -> Self {
        Self {
            // Fits ten images as base64, and is the limit of the smallest platform.
            max_request_body_bytes: 10 * 1024 * 1024,
            // The largest recording that OpenAI accepts (<https://platform.openai.com/docs/guides/speech-to-text>).
            max_binary_request_body_bytes: 25 * 1024 * 1024,
            // Fits 2,048 embeddings of 3,072 numbers as text.
            max_response_body_bytes: 64 * 1024 * 1024,
            early_head_after_ms: None,
            strict: false,
            attempts: Attempts::default(),
            ids: Ids::default(),
            trusted_proxies: Vec::new(),
            metrics_addresses: Vec::new(),
            headers: PassedHeaders::default(),
            cors: None,
            overload: Overload::default(),
        }
    }
}

impl Gateway {
    /// Reads the text of `gateway.toml`; without the file the defaults apply.
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
    let mut request = root.table(report, REQUEST, "[request]");
    let max_request = request.as_mut().and_then(|table| body_bytes(report, table, MAX_BODY_BYTES));
    let max_form = request.as_mut().and_then(|table| body_bytes(report, table, MAX_FORM_BYTES));
    let strict = request.as_mut().and_then(|table| table.optional(report, STRICT));
    let ids = request.as_mut().map(|table| ids::read(report, table));
    let mut attempts = root.table(report, ATTEMPTS, "[attempts]");
    let tried = attempts.as_mut().map(|table| attempts::read(report, table));
    let mut response = root.table(report, RESPONSE, "[response]");
    let max_response =
        response.as_mut().and_then(|table| body_bytes(report, table, MAX_BODY_BYTES));
    let early_head = response.as_mut().and_then(|table| {
        let written = table.optional(report, EARLY_HEAD)?;
        whole_number(report, table.label, EARLY_HEAD, &written, EARLY_HEAD_MS)
    });
    let mut client = root.table(report, CLIENT, "[client]");
    let trusted_proxies = client.as_mut().map(|table| trusted_proxies(report, table));
    let mut headers = root.table(report, HEADERS, "[headers]");
    let passed = headers.as_mut().map(|table| headers::read(report, table));
    let mut cors = root.table(report, CORS, "[cors]");
    let pages = cors.as_mut().and_then(|table| cors::read(report, table));
    let max_request = max_request.unwrap_or(default.max_request_body_bytes);
    let max_form = max_form.unwrap_or(default.max_binary_request_body_bytes);
    let max_response = max_response.unwrap_or(default.max_response_body_bytes);
    let largest = max_request.max(max_form).max(max_response);
    let mut overload = root.table(report, overload::OVERLOAD, "[overload]");
    let in_flight = overload.as_mut().map(|table| overload::read(report, table, largest));
    for table in
        [request, attempts, response, client, headers, cors, overload].into_iter().flatten()
    {
        table.finish(report);
    }
    let metrics_addresses = metrics::addresses(report, &mut root);
    root.finish(report);
    Gateway {
        max_request_body_bytes: max_request,
        max_binary_request_body_bytes: max_form,
        max_response_body_bytes: max_response,
        early_head_after_ms: early_head,
        strict: strict.is_some_and(|strict| *strict.get_ref()),
        attempts: tried.unwrap_or_default(),
        ids: ids.unwrap_or_default(),
        trusted_proxies: trusted_proxies.unwrap_or_default(),
        metrics_addresses,
        headers: passed.unwrap_or_default(),
        cors: pages,
        overload: in_flight.unwrap_or_default(),
    }
}

fn body_bytes(report: &mut Report<'_>, table: &mut Table<'_>, key: Key) -> Option<u64> {
    let written = table.optional(report, key)?;
    whole_number(report, table.label, key, &written, BODY_BYTES)
}

fn trusted_proxies(report: &mut Report<'_>, table: &mut Table<'_>) -> Vec<IpRange> {
    let list = table.optional(report, TRUSTED_PROXIES);
    grants::ip_ranges(report, table.label, TRUSTED_PROXIES, &list)
}
