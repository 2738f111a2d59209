//! The steps of `cargo xtask test`, one row each.

use super::programs::{TIMEOUT, Tests};
use super::report::Report;
use super::{clients, dependencies, postgres, redis};
use crate::components::{self, Profile};
use crate::process::run_in_the_open;
use crate::programs::Programs;
use crate::size;
use crate::toolchain;
use crate::workspace::Workspace;
use crate::wrap;
use anyhow::{Context, Result, anyhow};
use std::ffi::OsString;
use std::num::NonZero;
use std::thread;

/// The package of the tests of the whole gateway.
const PIPELINE: &str = "postern-tests";

/// Something that passes or fails as a whole.
pub struct Step {
    /// Its name on the command line of `cargo xtask test`.
    pub name: &'static str,
    /// The steps without which it would only fail.
    pub needs: &'static [&'static str],
    /// It is part of a run without names.
    pub always: bool,
    /// It begins beside the first steps: it waits for a network more than it computes.
    pub early: bool,
    pub work: fn(&Workspace, &mut Report) -> Result<()>,
}

const fn step(
    name: &'static str,
    needs: &'static [&'static str],
    work: fn(&Workspace, &mut Report) -> Result<()>,
) -> Step {
    Step { name, needs, always: true, early: false, work }
}

const fn early(name: &'static str, work: fn(&Workspace, &mut Report) -> Result<()>) -> Step {
    Step { name, needs: &[], always: true, early: true, work }
}

/// All of them, in the order they run.
pub const STEPS: &[Step] = &[
    // Takes seconds, and is the most frequent reason to fail.
    step("format", &[], format),
    // The no-panic lints are in the workspace's Cargo.toml.
    step("clippy", &[], clippy),
    // A real Redis, which the host's tests use as well as the pipeline's.
    early("redis", |_, _| redis::prepare()),
    // The pure crates: all decisions, no I/O. And the host, with the manifest's golden errors.
    step("unit", &["redis"], unit),
    step("store-redis", &["redis"], store_on_redis),
    // Licences, duplicates and origins of our dependencies.
    early("dependencies", dependencies::check),
    // The shipped components, and the one that probes the host; later steps run them.
    step("components", &[], build_components),
    step("policies", &["components"], policies),
    // The official SDKs.
    early("clients", |workspace, _| clients::prepare(workspace)),
    // The whole gateway, as its clients see it.
    step("pipeline", &["components", "clients", "redis"], pipeline),
    // The ledger in a real PostgreSQL.
    Step { always: false, ..step("postgres", &["components"], ledger_in_postgres) },
    // Slow tests of exactness, and agents as clients: before a release.
    Step { always: false, ..step("long", &[], long) },
];

fn format(workspace: &Workspace, _: &mut Report) -> Result<()> {
    run_in_the_open(workspace.cargo().args(["fmt", "--all", "--check"]))
        .context("run `cargo fmt --all`")
}

/// `--locked` here, once: from now on the versions are those of Cargo.lock.
fn clippy(workspace: &Workspace, report: &mut Report) -> Result<()> {
    let words = ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
    report.compiling(|| run_in_the_open(workspace.cargo().args(words)))
}

fn unit(workspace: &Workspace, report: &mut Report) -> Result<()> {
    redis::prepare()?;
    unit_tests(workspace).run(workspace, report)
}

/// All native tests except those of the pipeline, which need components.
pub fn unit_tests(workspace: &Workspace) -> Tests<'_> {
    let packages = workspace.packages.iter().map(|package| package.name.as_str());
    let packages = packages.filter(|name| *name != PIPELINE).collect();
    let environment = redis_environment();
    Tests { packages, environment, ..Tests::of(workspace.native()) }
}

/// Compiled with the unit tests, and ignored there: they need the server.
fn store_on_redis(workspace: &Workspace, report: &mut Report) -> Result<()> {
    let tests = Tests { packages: vec!["postern-store"], ..Tests::of(workspace.native()) };
    let environment = redis_environment();
    let (programs, arguments) = (vec!["redis"], vec!["--ignored"]);
    Tests { programs, arguments, environment, ..tests }.run(workspace, report)
}

