//! How many files this process may open: every connection is one, and so is the connection to a vendor that it waits for.

/// What the host itself opens: its stores, what is mounted, its listener, the runtime's own.
const OWN: u64 = 64;
/// Connections over the cap, which may ask after health.
pub const OVERFLOW: u64 = 32;

/// Raises the limit as far as this process may, and gives it.
pub fn raise_limit() -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is to a value of the type that is asked for, which lives until the call is done.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } != 0 {
        // POSIX promises 20; every Linux has 1024.
        return 1024;
    }
    let raised = libc::rlimit { rlim_cur: limit.rlim_max, ..limit };
    // SAFETY: as above.
    if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const raised) } == 0 {
        return raised.rlim_cur;
    }
    limit.rlim_cur
}

/// How many connections such a limit is enough for: each may need one to a vendor.
pub fn for_connections(limit: u64) -> u64 {
    (limit.saturating_sub(OWN + OVERFLOW) / 2).max(1)
}

/// The limit that so many connections need.
pub fn needed(connections: u64) -> u64 {
    connections.saturating_mul(2).saturating_add(OWN + OVERFLOW)
}
