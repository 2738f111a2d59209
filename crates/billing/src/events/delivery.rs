//! What receivers remember.

const DAY_S: i64 = 86_400;

/// How long a receiver knows an id again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receiver {
    /// As long as it has the event (CloudEvents by source and id, as OpenMeter keeps them).
    CloudEvents,
    /// 24 hours (Stripe, `identifier`: "uniqueness within a rolling period of at least 24 hours").
    Stripe,
}

/// Whether a batch that is not known to be delivered may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resend {
    /// The receiver counts what it has once.
    Safe,
    /// It may have forgotten the ids: look there first, and settle the batch ([`super::Outbox::settle`]).
    Unsure,
}

impl Receiver {
    /// Whether what was sent some seconds ago may be sent again. An hour is left, so that a slow batch ends in time.
    pub fn resend(self, age_s: i64) -> Resend {
        const MARGIN_S: i64 = 3_600;
        match self {
            Self::CloudEvents => Resend::Safe,
            Self::Stripe if age_s < DAY_S - MARGIN_S => Resend::Safe,
            Self::Stripe => Resend::Unsure,
        }
    }
}
