//! Which deployments serve a request, in which order, and what if one fails.
//!
//! Pure: the catalogue, the caller, the request, what was observed, time and random bits go in, a [`RouteDecision`] comes out
//! with its reasons. Filters come first, and are hard; then strategies order what is left. What goes on while deployments
//! are tried ([`resilience`]) are state machines, to which time is an argument too.

mod allowed;
mod decision;
mod explain;
mod filter;
mod hash;
mod list;
mod notice;
mod observed;
mod order;
mod refusal;
mod released;
mod replica;
mod request;
pub mod resilience;
mod shard;
mod signals;
mod view;

pub use allowed::Allowed;
pub use decision::{Candidate, Choice, Filter, RouteDecision, Score};
pub use list::{Listed, by_style, list};
pub use notice::headers as lifecycle_headers;
pub use observed::{DeploymentState, Ended, Observed};
pub use replica::{Chosen, Replica, StateStore, Unreachable};
pub use request::{Request, capabilities};
pub use signals::{Complexity, complexity, signals};

use postern_fault::Fault;
use postern_policy::{Catalogue, Named};

/// Decides which deployments serve a request.
///
/// # Errors
///
/// `model-not-found` for a name that does not exist or is not for this caller (which cannot distinguish the two),
/// `invalid-request` if no model behind it does what is asked, `no-eligible-deployment` if filters have removed all.
pub fn decide<'c>(
    catalogue: &'c Catalogue,
    request: &Request<'_>,
) -> Result<RouteDecision<'c>, Fault> {
    let named = catalogue.named(request.name).filter(|_| request.allowed.allows(request.name));
    let Some(named) = named else { return Err(refusal::not_found(request.name)) };
    let (route, lifecycle) = match named {
        Named::Model(model) => (None, &model.lifecycle),
        Named::Route(route) => (Some(route.as_ref()), &route.lifecycle),
    };
    if !request.allowed.previews(lifecycle) {
        return Err(refusal::not_found(request.name));
    }
    let mut candidates = filter::candidates(named, request);
    if candidates.iter().all(|candidate| candidate.removed == Some(Filter::Operation)) {
        return Err(refusal::unsupported(request));
    }
    let ordered = order::order(named, &mut candidates, request);
    if ordered.order.is_empty() {
        return Err(refusal::none_eligible(request, &candidates));
    }
    Ok(RouteDecision {
        route,
        candidates,
        order: ordered.order,
        complexity: ordered.complexity,
        is_unobserved: ordered.is_unobserved,
        are_all_open: ordered.are_all_open,
        is_probe: false,
        trouble: request.observed.trouble,
        lifecycle,
    })
}
