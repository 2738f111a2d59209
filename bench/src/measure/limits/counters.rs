//! What Redis itself takes of one hot key, without a gateway.

use crate::clock;
use crate::measure::Effort;
use crate::redis_connection::Connection;
use crate::report::{Figure, Target};
use anyhow::{Result, anyhow, bail};
use futures::executor::block_on;
use postern_redis_server::RedisServer;
use postern_store::redis::Scripts;
use postern_store::{Change, Counter, Counters as _, Gate, ReserveOutcome};
use std::thread;

/// As many as the gateway has callers where its rate is measured.
const CONNECTIONS: u64 = 16;

/// Redis keeps the counter for this long; the exact time does not matter here.
const NOW_UNIX_S: u64 = 1_800_000_000;
const KEPT_UNTIL_UNIX_S: u64 = 4_000_000_000;

/// Reserves and settles on one counter, by the scripts that the component runs, from connections of this process.
pub async fn pairs(server: RedisServer, effort: &Effort) -> Result<Figure> {
    let loop_ms = effort.loop_ms;
    let per_s = tokio::task::spawn_blocking(move || pairs_per_s(&server, loop_ms)).await??;
    Ok(Figure::new("counters alone, one hot key, reserve and settle", "pairs/s", per_s)
        .reaching(Target::AtLeast(2_000.0))
        .noted(format!("{CONNECTIONS} connections, EVAL twice a pair, no gateway")))
}

fn pairs_per_s(server: &RedisServer, loop_ms: u64) -> Result<f64> {
    let connections: Result<Vec<_>> = (0..CONNECTIONS).map(|_| Connection::to(server)).collect();
    let started_ns = clock::now_ns();
    let end_ns = started_ns.saturating_add(loop_ms * 1_000_000);
    let pairs = thread::scope(|scope| {
        let loops: Vec<_> = connections?
            .into_iter()
            .map(|connection| scope.spawn(move || repeat(&Scripts::new(connection), end_ns)))
            .collect();
        let mut pairs = 0;
        for each in loops {
            pairs += each.join().map_err(|_| anyhow!("a connection's thread panicked"))??;
        }
        anyhow::Ok(pairs)
    })?;
    let seconds = clock::now_ns().saturating_sub(started_ns) as f64 / 1e9;
    Ok(pairs as f64 / seconds)
}

/// How many pairs until then.
fn repeat(counters: &Scripts<Connection>, end_ns: u64) -> Result<u64> {
    const RESERVED: u64 = 100;
    const USED: i64 = 40;
    let counter = Counter { name: "bench-hot".to_owned(), keep_until_unix_s: KEPT_UNTIL_UNIX_S };
    let gate = Gate {
        counter: counter.clone(),
        add: RESERVED,
        also: Vec::new(),
        at_most: postern_store::MAX_VALUE.unsigned_abs(),
    };
    let settled = [Change { counter, by: USED - RESERVED.cast_signed() }];
    let mut pairs = 0;
    while clock::now_ns() < end_ns {
        let reservation = block_on(counters.reserve(NOW_UNIX_S, std::slice::from_ref(&gate)))?;
        if !matches!(reservation, ReserveOutcome::Admitted(_)) {
            bail!("the counter of the benchmark answered {reservation:?}");
        }
        if !block_on(counters.change(&settled))?.is_empty() {
            bail!("the counter of the benchmark holds no count");
        }
        pairs += 1;
    }
    Ok(pairs)
}
