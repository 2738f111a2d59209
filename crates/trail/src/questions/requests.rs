//! Single requests, newest first.

use super::cursor::Cursor;
use super::error::QuestionError;
use super::parameters::{Parameters, shown};
use super::scope::Scope;
use super::zone;
use crate::ledger::{LedgerError, Sql, Store, integer, text};
use crate::record::RequestOutcome;

/// The most requests of a page.
pub const MAX_PAGE: i64 = 500;

/// The number of requests of a page if none is asked for.
const PAGE: i64 = 50;

/// The longest range over rows of requests.
const MAX_RANGE_DAYS: i64 = 31;

/// Columns that rows are filtered by.
const FILTERS: [&str; 11] = [
    "consumer",
    "team",
    "tenant",
    "model",
    "provider",
    "route",
    "requested_model",
    "credential_id",
    "fault_kind",
    "operation",
    "trace_id",
];

/// A page of requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPage {
    /// Records as lines of JSON, newest first.
    pub records: Vec<String>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
}

impl RequestPage {
    /// An object with `requests` and `next`.
    pub fn to_json(&self) -> String {
        let next = self.next.as_ref().map_or("null".to_owned(), |next| format!("\"{next}\""));
        format!("{{\"requests\":[{}],\"next\":{next}}}", self.records.join(","))
    }
}

/// Answers a question about requests.
///
/// Parameters: `from` and `to` (both needed, at most 31 days apart), `zone`, `limit`, `cursor`, `outcome`, `status`, and columns as filters.
///
/// # Errors
///
/// The question has parameters or values that are not there, its range is open, or the ledger cannot be read.
pub async fn requests(
    store: &mut impl Store,
    parameters: Parameters<'_>,
    scope: &Scope,
) -> Result<RequestPage, QuestionError> {
    let mut known = vec!["from", "to", "zone", "limit", "cursor", "outcome", "status"];
    known.extend(FILTERS);
    parameters.only(&known)?;
    let (start_s, end_s) = range(parameters)?;
    let limit = limit(parameters)?;
    let mut sql = Sql::new(
        store.dialect(),
        "SELECT started_ms, request_id, record FROM request WHERE started_ms >= ",
    );
    sql.bind(start_s.saturating_mul(1_000)).push(" AND started_ms < ");
    sql.bind(end_s.saturating_mul(1_000));
    filter(&mut sql, parameters)?;
    scope.push_rows(&mut sql);
    if let Some(given) = parameters.one("cursor")? {
        let Cursor { started_ms, request_id } = Cursor::of(given)?;
        sql.push(" AND (started_ms < ").bind(started_ms).push(" OR (started_ms = ");
        sql.bind(started_ms).push(" AND request_id < ").bind(request_id.as_str()).push("))");
    }
    sql.push(" ORDER BY started_ms DESC, request_id DESC LIMIT ").bind(limit.saturating_add(1));
    let rows = store.query(sql.text(), sql.values()).await.map_err(LedgerError::from)?;
    let page = usize::try_from(limit).unwrap_or(0);
    let mut records = Vec::new();
    for row in rows.iter().take(page) {
        records.push(text(row, 2)?.to_owned());
    }
    let last = rows.get(page.saturating_sub(1)).filter(|_| rows.len() > page);
    let next = match last {
        Some(row) => Some(
            Cursor { started_ms: integer(row, 0)?, request_id: text(row, 1)?.to_owned() }.to_text(),
        ),
        None => None,
    };
    Ok(RequestPage { records, next })
}

/// One request by its id, with its attempts and decisions, as a line of JSON. None if there is none in this scope.
///
/// # Errors
///
/// The ledger cannot be read.
pub async fn request(
    store: &mut impl Store,
    request_id: &str,
    scope: &Scope,
) -> Result<Option<String>, QuestionError> {
    let mut sql = Sql::new(store.dialect(), "SELECT record FROM request WHERE request_id = ");
    sql.bind(request_id);
    scope.push_rows(&mut sql);
    let rows = store.query(sql.text(), sql.values()).await.map_err(LedgerError::from)?;
    Ok(rows.first().map(|row| text(row, 0).map(str::to_owned)).transpose()?)
}

fn range(parameters: Parameters<'_>) -> Result<(i64, i64), QuestionError> {
    let zone = zone::zone(parameters)?;
    let open = |parameter| QuestionError::OpenRange {
        parameter,
        what: "single requests are read in a range of at most 31 days, such as `from=2026-03-01&to=2026-03-08`; `usage` has sums of any range",
    };
    let start_s = zone::time(parameters, "from", &zone)?.ok_or_else(|| open("from"))?;
    let end_s = zone::time(parameters, "to", &zone)?.ok_or_else(|| open("to"))?;
    let length_s = end_s.saturating_sub(start_s);
    // A month of local time may be an hour longer.
    if length_s <= 0 || length_s > MAX_RANGE_DAYS * 86_400 + 3_600 {
        let found =
            if length_s <= 0 { "empty".to_owned() } else { format!("{} days", length_s / 86_400) };
        let known =
            format!("at most {MAX_RANGE_DAYS} days for single requests, with `from` before `to`");
        return Err(QuestionError::WrongRange { found, known });
    }
    Ok((start_s, end_s))
}

fn limit(parameters: Parameters<'_>) -> Result<i64, QuestionError> {
    let Some(given) = parameters.one("limit")? else { return Ok(PAGE) };
    let limit = given.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit));
    limit.ok_or_else(|| QuestionError::WrongValue {
        parameter: "limit",
        given: shown(given),
        known: format!("a number from 1 to {MAX_PAGE}"),
    })
}

fn filter(sql: &mut Sql, parameters: Parameters<'_>) -> Result<(), QuestionError> {
    let outcomes = RequestOutcome::ALL.map(|outcome| (outcome.as_str(), outcome));
    if let Some(outcome) = parameters.word("outcome", &outcomes)? {
        sql.push(" AND outcome = ").bind(outcome.as_str());
    }
    if let Some(given) = parameters.one("status")? {
        let status = given.parse::<i64>().ok().filter(|status| (100..=599).contains(status));
        let known = "a status of HTTP, such as `429`".to_owned();
        let wrong = QuestionError::WrongValue { parameter: "status", given: shown(given), known };
        sql.push(" AND status = ").bind(status.ok_or(wrong)?);
    }
    for column in FILTERS {
        let values: Vec<_> = parameters.all(column).take(64).map(Into::into).collect();
        if !values.is_empty() {
            sql.push(&format!(" AND {column} IN (")).bind_all(values).push(")");
        }
    }
    Ok(())
}
