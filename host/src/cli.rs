//! The commands.

mod key_value;
mod pre_initialise;
mod up;
mod wrap;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};

use crate::app::{Options, Plan};
use anyhow::Context;
use clap::{Args, Parser};

/// Runs what a spin.toml says, without Spin installed.
#[derive(Parser)]
#[command(version, about)]
pub enum Command {
    /// Serves the application until Ctrl-C.
    Up(Box<up::Up>),
    /// Says everything that is wrong with the application, without serving it.
    Check(Application),
    /// Says which variables the components have without a value: a name a line.
    EmptyVariables(Application),
    /// Reads and writes a key-value store, also while the application runs.
    KeyValue(key_value::KeyValue),
    /// Runs what a component has to do once, and writes the component that has done it.
    PreInitialise(pre_initialise::PreInitialise),
    /// Makes one component of a stage and the one that it stands before.
    Wrap(wrap::Wrap),
}

/// Which application, and what it is given.
#[derive(Args)]
pub struct Application {
    /// The manifest.
    #[arg(long, value_name = "FILE", default_value = "spin.toml")]
    manifest: PathBuf,
    /// Sets an application variable.
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = pair)]
    variables: Vec<(String, String)>,
    /// Takes another folder for a mount of the manifest.
    #[arg(long = "files", value_name = "SOURCE=DIR", value_parser = pair)]
    files: Vec<(String, String)>,
    #[command(flatten)]
    stores: Stores,
}

/// Where stores are.
#[derive(Args)]
pub struct Stores {
    /// Says which stores the labels of the manifest stand for.
    #[arg(long, value_name = "FILE")]
    runtime_config_file: Option<PathBuf>,
    /// The folder of the default stores.
    #[arg(long, value_name = "DIR", default_value = ".spin")]
    state_dir: PathBuf,
}

impl Application {
    fn options(&self) -> Options {
        Options {
            manifest: self.manifest.clone(),
            variables: self.variables.clone(),
            runtime_config: self.stores.runtime_config_file.clone(),
            state_dir: self.stores.state_dir.clone(),
            files: self
                .files
                .iter()
                .map(|(source, folder)| (source.clone(), folder.into()))
                .collect(),
        }
    }
}

/// Runs a command.
///
/// # Errors
/// Every problem, one sentence each.
pub fn run(command: Command) -> Result<ExitCode, Vec<String>> {
    match command {
        Command::Up(up) => up.run()?,
        Command::Check(application) => Plan::read(&application.options())?.check()?,
        Command::EmptyVariables(application) => {
            for name in Plan::read(&application.options())?.empty_variables() {
                println!("{name}");
            }
        }
        Command::KeyValue(command) => return command.run(),
        Command::PreInitialise(command) => command.run()?,
        Command::Wrap(command) => command.run()?,
    }
    Ok(ExitCode::SUCCESS)
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("`{text}` has no `=`"))?;
    Ok((name.to_owned(), value.to_owned()))
}

fn one(error: impl std::fmt::Display) -> Vec<String> {
    vec![error.to_string()]
}

/// Writes a component as a whole: a reader never finds a part of one.
fn write(to: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let new = to.with_extension(format!("{}.new", process::id()));
    fs::write(&new, bytes)
        .and_then(|()| fs::rename(&new, to))
        .with_context(|| format!("cannot write {}", to.display()))
}

/// A runtime for a command; it ends without waiting for threads that are stuck.
fn block_on<T>(work: impl Future<Output = Result<T, Vec<String>>>) -> Result<T, Vec<String>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(one)?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}
