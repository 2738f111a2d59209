//! One limit as one request meets it: which counters it is kept in, what is added to them, and what they say.
//!
//! # Counters
//!
//! A limit is kept under its scopes, unit, period, window and models, and under whose it is; its amount is no part of
//! that, so that two plans that limit a team alike count its requests together.
//!
//! - `total/<window>`: what was used and what is reserved in a window. For requests, and for windows (or parts of rolling
//!   ones) of at most a minute: what a crash leaves reserved there is gone with the window.
//! - `used/<window>`: what was used.
//! - `held/<window>/<minute>`: what was reserved or renewed in that minute. Only this minute's and the last one's count, so
//!   that what a crash leaves there counts for two minutes at most, however long the window.
//!
//! A settlement adds to `used` before it takes from `held`, and a renewal to a later minute before it takes from the earlier one:
//! in between more seems used than is, never less. A gate reads its counters in the same direction, so that it meets an
//! amount that moves meanwhile.
//!
//! The clock of another request may be a little ahead of this one's, and that request be counted first. So a gate reads also what
//! is kept under the next minute and the next parts of a rolling window, as far as that may be ([`AHEAD_MS`]).

use crate::subject::{self, Subject};
use crate::window::{self, AHEAD_MS, Span, Windows, Zone};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use postern_policy::{Limit, LimitUnit, Scope, Window};
use postern_store::{Counter, Gate};
use serde::{Deserialize, Serialize};

/// How long what is reserved counts without being renewed, at least; at most twice as long.
pub const LEASE_MS: u64 = 60_000;

/// What is escaped of a claim's name in a counter's: what may stand between the parts of one.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.');

/// How much longer than it counts a counter is kept: for hosts whose clocks differ, and for a clock that jumps back.
const MARGIN_MS: u64 = 120_000;

/// Of windows longer than a minute, for a clock that jumps back by more than the store corrects.
const LONG_MARGIN_MS: u64 = 24 * 3_600_000;

/// Which counters a limit is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layout {
    /// Requests: `total`. What was admitted was used.
    Count,
    /// Tokens and money of short windows: `total`, and `used` for reports.
    Short,
    /// Tokens and money of long windows: `used` and `held`.
    Long,
    /// Concurrent requests: `held`.
    Lease,
}

/// What of a request a limit counts.
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

/// Where a reservation stands, and how much of it there is: all that settling it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The limit and whose it is, as counters' names begin.
    pub(crate) base: String,
    pub(crate) layout: Layout,
    pub(crate) unit: Unit,
    pub(crate) amount: u64,
    pub(crate) window: Option<(u64, u64)>,
    /// What of a long window's past counts besides it: rolling windows keep their parts for longer.
    pub(crate) keep_ms: u64,
    /// Reservations of a calendar's window are its own; a rolling window has one past.
    pub(crate) is_calendar: bool,
    /// The minute in which it was reserved or renewed.
    pub(crate) minute: u64,
}

