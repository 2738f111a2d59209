//! The limit of open files: every connection is one, and so is the connection to a vendor that it waits for.

/// The host's own files: its stores, mounts, its listener, the runtime's.
const OWN: u64 = 64;
/// Connections over the cap, which may ask for health.
pub const OVERFLOW: u64 = 32;

/// Raises the limit as far as this process may, and returns it.
pub fn raise_limit() -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is to a value of the right type, which lives until the call is done.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } != 0 {
        // POSIX guarantees 20; every Linux has 1024.
        return 1024;
    }
    let raised = libc::rlimit { rlim_cur: limit.rlim_max, ..limit };
    // SAFETY: as above.
    if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const raised) } == 0 {
        return raised.rlim_cur;
    }
    limit.rlim_cur
}

/// The connections that this limit is enough for: each may need one to a vendor.
pub fn for_connections(limit: u64) -> u64 {
    (limit.saturating_sub(OWN + OVERFLOW) / 2).max(1)
}

/// The limit that this many connections need.
pub fn needed(connections: u64) -> u64 {
    connections.saturating_mul(2).saturating_add(OWN + OVERFLOW)
}
