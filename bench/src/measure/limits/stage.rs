//! What the stage takes with three scopes: a key's requests, its team's tokens, its tenant's money.

use crate::client::{Call, Connection};
use crate::gateway::Gateway;
use crate::measure::Effort;
use crate::measure::stages::stage_ns;
use crate::payload;
use crate::redis_connection;
use crate::report::{Figure, Target};
use crate::samples::Samples;
use anyhow::{Result, bail};
use postern_redis_server::RedisServer;

/// The entries of `server-timing` that are limiter's: before a request is sent, and after its answer.
pub const ADMIT: &str = "limiter";
pub const SETTLE: &str = "settle";

/// What may be added to a round trip.
const OVER_ROUND_TRIP_MS: f64 = 0.2;

/// Both calls of the stage for each request, and their sums.
#[derive(Default)]
struct Both {
    admit: Samples,
    settle: Samples,
    sum: Samples,
}

pub async fn on_the_local_store(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let both = both(gateway, effort).await?;
    let target = Target::AtMost(0.4);
    let [reserve, settle, sum] = figures(&both, "local store");
    let note = "the strict reading of the target: both calls together";
    Ok(vec![
        reserve.reaching(target).also_noted("the host's SQLite file, in a temporary folder"),
        settle.reaching(target),
        sum.reaching(target).also_noted(note),
    ])
}

pub async fn on_redis(
    gateway: &Gateway,
    server: &RedisServer,
    effort: &Effort,
) -> Result<Vec<Figure>> {
    let connection = redis_connection::Connection::to(server)?;
    // Before and after, so that a busier minute of the machine touches both alike.
    let mut round_trips = connection.round_trips(effort.timed_requests)?;
    let both = both(gateway, effort).await?;
    if connection.keys()? == 0 {
        bail!("nothing was counted in Redis");
    }
    round_trips.append(connection.round_trips(effort.timed_requests)?);
    let round_trip_ms = round_trips.median_ms();
    let note = format!("round trip {round_trip_ms:.3}, target is that and {OVER_ROUND_TRIP_MS}");
    let target = Target::AtMost(round_trip_ms + OVER_ROUND_TRIP_MS);
    let round_trip =
        Figure::new("PING of Redis on a plain connection, median", "ms", round_trip_ms)
            .noted(format!("p99 {:.3}, {}", round_trips.percentile_ms(99), round_trips.len()));
    let [reserve, settle, sum] = figures(&both, "Redis");
    Ok(vec![
        round_trip,
        reserve.reaching(target).also_noted(&note),
        settle.reaching(target),
        sum.also_noted("two round trips"),
    ])
}

fn figures(both: &Both, store: &str) -> [Figure; 3] {
    [("reserve", &both.admit), ("settle", &both.settle), ("both", &both.sum)].map(
        |(call, samples)| {
            let name = format!("three scopes on {store}, {call}, median");
            let p99_ms = samples.percentile_ms(99);
            Figure::new(name, "ms", samples.median_ms())
                .noted(format!("p99 {p99_ms:.3}, {} requests", samples.len()))
        },
    )
}

/// With a prompt of one token: what a longer one adds is measured by itself.
async fn both(gateway: &Gateway, effort: &Effort) -> Result<Both> {
    let running = gateway.start().await?;
    let mut connection = Connection::open(&running.server).await?;
    let call = Call { timing: true, ..Call::chat(payload::prompt("Hello")) };
    if !connection.call(&call).await?.headers.contains_key("x-ratelimit-remaining-requests") {
        bail!("nothing is limited");
    }
    let mut both = Both::default();
    for request in 0..effort.timed_requests + effort.timed_requests / 10 {
        let [admit, settle] = stages_ns(&mut connection, &call, [ADMIT, SETTLE]).await?;
        // The first tenth warms up.
        if request >= effort.timed_requests / 10 {
            both.admit.push(admit);
            both.settle.push(settle);
            both.sum.push(admit + settle);
        }
    }
    running.stop().await?;
    Ok(both)
}

/// What these stages took for one request, in nanoseconds.
pub async fn stages_ns<const N: usize>(
    connection: &mut Connection,
    call: &Call,
    stages: [&str; N],
) -> Result<[u64; N]> {
    let answer = connection.call(call).await?;
    let mut each = [0; N];
    for (ns, stage) in each.iter_mut().zip(stages) {
        *ns = stage_ns(&answer.headers, stage)?;
    }
    Ok(each)
}
