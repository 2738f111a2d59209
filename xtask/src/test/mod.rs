//! The steps of CI, in order: quick ones first, and every step even if an earlier one failed.

mod clients;
mod dependencies;
mod libtest;
pub mod postgres;
mod programs;
pub mod redis;
mod report;
mod stages;
mod steps;
mod watch;

use crate::tools;
use crate::workspace::Workspace;
use anyhow::{Result, anyhow, bail};
use report::{Report, Row};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};
use steps::{STEPS, Step};

/// Runs the named steps, or the tests of the named stages, or all that CI runs. The last line is always
/// `N passed, N failed`.
pub fn test(workspace: &Workspace, names: &[String]) -> Result<()> {
    let chosen = chosen(workspace, names)?;
    // Missing tools, which the steps would report only after minutes.
    tools::for_tests(workspace)?;
    let start = Instant::now();
    let rows = thread::scope(|scope| {
        let begun: Vec<_> = chosen.iter().map(|each| early(scope, workspace, each)).collect();
        let mut rows = Vec::new();
        for (number, (each, begun)) in chosen.iter().zip(begun).enumerate() {
            println!("[{}/{}] {} ...", number + 1, chosen.len(), each.name());
            let row = row(workspace, each, begun, &rows);
            rows.push(row);
        }
        rows
    });
    report::print(&rows, start.elapsed());
    let failed: Vec<_> =
        rows.iter().filter(|row| !row.passed).map(|row| row.step.as_str()).collect();
    if !failed.is_empty() {
        println!("failed: {}", failed.join(", "));
    }
    println!("{} passed, {} failed", rows.len() - failed.len(), failed.len());
    match failed.is_empty() {
        true => Ok(()),
        false => std::process::exit(1),
    }
}

/// The meaning of one name on the command line.
enum Chosen<'a> {
    Step(&'static Step),
    Stage(&'a str),
}

impl Chosen<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Step(step) => step.name,
            Self::Stage(name) => name,
        }
    }

    fn work(&self, workspace: &Workspace) -> Work {
        let (mut report, start) = (Report::default(), Instant::now());
        let result = match self {
            Self::Step(step) => (step.work)(workspace, &mut report),
            Self::Stage(name) => stages::test(workspace, name, &mut report),
        };
        (result, report, start.elapsed())
    }
}

fn chosen<'a>(workspace: &'a Workspace, names: &[String]) -> Result<Vec<Chosen<'a>>> {
    let steps = || STEPS.iter().map(Chosen::Step);
    let stages = || stages::names(workspace).into_iter().map(Chosen::Stage);
    let all = || steps().chain(stages());
    if let Some(unknown) = names.iter().find(|name| all().all(|each| each.name() != **name)) {
        let list = |all: Vec<Chosen>| all.iter().map(Chosen::name).collect::<Vec<_>>().join(", ");
        bail!(
            "neither a step nor a stage is called {unknown:?}; there are the steps {}, and the stages {}",
            list(steps().collect()),
            list(stages().collect())
        );
    }
    match names.is_empty() {
        true => Ok(STEPS.iter().filter(|step| step.always).map(Chosen::Step).collect()),
        false => Ok(all().filter(|each| names.iter().any(|name| name == each.name())).collect()),
    }
}

type Work = (Result<()>, Report, Duration);

/// Begins the steps that mostly wait for a network, beside those that use the cores.
fn early<'scope>(
    scope: &'scope Scope<'scope, '_>,
    workspace: &'scope Workspace,
    chosen: &'scope Chosen,
) -> Option<ScopedJoinHandle<'scope, Work>> {
    let Chosen::Step(Step { early: true, .. }) = chosen else {
        return None;
    };
    Some(scope.spawn(|| chosen.work(workspace)))
}

fn row(
    workspace: &Workspace,
    chosen: &Chosen,
    begun: Option<ScopedJoinHandle<'_, Work>>,
    before: &[Row],
) -> Row {
    let nothing = |why: String| (Err(anyhow!(why)), Report::default(), Duration::ZERO);
    let (result, report, took) = match (failed_need(chosen, before), begun) {
        (Some(need), _) => nothing(format!("not run, because {need} failed")),
        (None, Some(begun)) => {
            begun.join().unwrap_or_else(|_| nothing("it panicked, as said above".to_owned()))
        }
        (None, None) => chosen.work(workspace),
    };
    let (name, seconds) = (chosen.name(), took.as_secs_f64());
    match &result {
        Ok(()) => println!("{name} passed after {seconds:.1} s"),
        Err(error) => println!("{name} FAILED after {seconds:.1} s: {error:#}"),
    }
    Row { step: name.to_owned(), passed: result.is_ok(), took, report }
}

/// A step whose dependencies have failed fails too, without running.
fn failed_need(chosen: &Chosen, before: &[Row]) -> Option<&'static str> {
    let Chosen::Step(step) = chosen else {
        return None;
    };
    let failed = |need: &str| before.iter().any(|row| row.step == need && !row.passed);
    step.needs.iter().copied().find(|need| failed(need))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[&str]) -> Vec<String> {
        let typed: Vec<_> = of.iter().map(|name| (*name).to_owned()).collect();
        let workspace = Workspace::find().unwrap();
        chosen(&workspace, &typed).unwrap().iter().map(|each| each.name().to_owned()).collect()
    }

    #[test]
    fn runs_what_ci_runs_or_what_is_named_in_the_order_of_the_list() {
        assert_eq!(names(&[]).len(), STEPS.iter().filter(|step| step.always).count());
        assert!(!names(&[]).contains(&"long".to_owned()));
        assert_eq!(names(&["unit", "format"]), ["format", "unit"]);
        assert_eq!(names(&["limiter"]), ["limiter"]);
    }

    #[test]
    fn refuses_an_unknown_step_and_names_those_there_are() {
        let workspace = Workspace::find().unwrap();
        let text = chosen(&workspace, &["lint".to_owned()]).err().unwrap().to_string();
        assert!(text.contains("\"lint\"") && text.contains("clippy"), "{text}");
        assert!(text.contains("limiter"), "{text}");
    }

    #[test]
    fn a_step_needs_only_steps_before_it() {
        for (position, step) in STEPS.iter().enumerate() {
            let before: Vec<_> = STEPS.iter().take(position).map(|step| step.name).collect();
            assert!(step.needs.iter().all(|need| before.contains(need)), "{}", step.name);
        }
    }
}
