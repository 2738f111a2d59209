//! The cap on an answer that the client did not ask for, or asked for too high.

use crate::call::Call;
use crate::exchange::Exchange;
use crate::record::Event;
use crate::stages::Stages;
use postern_dialect::translate;
use postern_types::Target;
use postern_types::limiter::Admission;

/// The target, whose answers are no longer than what the prompt leaves of its context. A higher cap of the client's is lowered
/// to it and told as a loss, as one above the model's is.
pub fn within(mut target: Target, admission: &Admission) -> Target {
    if let Some(room) = admission.room_tokens {
        let most = target.api.max_output_tokens.map_or(room, |most| most.min(room));
        target.api.max_output_tokens = Some(most);
    }
    target
}

/// The header that says which cap is added. Nothing of the request is lost by it, so that it refuses no strict request.
pub fn added<S: Stages>(
    call: &Call<'_>,
    target: &Target,
    admission: &Admission,
    exchange: &mut Exchange<S>,
) -> Option<(String, String)> {
    let facts = call.facts;
    let (tokens, why) = match admission.answer_cap_tokens {
        Some(tokens) => (tokens, "a limit of the caller counts the answer's tokens"),
        None => (translate::required_cap(&target.api, facts)?, "the model's provider wants one"),
    };
    let name = translate::cap_name(facts.client)?;
    exchange.observe(Event::Added(name));
    Some(("x-postern-added".to_owned(), format!("{name}={tokens}: {why}")))
}
