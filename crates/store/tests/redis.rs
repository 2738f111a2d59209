//! The build over a real Redis server. It is ignored where nothing starts one; `cargo xtask test store-redis` does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod conformance;
#[path = "stores/redis_server.rs"]
mod redis_server;
#[path = "redis/together.rs"]
mod travelling;

use conformance::{KEPT, NOW, Store, change, counter, gate, read, reserve};
use futures::executor::block_on;
use postern_store::redis::Scripts;
use postern_store::{Counter, Counters, ReserveOutcome};
use redis_server::{Connection, Server};

impl Store for Server {
    type Counters<'a> = Scripts<Connection>;

    fn open(&self) -> Scripts<Connection> {
        Scripts::new(self.connect())
    }

    fn spoil(&self, counter: &Counter) {
        let key = format!("{{postern}}:limit:{}", counter.name);
        let () = self.connect().query("SET", &[&key, "1e3"]);
    }

    fn is_aside(&self, counter: &Counter) -> bool {
        let value = |prefix: &str| -> Option<String> {
            self.connect().query("GET", &[&format!("{{postern}}:{prefix}:{}", counter.name)])
        };
        ["limit", "limit-aside"].map(value) == ["1e3", "1e3"].map(|value| Some(value.to_owned()))
    }
}

conformance!(Server::start(), runs: 100, [ignore = "needs a redis-server"]);

#[test]
#[ignore = "needs a redis-server"]
fn knows_a_counter_from_everything_else() {
    let server = Server::start();
    let counters = server.open();
    for value in
        ["", "x", "1.0", "01", "+1", " 1", "-0", "1e3", "9007199254740992", "99999999999999999999"]
    {
        let () = server.connect().query("SET", &["{postern}:limit:a", value]);
        let broken = ReserveOutcome::Broken { gate: 0, counter: counter("a") };
        assert_eq!(reserve(&counters, &[gate("a", 1, 10)]), broken, "{value:?}");
        assert_eq!(read(&counters, &["a"]), [None], "{value:?}");
        assert_eq!(change(&counters, &[("a", 1)]), [counter("a")], "{value:?}");
    }
    let () = server.connect().query("SET", &["{postern}:limit:a", "-9007199254740991"]);
    assert_eq!(change(&counters, &[("a", 9_007_199_254_740_991)]), []);
    assert_eq!(read(&counters, &["a"]), [Some(0)]);
}

#[test]
#[ignore = "needs a redis-server"]
fn a_value_of_another_type_is_broken_and_stops_no_script_half_way() {
    let server = Server::start();
    let counters = server.open();
    let _: i64 = server.connect().query("HSET", &["{postern}:limit:team", "field", "1"]);
    let broken = ReserveOutcome::Broken { gate: 1, counter: counter("team") };
    assert_eq!(reserve(&counters, &[gate("key", 1, 10), gate("team", 1, 10)]), broken);
    assert_eq!(change(&counters, &[("key", 2), ("team", 1), ("tenant", 2)]), [counter("team")]);
    assert_eq!(read(&counters, &["key", "team", "tenant"]), [Some(2), None, Some(2)]);
    let aside: String = server.connect().query("HGET", &["{postern}:limit-aside:team", "field"]);
    assert_eq!(aside, "1");
}

#[test]
#[ignore = "needs a redis-server"]
fn a_clock_of_another_type_is_written_anew() {
    let server = Server::start();
    let counters = server.open();
    let _: i64 = server.connect().query("SADD", &["{postern}:limit-clock", "1"]);
    assert_eq!(reserve(&counters, &[gate("a", 1, 10)]), ReserveOutcome::Admitted(vec![vec![1]]));
    let clock: u64 = server.connect().query("GET", &["{postern}:limit-clock"]);
    assert_eq!(clock, NOW);
}

#[test]
#[ignore = "needs a redis-server"]
fn counters_expire_when_they_need_not_be_kept() {
    let server = Server::start();
    let counters = server.open();
    reserve(&counters, &[gate("reserved", 1, 10), gate("untouched", 0, 10)]);
    change(&counters, &[("changed", 1), ("same", 0)]);
    let left_s = |name: &str| -> i64 {
        server.connect().query("TTL", &[&format!("{{postern}}:limit:{name}")])
    };
    let now_s = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    for name in ["reserved", "changed"] {
        let until_s = now_s + u64::try_from(left_s(name)).unwrap();
        // Within what a slow machine needs for this test.
        assert!(until_s.abs_diff(KEPT) < 300, "{name}: {until_s}");
    }
    // https://redis.io/docs/latest/commands/ttl/: -2 is for no key.
    assert_eq!(["untouched", "same"].map(left_s), [-2, -2]);
    let passed = Counter { name: "passed".to_owned(), keep_until_unix_s: 1_000 };
    let gates = [postern_store::Gate { counter: passed.clone(), ..gate("", 1, 10) }];
    assert_eq!(reserve(&counters, &gates), ReserveOutcome::Admitted(vec![vec![1]]));
    assert_eq!(block_on(counters.read(&[passed])).unwrap(), [Some(0)]);
    let never = Counter { name: "never".to_owned(), keep_until_unix_s: u64::MAX };
    let gates = [postern_store::Gate { counter: never, ..gate("", 1, 10) }];
    assert_eq!(reserve(&counters, &gates), ReserveOutcome::Admitted(vec![vec![1]]));
}

#[test]
#[ignore = "needs a redis-server"]
fn a_server_that_is_gone_is_unavailable() {
    let server = Server::start();
    let counters = server.open();
    assert_eq!(block_on(counters.ready()), Ok(()));
    drop(server);
    assert!(block_on(counters.ready()).is_err());
    assert!(block_on(counters.reserve(NOW, &[gate("a", 1, 10)])).is_err());
    assert!(block_on(counters.read(&[counter("a")])).is_err());
}
