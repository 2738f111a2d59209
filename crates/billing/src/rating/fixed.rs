//! Prices that time makes: flat and per seat, prorated to the second.

use super::error::RatingError;
use super::line::{Line, LineKind, LineUnit};
use crate::calendar::Period;
use crate::exact::{Overflow, share};
use crate::money::NanoUsd;
use crate::price::PlanPrice;

/// How long a plan was subscribed to in a period.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fixed {
    /// Seconds.
    pub(super) billed_s: i64,
    /// Seats that are paid for, times seconds.
    seat_s: i128,
}

impl Fixed {
    pub(super) fn add(&mut self, price: &PlanPrice, seats: u32, length_s: i64) {
        self.billed_s = self.billed_s.saturating_add(length_s);
        if let Some(seat) = price.seat {
            let paid = i128::from(seats.saturating_sub(seat.included));
            self.seat_s = self.seat_s.saturating_add(paid * i128::from(length_s));
        }
    }
}

/// The lines of the flat price and of seats; none for what the plan does not charge.
pub(super) fn fixed_lines(
    price: &PlanPrice,
    fixed: &Fixed,
    period: Period,
) -> Result<Vec<Line>, RatingError> {
    let plan = &price.plan;
    let mut lines = Vec::new();
    if price.month.is_positive() {
        let quantity = i128::from(fixed.billed_s);
        let amount_usd = prorated(price.month, quantity, period)?;
        let part = if fixed.billed_s < period.length_s() { ", part of the period" } else { "" };
        lines.push(Line {
            key: format!("{plan}/month"),
            kind: LineKind::Flat,
            description: format!("{plan}: flat price{part}"),
            quantity: fixed.billed_s,
            unit: LineUnit::Seconds,
            price: format!("{} USD per month", price.month),
            period,
            amount_usd,
        });
    }
    if let Some(seat) = price.seat.filter(|seat| seat.month.is_positive() && fixed.seat_s > 0) {
        lines.push(Line {
            key: format!("{plan}/seats"),
            kind: LineKind::Seats,
            description: format!("{plan}: seats"),
            quantity: i64::try_from(fixed.seat_s).map_err(|_| Overflow)?,
            unit: LineUnit::SeatSeconds,
            price: format!("{} USD per seat and month", seat.month),
            period,
            amount_usd: prorated(seat.month, fixed.seat_s, period)?,
        });
    }
    Ok(lines)
}

fn prorated(month: NanoUsd, seconds: i128, period: Period) -> Result<NanoUsd, Overflow> {
    NanoUsd::checked(share(month.nano_usd(), seconds, i128::from(period.length_s()))?)
}
