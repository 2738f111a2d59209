//! Are the policies and the manifest right? Everything that is wrong is said in one run.

use crate::cli::Configuration;
use crate::deployment::Deployment;
use crate::policies;
use anyhow::{Result, bail};
use std::path::Path;

/// Prints the problems of both and fails if there is one.
pub fn check(deployment: &Deployment, configuration: &Configuration) -> Result<()> {
    let folder = deployment.policies(configuration.policies.as_deref())?;
    let problems = policies::problems(&folder, &deployment.folder.join("spin.toml"))?;
    let shown = folder.strip_prefix(&deployment.folder).unwrap_or(&folder).display();
    for problem in &problems {
        eprintln!("{shown}/{problem}");
    }
    let wrong = match (problems.is_empty(), deployment.manifest_is_fine(configuration)?) {
        (true, true) => return not_offered(&folder, deployment, configuration),
        (false, true) => "the policies are",
        (true, false) => "spin.toml is",
        (false, false) => "the policies and spin.toml are",
    };
    bail!("{wrong} refused; mend what the lines above name and run this again")
}

/// Says which providers have a variable without a value, and so are not offered: no problem, but a surprise.
fn not_offered(
    folder: &Path,
    deployment: &Deployment,
    configuration: &Configuration,
) -> Result<()> {
    for line in policies::warnings(folder)? {
        eprintln!("      {line}");
    }
    let empty = deployment.empty_variables(configuration)?;
    let empty: Vec<&str> = empty.iter().map(String::as_str).collect();
    for line in policies::not_offered(folder, &empty)? {
        eprintln!("      {line}");
    }
    eprintln!("policies and manifest are fine");
    Ok(())
}
