//! The developer's commands: up, test, check, key, explain, usage, manifest, component, wrap, size, bench.

mod apt;
mod artifacts;
mod bench;
mod cli;
mod components;
mod help;
mod process;
mod programs;
mod progress;
mod sharing;
mod size;
mod test;
mod toolchain;
mod tools;
mod up;
mod venv;
mod workspace;
mod wrap;

use anyhow::{Context, Result};
use clap::Parser;
use cli::{Cli, Command, Component, Words};
use components::Profile;
use programs::Programs;
use std::os::unix::process::CommandExt;
use std::process::ExitCode;
use workspace::Workspace;

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    if let Some(text) = help::asked(&command) {
        print!("{text}");
        return Ok(());
    }
    let workspace = Workspace::find()?;
    let _alone = sharing::settle(&workspace)?;
    match command {
        Command::Up(up) => up::up(&workspace, &up),
        Command::Test(test) => test::test(&workspace, &test.steps),
        Command::Check(words) => {
            // The manifest is checked with them; existing ones may be shipped builds.
            let composed = workspace.composed()?.into_iter();
            let missing: Vec<_> =
                composed.filter(|p| !components::placed(&workspace, &p.name).is_file()).collect();
            if !missing.is_empty() {
                toolchain::prepare()?;
                components::build(&workspace, &missing, Profile::Dev)?;
            }
            postern(&workspace, "check", &words)
        }
        Command::Explain(words) => postern(&workspace, "explain", &words),
        Command::Usage(words) => postern(&workspace, "usage", &words),
        Command::Key(words) => postern(&workspace, "key", &words),
        Command::Audit(words) => postern(&workspace, "audit", &words),
        Command::Replay(words) => postern(&workspace, "replay", &words),
        Command::Erase(words) => postern(&workspace, "erase", &words),
        Command::Manifest(words) => postern(&workspace, "manifest", &words),
        Command::Component(component) => build(&workspace, &component),
        Command::Wrap(options) => wrap::wrap(&workspace, &options),
        Command::Size(options) => size::size(&workspace, &options),
        Command::Bench(options) => bench::bench(&workspace, &options.words),
    }
}

/// Replaces this process by the operator's program.
fn postern(workspace: &Workspace, subcommand: &str, words: &Words) -> Result<()> {
    let programs = Programs::build(workspace)?;
    let mut command = programs.postern(workspace, subcommand);
    Err(command.args(&words.words).exec()).context("cannot run postern")
}

fn build(workspace: &Workspace, component: &Component) -> Result<()> {
    let packages = match component.all {
        true => workspace.components().chain(workspace.alternatives()).collect(),
        false => components::named(workspace, &component.names)?,
    };
    toolchain::prepare()?;
    let profile = if component.dev { Profile::Dev } else { Profile::Release };
    components::build_with(workspace, &packages, profile, &component.features)
}
