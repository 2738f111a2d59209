//! What a guardrail costs that stands before the built-in one: the examples, beside the built-in one alone.

use super::Effort;
use super::guardrail::{FLAGS, cold, stage, text};
use super::streaming::chunk_delay_ms;
use crate::client::Call;
use crate::gateway::Gateway;
use crate::payload;
use crate::report::Figure;
use anyhow::{Context, Result, ensure};
use std::{env, fs};

/// The built-in guardrail, and what stands before it.
const SOURCES: [&str; 3] = ["guardrail", "guardrail-rust", "guardrail-python"];

pub async fn wrappers(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let shipped = fs::read_to_string("spin.toml").context("cannot read spin.toml")?;
    let mut figures = Vec::new();
    for source in SOURCES {
        let flagging = gateway.with_policies(&[("guardrails.toml", FLAGS.to_owned())])?;
        let composed = flagging.with_manifest(&manifest(&shipped, source)?)?;
        let file = format!("target/components/{source}.wasm");
        let bytes = fs::metadata(&file).with_context(|| format!("cannot read {file}"))?.len();
        let megabytes = bytes as f64 / 1e6;
        figures.push(Figure::new(format!("{source}: the file"), "MB", megabytes));
        let share = effort.timed_requests / 3;
        for (kilobytes, requests) in [(4, share), (400, share / 30)] {
            let call = Call::chat(payload::prompt(&text(kilobytes * 1_000)));
            let samples = stage(&composed, &call, requests.max(10)).await?;
            let name = format!("{source}: a request of {kilobytes} KB, median");
            let note = format!("p99 {:.3}", samples.percentile_ms(99));
            figures.push(Figure::new(name, "ms", samples.median_ms()).noted(note));
        }
        let delay = chunk_delay_ms(&composed, effort).await?;
        figures.push(Figure::new(format!("{source}: delay of a chunk, p50"), "ms", delay));
        let (instance, stage) =
            cold(&composed, Call::chat(payload::prompt("Hello")), effort).await?;
        let name = format!("{source}: first request on a cold instance, median");
        let note = format!("of it in the stage: {:.1}", stage.median_ms());
        figures.push(Figure::new(name, "ms", instance.median_ms()).noted(note));
    }
    Ok(figures)
}

/// The manifest whose guardrail is another file.
fn manifest(shipped: &str, source: &str) -> Result<String> {
    let line = |name: &str| format!("source = \"target/components/{name}.wasm\"");
    let count = shipped.matches(&line("guardrail")).count();
    ensure!(count == 1, "spin.toml has the guardrail {count} times, not once");
    let changed = shipped.replace(&line("guardrail"), &line(source));
    // It is written elsewhere, and names folders of the repository.
    let root = env::current_dir()?;
    Ok(changed.replace("\"target/components/", &format!("\"{}/target/components/", root.display())))
}
