//! Are the policies and the manifest right? Everything that is wrong is said in one run.

use crate::cli::Configuration;
use crate::components;
use crate::host::Host;
use crate::policies;
use crate::process;
use crate::progress::note;
use crate::toolchain;
use crate::workspace::Workspace;
use anyhow::{Result, bail};
use std::path::Path;

/// `cargo xtask check`. The manifest is checked against the components, so they are built first.
pub fn check(workspace: &Workspace, configuration: &Configuration) -> Result<()> {
    let toolchain = toolchain::find_or_get(workspace)?;
    components::build(workspace, &toolchain, &workspace.composed()?, components::Profile::Release)?;
    let host = Host::build(workspace)?;
    problems(workspace, &host, configuration)?;
    eprintln!("policies and manifest are fine");
    Ok(())
}

/// Prints the problems of both and fails if there is one.
pub fn problems(
    workspace: &Workspace,
    host: &Host<'_>,
    configuration: &Configuration,
) -> Result<()> {
    let folder = policies::folder_of(workspace, configuration)?;
    let problems = policies::problems(&folder, &workspace.root.join("spin.toml"))?;
    let shown = folder.strip_prefix(&workspace.root).unwrap_or(&folder).display();
    for problem in &problems {
        eprintln!("{shown}/{problem}");
    }
    let manifest = process::run(&mut host.command("check", configuration)?).is_ok();
    let wrong = match (problems.is_empty(), manifest) {
        (true, true) => return not_offered(&folder, host, configuration),
        (false, true) => "the policies are",
        (true, false) => "spin.toml is",
        (false, false) => "the policies and spin.toml are",
    };
    bail!("{wrong} refused; mend what the lines above name and run this again")
}

/// Says which providers have a variable without a value, and so are not offered: no problem, but a surprise.
fn not_offered(folder: &Path, host: &Host<'_>, configuration: &Configuration) -> Result<()> {
    let empty = process::output(&mut host.command("empty-variables", configuration)?)?;
    let empty: Vec<&str> = empty.lines().collect();
    for line in policies::not_offered(folder, &empty)? {
        note(&line);
    }
    Ok(())
}
