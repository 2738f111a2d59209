//! Charges that never count, since earlier ones match all that they match.

use super::charge::{Charge, Unit};
use super::models::covers;
use crate::usage::TokenKind;

/// Whether earlier charges count everything that this one would.
pub(super) fn is_shadowed(charge: &Charge, earlier: &[Charge]) -> bool {
    let kinds: Vec<Option<TokenKind>> = match charge.unit {
        Unit::Tokens => charge.kinds.iter().copied().map(Some).collect(),
        Unit::Requests | Unit::Cost => vec![None],
    };
    let same_unit = || earlier.iter().filter(|other| other.unit == charge.unit);
    kinds.iter().all(|kind| {
        charge.models.iter().all(|pattern| {
            same_unit()
                .filter(|other| other.counts(*kind))
                .any(|other| other.models.iter().any(|wide| covers(wide, pattern)))
        })
    })
}
