//! Everything a developer runs: up, test, check, key, explain, component, bench.

mod artifacts;
mod bench;
mod check;
mod cli;
mod components;
mod dangling;
mod dev_key;
mod explain;
mod host;
mod key;
mod policies;
mod process;
mod progress;
mod provisions;
mod sharing;
mod test;
mod toolchain;
mod up;
mod workspace;

use anyhow::Result;
use clap::Parser;
use cli::{Cli, Command, Component};
use components::Profile;
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
    let workspace = Workspace::find()?;
    let _alone = sharing::settle(&workspace)?;
    match command {
        Command::Up(up) => up::up(&workspace, &up),
        Command::Test(test) => test::test(&workspace, &test.steps),
        Command::Check(configuration) => check::check(&workspace, &configuration),
        Command::Explain(options) => explain::explain(&workspace, &options),
        Command::Key { action } => key::key(&workspace, action),
        Command::Component(component) => build(&workspace, &component),
        Command::Bench(options) => bench::bench(&workspace, &options.arguments),
    }
}

fn build(workspace: &Workspace, component: &Component) -> Result<()> {
    let packages = match component.all {
        true => workspace.components().chain(workspace.alternatives()).collect(),
        false => components::named(workspace, &component.names)?,
    };
    let toolchain = toolchain::find_or_get(workspace)?;
    let profile = if component.dev { Profile::Dev } else { Profile::Release };
    components::build_with(workspace, &toolchain, &packages, profile, &component.features)
}
