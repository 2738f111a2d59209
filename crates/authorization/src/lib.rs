//! Who may do what: Cedar policies, and the decisions they make.
//!
//! `policies/authorization.cedar` is read once ([`Authorization`]), validated strictly against the schema in
//! `postern.cedarschema`, and asked for each action of a request on each model that could serve it. What no policy
//! permits is refused, what one forbids is refused whatever others permit, and so is what a forbidding policy
//! fails to say ([`Decision`]). [`DecisionCache`] remembers decisions by exactly what they depend on.
//!
//! The reference is `docs/authorization.md`. No I/O: the text, the time and the address are arguments.
//! Cedar: <https://docs.cedarpolicy.com>.

mod decision;
mod entities;
mod facts;
mod decision_cache;
mod policies;
mod policy;
mod problem;
mod schema;
mod statements;
mod context_attributes;
mod validate;
mod wording;

pub use decision::Decision;
pub use facts::{Action, Context, Principal, Resource};
pub use decision_cache::DecisionCache;
pub use policies::Authorization;
pub use policy::Policy;
pub use problem::Problem;
pub use context_attributes::ContextAttributes;

/// The name of the file in the policy folder.
pub const AUTHORIZATION_FILE: &str = "authorization.cedar";

/// The schema, in Cedar's own syntax.
pub const SCHEMA: &str = include_str!("postern.cedarschema");
