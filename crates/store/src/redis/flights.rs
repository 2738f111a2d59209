//! Calls that travel together: those that come while a script is on its way go with the next one, all in one.
//!
//! The first call leaves at once and alone. Its task carries no other call before it has returned its own answer, for until then
//! it may be dropped in mid-flight, with its request, and the others would not learn what became of theirs. After that it carries
//! all that wait, in their order, until none is left.
//!
//! A script is one atomic step, and decides its calls one after the other; so each is answered as if it had come alone, and a
//! busy instance takes fewer round trips than it has calls.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use super::call::Call;
use super::{Execute, run_batch};
use crate::Error;

/// The most calls of one script: it keeps other clients of the server waiting.
const MOST_CALLS: usize = 64;

/// The most counters of one script. Lua's `unpack` takes some thousand values.
const MOST_COUNTERS: usize = 1_000;

/// The answer of batch.lua to one call.
pub(super) type Answer = Result<Vec<i64>, Error>;

/// The calls of an instance, and its connection.
pub(super) struct Flights<E: Execute> {
    pub(super) connection: E,
    line: Mutex<Line<E::Bell>>,
}

/// Who waits.
struct Line<B> {
    /// Whether a script is on its way, or is about to be: if not, no call waits.
    is_flying: bool,
    next: u64,
    seats: BTreeMap<u64, Seat<B>>,
}

/// One that waits.
struct Seat<B> {
    /// Its call, until it travels.
    call: Option<Call>,
    answer: Option<Answer>,
    /// Whether it is to leave by itself, for no other carries it any more.
    leads: bool,
    /// Wakes its task, once.
    bell: Option<B>,
}

impl<E: Execute + 'static> Flights<E> {
    pub(super) const fn new(connection: E) -> Self {
        let line = Line { is_flying: false, next: 0, seats: BTreeMap::new() };
        Self { connection, line: Mutex::new(line) }
    }

    /// Makes a call.
    pub(super) async fn make(self: &Arc<Self>, call: Call) -> Answer {
        let call = match self.board(call) {
            Ok(call) => call,
            Err((seat, rung)) => {
                rung.await;
                match seat.leave() {
                    Woken::Answered(answer) => return answer,
                    Woken::Leads(call) => call,
                }
            }
        };
        let lead = Lead(Arc::clone(self));
        let answers = run_batch(&self.connection, &[&call]).await;
        lead.hand_over().await;
        answers?.pop().ok_or_else(missing)
    }

    /// The call, if it leaves now; else the seat that waits for its answer.
    fn board(
        self: &Arc<Self>,
        call: Call,
    ) -> Result<Call, (Taken<'_, E>, impl Future<Output = ()>)> {
        let mut line = self.line();
        if !line.is_flying {
            line.is_flying = true;
            return Ok(call);
        }
        let id = line.next;
        line.next = line.next.wrapping_add(1);
        let (bell, rung) = self.connection.bell();
        let seat = Seat { call: Some(call), answer: None, leads: false, bell: Some(bell) };
        line.seats.insert(id, seat);
        Err((Taken { flights: self, id }, rung))
    }

    fn line(&self) -> MutexGuard<'_, Line<E::Bell>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B> Line<B> {
    /// The calls of the next script.
    fn depart(&mut self) -> BTreeMap<u64, Call> {
        let (mut calls, mut counters) = (BTreeMap::new(), 0_usize);
        for (id, seat) in &mut self.seats {
            let Some(call) = seat.call.take() else { continue };
            counters = counters.saturating_add(call.counters());
            if calls.len() == MOST_CALLS || !calls.is_empty() && counters > MOST_COUNTERS {
                seat.call = Some(call);
                break;
            }
            calls.insert(*id, call);
        }
        calls
    }

    /// Whether a call waits.
    fn is_waited_for(&self) -> bool {
        self.seats.values().any(|seat| seat.call.is_some())
    }

    /// No task carries the others any more: the first of them leaves by itself. If none waits, nothing is on its way.
    fn pass_on(&mut self) {
        let waits = |seat: &&mut Seat<B>| seat.call.is_some();
        match self.seats.values_mut().find(waits) {
            Some(seat) => {
                seat.leads = true;
                seat.wake();
            }
            None => self.is_flying = false,
        }
    }
}

