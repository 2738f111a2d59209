//! The phases of a connection, and how long each may last.
//!
//! A connection is silent while no request is open: a head is due, or it is kept for the next request. Bytes that do
//! not complete a head (single bytes, pings, half a preface) do not extend a phase. While requests are open the
//! connection may take as long as they do, unless every answer waits for the client to read it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::task::AtomicWaker;
use tokio::time::{Instant, Sleep};

use super::settings::Times;

/// The beginning of HTTP/2 without encryption, and with it (RFC 9113, 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Up to here a preface is the beginning of an HTTP/1.1 method as well.
const AMBIGUOUS: usize = 2;
/// With a margin: a PING has 17 bytes, a GOAWAY of hyper's about 30.
const LARGEST_CONTROL_FRAME: usize = 64;
/// The time that a connection has to end.
const GRACE: Duration = Duration::from_secs(1);

/// The state of a connection: updated by its bytes and its requests, read by its [`Alarm`].
pub struct Clock {
    times: Times,
    inner: Mutex<Inner>,
    changed: AtomicWaker,
}

struct Inner {
    protocol: Protocol,
    phase: Phase,
    /// When the phase began; while requests are open, when one of them last progressed.
    since: Instant,
    /// Open requests.
    open: usize,
    /// Requests whose answers wait for the client.
    unread: usize,
    /// The output waits for the client.
    blocked: bool,
    ending: bool,
    /// It was ended before a complete head: nothing more is read.
    refused: bool,
    evicted: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Protocol {
    /// The number of bytes of the preface so far.
    Unknown(usize),
    Http1,
    Http2,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Handshake,
    Head,
    Idle,
}

/// How a connection ends when its time is up.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// Send HTTP/2's GOAWAY.
    Announce,
    /// Poll it once more: its next read ends it.
    Refuse,
    /// Drop it.
    Cut,
}

impl Clock {
    /// A connection that was just accepted.
    pub fn new(times: Times) -> Self {
        let inner = Inner {
            protocol: Protocol::Unknown(0),
            phase: Phase::Handshake,
            since: Instant::now(),
            open: 0,
            unread: 0,
            blocked: false,
            ending: false,
            refused: false,
            evicted: false,
        };
        Self { times, inner: Mutex::new(inner), changed: AtomicWaker::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Inner)) {
        change(&mut self.lock());
        self.changed.wake();
    }

    /// A head is due from now on.
    pub fn await_head(&self) {
        self.change(|inner| inner.begin(Phase::Head));
    }

    /// Bytes have arrived.
    pub fn received(&self, bytes: &[u8]) {
        let mut inner = self.lock();
        inner.protocol = inner.protocol.after(bytes);
        // HTTP/2 has bytes that belong to no head: its idle time continues.
        if inner.open == 0 && inner.phase == Phase::Idle && inner.protocol == Protocol::Http1 {
            inner.begin(Phase::Head);
        }
    }

    /// A request has a complete head.
    pub fn request_begins(&self) {
        let mut inner = self.lock();
        inner.open = inner.open.saturating_add(1);
        inner.since = Instant::now();
    }

    /// A request's answer was sent, or dropped.
    pub fn request_ends(&self) {
        self.change(|inner| {
            inner.open = inner.open.saturating_sub(1);
            inner.begin(Phase::Idle);
        });
    }

    /// A part of an answer waits for the client.
    pub fn answer_waits(&self) {
        self.change(|inner| inner.unread = inner.unread.saturating_add(1));
    }

    /// It waits no longer.
    pub fn answer_moves(&self) {
        let mut inner = self.lock();
        inner.unread = inner.unread.saturating_sub(1);
        inner.since = Instant::now();
    }

    /// Bytes were written, or none could be: the end of an answer may be in transit when its request has ended.
    pub fn wrote(&self, bytes: Option<usize>) {
        let mut inner = self.lock();
        inner.blocked = bytes.is_none();
        // Pings and similar frames are not an answer.
        if inner.open == 0 && bytes.is_some_and(|bytes| bytes > LARGEST_CONTROL_FRAME) {
            inner.since = Instant::now();
        }
    }

    /// Its slot is needed by another connection.
    pub fn evict(&self) {
        self.change(|inner| inner.evicted = true);
    }

    /// Whether reading must end, and whether HTTP/1.1 is then due a response.
    pub fn refusal(&self) -> Option<TimeoutReply> {
        let inner = self.lock();
        let answers = match inner.protocol {
            // Half a preface gets no response, and neither does a client that has sent nothing.
            Protocol::Unknown(matched) => (1..=AMBIGUOUS).contains(&matched),
            Protocol::Http1 => inner.phase == Phase::Head,
            Protocol::Http2 => false,
        };
        inner.refused.then_some(if answers { TimeoutReply::Response } else { TimeoutReply::Close })
    }

    /// How it ends, now that its time is up.
    fn end(&self) -> End {
        let mut inner = self.lock();
        if inner.ending || inner.evicted || inner.open > 0 || inner.phase == Phase::Handshake {
            return End::Cut;
        }
        inner.ending = true;
        inner.since = Instant::now();
        if inner.protocol == Protocol::Http2 {
            return End::Announce;
        }
        inner.refused = true;
        End::Refuse
    }

    fn deadline(&self) -> Option<Instant> {
        self.lock().deadline(&self.times)
    }
}

/// What a client that was too slow gets.
#[derive(Debug, PartialEq, Eq)]
pub enum TimeoutReply {
    /// A response.
    Response,
    /// The end of the connection.
    Close,
}

