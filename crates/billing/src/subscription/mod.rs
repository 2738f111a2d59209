//! Subscriptions: a state that events and time change.
//!
//! The state is what its events make of it: the same events give the same state ([`Subscription::replay`]). What happens by time
//! alone (the end of a trial, a change or an end at the end of a period) needs no event; it happens before the next event, and in
//! [`Subscription::advance`].

mod event;
mod history;
mod refusal;
mod spell;
mod state;
mod timed;
mod transition;

pub use event::{Change, Event, Terms, When};
pub use history::Span;
pub use refusal::Refusal;
pub use state::{Status, Subscription};
