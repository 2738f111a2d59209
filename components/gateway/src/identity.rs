//! Who calls: what `auth` says of the credentials, and what it needs of `upstream` to say it.

use crate::exchange::Exchange;
use crate::head::Head;
use crate::refusal::Refusal;
use crate::stages::auth::{self, Arrival, Outcome, Refused};
use crate::stages::upstream;
use postern_contract::types::Caller;
use postern_fault::{Fault, Kind};

/// A token is introspected, or its MAC is computed: one errand. A second one would be a mistake, and a third a loop.
const MAX_ERRANDS: usize = 1;

/// The caller, noted in the record; or why there is none, and the challenge that says so.
pub async fn of(head: &Head, exchange: &mut Exchange) -> Result<Caller, Refusal> {
    let known = authenticated(head.arrival(), exchange).await;
    match known {
        Ok(caller) => {
            exchange.record.identify(&caller);
            Ok(caller)
        }
        Err(refused) => {
            exchange.record.unidentified(refused.credential_id);
            // What would let the caller in (RFC 9110, 11.6.1).
            let challenge = refused.challenge.map(|text| ("www-authenticate".to_owned(), text));
            Err(Refusal { fields: challenge.into_iter().collect(), ..refused.fault.into() })
        }
    }
}

async fn authenticated(arrival: Arrival, exchange: &mut Exchange) -> Result<Caller, Refused> {
    let mut done = None;
    for ran in 0..=MAX_ERRANDS {
        let asked = auth::authenticate(arrival.clone(), done.take());
        match exchange.wait("auth", asked).await? {
            Outcome::Known(caller) => return Ok(caller),
            Outcome::Errand(_) if ran == MAX_ERRANDS => break,
            Outcome::Errand(errand) => {
                done = Some(exchange.wait("errand", upstream::run(errand)).await);
            }
        }
    }
    let fault = Fault::new(Kind::Unavailable, "the gateway cannot check credentials at the moment")
        .with_code("auth_unavailable")
        .with_private("auth asked for one errand after another");
    Err(Refused { fault: fault.into(), challenge: None, credential_id: None })
}
