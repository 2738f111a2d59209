//! Faults of the pure crates, carried over the contract's borders and back.

use crate::types;
use postern_fault::{Blame, Fault, Kind};

/// Map one enum onto its twin, both ways: a case missing on either side does not compile.
macro_rules! twins {
    ($native:ty, $wire:ty, [$($case:ident => $twin:ident),* $(,)?]) => {
        impl From<$native> for $wire {
            fn from(native: $native) -> Self {
                match native {
                    $(<$native>::$case => <$wire>::$twin,)*
                }
            }
        }

        impl From<$wire> for $native {
            fn from(wire: $wire) -> Self {
                match wire {
                    $(<$wire>::$twin => <$native>::$case,)*
                }
            }
        }
    };
    ($native:ty, $wire:ty, [$($case:ident),* $(,)?]) => {
        twins!($native, $wire, [$($case => $case),*]);
    };
}
pub(crate) use twins;

twins!(
    Kind,
    types::FaultKind,
    [
        InvalidRequest,
        Unauthenticated,
        Forbidden,
        ModelNotFound,
        TooLarge,
        RateLimited,
        Overloaded,
        UpstreamUnreachable,
        UpstreamTimeout,
        UpstreamFailed,
        UpstreamInvalid,
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
