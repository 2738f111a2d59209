//! How a quantity becomes parts, each with its rate.

use super::rate::Rate;
use crate::exact::{Overflow, share};

/// A step of a price list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// The last unit in it, counted from the first unit of the period; none for the last tier.
    pub up_to: Option<u64>,
    /// The price of a unit.
    pub rate: Rate,
}

/// How a quantity is priced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pricing {
    /// The first units are included, every other one has its price.
    Flat {
        /// Units per period that cost nothing.
        included: u64,
        /// The price of the others.
        rate: Rate,
    },
    /// Units are included, and there are no others: what a last request used beyond them costs nothing.
    Stop {
        /// Units per period.
        included: u64,
    },
    /// Each unit has the price of the tier that it is in.
    Graduated(Vec<Tier>),
    /// All units have the price of the tier that the last one is in.
    Volume(Vec<Tier>),
}

/// A part of a quantity with one rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The number of the tier, counted from 1; 0 for what is included.
    pub tier: usize,
    /// Units.
    pub quantity: i128,
    /// Their price.
    pub rate: Rate,
}

impl Pricing {
    /// The parts of a quantity. `billed_s` of `period_s` seconds are billed: included units and the bounds of tiers are scaled by
    /// that, each rounded half to even to a whole unit. Parts without units are left out.
    ///
    /// # Errors
    ///
    /// A number exceeds 127 bits.
    pub fn parts(
        &self,
        quantity: u128,
        billed_s: i64,
        period_s: i64,
    ) -> Result<Vec<Part>, Overflow> {
        let quantity = i128::try_from(quantity).map_err(|_| Overflow)?;
        let scaled =
            |units: u64| share(i128::from(units), i128::from(billed_s), i128::from(period_s));
        let mut parts = match self {
            Self::Flat { included, rate } => within(quantity, scaled(*included)?, *rate),
            Self::Stop { included } => within(quantity, scaled(*included)?, Rate::FREE),
            Self::Graduated(tiers) => graduated(tiers, quantity, scaled)?,
            Self::Volume(tiers) => volume(tiers, quantity, scaled)?,
        };
        parts.retain(|part| part.quantity != 0);
        Ok(parts)
    }

    /// The included units of a period of which `billed_s` of `period_s` seconds are billed, if there are no others to be had.
    ///
    /// # Errors
    ///
    /// A number exceeds 127 bits.
    pub fn stops_at(&self, billed_s: i64, period_s: i64) -> Result<Option<i128>, Overflow> {
        match self {
            Self::Stop { included } => {
                share(i128::from(*included), i128::from(billed_s), i128::from(period_s)).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Whether it has tiers.
    pub fn is_tiered(&self) -> bool {
        matches!(self, Self::Graduated(_) | Self::Volume(_))
    }

    /// Whether every unit has one price, so that units of several models need not be counted together.
    pub fn is_linear(&self) -> bool {
        matches!(self, Self::Flat { included: 0, .. })
    }
}

fn within(quantity: i128, included: i128, rate: Rate) -> Vec<Part> {
    let free = quantity.min(included);
    vec![
        Part { tier: 0, quantity: free, rate: Rate::FREE },
        Part { tier: 1, quantity: quantity - free, rate },
    ]
}

fn graduated(
    tiers: &[Tier],
    quantity: i128,
    scaled: impl Fn(u64) -> Result<i128, Overflow>,
) -> Result<Vec<Part>, Overflow> {
    let (mut parts, mut below) = (Vec::with_capacity(tiers.len()), 0);
    for (tier, number) in tiers.iter().zip(1..) {
        let up_to = tier.up_to.map_or(Ok(quantity), &scaled)?.min(quantity).max(below);
        parts.push(Part { tier: number, quantity: up_to - below, rate: tier.rate });
        below = up_to;
    }
    Ok(parts)
}

fn volume(
    tiers: &[Tier],
    quantity: i128,
    scaled: impl Fn(u64) -> Result<i128, Overflow>,
) -> Result<Vec<Part>, Overflow> {
    for (tier, number) in tiers.iter().zip(1..) {
        let holds = match tier.up_to {
            Some(up_to) => quantity <= scaled(up_to)?,
            None => true,
        };
        if holds {
            return Ok(vec![Part { tier: number, quantity, rate: tier.rate }]);
        }
    }
    Ok(Vec::new())
}
