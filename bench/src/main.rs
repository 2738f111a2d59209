//! Measures what the gateway costs, against a direct baseline in the same run.
//!
//! Everything is on loopback: a load generator on this thread, an upstream that answers at once on another, and between
//! them, for half of the requests, the gateway as a separate process. All share the cores of one machine, so a figure
//! includes the cost of all three; the direct baseline includes that of two.

mod cli;
mod client;
mod clock;
mod gateway;
mod issuer;
mod load;
mod machine;
mod measure;
mod payload;
mod redis_connection;
mod report;
mod samples;
mod upstream;

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use cli::Options;
use gateway::Gateway;
use machine::Machine;
use measure::{Effort, Name};
use report::Figure;
use serde::Serialize;
use std::fs;
use std::process::ExitCode;
use std::time::Duration;
use tokio::time::timeout;

/// No measurement takes a third of this on the slowest machine we know: a longer one hangs.
const MEASUREMENT_LIMIT: Duration = Duration::from_secs(300);

/// The contents of `results.json`.
#[derive(Serialize)]
struct Results<'a> {
    /// Whether every measurement was made, at full length: only then the figures may be quoted.
    complete: bool,
    machine: Machine,
    parameters: Parameters<'a>,
    figures: Vec<Figure>,
}

#[derive(Serialize)]
struct Parameters<'a> {
    #[serde(flatten)]
    effort: &'a Effort,
    request_bytes: usize,
    answer_bytes: usize,
    host_log: String,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let machine = Machine::here();
    let effort = options.effort();
    let output = &options.output;
    fs::create_dir_all(output).with_context(|| format!("cannot make {}", output.display()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let figures = runtime.block_on(measure(options, &effort))?;
    println!("{}\n\n{}", machine.line(), report::table(&figures));
    let parameters = Parameters {
        effort: &effort,
        request_bytes: payload::chat(None).len(),
        answer_bytes: payload::completion().len(),
        host_log: format!("one line a request, to {}", output.join("host.log").display()),
    };
    let file = output.join("results.json");
    let text = serde_json::to_string_pretty(&Results {
        complete: options.complete(),
        machine,
        parameters,
        figures,
    })?;
    fs::write(&file, text + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    println!("written to {}", file.display());
    Ok(())
}

async fn measure(options: &Options, effort: &Effort) -> Result<Vec<Figure>> {
    options.names().into_iter().try_for_each(Name::check)?;
    let upstream = upstream::start()?;
    let gateway = Gateway::prepare(&options.host()?, upstream, &options.output).await?;
    // Compiles the components that are not cached, so that no measurement waits for it.
    gateway.start().await?.stop().await?;
    let on_spin = options.spin().map(|spin| gateway.on_spin(spin)).transpose()?;
    if let Some(on_spin) = &on_spin {
        on_spin.start().await?.stop().await?;
    }
    let mut figures = Vec::new();
    for name in options.names() {
        let word = name.to_possible_value().map(|value| value.get_name().to_owned());
        let word = word.unwrap_or_default();
        eprintln!("measuring {word} ...");
        figures.extend(one(name, &gateway, effort).await.with_context(|| word.clone())?);
        match (&on_spin, name.not_on_spin()) {
            (Some(_), Some(reason)) => eprintln!("skipped on Spin: {word}: {reason}"),
            (Some(on_spin), None) => {
                eprintln!("measuring {word} on Spin ...");
                let there = one(name, on_spin, effort).await.with_context(|| word.clone())?;
                figures.extend(there.into_iter().map(Figure::on_spin));
            }
            (None, _) => {}
        }
    }
    Ok(figures)
}

async fn one(name: Name, gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    match timeout(MEASUREMENT_LIMIT, name.measure(gateway, effort)).await {
        Ok(figures) => figures,
        Err(_) => bail!("not done after {} s", MEASUREMENT_LIMIT.as_secs()),
    }
}
