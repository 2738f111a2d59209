//! What CI runs, in order: quick first, and every step even if one before it failed.

mod clients;
mod dependencies;
pub mod redis;
mod steps;

use crate::workspace::Workspace;
use anyhow::{Result, bail};
use std::time::Instant;
use steps::{STEPS, Step};

/// Runs the named steps, or all of them. The last line is always `N passed, N failed`.
pub fn test(workspace: &Workspace, names: &[String]) -> Result<()> {
    let chosen = chosen(names)?;
    let start = Instant::now();
    let mut failed = Vec::new();
    for (number, step) in chosen.iter().enumerate() {
        let label = format!("[{}/{}] {}", number + 1, chosen.len(), step.name);
        if !passes(workspace, step, &label, &failed) {
            failed.push(step.name);
        }
    }
    println!("all steps took {:.0} s", start.elapsed().as_secs_f64());
    if !failed.is_empty() {
        println!("failed: {}", failed.join(", "));
    }
    println!("{} passed, {} failed", chosen.len() - failed.len(), failed.len());
    match failed.is_empty() {
        true => Ok(()),
        false => std::process::exit(1),
    }
}

fn chosen(names: &[String]) -> Result<Vec<&'static Step>> {
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        let known: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        bail!("no step is called {unknown:?}; there are {}", known.join(", "));
    }
    let wanted = |step: &&Step| names.is_empty() || names.iter().any(|name| name == step.name);
    Ok(STEPS.iter().filter(wanted).collect())
}

/// A step whose needs have failed fails too, without running for minutes to say the same.
fn passes(workspace: &Workspace, step: &Step, label: &str, failed: &[&str]) -> bool {
    if let Some(need) = step.needs.iter().find(|need| failed.contains(need)) {
        println!("{label} FAILED: not run, because {need} failed");
        return false;
    }
    println!("{label} ...");
    let start = Instant::now();
    let result = (step.work)(workspace);
    let seconds = start.elapsed().as_secs_f64();
    match &result {
        Ok(()) => println!("{label} passed after {seconds:.1} s"),
        Err(error) => println!("{label} FAILED after {seconds:.1} s: {error:#}"),
    }
    result.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_all_steps_or_those_named_in_the_order_of_the_list() {
        assert_eq!(chosen(&[]).unwrap().len(), STEPS.len());
        let names = ["unit".to_owned(), "format".to_owned()];
        let order: Vec<_> = chosen(&names).unwrap().iter().map(|step| step.name).collect();
        assert_eq!(order, ["format", "unit"]);
    }

    #[test]
    fn refuses_an_unknown_step_and_names_those_there_are() {
        let text = chosen(&["lint".to_owned()]).err().unwrap().to_string();
        assert!(text.contains("\"lint\"") && text.contains("clippy"), "{text}");
    }

    #[test]
    fn a_step_needs_only_steps_before_it() {
        for (position, step) in STEPS.iter().enumerate() {
            let before: Vec<_> = STEPS.iter().take(position).map(|step| step.name).collect();
            assert!(step.needs.iter().all(|need| before.contains(need)), "{}", step.name);
        }
    }
}
