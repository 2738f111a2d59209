//! Test programs: built by cargo, then run one after the other under watch.

use super::libtest::{Ended, Outcome};
use super::on_spin::{self, Skips};
use super::report::Report;
use super::watch::{self, Watched};
use crate::artifacts::{self, Artifact};
use crate::workspace::{Workspace, cargo_program};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// The time limit of a test, which normally takes seconds.
pub const TIMEOUT: Duration = Duration::from_secs(300);

/// A selection of tests, and their environment.
pub struct Tests<'a> {
    /// The targets for cargo: packages, and which of their targets.
    pub build: Vec<&'a str>,
    /// Only of these packages; of all if empty.
    pub packages: Vec<&'a str>,
    /// Only these programs, by name; all if empty.
    pub programs: Vec<&'a str>,
    /// For the test programs: words that select tests, `--ignored`, ...
    pub arguments: Vec<&'a str>,
    pub environment: Vec<(&'a str, std::ffi::OsString)>,
    pub timeout: Duration,
    /// How many run at once; by default as many as there are cores.
    pub threads: Option<usize>,
    /// Whether the gateway is on Spin, where the table of [`on_spin`] names what cannot hold.
    pub on_spin: bool,
}

impl<'a> Tests<'a> {
    /// All tests that cargo builds with these arguments.
    pub fn of(build: Vec<&'a str>) -> Self {
        Self {
            build,
            packages: Vec::new(),
            programs: Vec::new(),
            arguments: Vec::new(),
            environment: Vec::new(),
            timeout: TIMEOUT,
            threads: None,
            on_spin: false,
        }
    }

    /// Builds and runs them; all run, even if some fail.
    ///
    /// # Errors
    /// If something does not compile, or with the names of the tests that failed.
    pub fn run(&self, workspace: &Workspace, report: &mut Report) -> Result<()> {
        let programs = self.built(workspace, report)?;
        self.run_built(workspace, &programs, report)
    }

    /// Runs what [`Tests::built`] built; all run, even if some fail.
    ///
    /// # Errors
    /// With the names of the tests that failed.
    pub fn run_built(
        &self,
        workspace: &Workspace,
        programs: &[Artifact],
        report: &mut Report,
    ) -> Result<()> {
        let (mut failed, before) = (Vec::new(), report.ran());
        for program in programs {
            if let Err(error) = self.one(workspace, program, report, &mut failed) {
                failed.push(format!("{error:#}"));
            }
        }
        if failed.is_empty() && report.ran() == before {
            bail!("no test ran of those in {}", self.build.join(" "));
        }
        match failed.is_empty() {
            true => Ok(()),
            false => bail!("failed: {}", failed.join("; ")),
        }
    }

    /// Builds them.
    ///
    /// # Errors
    /// If something does not compile, or there is no test.
    pub fn built(&self, workspace: &Workspace, report: &mut Report) -> Result<Vec<Artifact>> {
        let programs = report.compiling(|| self.compiled(workspace))?;
        if programs.is_empty() {
            bail!("there is no test in {}", self.build.join(" "));
        }
        Ok(programs)
    }

    fn compiled(&self, workspace: &Workspace) -> Result<Vec<Artifact>> {
        let mut command = workspace.cargo();
        command.args(["test", "--no-run", "--lib", "--bins", "--tests"]);
        command.arg("--message-format=json-render-diagnostics");
        let mut built = artifacts::built(command.args(&self.build))?;
        built.retain(|artifact| {
            artifact.profile.test
                && artifact.executable.is_some()
                && self.wants(workspace, artifact)
        });
        built.sort_by_key(name);
        Ok(built)
    }

    fn wants(&self, workspace: &Workspace, artifact: &Artifact) -> bool {
        let is_of =
            |package: &&str| workspace.manifest_of(package) == Some(&artifact.manifest_path);
        (self.packages.is_empty() || self.packages.iter().any(is_of))
            && (self.programs.is_empty() || self.programs.contains(&artifact.target.name.as_str()))
    }

    fn one(
        &self,
        workspace: &Workspace,
        program: &Artifact,
        report: &mut Report,
        failed: &mut Vec<String>,
    ) -> Result<()> {
        let (name, start) = (name(program), Instant::now());
        let skips = self.skips(workspace, program)?;
        let mut command = self.command(workspace, program)?;
        command.args(&self.arguments);
        command.args(skips.keys().flat_map(|test| ["--skip", test]));
        let watched = watch::run(&mut command, self.timeout).with_context(|| name.clone())?;
        let seconds = start.elapsed().as_secs_f64();
        println!("      {name}: {} in {seconds:.1} s", counts(&watched));
        for ended in watched.ended.iter().filter(|ended| ended.outcome == Outcome::Failed) {
            println!("---- {name} {} ----\n{}", ended.name, ended.output);
            failed.push(format!("{name} {}", ended.name));
        }
        if let Some(trouble) = &watched.trouble {
            println!("---- {name} ----\n{trouble}");
            failed.push(format!("{name} ({trouble})"));
        }
        let skips_itself = |ended: &&Ended| self.on_spin && ended.skipped().is_some();
        for ended in watched.ended.iter().filter(skips_itself) {
            failed.push(format!("{name} {}: skipped, and not in the table of skips", ended.name));
        }
        let skipped = skips.into_iter().map(|(test, why)| Ended::ignored(test, why));
        let ended = watched.ended.into_iter().chain(skipped);
        report.tests.extend(ended.map(|ended| (name.clone(), ended)));
        Ok(())
    }

    /// The tests of a program that cannot hold on Spin, if the gateway is there.
    fn skips(&self, workspace: &Workspace, program: &Artifact) -> Result<Skips> {
        match self.on_spin {
            true => on_spin::skips(&program.target.name, self.command(workspace, program)?),
            false => Ok(Skips::new()),
        }
    }

    /// As `cargo test` starts it, without arguments.
    fn command(&self, workspace: &Workspace, program: &Artifact) -> Result<Command> {
        let executable = program.executable.as_ref().context("a test program is no file")?;
        let folder = program.manifest_path.parent().unwrap_or(Path::new("."));
        let mut command = workspace.command(executable);
        command.current_dir(folder).env("CARGO", cargo_program()).env("CARGO_MANIFEST_DIR", folder);
        if let Some(threads) = self.threads {
            command.env("RUST_TEST_THREADS", threads.to_string());
        }
        command.envs(self.environment.iter().map(|(name, of)| (name, of)));
        Ok(command)
    }
}

/// As in `postern-store increments`.
fn name(program: &Artifact) -> String {
    let folder = program.manifest_path.parent().and_then(Path::file_name).unwrap_or_default();
    format!("{} {}", folder.to_string_lossy(), program.target.name)
}

fn counts(watched: &Watched) -> String {
    let mut text = format!("{} passed", watched.count(Outcome::Passed));
    for (outcome, word) in [(Outcome::Failed, "failed"), (Outcome::Ignored, "ignored")] {
        match watched.count(outcome) {
            0 => {}
            count => text += &format!(", {count} {word}"),
        }
    }
    text
}
