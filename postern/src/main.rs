//! The operator's program: checks policies, issues and revokes keys, explains decisions, reads counters. It needs nothing
//! but the policies and the store of a deployment.

mod check;
mod cli;
mod dangling;
mod deployment;
mod dev_key;
mod explain;
mod key;
mod location;
mod policies;
mod provisions;
mod residency;
mod store;
mod usage;

use anyhow::Result;
use clap::Parser;
use cli::{Cli, Command};
use deployment::Deployment;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("postern: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    let deployment = Deployment::new(cli.place)?;
    match cli.command {
        Command::Check(options) => check::check(&deployment, &options),
        Command::Explain(options) => explain::explain(&deployment, &options),
        Command::Usage(options) => usage::usage(&deployment, &options),
        Command::Key { action } => key::key(&deployment, action),
        Command::DevKey(options) => dev_key::show(&deployment, &options),
    }
}
