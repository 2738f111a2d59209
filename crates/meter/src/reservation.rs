//! What is reserved of one limit, and the counters that it is kept in.
//!
//! # Counters
//!
//! A counter's name begins with the limit's identity (scopes, unit, period, window, models) and its subject. The amount is
//! not part of it: two plans that limit the same team share their counters.
//!
//! - `total/<window>`: used and reserved in a window. For requests, and for windows (or parts of rolling windows) of at most
//!   a minute: what a crash leaves reserved there ends with the window.
//! - `used/<window>`: used.
//! - `held/<window>/<minute>`: reserved or renewed in that minute. Only the current and the previous minute count, so a
//!   reservation that a crash leaves behind counts for two minutes at most, however long the window.
//!
//! A settlement adds to `used` before it subtracts from `held`, and a renewal adds to the later minute before it subtracts
//! from the earlier one: in between, the sum may be too high and is never too low. A gate reads its counters in the same
//! direction, so it does not miss an amount that moves meanwhile.
//!
//! The clock of another host may be slightly ahead, and its request may be counted first. A gate therefore also reads the next
//! minute and the next parts of a rolling window, as far as clocks may differ ([`AHEAD_MS`](crate::window::AHEAD_MS)).

use crate::limit_identity::identity;
use crate::subject::Subject;
use crate::window::{self, Span, Windows};
use postern_policy::{Limit, LimitUnit, Window};
use postern_store::Counter;
use serde::{Deserialize, Serialize};

/// A reservation that is not renewed counts for at least this long, and at most twice as long.
pub const LEASE_MS: u64 = 60_000;

/// A counter is kept for this much longer than it counts, for clocks that differ or jump back.
const MARGIN_MS: u64 = 120_000;

/// The margin of windows longer than a minute, for a clock that jumps back by more than the store corrects.
const LONG_MARGIN_MS: u64 = 24 * 3_600_000;

/// The kinds of counters that a limit is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layout {
    /// Requests: `total`. An admitted request counts as used.
    Count,
    /// Tokens and money of short windows: `total`, and `used` for reports.
    Short,
    /// Tokens and money of long windows: `used` and `held`.
    Long,
    /// Concurrent requests: `held`.
    Lease,
}

/// The unit that a limit counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Unit {
    Requests,
    Tokens,
    InputTokens,
    OutputTokens,
    NanoUsd,
    Concurrent,
}

impl From<LimitUnit> for Unit {
    fn from(unit: LimitUnit) -> Self {
        match unit {
            LimitUnit::Requests => Unit::Requests,
            LimitUnit::Tokens => Unit::Tokens,
            LimitUnit::InputTokens => Unit::InputTokens,
            LimitUnit::OutputTokens => Unit::OutputTokens,
            LimitUnit::Usd => Unit::NanoUsd,
            LimitUnit::ConcurrentRequests => Unit::Concurrent,
        }
    }
}

/// The counters and the amount of a reservation: all that settling it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// The limit's identity and subject: the beginning of its counters' names.
    pub(crate) base: String,
    pub(crate) layout: Layout,
    pub(crate) unit: Unit,
    pub(crate) amount: u64,
    pub(crate) window: Option<(u64, u64)>,
    /// How long counters are kept after their window ends: rolling windows still count their earlier parts.
    pub(crate) keep_ms: u64,
    /// A calendar window has reservations of its own; a rolling window shares them among its parts.
    pub(crate) is_calendar: bool,
    /// The minute of the last renewal, or of the reservation.
    pub(crate) minute: u64,
}

impl Reservation {
    pub(crate) fn new(
        limit: &Limit,
        subject: &Subject<'_>,
        windows: Option<&Windows>,
        now_ms: u64,
    ) -> Self {
        let unit = Unit::from(limit.unit);
        let current = windows.map(|windows| windows.current);
        let layout = match (unit, current) {
            (Unit::Requests, _) => Layout::Count,
            (Unit::Concurrent, _) | (_, None) => Layout::Lease,
            (_, Some(span)) if span.length_ms() <= LEASE_MS => Layout::Short,
            _ => Layout::Long,
        };
        let length_ms = limit.period.map_or(0, window::length_ms);
        let margin_ms = if length_ms > LEASE_MS { LONG_MARGIN_MS } else { 0 };
        Reservation {
            base: format!("{}/{}", identity(limit), subject.key(&limit.scopes)),
            layout,
            unit,
            amount: 0,
            window: current.map(|span| (span.start_ms, span.end_ms)),
            keep_ms: length_ms.saturating_add(margin_ms).saturating_add(MARGIN_MS),
            is_calendar: limit.window == Window::Calendar,
            minute: now_ms / LEASE_MS,
        }
    }

    /// The limit's identity, without the subject.
    pub(crate) fn limit(&self) -> &str {
        self.base.split('/').next().unwrap_or_default()
    }

    pub(crate) fn of_window(&self, kind: &str, span: Span) -> Counter {
        Counter {
            name: format!("{}/{kind}/{}", self.base, span.start_ms),
            keep_until_unix_s: span.end_ms.saturating_add(self.keep_ms) / 1_000,
        }
    }

    pub(crate) fn current(&self) -> Span {
        let (start_ms, end_ms) = self.window.unwrap_or_default();
        Span { start_ms, end_ms }
    }

    pub(crate) fn total(&self) -> Counter {
        self.of_window("total", self.current())
    }

    pub(crate) fn used(&self) -> Counter {
        self.of_window("used", self.current())
    }

    pub(crate) fn held(&self, minute: u64) -> Counter {
        let window = match self.window {
            Some((start_ms, _)) if self.is_calendar => start_ms.to_string(),
            _ => String::new(),
        };
        let end_ms = minute.saturating_add(2).saturating_mul(LEASE_MS);
        Counter {
            name: format!("{}/held/{window}/{minute}", self.base),
            keep_until_unix_s: end_ms.saturating_add(MARGIN_MS) / 1_000,
        }
    }

    /// Whether the reservation still counts.
    pub(crate) fn is_held(&self, now_ms: u64) -> bool {
        now_ms / LEASE_MS <= self.minute.saturating_add(1)
    }
}
