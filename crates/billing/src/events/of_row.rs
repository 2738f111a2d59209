//! The events of a row.

use super::cloud_event::{CloudEvent, Data};
use super::error::EventError;
use super::identifier::identifier;
use super::meter_event::MeterEvent;
use crate::calendar::rfc_3339_ms;
use crate::usage::{TokenKind, UsageRow};

/// Who is told, and as whom.
#[derive(Debug, Clone, Copy)]
pub struct Customer<'c> {
    /// CloudEvents: which gateway, as a URI reference.
    pub source: &'c str,
    /// CloudEvents: the type of events. Stripe: the beginning of the meters' event names: `postern_tokens` gives `postern_tokens_input`.
    pub event_type: &'c str,
    /// CloudEvents: the subject. Stripe: the customer, `cus_...`.
    pub id: &'c str,
}

/// The events of a row: one for each kind of tokens that were used, and one for requests. Each passed its check.
///
/// # Errors
///
/// One has a name or time that cannot be sent.
pub fn cloud_events(
    request_id: &str,
    row: &UsageRow<'_>,
    customer: Customer<'_>,
) -> Result<Vec<CloudEvent>, EventError> {
    let unix_ms = row.started_unix_ms;
    let time =
        rfc_3339_ms(unix_ms).ok_or_else(|| EventError::Time { given: unix_ms.to_string() })?;
    let event = |(kind, value): (&str, u64)| {
        let value = Some(value.to_string());
        let (tokens, requests) = if kind == REQUEST { (None, value) } else { (value, None) };
        let data = Data { model: row.model.to_owned(), kind: kind.to_owned(), tokens, requests };
        let id = identifier(request_id, row.model, kind);
        let Customer { source, event_type, id: subject } = customer;
        let event = CloudEvent::new(id, source, event_type, subject, time.clone(), data);
        event.check().map(|()| event)
    };
    parts(row).map(event).collect()
}

/// The same for Stripe, with a meter for each kind.
///
/// # Errors
///
/// One has a name that cannot be sent, or is too old.
pub fn meter_events(
    request_id: &str,
    row: &UsageRow<'_>,
    customer: Customer<'_>,
    now_s: i64,
) -> Result<Vec<MeterEvent>, EventError> {
    let event = |(kind, value): (&str, u64)| {
        let event = MeterEvent {
            event_name: format!("{}_{kind}", customer.event_type),
            identifier: identifier(request_id, row.model, kind),
            timestamp_s: i64::try_from(row.started_unix_ms / 1_000).unwrap_or(i64::MAX),
            stripe_customer_id: customer.id.to_owned(),
            value,
        };
        event.check(now_s).map(|()| event)
    };
    parts(row).map(event).collect()
}

const REQUEST: &str = "request";

/// What is over 0, with its word.
fn parts(row: &UsageRow<'_>) -> impl Iterator<Item = (&'static str, u64)> {
    let kinds = TokenKind::ALL.map(TokenKind::as_str).into_iter().zip(row.tokens.by_kind());
    kinds.chain([(REQUEST, row.requests)]).filter(|(_, value)| *value > 0)
}
