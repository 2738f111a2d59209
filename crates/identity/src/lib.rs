//! From a presented credential to the caller, or to the reason why there is none.
//!
//! Knows no HTTP and does no I/O: the clock, the store and the network are the component's, and come as arguments.
//! Every refusal is a case of one enum, [`Refused`], and one place decides what the caller is told.

mod attempt;
mod caller;
mod challenge;
mod chosen;
mod claims;
mod foreign_key;
mod ids;
mod inactive;
mod introspected;
mod key_set;
mod originals;
mod presented;
mod refused;
mod token_cache;

pub use attempt::Attempt;
pub use caller::{Identity, of_issued_key, of_policy_key};
pub use challenge::{challenge, resource_metadata};
pub use chosen::{Chosen, chosen};
pub use claims::{of_claims, rules};
pub use foreign_key::is_foreign_key;
pub use ids::{IdOwner, Sharing, know_tenants};
pub use inactive::Inactive;
pub use introspected::Introspected;
pub use key_set::{Age, FetchedKeySet};
pub use originals::KeptOriginals;
pub use postern_types::Caller;
pub use presented::{Credential, ambiguous, secrets};
pub use refused::Refused;
pub use token_cache::TokenCache;
