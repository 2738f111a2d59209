//! Ten times as many requests as the host takes: what the others are told, how soon, and what memory it costs.

use super::Effort;
use crate::client::{Call, Connection, Server};
use crate::clock;
use crate::gateway::{Gateway, Running};
use crate::machine;
use crate::payload::{self, Shape};
use crate::report::{Figure, Target};
use crate::samples::Samples;
use anyhow::{Context, Result, bail};
use http::Response;
use http_body_util::BodyExt;
use hyper::body::Incoming;

/// A chunk a second, for longer than the measurement takes.
const SLOW: Shape = Shape { chunks: 10_000, pause_ms: 1_000 };

/// How many times as many are refused as are taken.
const TIMES: usize = 10;

/// An allocator settles; a connection that is refused takes a few kB for a moment.
const GROWTH_MB: f64 = 32.0;

/// What a refusal may take.
const REFUSED_MS: f64 = 5.0;

pub async fn overload(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    rlimit::increase_nofile_limit(u64::MAX).context("the limit of open files")?;
    let most = effort.streams_at_once;
    let cap = format!("--max-requests={most}");
    let running = gateway.start_with_flags(&[&cap, "--max-connections-per-address=5000"]).await?;
    let call = Call::chat(payload::chat(Some(SLOW)));
    let mut held = Vec::new();
    for _ in 0..most {
        held.push(open(&running.server, &call).await?);
    }
    let at_cap = resident(&running)?;
    let mut refusals = Samples::default();
    let mut peak = at_cap;
    for number in 0..most * TIMES {
        refusals.push(refused(&running.server, &call).await?);
        if number % most == 0 {
            peak = peak.max(resident(&running)?);
        }
    }
    peak = peak.max(resident(&running)?);
    drop(held);
    running.stop().await?;
    Ok(vec![
        Figure::new(format!("resident memory with {most} streams, the cap"), "MB", at_cap),
        Figure::new(format!("growth at {TIMES} times the cap"), "MB", peak - at_cap)
            .reaching(Target::AtMost(GROWTH_MB)),
        Figure::new("refusal over the cap, p50", "ms", refusals.percentile_ms(50)),
        Figure::new("refusal over the cap, p99", "ms", refusals.percentile_ms(99))
            .reaching(Target::AtMost(REFUSED_MS))
            .noted(format!("of {}, a connection each", refusals.len())),
    ])
}

/// A stream that has begun.
async fn open(server: &Server, call: &Call) -> Result<(Connection, Response<Incoming>)> {
    let mut connection = Connection::open(server).await?;
    let mut answer = connection.begin(call).await?;
    answer.body_mut().frame().await.context("a stream has no chunk")??;
    Ok((connection, answer))
}

/// A request that is refused, and the time that it took.
async fn refused(server: &Server, call: &Call) -> Result<u64> {
    let mut connection = Connection::open(server).await?;
    let started_ns = clock::now_ns();
    let (status, retry_after) = connection.overloaded(call).await?;
    let took_ns = clock::now_ns().saturating_sub(started_ns);
    if status != 503 || !retry_after {
        bail!("a request over the cap got {status}, retry-after: {retry_after}");
    }
    Ok(took_ns)
}

fn resident(running: &Running) -> Result<f64> {
    machine::resident_mb(running.pid)
        .context("memory is read from /proc, which is not there: leave it out with --only")
}