impl Inner {
    fn begin(&mut self, phase: Phase) {
        self.phase = phase;
        self.since = Instant::now();
    }

    fn deadline(&self, times: &Times) -> Option<Instant> {
        if self.evicted {
            return Some(self.since);
        }
        let time = match (self.open, self.phase) {
            (0, _) if self.ending => GRACE,
            (0, Phase::Handshake) => times.handshake,
            (0, Phase::Head) => times.head,
            (0, Phase::Idle) if self.blocked => times.unread,
            (0, Phase::Idle) => times.idle,
            (open, _) if self.unread == open => times.unread,
            _ => return None,
        };
        Some(self.since + time)
    }
}

impl Protocol {
    fn after(self, bytes: &[u8]) -> Self {
        let Self::Unknown(matched) = self else { return self };
        let rest = PREFACE.get(matched..).unwrap_or_default();
        let compared = rest.len().min(bytes.len());
        if rest.get(..compared) != bytes.get(..compared) {
            return Self::Http1;
        }
        if compared == rest.len() { Self::Http2 } else { Self::Unknown(matched + compared) }
    }
}

/// Fires when a connection's time is up.
pub struct Alarm {
    clock: Arc<Clock>,
    sleep: Pin<Box<Sleep>>,
}

impl Alarm {
    /// For a connection.
    pub fn new(clock: Arc<Clock>) -> Self {
        Self { clock, sleep: Box::pin(tokio::time::sleep(Duration::ZERO)) }
    }

    /// Waits for the end of the connection's time.
    pub async fn end(&mut self) -> End {
        std::future::poll_fn(|context| self.poll(context)).await;
        self.clock.end()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.clock.changed.register(context.waker());
        let Some(deadline) = self.clock.deadline() else { return Poll::Pending };
        if self.sleep.deadline() != deadline {
            self.sleep.as_mut().reset(deadline);
        }
        self.sleep.as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: Times = Times {
        handshake: Duration::from_secs(1),
        head: Duration::from_secs(2),
        idle: Duration::from_secs(3),
        unread: Duration::from_secs(4),
    };

    /// How long a connection may be silent after these events, and how it then ends.
    fn lives(events: impl FnOnce(&Clock)) -> (u64, End, Option<TimeoutReply>) {
        let clock = Clock::new(TIMES);
        events(&clock);
        let deadline = clock.deadline().expect("a deadline");
        let time = deadline.duration_since(clock.lock().since);
        let end = clock.end();
        (time.as_secs(), end, clock.refusal())
    }

    #[test]
    fn each_phase_has_its_time_and_its_end() {
        let head = |clock: &Clock, bytes: &[u8]| {
            clock.await_head();
            clock.received(bytes);
        };
        assert_eq!(lives(|_| ()), (1, End::Cut, None));
        let refuse = |reply| (2, End::Refuse, Some(reply));
        assert_eq!(lives(|clock| head(clock, b"")), refuse(TimeoutReply::Close));
        assert_eq!(lives(|clock| head(clock, b"G")), refuse(TimeoutReply::Response));
        assert_eq!(lives(|clock| head(clock, b"P")), refuse(TimeoutReply::Response));
        assert_eq!(lives(|clock| head(clock, b"POST /")), refuse(TimeoutReply::Response));
        assert_eq!(lives(|clock| head(clock, &PREFACE[..12])), refuse(TimeoutReply::Close));
        assert_eq!(lives(|clock| head(clock, PREFACE)), (2, End::Announce, None));
        let once = |clock: &Clock| {
            head(clock, b"GET / HTTP/1.1\r\n\r\n");
            clock.request_begins();
            clock.request_ends();
        };
        assert_eq!(lives(once), (3, End::Refuse, Some(TimeoutReply::Close)));
        let again = |clock: &Clock| {
            once(clock);
            clock.received(b"G");
        };
        assert_eq!(lives(again), refuse(TimeoutReply::Response));
        let unread = |clock: &Clock| {
            head(clock, PREFACE);
            clock.request_begins();
            clock.answer_waits();
        };
        assert_eq!(lives(unread), (4, End::Cut, None));
        let last_part = |clock: &Clock| {
            once(clock);
            clock.wrote(None);
        };
        assert_eq!(lives(last_part), (4, End::Refuse, Some(TimeoutReply::Close)));
        assert_eq!(lives(Clock::evict), (0, End::Cut, None));
    }

    #[tokio::test]
    async fn an_open_request_may_take_as_long_as_it_does() {
        let clock = Arc::new(Clock::new(Times { idle: Duration::from_millis(10), ..TIMES }));
        clock.await_head();
        clock.request_begins();
        clock.answer_waits();
        clock.answer_moves();
        let mut alarm = Alarm::new(Arc::clone(&clock));
        let wait = Duration::from_millis(100);
        assert!(tokio::time::timeout(wait, alarm.end()).await.is_err());
        assert_eq!(clock.deadline(), None);
        clock.request_ends();
        assert_eq!(alarm.end().await, End::Refuse);
        // A connection that does not end is dropped.
        assert_eq!(alarm.end().await, End::Cut);
    }

    #[test]
    fn a_preface_is_known_in_any_pieces() {
        for cut in 1..PREFACE.len() {
            let (first, second) = PREFACE.split_at(cut);
            let protocol = Protocol::Unknown(0).after(first);
            assert!(protocol == Protocol::Unknown(cut), "{cut}");
            assert!(protocol.after(second) == Protocol::Http2, "{cut}");
            assert!(protocol.after(b"x") == Protocol::Http1, "{cut}");
        }
    }
}
