//! What a request may use: which limits it meets, what is reserved of them, what is settled, and what is told of it.
//!
//! Pure: policies, the caller, the clock and the counters' values go in; gates, changes and words come out. The counters
//! themselves are `postern-store`'s. [`hold`] says how a limit is kept.

mod address;
mod estimate;
mod headers;
mod hold;
mod refusal;
mod report;
mod reserve;
mod standing;
mod subject;
mod ticket;
mod window;
mod words;

pub use address::counted_address;
pub use estimate::{Amounts, AnswerCap, DEFAULT_ANSWER_TOKENS};
pub use headers::{Names, headers};
pub use hold::{Hold, LEASE_MS, Layout, Met, Unit};
pub use refusal::{Refusal, closed};
pub use report::{counters, report};
pub use reserve::{Asked, Denied, DeniedBy, Limits, Reserved};
pub use standing::Standing;
pub use subject::{Subject, is_of_the_model};
pub use ticket::{RENEW_AFTER_MS, Settlement, Ticket};
pub use window::{Span, Windows, Zone};
