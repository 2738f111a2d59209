//! What each stage costs, as the gateway itself says in `server-timing` (<https://www.w3.org/TR/server-timing/>).

use super::Effort;
use crate::client::{Call, Connection};
use crate::gateway::Gateway;
use crate::payload;
use crate::report::Figure;
use crate::samples::Samples;
use anyhow::{Context, Result};
use http::HeaderMap;

/// The entry that holds the others.
const TOTAL: &str = "total";

pub async fn stages(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let running = gateway.start().await?;
    let plain = Call::chat(payload::chat(None));
    let mut direct = Connection::open(&gateway.direct()).await?;
    let mut through = Connection::open(&running.server).await?;
    let mut direct_latency = Samples::default();
    let mut latency = Samples::default();
    let mut sums: Vec<(String, f64)> = Vec::new();
    for request in 0..effort.timed_requests + effort.timed_requests / 10 {
        let directly = direct.call(&plain).await?;
        let answer = through.call(&Call { timing: true, ..plain.clone() }).await?;
        // The first tenth warms up.
        if request < effort.timed_requests / 10 {
            continue;
        }
        direct_latency.push(directly.ns);
        latency.push(answer.ns);
        let header = answer
            .headers
            .get("server-timing")
            .context("the gateway answers without server-timing")?;
        add(&mut sums, header.to_str()?);
    }
    running.stop().await?;
    Ok(figures(sums, &direct_latency, &latency))
}

/// The mean of one stage over so many requests, in milliseconds.
pub async fn mean_of_stage(
    through: &mut Connection,
    call: &Call,
    stage: &str,
    requests: u64,
) -> Result<f64> {
    let mut sums = Vec::new();
    for request in 0..requests + requests / 10 {
        let answer = through.call(&Call { timing: true, ..call.clone() }).await?;
        if request < requests / 10 {
            continue;
        }
        let header = answer.headers.get("server-timing");
        let header = header.context("the gateway answers without server-timing")?;
        add(&mut sums, header.to_str()?);
    }
    let sum = sums.iter().find(|(name, _)| name == stage).map(|(_, sum)| *sum);
    let sum = sum.with_context(|| format!("server-timing has no stage {stage}"))?;
    Ok(sum / requests.max(1) as f64)
}

/// What a stage took for one request, in nanoseconds; 0 if it was not asked.
pub fn stage_ns(headers: &HeaderMap, stage: &str) -> Result<u64> {
    let header = headers.get("server-timing");
    let header = header.context("the gateway answers without server-timing")?.to_str()?;
    let ms = header.split(',').filter_map(entry).find(|(name, _)| *name == stage);
    Ok(ms.map_or(0, |(_, ms)| (ms * 1e6) as u64))
}

fn figures(sums: Vec<(String, f64)>, direct: &Samples, through: &Samples) -> Vec<Figure> {
    let count = through.len().max(1) as f64;
    let whole = through.mean_ms();
    let share = |ms: f64| format!("{:.0} % of the request", ms / whole * 100.0);
    let mut figures = Vec::new();
    let mut total = 0.0;
    let mut stages = 0.0;
    for (name, sum) in sums {
        let mean = sum / count;
        if name == TOTAL {
            total = mean;
            continue;
        }
        stages += mean;
        let mut figure = Figure::new(format!("stage {name}, mean"), "ms", mean).noted(share(mean));
        if name == "upstream" {
            figure = figure.over(direct.mean_ms());
        }
        figures.push(figure);
    }
    let rest = [
        ("between the stages, mean", total - stages),
        ("outside the composition (host, sockets, client), mean", whole - total),
    ];
    figures.extend(rest.map(|(name, ms)| Figure::new(name, "ms", ms).noted(share(ms))));
    figures.push(Figure::new("whole request, mean", "ms", whole).over(direct.mean_ms()));
    figures
}

/// Adds the durations of one header, in the order they come.
fn add(sums: &mut Vec<(String, f64)>, header: &str) {
    for (name, ms) in header.split(',').filter_map(entry) {
        match sums.iter_mut().find(|(known, _)| known == name) {
            Some((_, sum)) => *sum += ms,
            None => sums.push((name.to_owned(), ms)),
        }
    }
}

/// `auth;dur=0.041`
fn entry(text: &str) -> Option<(&str, f64)> {
    let (name, parameters) = text.trim().split_once(';')?;
    let duration = parameters.split(';').find_map(|p| p.trim().strip_prefix("dur="))?;
    Some((name, duration.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_what_each_stage_says_it_took() {
        let mut sums = Vec::new();
        add(&mut sums, "auth;dur=0.040, upstream;dur=1, total;dur=2.5");
        add(&mut sums, "auth;dur=0.060, upstream;dur=1;desc=\"x\", total;dur=2.5");
        let expected = [("auth", 0.1), ("upstream", 2.0), ("total", 5.0)];
        for ((name, sum), (expected_name, expected)) in sums.iter().zip(expected) {
            assert_eq!(name, expected_name);
            assert!((sum - expected).abs() < 1e-9, "{name} {sum}");
        }
        assert_eq!(sums.len(), 3);
    }
}
