//! Calls that travel together, where spawned work begins late: as in a component, whose tasks move what they spawned into their own
//! work only after they were polled, and poll that only when they are woken once more.

#![allow(clippy::unwrap_used)]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures::channel::oneshot;
use futures::stream::{FuturesUnordered, StreamExt};
use postern_store::redis::{Argument, Execute, Reply, Scripts, is_broken_connection};
use postern_store::{Counter, Counters, Gate, ReserveOutcome};

const NOW: u64 = 1_788_220_800;

type Work = Pin<Box<dyn Future<Output = ()>>>;
type Outcome = Rc<Cell<Option<ReserveOutcome>>>;

/// A server that answers what it was told, one script after the other.
#[derive(Default)]
struct Server {
    answers: RefCell<VecDeque<Vec<i64>>>,
    waiting: RefCell<VecDeque<oneshot::Sender<()>>>,
    spawned: RefCell<Vec<Work>>,
}

impl Server {
    /// Answers the script that came first.
    fn answer(&self, numbers: &[i64]) {
        self.answers.borrow_mut().push_back(numbers.to_vec());
        self.waiting.borrow_mut().pop_front().unwrap().send(()).unwrap();
    }
}

struct Connection(Rc<Server>);

impl Execute for Connection {
    type Bell = oneshot::Sender<()>;

    fn bell(&self) -> (oneshot::Sender<()>, impl Future<Output = ()>) {
        let (bell, rung) = oneshot::channel();
        (bell, async move {
            let _ = rung.await;
        })
    }

    async fn execute(&self, _: &str, _: Vec<Argument>) -> Result<Vec<Reply>, String> {
        let (answer, answered) = oneshot::channel();
        self.0.waiting.borrow_mut().push_back(answer);
        answered.await.map_err(|error| error.to_string())?;
        let numbers = self.0.answers.borrow_mut().pop_front().unwrap();
        Ok(numbers.into_iter().map(Reply::Int).collect())
    }

    fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        self.0.spawned.borrow_mut().push(Box::pin(work));
    }
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A task of a component, with what it spawned.
struct Task {
    work: FuturesUnordered<Work>,
    woken: Arc<Woken>,
    server: Rc<Server>,
}

impl Task {
    fn new(server: &Rc<Server>, root: impl Future<Output = ()> + 'static) -> Self {
        let work = FuturesUnordered::new();
        work.push(Box::pin(root) as Work);
        // Without other work that waits, a set of futures wakes its task by itself once all were polled.
        work.push(Box::pin(std::future::pending()));
        let task = Self { work, woken: Arc::default(), server: Rc::clone(server) };
        task.woken.0.store(true, Ordering::Relaxed);
        task
    }

    /// One poll, if the task was woken, and says whether it was: what it spawned is added only then, and nothing is woken by that.
    fn turn(&mut self) -> bool {
        if !self.woken.0.swap(false, Ordering::Relaxed) {
            return false;
        }
        let waker = Waker::from(Arc::clone(&self.woken));
        let polled = self.work.poll_next_unpin(&mut Context::from_waker(&waker));
        self.work.extend(self.server.spawned.take());
        if let Poll::Ready(Some(())) = polled {
            self.woken.0.store(true, Ordering::Relaxed);
        }
        true
    }
}

/// Until no task is woken any more.
fn run(tasks: &mut [&mut Task]) {
    while tasks.iter_mut().any(|task| task.turn()) {}
}

/// Reserves as a request does: once more if the clock is behind.
fn request(server: &Rc<Server>, counters: &Rc<Scripts<Connection>>) -> (Task, Outcome) {
    let (outcome, counters) = (Outcome::default(), Rc::clone(counters));
    let found = Rc::clone(&outcome);
    let root = async move {
        let counter = Counter { name: "hot".to_owned(), keep_until_unix_s: NOW + 60 };
        let gates = [Gate { counter, add: 1, also: Vec::new(), at_most: 10 }];
        let mut now = NOW;
        loop {
            let reserved = counters.reserve(now, &gates).await.unwrap();
            found.set(Some(reserved.clone()));
            match reserved {
                ReserveOutcome::Behind { unix_s } => now = unix_s,
                _ => return,
            }
        }
    };
    (Task::new(server, root), outcome)
}

fn admitted(count: i64) -> Option<ReserveOutcome> {
    Some(ReserveOutcome::Admitted(vec![vec![count]]))
}

#[test]
fn one_that_is_behind_and_asks_again_does_not_wait_for_itself() {
    let server = Rc::<Server>::default();
    let counters = Rc::new(Scripts::new(Connection(Rc::clone(&server))));
    let (mut first, of_first) = request(&server, &counters);
    let (mut second, of_second) = request(&server, &counters);
    run(&mut [&mut first, &mut second]);
    // The first is behind; those that wait then are the second, and the first once more.
    server.answer(&[3, NOW.cast_signed() + 1]);
    run(&mut [&mut first, &mut second]);
    server.answer(&[0, 1, 0, 2]);
    run(&mut [&mut first, &mut second]);
    assert_eq!((of_second.take(), of_first.take()), (admitted(1), admitted(2)));
    // Nothing is on its way any more: the next leaves at once.
    let (mut third, of_third) = request(&server, &counters);
    run(&mut [&mut third]);
    server.answer(&[0, 3]);
    run(&mut [&mut third]);
    assert_eq!(of_third.take(), admitted(3));
}

#[test]
fn spawned_work_that_is_dropped_before_it_begins_passes_its_duty_on() {
    let server = Rc::<Server>::default();
    let counters = Rc::new(Scripts::new(Connection(Rc::clone(&server))));
    let (mut first, of_first) = request(&server, &counters);
    let (mut second, of_second) = request(&server, &counters);
    run(&mut [&mut first, &mut second]);
    server.answer(&[3, NOW.cast_signed() + 1]);
    // Polled once, and gone with what it spawned.
    assert!(first.turn());
    drop(first);
    run(&mut [&mut second]);
    server.answer(&[0, 1]);
    run(&mut [&mut second]);
    assert_eq!(of_second.take(), admitted(1));
    assert_eq!(of_first.take(), Some(ReserveOutcome::Behind { unix_s: NOW + 1 }));
}

#[test]
fn a_command_is_sent_again_only_if_the_connection_broke() {
    for (error, is_sent) in [
        ("redis: Other(\"broken pipe\")", true),
        ("redis: Other(\"Broken pipe (os error 32)\")", true),
        ("redis: Other(\"Connection reset by peer (os error 104)\")", true),
        ("redis: Other(\"unexpected end of file\")", true),
        ("redis: Other(\"Multiplexed connection driver unexpectedly terminated\")", true),
        (
            "redis: Other(\"\\\"OOM\\\": command not allowed when used memory > 'maxmemory'.\")",
            false,
        ),
        ("redis: Other(\"ReadOnly: You can't write against a read only replica.\")", false),
        ("redis: Other(\"\\\"BUSY\\\": Redis is busy running a script.\")", false),
        ("redis: Other(\"BusyLoading: Redis is loading the dataset in memory\")", false),
        ("redis: TypeError", false),
        ("redis: it has not answered in 2 seconds", false),
        ("redis: it cannot be reached", false),
    ] {
        assert_eq!(is_broken_connection(error), is_sent, "{error}");
    }
}
