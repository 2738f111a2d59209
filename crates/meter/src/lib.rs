//! What a request may use: the limits that apply to it, the reservation of each, its settlement, and what the client is told.
//!
//! Pure: policies, the caller, the clock and the counters' values go in; gates, changes and texts come out. The counters are
//! those of `postern-store`. The module `reservation` says how a limit is kept.

mod address;
mod display;
mod estimate;
mod headers;
mod lease;
mod limit_identity;
mod limit_match;
mod refusal;
mod report;
mod reservation;
mod reserve;
mod status;
mod subject;
mod window;

pub use address::counted_address;
pub use estimate::{Amounts, AnswerCap, DEFAULT_ANSWER_TOKENS, SMALL_ANSWER_TOKENS};
pub use headers::{HeaderNames, headers};
pub use lease::{Lease, RENEW_AFTER_MS, Settlement};
pub use limit_match::LimitMatch;
pub use refusal::{Refusal, closed};
pub use report::{counters, report};
pub use reservation::{LEASE_MS, Layout, Reservation, Unit};
pub use reserve::{Admitted, Limits, Rejected, RejectedBy, ReserveRequest};
pub use status::LimitStatus;
pub use subject::{Subject, is_model_specific};
pub use window::{Span, Windows, Zone};
