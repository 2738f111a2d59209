//! Why an attempt failed, and how far it got.

use crate::call::Call;
use postern_dialect::needs::Use;
use postern_fault::{Blame, CLIENT_LEFT, Fault, Kind};

/// Why an attempt failed.
pub struct Failed {
    /// Why.
    pub fault: Fault,
    /// The vendor has answered with success, and its answer cannot be read: it has worked, for an unknown amount.
    pub answered: bool,
    /// How far it got.
    pub reached: Reached,
}

/// How far an attempt got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// Nothing was sent.
    Unsent,
    /// It was sent, and there is no answer: whether the vendor works is not known.
    Unknown,
    /// The vendor has said itself that it failed, or has no room now.
    Vendor,
    /// The vendor has refused it, and would again.
    Refused,
    /// The vendor has begun to answer, or was given the time for it.
    Work,
}

impl Failed {
    /// Whether the same deployment may be asked again: it may answer, it is not at work already, and it keeps nothing twice.
    pub fn may_repeat(&self, call: &Call<'_>) -> bool {
        match self.reached {
            Reached::Vendor => match self.fault.kind {
                Kind::RateLimited | Kind::Overloaded => true,
                // A credential or a quota does not come back in seconds.
                Kind::UpstreamFailed => self.fault.blame == Blame::Vendor,
                _ => false,
            },
            Reached::Unknown => !call.needs.uses.contains(&Use::KeepState),
            Reached::Unsent | Reached::Refused | Reached::Work => false,
        }
    }

    /// Nothing was sent.
    pub fn unsent(fault: Fault) -> Self {
        Failed { fault, answered: false, reached: Reached::Unsent }
    }

    /// There is no answer.
    pub fn unanswered(fault: Fault) -> Self {
        // The vendor was at work when its client left.
        let answered = fault.code.as_deref() == Some(CLIENT_LEFT);
        let reached = match fault.kind {
            Kind::NotConfigured | Kind::Unavailable => Reached::Unsent,
            _ => Reached::Unknown,
        };
        Failed { fault, answered, reached }
    }

    /// An error status.
    pub fn refused(fault: Fault, status: u16) -> Self {
        let reached = match status {
            429 | 500.. => Reached::Vendor,
            _ => Reached::Refused,
        };
        Failed { fault, answered: false, reached }
    }

    /// The time of the attempt is over, and the vendor is at work.
    pub fn late(fault: Fault) -> Self {
        Failed { fault, answered: false, reached: Reached::Work }
    }

    /// A fault after a success status. The vendor does not bill errors that it reports itself.
    pub fn to_answer(fault: Fault) -> Self {
        let answered =
            matches!(fault.kind, Kind::UpstreamInvalid | Kind::UpstreamTimeout | Kind::Unavailable)
                || fault.blame == Blame::Gateway;
        let reached = if answered { Reached::Work } else { Reached::Vendor };
        Failed { fault, answered, reached }
    }
}

impl From<Fault> for Failed {
    /// The client has left.
    fn from(fault: Fault) -> Self {
        Failed::unanswered(fault)
    }
}
