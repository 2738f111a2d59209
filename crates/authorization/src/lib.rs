//! Who may do what: Cedar policies, and their decisions.
//!
//! `policies/authorization.cedar` is read once ([`Authorization`]), validated strictly against the schema in
//! `postern.cedarschema`, and evaluated for each action of a request on each model that could serve it. A request that
//! no policy permits is refused, a `forbid` wins over every `permit`, and a `forbid` that fails forbids ([`Decision`]).
//! [`DecisionCache`] caches decisions by exactly their inputs.
//!
//! The reference is `docs/authorization.md`. No I/O: the text, the time and the address are arguments.
//! Cedar: <https://docs.cedarpolicy.com>.

mod context_attributes;
mod decision;
mod decision_cache;
mod entities;
mod facts;
mod policies;
mod policy;
mod problem;
mod schema;
mod statements;
mod validate;
mod wording;

pub use context_attributes::ContextAttributes;
pub use decision::Decision;
pub use decision_cache::DecisionCache;
pub use facts::{Action, Context, Principal, Resource};
pub use policies::Authorization;
pub use policy::Policy;
pub use problem::Problem;

/// The name of the file in the policy folder.
pub const AUTHORIZATION_FILE: &str = "authorization.cedar";

/// The schema, in Cedar's own syntax.
pub const SCHEMA: &str = include_str!("postern.cedarschema");
