//! Buffered answers: the added latency, and the throughput.

use super::Effort;
use crate::client::Call;
use crate::gateway::{Gateway, Running};
use crate::load::{Load, Run};
use crate::machine;
use crate::payload;
use crate::report::{Figure, Target};
use anyhow::Result;

/// One loop of both, and the host's use meanwhile.
struct Both {
    direct: Run,
    through: Run,
    /// Processor time of the host during `through`, warm-up excluded.
    host_cpu_seconds: Option<f64>,
    /// Processor time of everything but this benchmark during `through`.
    other_cpu_seconds: Option<f64>,
}

/// At one connection: what a lone caller notices.
pub async fn latency(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let both = both(gateway, effort, &Call::chat(payload::chat(None)), 1).await?;
    let [p50, p99] = percentiles(&both, "latency, 1 connection");
    Ok(vec![
        p50.reaching(Target::AddedAtMost(0.8)).noted(others(&both)),
        p99.reaching(Target::AddedAtMost(4.0)),
    ])
}

/// At 16 connections, which keep the machine busy: latency here is queueing.
pub async fn throughput(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let both = both(gateway, effort, &Call::chat(payload::chat(None)), 16).await?;
    let [p50, p99] = percentiles(&both, "latency, 16 connections");
    let rate = rate(&both, "rate, 16 connections").reaching(Target::AtLeast(2_000.0));
    let mut figures = vec![p50, p99, rate.noted(others(&both))];
    if let Some(seconds) = both.host_cpu_seconds {
        let ms = seconds * 1_000.0 / both.through.latency.len().max(1) as f64;
        figures.push(Figure::new("processor time of the host per request", "ms", ms));
    }
    Ok(figures)
}

/// How many a second, small and whole, at 16 connections.
pub async fn rate_at_16(
    gateway: &Gateway,
    effort: &Effort,
    name: impl Into<String>,
) -> Result<Figure> {
    let both = both(gateway, effort, &Call::chat(payload::prompt("Hello")), 16).await?;
    Ok(rate(&both, name).noted(others(&both)))
}

fn rate(both: &Both, name: impl Into<String>) -> Figure {
    Figure::new(name, "requests/s", both.through.requests_per_second())
        .beside(both.direct.requests_per_second())
}

/// At one connection, with an answer of 30 KB.
pub async fn embeddings(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let both = both(gateway, effort, &Call::embeddings(payload::embeddings()), 1).await?;
    Ok(percentiles(&both, "latency, embedding, 1 connection").into())
}

/// Direct and through in turn, so that a busier minute of the machine touches both alike.
async fn both(gateway: &Gateway, effort: &Effort, call: &Call, connections: usize) -> Result<Both> {
    let running = gateway.start().await?;
    let mut direct = Load::open(&gateway.direct(), call, connections).await?;
    let mut through = Load::open(&running.server, call, connections).await?;
    let mut both = Both {
        direct: Run::default(),
        through: Run::default(),
        host_cpu_seconds: Some(0.0),
        other_cpu_seconds: Some(0.0),
    };
    for _ in 0..effort.rounds {
        direct.run_for(effort.round_warm_up()).await?;
        both.direct.append(direct.run_for(effort.round()).await?);
        through.run_for(effort.round_warm_up()).await?;
        let before = Used::now(&running);
        both.through.append(through.run_for(effort.round()).await?);
        let after = Used::now(&running);
        both.add(&before, &after);
    }
    running.stop().await?;
    Ok(both)
}

/// Processor times at one moment, in seconds.
struct Used {
    host: Option<f64>,
    ours: Option<f64>,
    all: Option<f64>,
}

impl Used {
    fn now(running: &Running) -> Self {
        Self {
            host: machine::cpu_seconds(running.pid),
            ours: machine::cpu_seconds(std::process::id()),
            all: machine::busy_seconds(),
        }
    }
}

impl Both {
    fn add(&mut self, before: &Used, after: &Used) {
        let used = |before: Option<f64>, after: Option<f64>| Some(after? - before?);
        let host = used(before.host, after.host);
        let ours = used(before.ours, after.ours);
        let all = used(before.all, after.all);
        let sum = |total: Option<f64>, more: Option<f64>| Some(total? + more?);
        let others = all.and_then(|all| Some((all - host? - ours?).max(0.0)));
        self.host_cpu_seconds = sum(self.host_cpu_seconds, host);
        self.other_cpu_seconds = sum(self.other_cpu_seconds, others);
    }
}

fn percentiles(both: &Both, name: &str) -> [Figure; 2] {
    [50, 99].map(|percent| {
        let through = both.through.latency.percentile_ms(percent);
        Figure::new(format!("{name}, p{percent}"), "ms", through)
            .over(both.direct.latency.percentile_ms(percent))
    })
}

/// Whether the machine was ours.
fn others(both: &Both) -> String {
    match both.other_cpu_seconds {
        Some(seconds) => {
            let cores = seconds / both.through.seconds.max(f64::MIN_POSITIVE);
            format!("other programs used {cores:.2} cores meanwhile")
        }
        None => String::new(),
    }
}
