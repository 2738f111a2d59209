//! The steps of `cargo xtask test`, one row each.

use super::{clients, dependencies, redis};
use crate::check;
use crate::cli::{Configuration, Runtime};
use crate::components::{self, Profile};
use crate::host::Host;
use crate::process::run_in_the_open;
use crate::toolchain;
use crate::workspace::Workspace;
use anyhow::{Context, Result};

/// Something that passes or fails as a whole.
pub struct Step {
    /// As typed after `cargo xtask test`.
    pub name: &'static str,
    /// Without which it would only fail.
    pub needs: &'static [&'static str],
    pub work: fn(&Workspace) -> Result<()>,
}

const fn step(
    name: &'static str,
    needs: &'static [&'static str],
    work: fn(&Workspace) -> Result<()>,
) -> Step {
    Step { name, needs, work }
}

/// All of them, in the order they run.
pub const STEPS: &[Step] = &[
    // Seconds, and the most frequent reason to fail.
    step("format", &[], format),
    // The no-panic lints are in the workspace's Cargo.toml.
    step("clippy", &[], clippy),
    // The pure crates: all decisions, no I/O.
    step("unit", &[], unit),
    // Licences, duplicates and origins of what we depend on.
    step("dependencies", &[], dependencies::check),
    // What is shipped, and what probes the host; the rest runs them.
    step("components", &[], build_components),
    step("policies", &["components"], policies),
    // A real Redis, which the host's tests use as well as the pipeline's, and the official SDKs.
    step("redis", &[], redis::prepare),
    step("host", &["components", "redis"], host),
    step("clients", &[], clients::prepare),
    // The whole gateway, as its clients see it.
    step("pipeline", &["components", "clients", "redis"], pipeline),
];

fn format(workspace: &Workspace) -> Result<()> {
    run_in_the_open(workspace.cargo().args(["fmt", "--all", "--check"]))
        .context("run `cargo fmt --all`")
}

/// `--locked` here, once: from now on the versions are those of Cargo.lock.
fn clippy(workspace: &Workspace) -> Result<()> {
    let words = ["clippy", "--locked", "--workspace", "--all-targets"];
    run_in_the_open(workspace.cargo().args(words).args(["--", "-D", "warnings"]))
}

/// The default members.
fn unit(workspace: &Workspace) -> Result<()> {
    run_in_the_open(workspace.cargo().args(["test", "--no-fail-fast"]))
}

fn build_components(workspace: &Workspace) -> Result<()> {
    let toolchain = toolchain::find_or_get(workspace)?;
    let all: Vec<_> = workspace.components().chain(workspace.alternatives()).collect();
    components::build(workspace, &toolchain, &all, Profile::Release)?;
    // By itself: together, cargo would build the product with the features of the SDK that only the probe asks for.
    let probe = workspace.probe().context("the workspace has no member tests/probe")?;
    components::build(workspace, &toolchain, &[probe], Profile::Release)
}

fn policies(workspace: &Workspace) -> Result<()> {
    let host = Host::build(workspace)?;
    let as_cloned = Configuration {
        policies: None,
        variable: Vec::new(),
        runtime: Runtime { runtime_config_file: None },
    };
    check::problems(workspace, &host, &as_cloned)
}

/// In release like all that links the runtime: it is compiled once. The counters' tests with Redis are compiled already,
/// and ignored where it is not there yet.
fn host(workspace: &Workspace) -> Result<()> {
    let mut counters = workspace.cargo();
    counters.args(["test", "--package", "postern-store", "--test", "redis", "--", "--ignored"]);
    if let Some(server) = redis::server() {
        counters.env("POSTERN_REDIS_SERVER", server);
    }
    run_in_the_open(&mut counters)?;
    run_in_the_open(workspace.cargo().args([
        "test",
        "--no-fail-fast",
        "--release",
        "--package",
        "postern-host",
    ]))
}

/// The tests find what was prepared for them in these variables.
fn pipeline(workspace: &Workspace) -> Result<()> {
    let host = Host::build(workspace)?;
    let mut command = workspace.cargo();
    command
        .args(["test", "--no-fail-fast", "--release", "--package", "postern-tests"])
        .env("POSTERN_HOST", &host.program)
        .env("POSTERN_PYTHON", clients::python(workspace));
    if let Some(server) = redis::server() {
        command.env("POSTERN_REDIS_SERVER", server);
    }
    run_in_the_open(&mut command)
}
