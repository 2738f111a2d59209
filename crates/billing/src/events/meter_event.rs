//! Stripe's meter events (`POST /v1/billing/meter_events`, and `POST /v2/billing/meter_events`).

use super::error::{EventError, length};
use super::identifier;
use crate::calendar::rfc_3339;
use serde::Serialize;

/// The greatest age: 35 days (Stripe, `timestamp`: "within the past 35 calendar days").
const MOST_AGE_S: i64 = 35 * 86_400;
/// Five minutes (Stripe, `timestamp`: "up to 5 minutes in the future").
const MOST_AHEAD_S: i64 = 300;
/// Stripe's bound on a meter's name, which is also ours on an id of a customer.
const MOST_NAME: usize = 100;

/// Usage of a customer for a meter of Stripe's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterEvent {
    /// The meter's event name, at most 100 characters.
    pub event_name: String,
    /// Unique within 24 hours at least, at most 100 characters: the same whenever this usage is sent.
    pub identifier: String,
    /// When the request began, in seconds since 1970.
    pub timestamp_s: i64,
    /// The customer at Stripe: `cus_...`.
    pub stripe_customer_id: String,
    /// A whole number. It is sent as a string.
    pub value: u64,
}

#[derive(Serialize)]
struct V2<'e> {
    event_name: &'e str,
    identifier: &'e str,
    timestamp: String,
    payload: Payload<'e>,
}

#[derive(Serialize)]
struct Payload<'e> {
    stripe_customer_id: &'e str,
    value: String,
}

impl MeterEvent {
    /// Checks what Stripe asks of it.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn check(&self, now_s: i64) -> Result<(), EventError> {
        length("event_name", &self.event_name, MOST_NAME)?;
        length("identifier", &self.identifier, identifier::MOST)?;
        length("stripe_customer_id", &self.stripe_customer_id, MOST_NAME)?;
        let age_s = now_s.saturating_sub(self.timestamp_s);
        if age_s > MOST_AGE_S {
            return Err(EventError::TooOld { age_s, most_s: MOST_AGE_S });
        }
        let ahead_s = self.timestamp_s.saturating_sub(now_s);
        if ahead_s > MOST_AHEAD_S {
            return Err(EventError::InTheFuture { ahead_s, most_s: MOST_AHEAD_S });
        }
        Ok(())
    }

    /// The body of version 1 (`application/x-www-form-urlencoded`).
    pub fn to_form(&self) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("event_name", &self.event_name)
            .append_pair("identifier", &self.identifier)
            .append_pair("timestamp", &self.timestamp_s.to_string())
            .append_pair("payload[stripe_customer_id]", &self.stripe_customer_id)
            .append_pair("payload[value]", &self.value.to_string());
        form.finish()
    }

    /// The body of version 2 (`application/json`).
    pub fn to_json(&self) -> String {
        let event = V2 {
            event_name: &self.event_name,
            identifier: &self.identifier,
            timestamp: rfc_3339(self.timestamp_s),
            payload: Payload {
                stripe_customer_id: &self.stripe_customer_id,
                value: self.value.to_string(),
            },
        };
        // Its keys are strings and its writer is memory: there is nothing that can fail.
        serde_json::to_string(&event).unwrap_or_default()
    }
}
