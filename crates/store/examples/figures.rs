//! What counting costs here: `cargo run --release -p postern-store --example figures`. Needs a redis-server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../tests/stores/redis_server.rs"]
mod redis_server;
#[path = "../tests/stores/sqlite_io.rs"]
mod sqlite_io;

use std::time::Instant;

use futures::executor::block_on;
use postern_store::increments::Increments;
use postern_store::redis::Scripts;
use postern_store::{Counter, Counters, Gate, Reservation};
use redis_server::Server;
use sqlite_io::SqliteIo;

const NOW: u64 = 1_800_000_000;
const CALLERS: u32 = 16;

fn counter(name: &str) -> Counter {
    Counter { name: name.to_owned(), keep_until_unix_s: 4_000_000_000 }
}

fn gate(name: &str, also: &[&str]) -> Gate {
    let also = also.iter().map(|name| counter(name)).collect();
    Gate { counter: counter(name), add: 1, also, at_most: 1_000_000_000 }
}

fn reserve(counters: &impl Counters, gates: &[Gate]) {
    let reservation = block_on(counters.reserve(NOW, gates)).unwrap();
    assert!(matches!(reservation, Reservation::Admitted(_)));
}

/// The median of a reservation with three windows, and with three that have slots.
fn one_at_a_time(what: &str, counters: &impl Counters) {
    let windows = ["key", "team", "tenant"].map(|name| gate(name, &[]));
    let slots = ["key", "team", "tenant"]
        .map(|name| gate(&format!("{name} slot"), &[&format!("{name} before"), name]));
    for (which, gates) in [("3 windows", &windows), ("3 with slots", &slots)] {
        let mut each_us: Vec<_> = (0..1_000)
            .map(|_| {
                let start = Instant::now();
                reserve(counters, gates);
                start.elapsed().as_micros()
            })
            .collect();
        each_us.sort_unstable();
        println!("{what}, {which}: median {} us, 99 % {} us", each_us[500], each_us[990]);
    }
}

fn main() {
    let server = Server::start();
    let counters = Scripts::new(server.connect());
    one_at_a_time("redis", &counters);
    let start = Instant::now();
    let each = 2_000;
    std::thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| (0..each).for_each(|_| reserve(&counters, &[gate("hot", &[])])));
        }
    });
    let per_s = f64::from(CALLERS * each) / start.elapsed().as_secs_f64();
    println!("redis, one hot gate, one connection, {CALLERS} callers: {per_s:.0} reservations/s");
    for synchronous in ["full", "normal"] {
        let folder = tempfile::tempdir().unwrap();
        let io = SqliteIo::open(&folder.path().join("store.db"), synchronous);
        one_at_a_time(&format!("sqlite, synchronous={synchronous}"), &Increments::new(io));
    }
}
