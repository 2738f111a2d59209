//! Why a request has no instance, for those that answer it.

/// Why no instance is made for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoInstance {
    /// There will be a place soon.
    Busy,
    /// There are as many instances as may be, and all have their fill of requests.
    Full,
}

impl std::fmt::Display for NoInstance {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Busy => "no instance has had a place for the request in time",
            Self::Full => {
                "there are as many instances as may be, and all have their fill (--max-instances)"
            }
        })
    }
}

impl std::error::Error for NoInstance {}
