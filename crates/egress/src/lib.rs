//! What `upstream` and the component `egress` say to each other beside the vendor's own request and answer, in headers that
//! neither vendors nor clients see.
//!
//! A [`Call`] says where a request goes and how long it may take. A [`Failure`] says why the vendor gave no answer.

mod call;
mod failure;

pub use call::{Call, Refusal, Timeouts};
pub use failure::{ANSWER, DETAIL, Failure, VENDOR};

/// The beginning of all our headers: none of them goes to a vendor, and none of a vendor's goes back.
const OURS: &str = "x-postern-egress-";

/// The headers by which Spin describes a request to a component (<https://spinframework.dev/http-trigger>).
const OF_SPIN: &str = "spin-";

/// Whether a header of a request is the vendor's to see.
pub fn goes_to_the_vendor(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !name.starts_with(OURS) && !name.starts_with(OF_SPIN)
}

/// Whether a header of an answer may come from the vendor.
pub fn comes_from_the_vendor(name: &str) -> bool {
    !name.to_ascii_lowercase().starts_with(OURS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_headers_and_those_of_spin_stay_here() {
        for ours in ["x-postern-egress-url", "X-Postern-Egress-Answer", "x-postern-egress-new"] {
            assert!(!goes_to_the_vendor(ours) && !comes_from_the_vendor(ours), "{ours}");
        }
        for spin in ["spin-full-url", "Spin-Client-Addr", "spin-path-match-a"] {
            assert!(!goes_to_the_vendor(spin) && comes_from_the_vendor(spin), "{spin}");
        }
        for theirs in ["authorization", "x-postern-request", "x-spin-egress-url", "traceparent"] {
            assert!(goes_to_the_vendor(theirs) && comes_from_the_vendor(theirs), "{theirs}");
        }
    }
}
