//! What a request costs in calls of the host and in the host's allocations, counted by `postern-host-counted`.
//!
//! How often a request calls the stages is no figure of a machine: `crates/pipeline/tests/pipeline/crossings.rs` has it.

use super::Effort;
use super::limits;
use crate::client::{Call, Connection};
use crate::gateway::{Gateway, Running};
use crate::payload;
use crate::report::Figure;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tokio::time::sleep;

/// The program that counts.
const PROGRAM: &str = "POSTERN_HOST_COUNTED";

/// What the line of its sums begins with.
const LINE: &str = "counters ";

/// Requests of a quick run and of a full one, in instances' lives of 128: what making an instance takes is in the figures.
const LIVES: u64 = 8;
const REQUESTS_OF_LIFE: u64 = 128;

/// The calls that are shown, and how long the line is waited for.
const SHOWN: usize = 40;
const WAITS: u32 = 100;
const WAIT: Duration = Duration::from_millis(20);

type Sums = BTreeMap<String, u64>;

/// Checks that there is a program that counts.
pub fn check() -> Result<()> {
    program().map(drop)
}

fn program() -> Result<PathBuf> {
    let found = env::var_os(PROGRAM).map(PathBuf::from);
    found.with_context(|| {
        format!("{PROGRAM} names no host that counts: run this as `cargo xtask bench`")
    })
}

/// Counts without limits, and with three.
pub async fn crossings(gateway: &Gateway, _: &Effort) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let gateways =
        [("no limits", gateway.with_policies(&[])?), ("three limits", limits::local(gateway)?)];
    for (name, gateway) in gateways {
        figures.extend(counted(name, &gateway.with_host(program()?)).await?);
    }
    Ok(figures)
}

async fn counted(name: &str, gateway: &Gateway) -> Result<Vec<Figure>> {
    let running = gateway.start().await?;
    let call = Call::chat(payload::chat(None));
    let mut through = Connection::open(&running.server).await?;
    let mut sums = Vec::new();
    for part in 1..=2 {
        for _ in 0..LIVES * REQUESTS_OF_LIFE {
            through.call(&call).await?;
        }
        sums.push(ask(&running, gateway.log(), part).await?);
    }
    running.stop().await?;
    let [before, after] = sums.as_slice() else { bail!("no sums") };
    Ok(figures(name, before, after))
}

/// The sums so far, which the host writes when it is asked, the nth time.
async fn ask(running: &Running, log: &Path, nth: usize) -> Result<Sums> {
    let asked = Command::new("kill").args(["-USR1", &running.pid.to_string()]).status();
    if !asked.context("cannot run kill")?.success() {
        bail!("the host that counts has ended");
    }
    for _ in 0..WAITS {
        sleep(WAIT).await;
        let text = std::fs::read_to_string(log)?;
        let mut lines = text.lines().filter_map(|line| line.strip_prefix(LINE));
        if let Some(line) = lines.nth(nth.saturating_sub(1)) {
            return Ok(read(line));
        }
    }
    bail!("the host does not say what it has counted, see {}", log.display())
}

fn read(line: &str) -> Sums {
    let sums = line.split(' ').filter_map(|part| part.rsplit_once('='));
    sums.filter_map(|(name, sum)| Some((name.to_owned(), sum.parse().ok()?))).collect()
}

/// A request's part of what was counted between the two, the most frequent calls first.
fn figures(name: &str, before: &Sums, after: &Sums) -> Vec<Figure> {
    let requests = (LIVES * REQUESTS_OF_LIFE) as f64;
    let mut each: Vec<_> = after
        .iter()
        .map(|(counted, sum)| {
            let earlier = before.get(counted).copied().unwrap_or(0);
            (counted.as_str(), sum.saturating_sub(earlier) as f64 / requests)
        })
        .collect();
    each.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let is_call = |counted: &str| counted.contains('#');
    let calls = || each.iter().filter(|(counted, _)| is_call(counted));
    let note = format!("of {requests} requests, and of the instances made for them");
    let all = calls().map(|(_, sum)| sum).sum();
    let mut figures =
        vec![Figure::new(format!("{name}: calls of the host"), "a request", all).noted(note)];
    for (counted, sum) in each.iter().filter(|(counted, _)| !is_call(counted)) {
        figures.push(Figure::new(format!("{name}: {counted} in the host"), "a request", *sum));
    }
    // What only an instance's beginning calls is left out.
    for (counted, sum) in calls().filter(|(_, sum)| *sum >= 0.5).take(SHOWN) {
        figures.push(Figure::new(format!("{name}: {counted}"), "a request", *sum));
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requests_part_is_the_difference_of_two_sums() {
        let before = read("allocations=100 wasi:clocks/monotonic-clock#now=7");
        let after = read("allocations=2148 wasi:clocks/monotonic-clock#now=1031 new#once=1");
        let text = crate::report::table(&figures("none", &before, &after));
        assert!(text.contains("none: allocations in the host"), "{text}");
        assert!(text.contains("none: wasi:clocks/monotonic-clock#now"), "{text}");
        assert!(!text.contains("new#once"), "{text}");
    }
}