impl<B> Seat<B> {
    fn wake(&mut self) {
        drop(self.bell.take());
    }
}

/// The duty to go on. It is passed to a call that waits, if any does, when this is dropped: with the task that has it, or at its end.
struct Lead<E: Execute + 'static>(Arc<Flights<E>>);

impl<E: Execute + 'static> Lead<E> {
    /// Goes on beside this task, which has its answer.
    async fn hand_over(self) {
        if !self.0.line().is_waited_for() {
            return;
        }
        let flights = Arc::clone(&self.0);
        // The duty goes along: spawned work may be dropped before it has begun.
        flights.connection.spawn(self.carry());
        // A component begins spawned work only when it next polls its tasks, and this task may wait for that work: it may make
        // another call before it returns. So it is woken, which has the tasks polled.
        std::future::poll_fn(|context| {
            context.waker().wake_by_ref();
            Poll::Ready(())
        })
        .await;
    }

    /// Carries those that wait, until none is left.
    async fn carry(self) {
        loop {
            let calls = self.0.line().depart();
            if calls.is_empty() {
                return;
            }
            let flight = Flight { flights: &self.0, calls };
            let all: Vec<&Call> = flight.calls.values().collect();
            let answers = run_batch(&self.0.connection, &all).await;
            flight.land(answers);
        }
    }
}

impl<E: Execute + 'static> Drop for Lead<E> {
    fn drop(&mut self) {
        self.0.line().pass_on();
    }
}

/// The calls of a script that is on its way.
struct Flight<'a, E: Execute + 'static> {
    flights: &'a Flights<E>,
    calls: BTreeMap<u64, Call>,
}

impl<E: Execute + 'static> Flight<'_, E> {
    fn land(mut self, answers: Result<Vec<Vec<i64>>, Error>) {
        let (ids, mut line) = (std::mem::take(&mut self.calls), self.flights.line());
        let (mut answers, failed) = match answers {
            Ok(answers) => (answers.into_iter(), None),
            Err(error) => (Vec::new().into_iter(), Some(error)),
        };
        for id in ids.into_keys() {
            let answer = answers.next().ok_or_else(|| failed.clone().unwrap_or_else(missing));
            // Its request may have gone.
            if let Some(seat) = line.seats.get_mut(&id) {
                seat.answer = Some(answer);
                seat.wake();
            }
        }
    }
}

impl<E: Execute + 'static> Drop for Flight<'_, E> {
    /// In mid-flight: the calls go once more. If the server did run them, they count twice: too high for a while, where a lost
    /// call would be too low for ever.
    fn drop(&mut self) {
        let mut line = self.flights.line();
        for (id, call) in std::mem::take(&mut self.calls) {
            if let Some(seat) = line.seats.get_mut(&id) {
                seat.call = Some(call);
            }
        }
    }
}

/// The seat of a call that another carries.
struct Taken<'a, E: Execute + 'static> {
    flights: &'a Flights<E>,
    id: u64,
}

enum Woken {
    Answered(Answer),
    Leads(Call),
}

impl<E: Execute + 'static> Taken<'_, E> {
    /// Once its bell has rung.
    fn leave(self) -> Woken {
        let seat = self.flights.line().seats.remove(&self.id);
        match seat.map(|seat| (seat.answer, seat.call)) {
            Some((Some(answer), _)) => Woken::Answered(answer),
            Some((None, Some(call))) => Woken::Leads(call),
            _ => Woken::Answered(Err(missing())),
        }
    }
}

impl<E: Execute + 'static> Drop for Taken<'_, E> {
    /// A call that has not left is not made. One that was to lead passes that on.
    fn drop(&mut self) {
        let mut line = self.flights.line();
        if line.seats.remove(&self.id).is_some_and(|seat| seat.leads) {
            line.pass_on();
        }
    }
}

fn missing() -> Error {
    Error::Unavailable("redis gave fewer answers than it was asked for".to_owned())
}
