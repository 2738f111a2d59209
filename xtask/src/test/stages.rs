//! The tests of one stage: its component, the crates it binds, and the behaviours that exercise it.

use super::programs::Tests;
use super::report::Report;
use super::{clients, redis, steps};
use crate::components::Profile;
use crate::toolchain;
use crate::workspace::{Package, Workspace};
use anyhow::{Context, Result, anyhow};
use std::fs;
use std::path::Path;
use std::thread;

/// The packages that every component binds: their tests are not a stage's own.
const COMMON: [&str; 3] = ["postern-contract", "postern-fault", "postern-policy"];

/// The stages, by the folders of their components.
pub fn names(workspace: &Workspace) -> Vec<&str> {
    workspace.components().map(|package| package.name.as_str()).collect()
}

/// Builds the component anew and runs the stage's own tests.
///
/// # Errors
/// If something does not compile, or with the tests that failed.
pub fn test(workspace: &Workspace, name: &str, report: &mut Report) -> Result<()> {
    let component = workspace.components().find(|package| package.name == name);
    let component = component.with_context(|| format!("no component is called {name:?}"))?;
    let own = of_crates(workspace, component);
    let own_programs = own.built(workspace, report)?;
    report.compiling(|| {
        toolchain::prepare()?;
        // The others too: cargo has them, unless the change is in what they share.
        steps::all_components(workspace, Profile::Dev)
    })?;
    redis::prepare()?;
    clients::prepare(workspace)?;
    let filters = behaviours(&workspace.root, name)?;
    let tests = steps::pipeline_tests(workspace, report)?;
    let arguments = filters.iter().map(String::as_str).collect();
    let behaviour = Tests { arguments, programs: vec!["behaviour"], ..tests };
    let behaviour_programs = behaviour.built(workspace, report)?;
    // In parallel: each waits more than it computes.
    let mut of_own = Report::default();
    let (own, behaviour) = thread::scope(|scope| {
        let own = scope.spawn(|| own.run_built(workspace, &own_programs, &mut of_own));
        let behaviour = behaviour.run_built(workspace, &behaviour_programs, report);
        (own.join().unwrap_or_else(|_| Err(anyhow!("it panicked, as said above"))), behaviour)
    });
    report.tests.extend(of_own.tests);
    own.and(behaviour)
}

/// The unit tests of the crates that the component binds and others do not.
fn of_crates<'a>(workspace: &'a Workspace, component: &'a Package) -> Tests<'a> {
    let own = component.dependencies.iter().filter(|dependency| {
        dependency.path.is_some() && !COMMON.contains(&dependency.name.as_str())
    });
    let packages = own.map(|dependency| dependency.name.as_str()).collect();
    Tests { packages, ..steps::unit_tests(workspace) }
}

/// The modules of `tests/behaviour` whose first lines name the stage: `//! Stages: gateway, auth.`
fn behaviours(root: &Path, stage: &str) -> Result<Vec<String>> {
    let folder = root.join("tests/behaviour");
    let mut found = Vec::new();
    for entry in
        fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let entry = entry?;
        let Ok(text) = fs::read_to_string(entry.path().join("mod.rs")) else {
            continue;
        };
        if exercises(&text, stage) {
            found.push(format!("{}::", entry.file_name().to_string_lossy()));
        }
    }
    found.sort();
    Ok(found)
}

fn exercises(text: &str, stage: &str) -> bool {
    let line = text.lines().find_map(|line| line.strip_prefix("//! Stages: ")?.strip_suffix('.'));
    line.is_some_and(|line| line.split(", ").any(|name| name == stage))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_has_crates_and_behaviours_of_its_own() {
        let workspace = Workspace::find().unwrap();
        for component in workspace.components() {
            let name = &component.name;
            assert!(!of_crates(&workspace, component).packages.is_empty(), "{name}");
            assert!(!behaviours(&workspace.root, name).unwrap().is_empty(), "{name}");
        }
    }

    #[test]
    fn a_behaviour_names_the_stages_it_exercises() {
        let text = "//! What it is.\n//!\n//! Stages: gateway, auth.\n";
        assert!(exercises(text, "auth") && exercises(text, "gateway"));
        assert!(!exercises(text, "limiter") && !exercises("", "auth"));
    }
}
