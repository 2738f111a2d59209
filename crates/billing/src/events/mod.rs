//! Usage for other systems that bill: CloudEvents for OpenMeter, meter events for Stripe, and a cursor that loses and repeats nothing.

mod cloud_event;
mod delivery;
mod error;
mod identifier;
mod meter_event;
mod of_row;
mod outbox;

pub use cloud_event::{CloudEvent, Data, Received};
pub use delivery::{Receiver, Resend};
pub use error::EventError;
pub use meter_event::MeterEvent;
pub use of_row::{Customer, cloud_events, meter_events};
pub use outbox::{Outbox, Pending};