impl Hold {
    fn new(limit: &Limit, subject: &Subject<'_>, windows: Option<&Windows>, now_ms: u64) -> Self {
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
        Hold {
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

    fn of_window(&self, kind: &str, span: Span) -> Counter {
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

    /// Whether what was reserved still counts as such.
    pub(crate) fn is_held(&self, now_ms: u64) -> bool {
        now_ms / LEASE_MS <= self.minute.saturating_add(1)
    }
}

/// A limit as one request meets it.
#[derive(Debug, Clone)]
pub struct Met<'p> {
    /// As policy says it.
    pub limit: &'p Limit,
    subject: Subject<'p>,
    pub(crate) hold: Hold,
    windows: Option<Windows>,
    /// The minutes of which reservations count, in the direction in which they are renewed. None if they are not leased.
    minutes: Vec<u64>,
}

impl<'p> Met<'p> {
    /// A limit for a subject at a moment; what is reserved comes later.
    pub fn new(limit: &'p Limit, subject: &Subject<'p>, zone: &Zone, now_ms: u64) -> Self {
        let windows = Windows::of(limit, zone, now_ms);
        let hold = Hold::new(limit, subject, windows.as_ref(), now_ms);
        let minutes = match hold.layout {
            Layout::Count | Layout::Short => Vec::new(),
            Layout::Long | Layout::Lease => {
                let last = now_ms.saturating_add(AHEAD_MS) / LEASE_MS;
                (hold.minute.saturating_sub(1)..=last).collect()
            }
        };
        Met { limit, subject: *subject, hold, windows, minutes }
    }

    /// Reserve so much of it.
    #[must_use]
    pub fn reserving(mut self, amount: u64) -> Self {
        self.hold.amount = amount;
        self
    }

    /// Whose it is, for people.
    pub fn whose(&self) -> String {
        self.subject.words(&self.limit.scopes)
    }

    /// What is to be reserved.
    pub fn amount(&self) -> u64 {
        self.hold.amount
    }

    /// Money is never admitted uncounted.
    pub fn is_money(&self) -> bool {
        self.hold.unit == Unit::NanoUsd
    }

    /// The condition under which it admits.
    pub fn gate(&self) -> Gate {
        let hold = &self.hold;
        let (counter, also) = match hold.layout {
            Layout::Count | Layout::Short => {
                (hold.total(), self.of_spans("total").skip(1).collect())
            }
            // This minute's is read once more in its place among the others.
            Layout::Long => {
                (hold.held(hold.minute), self.held().chain(self.of_spans("used")).collect())
            }
            Layout::Lease => (hold.held(hold.minute), self.held().collect()),
        };
        Gate { counter, add: hold.amount, also, at_most: self.limit.amount }
    }

    fn held(&self) -> impl Iterator<Item = Counter> {
        self.minutes.iter().map(|minute| self.hold.held(*minute))
    }

    /// Of its window, or of the parts of a rolling one.
    fn of_spans(&self, kind: &'static str) -> impl Iterator<Item = Counter> {
        self.spans().map(move |span| self.hold.of_window(kind, span))
    }

    /// Its window, or the parts of a rolling one: what the counters of windows in its gate are of, in their order.
    fn spans(&self) -> impl Iterator<Item = Span> {
        let windows = self.windows.iter();
        windows.flat_map(|windows| {
            let others = windows.later.iter().chain(&windows.earlier).copied();
            std::iter::once(windows.current).chain(others)
        })
    }

    /// The values of its gate, each counter once.
    pub(crate) fn read(&self, values: &[i64]) -> Values {
        let values = match self.hold.layout {
            Layout::Count | Layout::Short => values,
            Layout::Long | Layout::Lease => values.get(1..).unwrap_or(&[]),
        };
        let (held, of_spans) = values.split_at_checked(self.minutes.len()).unwrap_or_default();
        let of_spans = self.spans().zip(of_spans.iter().copied());
        Values { held: held.to_vec(), of_spans: of_spans.collect() }
    }

    /// The counters that a report needs besides those of its gate.
    pub(crate) fn reported_besides(&self) -> Vec<Counter> {
        match self.hold.layout {
            Layout::Short => self.of_spans("used").collect(),
            Layout::Count | Layout::Long | Layout::Lease => Vec::new(),
        }
    }

    pub(crate) fn is_rolling(&self) -> bool {
        self.windows.as_ref().is_some_and(|windows| !windows.earlier.is_empty())
    }

    /// When a part of a rolling window counts no longer.
    pub(crate) fn leaves_ms(&self, part: Span) -> u64 {
        let parts = self.windows.as_ref().map_or(0, |windows| windows.earlier.len());
        let parts = u64::try_from(parts).unwrap_or(0);
        part.end_ms.saturating_add(part.length_ms().saturating_mul(parts))
    }
}

/// What the counters of a gate say.
pub(crate) struct Values {
    /// What is reserved, by minutes. Nothing where it is not kept apart from what is used.
    pub(crate) held: Vec<i64>,
    /// What is used, and where it is not kept apart reserved, in the window or in the parts of a rolling one.
    pub(crate) of_spans: Vec<(Span, i64)>,
}

/// Whether two limits are kept in the same counters.
pub(crate) fn are_counted_together(left: &Limit, right: &Limit) -> bool {
    left.unit == right.unit && left.scopes == right.scopes && identity(left) == identity(right)
}

/// What a limit is, but for its amount: a counter's name begins with it.
fn identity(limit: &Limit) -> String {
    let scopes: Vec<_> = limit.scopes.iter().map(named).collect();
    let mut text = format!("{}:{}", scopes.join("+"), limit.unit.word());
    if let Some(period) = limit.period {
        text.push(':');
        text.push_str(period.word());
    }
    if limit.window == Window::Rolling {
        text.push_str(":rolling");
    }
    if let Some(models) = &limit.models {
        let mut models: Vec<_> = models.iter().map(ToString::to_string).collect();
        models.sort_unstable();
        models.dedup();
        // No name of a model has a line's end in it.
        let models = models.join("\n");
        text.push_str(":of:");
        text.push_str(&subject::key(Some(&models)));
    }
    text
}

/// A claim's name may have any characters, also those that stand between the parts of a name here.
fn named(scope: &Scope) -> String {
    match scope {
        Scope::Claim(name) => {
            format!("{}:{}", scope.word(), utf8_percent_encode(name, ESCAPED))
        }
        word => word.to_string(),
    }
}
