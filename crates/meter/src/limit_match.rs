//! A limit that applies to one request: its gate, and the meaning of the gate's values.

use crate::reservation::{LEASE_MS, Layout, Reservation, Unit};
use crate::subject::Subject;
use crate::window::{AHEAD_MS, Span, Windows, Zone};
use postern_policy::Limit;
use postern_store::{Counter, Gate};

/// A limit that applies to a request.
#[derive(Debug, Clone)]
pub struct LimitMatch<'p> {
    /// The limit, as in policy.
    pub limit: &'p Limit,
    subject: Subject<'p>,
    pub(crate) reservation: Reservation,
    windows: Option<Windows>,
    /// The minutes whose reservations count, in the direction of renewal. Empty if reservations are not leased.
    minutes: Vec<u64>,
}

impl<'p> LimitMatch<'p> {
    /// Matches a limit to a subject at a moment, with nothing reserved.
    pub fn new(limit: &'p Limit, subject: &Subject<'p>, zone: &Zone, now_ms: u64) -> Self {
        let windows = Windows::of(limit, zone, now_ms);
        let reservation = Reservation::new(limit, subject, windows.as_ref(), now_ms);
        let minutes = match reservation.layout {
            Layout::Count | Layout::Short => Vec::new(),
            Layout::Long | Layout::Lease => {
                let last = now_ms.saturating_add(AHEAD_MS) / LEASE_MS;
                (reservation.minute.saturating_sub(1)..=last).collect()
            }
        };
        LimitMatch { limit, subject: *subject, reservation, windows, minutes }
    }

    /// Sets the amount to reserve.
    #[must_use]
    pub fn reserving(mut self, amount: u64) -> Self {
        self.reservation.amount = amount;
        self
    }

    /// The subject of the limit, for people.
    pub fn whose(&self) -> String {
        self.subject.describe(&self.limit.scopes)
    }

    /// The amount to reserve.
    pub fn amount(&self) -> u64 {
        self.reservation.amount
    }

    /// Whether the limit counts money, which is never admitted uncounted.
    pub fn is_money(&self) -> bool {
        self.reservation.unit == Unit::NanoUsd
    }

    /// The condition for admission.
    pub fn gate(&self) -> Gate {
        let reservation = &self.reservation;
        let (counter, also) = match reservation.layout {
            Layout::Count | Layout::Short => {
                (reservation.total(), self.of_spans("total").skip(1).collect())
            }
            // The current minute's counter is read again in its place among the others.
            Layout::Long => (
                reservation.held(reservation.minute),
                self.held().chain(self.of_spans("used")).collect(),
            ),
            Layout::Lease => (reservation.held(reservation.minute), self.held().collect()),
        };
        Gate { counter, add: reservation.amount, also, at_most: self.limit.amount }
    }

    fn held(&self) -> impl Iterator<Item = Counter> {
        self.minutes.iter().map(|minute| self.reservation.held(*minute))
    }

    /// The counters of its window, or of the parts of a rolling window.
    fn of_spans(&self, kind: &'static str) -> impl Iterator<Item = Counter> {
        self.spans().map(move |span| self.reservation.of_window(kind, span))
    }

    /// The window, or the parts of a rolling window, in the order of their counters in the gate.
    fn spans(&self) -> impl Iterator<Item = Span> {
        let windows = self.windows.iter();
        windows.flat_map(|windows| {
            let others = windows.later.iter().chain(&windows.earlier).copied();
            std::iter::once(windows.current).chain(others)
        })
    }

    /// The values of the gate, each counter once.
    pub(crate) fn read(&self, values: &[i64]) -> Values {
        let values = match self.reservation.layout {
            Layout::Count | Layout::Short => values,
            Layout::Long | Layout::Lease => values.get(1..).unwrap_or(&[]),
        };
        let (held, of_spans) = values.split_at_checked(self.minutes.len()).unwrap_or_default();
        let of_spans = self.spans().zip(of_spans.iter().copied());
        Values { held: held.to_vec(), of_spans: of_spans.collect() }
    }

    /// The counters that a report needs besides those of the gate.
    pub(crate) fn reported_besides(&self) -> Vec<Counter> {
        match self.reservation.layout {
            Layout::Short => self.of_spans("used").collect(),
            Layout::Count | Layout::Long | Layout::Lease => Vec::new(),
        }
    }

    pub(crate) fn is_rolling(&self) -> bool {
        self.windows.as_ref().is_some_and(|windows| !windows.earlier.is_empty())
    }

    /// When a part of a rolling window stops counting.
    pub(crate) fn leaves_ms(&self, part: Span) -> u64 {
        let parts = self.windows.as_ref().map_or(0, |windows| windows.earlier.len());
        let parts = u64::try_from(parts).unwrap_or(0);
        part.end_ms.saturating_add(part.length_ms().saturating_mul(parts))
    }
}

/// The values of a gate's counters.
pub(crate) struct Values {
    /// Reserved, by minute. Empty where used and reserved share a counter.
    pub(crate) held: Vec<i64>,
    /// Used (and reserved, where they share a counter), in the window or in the parts of a rolling window.
    pub(crate) of_spans: Vec<(Span, i64)>,
}
