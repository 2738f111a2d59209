//! Amounts as the ledger keeps them.

/// The largest amount of one request, about 10^15 tokens or a million dollars: a vendor's nonsense cannot overflow a sum.
pub const MAX_AMOUNT: i64 = 1 << 50;

/// An amount as the ledger keeps it.
pub(super) fn amount(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(MAX_AMOUNT).min(MAX_AMOUNT)
}
