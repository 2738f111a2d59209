//! The entries of a subscription's history.

/// A plan and seats from a moment on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spell {
    pub(super) start_s: i64,
    pub(super) plan: String,
    pub(super) seats: u32,
    pub(super) is_trial: bool,
}