fn build_components(workspace: &Workspace, report: &mut Report) -> Result<()> {
    report.compiling(|| {
        toolchain::prepare()?;
        all_components(workspace, Profile::Dev)
    })
}

/// The components of `spin.toml`, their alternatives, the examples, the probe, and the guardrail that fails.
///
/// # Errors
/// If one cannot be built, or begins with more memory than a runtime shares between instances.
pub fn all_components(workspace: &Workspace, profile: Profile) -> Result<()> {
    let all: Vec<_> = workspace.components().chain(workspace.alternatives()).collect();
    components::build(workspace, &all, profile)?;
    // Separately: together, cargo would build the product with the features of the SDK that only the probe requires.
    let probe = workspace.probe().context("the workspace has no member tests/probe")?;
    components::build(workspace, &[probe], profile)?;
    wrap::examples(workspace, profile)?;
    wrap::of_tests(workspace, profile)?;
    size::check(workspace)
}

fn policies(workspace: &Workspace, report: &mut Report) -> Result<()> {
    let programs = report.compiling(|| Programs::build(workspace))?;
    run_in_the_open(&mut programs.postern(workspace, "check"))
}

fn pipeline(workspace: &Workspace, report: &mut Report) -> Result<()> {
    pipeline_tests(workspace, report)?.run(workspace, report)
}

/// The tests of the pipeline, with their environment.
pub fn pipeline_tests<'a>(workspace: &'a Workspace, report: &mut Report) -> Result<Tests<'a>> {
    let programs = report.compiling(|| Programs::build(workspace))?;
    let mut environment = redis_environment();
    environment.push(("POSTERN_HOST", programs.host.into()));
    environment.push(("POSTERN_PYTHON", clients::python(workspace).into()));
    let tests = Tests { packages: vec![PIPELINE], environment, ..Tests::of(workspace.native()) };
    // They wait for one another's processes more than they compute.
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    Ok(Tests { threads: Some(cores * 2), ..tests })
}

/// Compiled with the others, and ignored there: they need the server.
fn ledger_in_postgres(workspace: &Workspace, report: &mut Report) -> Result<()> {
    postgres::prepare()?;
    let arguments = vec!["--ignored", "postgres"];
    let trail = Tests { packages: vec!["postern-trail"], ..Tests::of(workspace.native()) };
    let (programs, of_trail) = (vec!["postgres"], arguments.clone());
    Tests { programs, arguments: of_trail, ..trail }.run(workspace, report)?;
    let tests = pipeline_tests(workspace, report)?;
    Tests { programs: vec!["behaviour"], arguments, ..tests }.run(workspace, report)
}

fn redis_environment() -> Vec<(&'static str, OsString)> {
    redis::server().map(|server| ("POSTERN_REDIS_SERVER", server.into())).into_iter().collect()
}

/// All ignored tests, and the whole pipeline on the components as shipped.
fn long(workspace: &Workspace, report: &mut Report) -> Result<()> {
    toolchain::prepare()?;
    redis::prepare()?;
    postgres::prepare()?;
    clients::prepare(workspace)?;
    clients::prepare_agents(workspace)?;
    let (ignored, timeout) = (vec!["--ignored"], TIMEOUT * 6);
    let unit = Tests { arguments: ignored, timeout, ..unit_tests(workspace) };
    let unit = unit.run(workspace, report);
    report.compiling(|| all_components(workspace, Profile::Release))?;
    let pipeline = pipeline_tests(workspace, report)?;
    let all = vec!["--include-ignored"];
    let pipeline = Tests { arguments: all, timeout, ..pipeline }.run(workspace, report);
    match (unit, pipeline) {
        (Err(unit), Err(pipeline)) => Err(anyhow!("{unit:#}; {pipeline:#}")),
        (unit, pipeline) => unit.and(pipeline),
    }
}
