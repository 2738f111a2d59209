//! How much may they, now?
//!
//! Reads: `plans.toml`, the request's segments, the counters. Writes: the counters. Refuses with: `rate-limited` for a
//! limit that is reached, `invalid-request` for a request that can never fit a limit or the model's context, or a cap
//! above the model's, `forbidden` for an unknown plan. Runs before each attempt at a vendor, and again when it has
//! ended. When the counters cannot be reached: limits on money refuse, and limits on rates do what the plan says.
//!
//! Two builds, by feature: `key-value` counts by atomic increments, `redis` by scripts.

mod admit;
mod context;
mod policy;
mod settle;
mod subject;
mod thinking;
mod usage;

#[cfg(feature = "key-value")]
#[path = "key_value.rs"]
mod counters;
#[cfg(all(feature = "redis", not(feature = "key-value")))]
#[path = "redis.rs"]
mod counters;

use postern_contract::clock::unix_ms;
use postern_contract::limiter::exports::postern::limiter::stage::Guest as Stage;
use postern_contract::types::limiter::{
    Admission, AdmissionRequest, LeaseSettlement, Outcome, Rejection,
};
use postern_contract::types::{Caller, Fault, Prompt};
use postern_meter::closed;
use postern_store::Counters as _;

struct Limiter;

impl Stage for Limiter {
    async fn admit(request: AdmissionRequest, prompt: Prompt) -> Result<Admission, Rejection> {
        let admitted = admit::admit(&request, &prompt, unix_ms()).await;
        counters::sweep();
        admitted
    }

    async fn settle(lease: String, outcome: Outcome) -> Result<LeaseSettlement, Fault> {
        Ok(settle::settle(&lease, outcome, unix_ms()).await?)
    }

    async fn renew(lease: String) -> Result<String, Fault> {
        Ok(settle::renew(&lease, unix_ms()).await?)
    }

    async fn usage_of(
        caller: Caller,
        client_ip: Option<String>,
        model: Option<String>,
    ) -> Result<String, Fault> {
        Ok(usage::report(&caller, client_ip.as_deref(), model.as_deref(), unix_ms()).await?)
    }

    async fn ready() -> Result<(), Fault> {
        policy::plans()?;
        let ready = counters::counters().ready().await;
        Ok(ready.map_err(|error| closed(&error.to_string()))?)
    }
}

postern_contract::limiter::export_limiter!(Limiter);
