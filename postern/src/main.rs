//! The operator's program: checks policies, issues and revokes keys, explains decisions, reads counters, writes the manifest for Spin. It needs nothing
//! but the policies and the store of a deployment.

mod audit;
mod check;
mod cli;
mod columns;
mod compile;
mod connector;
mod dangling;
mod deployment;
mod dev_key;
mod erase;
mod explain;
mod for_spin;
mod key;
mod ledger;
mod location;
mod policies;
mod probe;
mod provisions;
mod replay;
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
        Command::Check(options) => match &options.probe.probe {
            Some(name) => probe::probe(&deployment, name, &options),
            None => check::check(&deployment, &options),
        },
        Command::Compile(options) => compile::compile(&deployment, &options),
        Command::Explain(options) => explain::explain(&deployment, &options),
        Command::Usage(options) => usage::usage(&deployment, &options),
        Command::Key { action } => key::key(&deployment, action),
        Command::Audit { action } => audit::audit(&deployment, action),
        Command::Replay(options) => replay::replay(&deployment, &options),
        Command::Erase(options) => erase::erase(&deployment, &options),
        Command::Manifest(options) => for_spin::manifest(&deployment, &options),
        Command::DevKey(options) => dev_key::show(&deployment, &options),
    }
}
