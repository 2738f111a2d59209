//! The cost of the guardrail with every detector on and no rule that changes text.

use super::Effort;
use super::cold::IDLE;
use super::stages::stage_ns;
use super::streaming::chunk_delay_ms;
use crate::client::{Call, Connection};
use crate::gateway::Gateway;
use crate::payload;
use crate::report::{Figure, Target};
use crate::samples::Samples;
use anyhow::Result;

/// The stage's entry in the `server-timing` header.
const STAGE: &str = "guardrail";

/// Every detector runs on requests and on answers, and only flags.
pub(super) const FLAGS: &str = r#"
[[rule]]
name = "all"
detectors = ["personal", "secrets", "injection", "moderation"]
action = "flag"
"#;

/// This repository's words.
const PROSE: [&str; 3] = [
    include_str!("../../../README.md"),
    include_str!("../../../ARCHITECTURE.md"),
    include_str!("../../../CONTRIBUTING.md"),
];

pub async fn guardrail(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let flagging = gateway.with_policies(&[("guardrails.toml", FLAGS.to_owned())])?;
    let tiny = payload::prompt("Hello");
    let mut figures = Vec::new();
    let without = stage(gateway, &Call::chat(tiny.clone()), effort.timed_requests).await?;
    figures.push(figure("without rules", &without));
    let share = effort.timed_requests / 3;
    for (kilobytes, requests, limit_ms) in [(4, share, 0.5), (400, share / 30, 40.0)] {
        let call = Call::chat(payload::prompt(&text(kilobytes * 1_000)));
        let samples = stage(&flagging, &call, requests.max(10)).await?;
        let name = format!("{kilobytes} KB of prose, all detectors");
        figures.push(figure(&name, &samples).reaching(Target::AtMost(limit_ms)));
    }
    figures.push(on_a_cold_instance(&flagging, Call::chat(tiny), effort).await?);
    let plain = chunk_delay_ms(gateway, effort).await?;
    let delay = chunk_delay_ms(&flagging, effort).await?;
    let figure = Figure::new("delay of a chunk, all detectors, p50", "ms", delay).over(plain);
    figures.push(figure.reaching(Target::AddedAtMost(0.1)).noted("direct is without rules"));
    Ok(figures)
}

fn figure(name: &str, samples: &Samples) -> Figure {
    let note = format!("p99 {:.3}, {} requests", samples.percentile_ms(99), samples.len());
    Figure::new(format!("guardrail, {name}, median"), "ms", samples.median_ms()).noted(note)
}

/// How long the stage takes for this request.
pub(super) async fn stage(gateway: &Gateway, call: &Call, requests: u64) -> Result<Samples> {
    let running = gateway.start().await?;
    let mut connection = Connection::open(&running.server).await?;
    let call = Call { timing: true, ..call.clone() };
    let mut samples = Samples::default();
    for request in 0..requests + requests / 10 {
        let answer = connection.call(&call).await?;
        // The first tenth of the requests warms up and is not counted.
        if request >= requests / 10 {
            samples.push(stage_ns(&answer.headers, STAGE)?);
        }
    }
    running.stop().await?;
    Ok(samples)
}

async fn on_a_cold_instance(gateway: &Gateway, call: Call, effort: &Effort) -> Result<Figure> {
    let (_, samples) = cold(gateway, call, effort).await?;
    let note = format!("longest {:.1}", samples.max_ms());
    let name = "guardrail on a cold instance, median";
    Ok(Figure::new(name, "ms", samples.median_ms()).noted(note).reaching(Target::AtMost(3.0)))
}

/// The first request of an instance, which reads the rules and scans a first text: all of it, and the stage's part.
pub(super) async fn cold(
    gateway: &Gateway,
    call: Call,
    effort: &Effort,
) -> Result<(Samples, Samples)> {
    let running = gateway.start().await?;
    let call = Call { timing: true, ..call };
    let (mut all, mut of_stage) = (Samples::default(), Samples::default());
    Connection::open(&running.server).await?.call(&call).await?;
    for _ in 0..effort.cold_repetitions {
        tokio::time::sleep(IDLE).await;
        let answer = Connection::open(&running.server).await?.call(&call).await?;
        all.push(answer.ns);
        of_stage.push(stage_ns(&answer.headers, STAGE)?);
    }
    running.stop().await?;
    Ok((all, of_stage))
}

/// As many whole words of the prose as fit into `bytes`.
pub(super) fn text(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes);
    for word in PROSE.iter().flat_map(|source| source.split_inclusive(' ')).cycle() {
        if text.len() + word.len() > bytes {
            return text;
        }
        text.push_str(word);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_about_the_bytes_that_the_figure_names() {
        for bytes in [4_000, 400_000] {
            assert!(text(bytes).len() > bytes * 9 / 10);
        }
    }
}
