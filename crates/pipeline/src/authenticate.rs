//! Authenticates the caller with `auth`, and makes the calls that `auth` delegates to `upstream`.

use crate::exchange::Exchange;
use crate::head::Head;
use crate::record::Event;
use crate::refusal::Refusal;
use crate::stages::Stages;
use postern_fault::{Fault, Kind};
use postern_types::Caller;
use postern_types::auth::{Authentication, AuthenticationFailure, AuthenticationRequest};
use postern_types::delegation::DelegatedCall;

/// A token is introspected, or its MAC is computed: one call. A second one would be an error, and a third a loop.
const MAX_DELEGATED_CALLS: usize = 1;

/// The caller, noted in the record; or the refusal with its challenge.
pub async fn caller<S: Stages>(head: &Head, exchange: &mut Exchange<S>) -> Result<Caller, Refusal> {
    match authenticated(head.authentication(), exchange).await {
        Ok(caller) => {
            exchange.observe(Event::Authenticated(&caller));
            Ok(caller)
        }
        Err(failure) => {
            exchange.observe(Event::NotAuthenticated(failure.credential_id));
            // The credential that would be accepted (RFC 9110, 11.6.1).
            let challenge = failure.challenge.map(|text| ("www-authenticate".to_owned(), text));
            Err(Refusal { fields: challenge.into_iter().collect(), ..failure.fault.into() })
        }
    }
}

async fn authenticated<S: Stages>(
    request: AuthenticationRequest,
    exchange: &mut Exchange<S>,
) -> Result<Caller, AuthenticationFailure> {
    let stages = exchange.stages.clone();
    let mut result = None;
    for made in 0..=MAX_DELEGATED_CALLS {
        let asked = stages.authenticate(request.clone(), result.take());
        match exchange.wait("auth", asked).await? {
            Authentication::Authenticated(caller) => return Ok(caller),
            Authentication::Delegated(call)
                if made == MAX_DELEGATED_CALLS || !is_for_auth(&call) =>
            {
                break;
            }
            Authentication::Delegated(call) => {
                result = Some(exchange.wait("delegated", stages.delegate(call)).await);
            }
        }
    }
    let fault = Fault::new(Kind::Unavailable, "the gateway cannot check credentials at the moment")
        .with_code("auth_unavailable")
        .with_private("auth delegated one call after another, or one that is not its own");
    Err(AuthenticationFailure { fault: fault.into(), challenge: None, credential_id: None })
}

/// `auth` holds sealed originals, and must not open them. What posts and signs is for the recorder.
fn is_for_auth(call: &DelegatedCall) -> bool {
    match call {
        DelegatedCall::Form(_) | DelegatedCall::Mac(_) => true,
        DelegatedCall::Seal(_)
        | DelegatedCall::Unseal(_)
        | DelegatedCall::Post(_)
        | DelegatedCall::Sign(_) => false,
    }
}
