//! Resident memory of the host, and whether it grows.

use super::Effort;
use crate::client::Call;
use crate::gateway::{Gateway, Running};
use crate::load::Load;
use crate::machine;
use crate::payload::{self, Shape};
use crate::report::{Figure, Target};
use anyhow::{Context, Result};
use std::time::Duration;

const CONNECTIONS: usize = 16;

/// After the first reading memory may grow by this, in MB: an allocator settles, a leak of 200 bytes a request does not
/// fit in (8 MB in 40,000 requests).
const GROWTH_MB: f64 = 5.0;

/// Streams that are open at once.
const CROWD: usize = 1_000;

/// Long enough that all are open in the middle.
const OPEN: Shape = Shape { chunks: 2, pause_ms: 8_000 };

/// Readings after the first, so that the way between can be seen.
const STEPS: u64 = 4;

pub async fn memory(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let running = gateway.start().await?;
    let at_start = resident(&running)?;
    let call = Call::chat(payload::chat(None));
    let mut load = Load::open(&running.server, &call, CONNECTIONS).await?;
    load.run_requests(1).await?;
    let at_first = resident(&running)?;
    let (first, last) = effort.memory_requests;
    load.run_requests(first - 1).await?;
    let mut readings = vec![(first, resident(&running)?)];
    let step = (last - first) / STEPS;
    for number in 1..=STEPS {
        load.run_requests(step).await?;
        readings.push((first + step * number, resident(&running)?));
    }
    running.stop().await?;
    Ok(figures(at_start, at_first, &readings))
}

/// A thousand streams at once.
pub async fn crowd(gateway: &Gateway) -> Result<Vec<Figure>> {
    rlimit::increase_nofile_limit(u64::MAX).context("the limit of open files")?;
    let running = gateway.start().await?;
    let call = Call::chat(payload::chat(Some(OPEN)));
    let mut load = Load::open(&running.server, &call, CROWD).await?;
    let reading = async {
        tokio::time::sleep(Duration::from_millis(OPEN.pause_ms / 2)).await;
        machine::private_mb(running.pid).zip(machine::resident_mb(running.pid))
    };
    let (run, read) = tokio::join!(load.run_requests(CROWD as u64), reading);
    let answered = run?.latency.len();
    let (private, resident) = read.context("memory is read from /proc, which is not there")?;
    running.stop().await?;
    Ok(vec![
        Figure::new(format!("private memory with {CROWD} open streams"), "MB", private)
            .reaching(Target::AtMost(400.0))
            .noted(format!("{resident:.0} resident; {answered} answered")),
    ])
}

fn figures(at_start: f64, at_first: f64, readings: &[(u64, f64)]) -> Vec<Figure> {
    let (first, after_first) = readings.first().copied().unwrap_or_default();
    let (last, after_last) = readings.last().copied().unwrap_or_default();
    let between: Vec<_> = readings.iter().map(|(n, mb)| format!("{mb:.1} after {n}")).collect();
    vec![
        Figure::new("resident memory when listening", "MB", at_start),
        Figure::new("resident memory after 1 request", "MB", at_first),
        Figure::new(format!("resident memory after {first} requests"), "MB", after_first)
            .reaching(Target::AtMost(120.0)),
        Figure::new(format!("growth until {last} requests"), "MB", after_last - after_first)
            .reaching(Target::AtMost(GROWTH_MB))
            .noted(between.join(", ")),
    ]
}

fn resident(running: &Running) -> Result<f64> {
    machine::resident_mb(running.pid)
        .context("memory is read from /proc, which is not there: leave it out with --only")
}
