//! Calls that travel together.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::task::{Poll, Waker};

use futures::channel::oneshot;
use futures::executor::{LocalPool, LocalSpawner};
use futures::future::RemoteHandle;
use futures::task::LocalSpawnExt;
use postern_store::redis::{Argument, Execute, Reply, Scripts, is_unknown_script};
use postern_store::{Counters, Gate, ReserveOutcome};

use crate::conformance::random::cases;
use crate::conformance::{NOW, gate, read};
use crate::redis_server::{Connection, Server};

/// Commands wait while it is closed.
#[derive(Default)]
struct Door {
    is_closed: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

impl Door {
    async fn pass(&self) {
        std::future::poll_fn(|context| {
            if !self.is_closed.get() {
                return Poll::Ready(());
            }
            self.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn open(&self) {
        self.is_closed.set(false);
        self.waiting.take().into_iter().for_each(Waker::wake);
    }
}

/// A connection as a component has it: a command takes its time, and is counted.
struct Slow {
    connection: Connection,
    commands: Rc<RefCell<Vec<String>>>,
    door: Rc<Door>,
    spawner: LocalSpawner,
}

impl Execute for Slow {
    type Bell = oneshot::Sender<()>;

    fn bell(&self) -> (oneshot::Sender<()>, impl Future<Output = ()>) {
        let (bell, rung) = oneshot::channel();
        (bell, async move {
            let _ = rung.await;
        })
    }

    async fn execute(&self, name: &str, arguments: Vec<Argument>) -> Result<Vec<Reply>, String> {
        self.commands.borrow_mut().push(name.to_owned());
        self.door.pass().await;
        self.connection.execute(name, arguments).await
    }

    fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        self.spawner.spawn_local(work).unwrap();
    }
}

/// One instance on a server.
struct Instance {
    pool: LocalPool,
    counters: Rc<Scripts<Slow>>,
    commands: Rc<RefCell<Vec<String>>>,
    door: Rc<Door>,
}

impl Instance {
    /// The first command of an instance waits until the door is opened.
    fn of(server: &Server) -> Self {
        let pool = LocalPool::new();
        let (commands, door) = (Rc::<RefCell<Vec<String>>>::default(), Rc::<Door>::default());
        door.is_closed.set(true);
        let slow = Slow {
            connection: server.connect(),
            commands: Rc::clone(&commands),
            door: Rc::clone(&door),
            spawner: pool.spawner(),
        };
        Self { pool, counters: Rc::new(Scripts::new(slow)), commands, door }
    }

    fn commands(&self) -> Vec<String> {
        std::mem::take(&mut self.commands.borrow_mut())
    }
}

/// Begins it now; it is dropped with the handle.
fn begin<T: 'static>(
    instance: &mut Instance,
    work: impl Future<Output = T> + 'static,
) -> RemoteHandle<T> {
    let handle = instance.pool.spawner().spawn_local_with_handle(work).unwrap();
    instance.pool.run_until_stalled();
    handle
}

fn reserving(
    instance: &Instance,
    gates: Vec<Gate>,
) -> impl Future<Output = ReserveOutcome> + 'static + use<> {
    let counters = Rc::clone(&instance.counters);
    async move { counters.reserve(NOW, &gates).await.unwrap() }
}

#[test]
#[ignore = "needs a redis-server"]
fn sixteen_at_once_take_two_scripts_and_each_learns_its_own() {
    let server = Server::start();
    let mut instance = Instance::of(&server);
    let handles: Vec<_> = (0..16)
        .map(|_| {
            let reserving = reserving(&instance, vec![gate("hot", 1, 10)]);
            begin(&mut instance, reserving)
        })
        .collect();
    instance.door.open();
    let all = instance.pool.run_until(futures::future::join_all(handles));
    let expected: Vec<_> = (1..=16)
        .map(|count| match count {
            1..=10 => ReserveOutcome::Admitted(vec![vec![count]]),
            _ => ReserveOutcome::Refused { gate: 0, values: vec![vec![10]] },
        })
        .collect();
    assert_eq!(all, expected);
    // The server does not know the script yet.
    assert_eq!(instance.commands(), ["EVALSHA", "EVAL", "EVALSHA"]);
    assert_eq!(read(&Scripts::new(server.connect()), &["hot"]), [Some(10)]);
    // One alone takes one.
    let reserving = reserving(&instance, vec![gate("hot", 0, 10)]);
    assert_eq!(instance.pool.run_until(reserving), ReserveOutcome::Admitted(vec![vec![10]]));
    assert_eq!(instance.commands(), ["EVALSHA"]);
}

#[test]
#[ignore = "needs a redis-server"]
fn a_call_that_is_dropped_before_it_leaves_is_not_made_and_the_others_go_on() {
    let server = Server::start();
    // The first, which is on its way; one that waits; and the one that is carried by the first.
    for dropped in 0..3 {
        let mut instance = Instance::of(&server);
        let name = format!("dropped {dropped}");
        let mut handles: Vec<_> = (0..6)
            .map(|_| {
                let reserving = reserving(&instance, vec![gate(&name, 1, 100)]);
                Some(begin(&mut instance, reserving))
            })
            .collect();
        drop(handles[dropped].take());
        instance.door.open();
        instance.pool.run_until(futures::future::join_all(handles.into_iter().flatten()));
        assert_eq!(read(&Scripts::new(server.connect()), &[&name]), [Some(5)], "{dropped}");
    }
}

#[test]
#[ignore = "needs a redis-server"]
fn any_calls_together_are_answered_as_one_after_the_other() {
    let server = Server::start();
    // The server's clock goes on from case to case, and so does that of the memory.
    let (memory, case) = (postern_store::memory::Memory::new(), Cell::new(0_u64));
    cases(|calls| {
        case.set(case.get() + 1);
        let prefix = format!("together {}", case.get());
        let mut instance = Instance::of(&server);
        let mut handles = Vec::new();
        for call in calls {
            let call = call.renamed(&prefix);
            let counters = Rc::clone(&instance.counters);
            let made = call.clone();
            let work = async move { made.make(&*counters).await };
            handles.push((begin(&mut instance, work), call));
        }
        instance.door.open();
        for (handle, call) in handles {
            let found = instance.pool.run_until(handle);
            let expected = futures::executor::block_on(call.make(&memory));
            assert_eq!(found, expected);
        }
        assert!(instance.commands().len() <= 3);
    });
}

#[test]
fn the_error_of_a_server_that_does_not_know_a_script_is_known_in_the_words_of_clients() {
    for error in [
        "redis: Other(\"An error was signalled by the server - NoScriptError: No matching script. Please use EVAL.\")",
        "NOSCRIPT No matching script.",
    ] {
        assert!(is_unknown_script(error), "{error}");
    }
    assert!(!is_unknown_script("WRONGTYPE Operation against a key"));
}
