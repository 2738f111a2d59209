//! Faults, converted at the contract's borders. The contract's own type is not used elsewhere: its generated `Debug`
//! prints both voices.

use crate::{Blame, Fault, Kind};
use postern_types as types;

/// Maps an enum onto its twin, both ways: a case missing on either side does not compile.
macro_rules! twins {
    ($native:ty, $wire:ty, [$($case:ident),* $(,)?]) => {
        impl From<$native> for $wire {
            fn from(native: $native) -> Self {
                match native {
                    $(<$native>::$case => <$wire>::$case,)*
                }
            }
        }

        impl From<$wire> for $native {
            fn from(wire: $wire) -> Self {
                match wire {
                    $(<$wire>::$case => <$native>::$case,)*
                }
            }
        }
    };
}

twins!(
    Kind,
    types::FaultKind,
    [
        InvalidRequest,
        Unauthenticated,
        Forbidden,
        ModelNotFound,
        NoEligibleDeployment,
        TooLarge,
        ContentFiltered,
        RateLimited,
        Overloaded,
        UpstreamUnreachable,
        UpstreamTimeout,
        UpstreamFailed,
        UpstreamInvalid,
        NotConfigured,
        Unavailable,
    ]
);

twins!(Blame, types::Blame, [Caller, Gateway, Vendor]);

impl From<Fault> for types::Fault {
    fn from(fault: Fault) -> Self {
        let Fault { kind, public, private, blame, retryable, retry_after_ms, param, code } = fault;
        types::Fault {
            kind: kind.into(),
            public,
            private,
            blame: blame.into(),
            retryable,
            retry_after_ms,
            param,
            code,
        }
    }
}

impl From<types::Fault> for Fault {
    fn from(fault: types::Fault) -> Self {
        let types::Fault { kind, public, private, blame, retryable, retry_after_ms, param, code } =
            fault;
        Fault {
            kind: kind.into(),
            public,
            private,
            blame: blame.into(),
            retryable,
            retry_after_ms,
            param,
            code,
        }
    }
}
