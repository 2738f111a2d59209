//! Checks the policies and the manifest: every problem in one run.

use crate::cli::{Check, Configuration};
use crate::compile;
use crate::deployment::Deployment;
use crate::policies;
use crate::residency::Residency;
use anyhow::{Result, bail};
use postern_policy::{MODELS_FILE, Problem};
use std::path::PathBuf;

/// Prints the problems of both and fails if there is one.
pub fn check(deployment: &Deployment, options: &Check) -> Result<()> {
    let configuration = &options.configuration;
    let folder = &deployment.policies;
    let manifest = deployment.folder.join("spin.toml");
    // With a host, a missing manifest is a problem, which the host reports.
    let has_manifest = manifest.exists();
    let mut problems = policies::problems(folder, has_manifest.then_some(&*manifest))?;
    let of_residency = residency(deployment, configuration, &mut problems);
    let shown = folder.strip_prefix(&deployment.folder).unwrap_or(folder).display();
    for problem in &problems {
        eprintln!("{shown}/{problem}");
    }
    let by_host = deployment.manifest_is_fine(configuration)?;
    let manifest_is_fine = match by_host {
        Some(fine) => fine,
        None if has_manifest => can_be_read(&manifest),
        None => true,
    };
    match (problems.is_empty(), manifest_is_fine) {
        (true, true) => {}
        (false, true) => bail!(refused("the policies are")),
        (true, false) => bail!(refused("spin.toml is")),
        (false, false) => bail!(refused("the policies and spin.toml are")),
    }
    surprises(deployment, configuration)?;
    eprintln!("      {}", compile::state(folder));
    compile::too_large(folder).iter().for_each(|line| eprintln!("      {line}"));
    if options.residency {
        of_residency.iter().for_each(|line| println!("{line}"));
    }
    match (by_host, has_manifest) {
        (Some(_), _) => eprintln!("policies and manifest are fine"),
        (None, true) => eprintln!(
            "policies are fine, and spin.toml gives what they name; whether its components fit together is looked at with --host"
        ),
        (None, false) => eprintln!(
            "policies are fine; no spin.toml was looked at, as {} has none (--app names its folder)",
            deployment.folder.display()
        ),
    }
    Ok(())
}

/// What each residency rule reaches; a rule that could reach another region is a problem. Policies that cannot be read have
/// problems of their own.
fn residency(
    deployment: &Deployment,
    configuration: &Configuration,
    problems: &mut Vec<Problem>,
) -> Vec<String> {
    let Ok(policies) = policies::all(&deployment.policies) else { return Vec::new() };
    let read = |file: PathBuf| std::fs::read_to_string(file).unwrap_or_default();
    let manifest = read(deployment.folder.join("spin.toml"));
    let residency = Residency::of(&policies, &manifest, &configuration.variable);
    problems.extend(residency.problems(&read(deployment.policies.join(MODELS_FILE))));
    residency.lines()
}

fn refused(what: &str) -> String {
    format!("{what} refused; mend what the lines above name and run this again")
}

/// Says why it cannot be read.
fn can_be_read(manifest: &std::path::Path) -> bool {
    let problem = match std::fs::read_to_string(manifest) {
        Ok(text) => text.parse::<toml::Table>().err().map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    };
    if let Some(problem) = &problem {
        eprintln!("{}: {problem}", manifest.display());
    }
    problem.is_none()
}

/// Reports valid but surprising settings, such as providers that are unavailable because their variables are empty.
fn surprises(deployment: &Deployment, configuration: &Configuration) -> Result<()> {
    let folder = &deployment.policies;
    for line in policies::warnings(folder)? {
        eprintln!("      {line}");
    }
    let empty = deployment.empty_variables(configuration)?;
    let empty: Vec<&str> = empty.iter().map(String::as_str).collect();
    for line in policies::not_offered(folder, &empty)? {
        eprintln!("      {line}");
    }
    Ok(())
}
