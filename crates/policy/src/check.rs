//! All files together.

use std::io;

use crate::catalogue::{self, Catalogue};
use crate::consumers::{self, Consumers, ModelPattern, Said};
use crate::gateway::Gateway;
use crate::problem::{Problem, Problems};
use crate::reading::{Label, Report, nearest_or_list, shown};
use crate::{CONSUMERS_FILE, GATEWAY_FILE, MODELS_FILE, ROUTES_FILE};

/// The files of a policy folder, in the order in which problems are reported.
pub const FILES: [&str; 4] = [GATEWAY_FILE, CONSUMERS_FILE, MODELS_FILE, ROUTES_FILE];

/// Everything a policy folder says.
#[derive(Debug, Clone)]
pub struct Policies {
    /// `gateway.toml`.
    pub gateway: Gateway,
    /// `consumers.toml`.
    pub consumers: Consumers,
    /// `models.toml` and `routes.toml`.
    pub catalogue: Catalogue,
}

/// Reads all files and checks also what one says of another.
///
/// `read` gives the text of a file of [`FILES`], or nothing when there is no such file.
///
/// # Errors
///
/// All problems of all files, those of reading them included.
pub fn check_all(read: impl Fn(&str) -> io::Result<Option<String>>) -> Result<Policies, Problems> {
    let mut unreadable = Problems::default();
    let mut text_of = |file: &str| match read(file) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("cannot be read: {error}; make it a readable UTF-8 file");
            unreadable.0.extend(Problems::of_file(file, message).0);
            None
        }
    };
    let gateway = text_of(GATEWAY_FILE);
    let consumers = text_of(CONSUMERS_FILE);
    let models = text_of(MODELS_FILE);
    let routes = text_of(ROUTES_FILE);
    let required = [(CONSUMERS_FILE, &consumers), (MODELS_FILE, &models)];
    for (file, text) in required {
        if text.is_none() && !unreadable.0.iter().any(|problem| problem.file == file) {
            let message = "there is no such file; write one, docs/policies.md says how";
            unreadable.0.extend(Problems::of_file(file, message).0);
        }
    }
    let (policies, problems) =
        together(gateway.as_deref(), consumers.as_deref(), models.as_deref(), routes.as_deref());
    unreadable.and(problems).or(policies)
}

fn together(
    gateway: Option<&str>,
    consumers: Option<&str>,
    models: Option<&str>,
    routes: Option<&str>,
) -> (Policies, Problems) {
    let (gateway, mut problems) = match Gateway::from_toml(gateway) {
        Ok(gateway) => (gateway, Problems::default()),
        Err(problems) => (Gateway::default(), problems),
    };
    let mut of_consumers = consumers.map(|text| Report::new(CONSUMERS_FILE, text));
    let (consumers, said) = of_consumers.as_mut().map(consumers::read).unwrap_or_default();
    let mut of_models = models.map(|text| Report::new(MODELS_FILE, text));
    let mut of_routes = routes.map(|text| Report::new(ROUTES_FILE, text));
    let mut catalogue = Catalogue::default();
    // Without a catalogue every name would be dangling, and that is one problem, not many.
    if let Some(of_models) = &mut of_models {
        let names;
        (catalogue, names) = catalogue::read(of_models, of_routes.as_mut());
        if let (Some(of_consumers), false) = (&mut of_consumers, names.is_empty()) {
            dangling(of_consumers, &said, &names);
        }
    }
    for report in [of_consumers, of_models, of_routes].into_iter().flatten() {
        problems = problems.and(report.into_problems());
    }
    let policies = Policies { gateway, consumers, catalogue };
    (policies, problems)
}

/// Reports the patterns of consumers that mean nothing of the catalogue.
fn dangling(report: &mut Report<'_>, said: &[Said], names: &[String]) {
    for Said { consumer, pattern, span } in said {
        if names.iter().any(|name| pattern.matches(name)) {
            continue;
        }
        let candidates = names.iter().map(String::as_str);
        let message = match pattern {
            ModelPattern::Exact(name) => {
                let advice = nearest_or_list(name, candidates, "the names are");
                let name = shown(name);
                format!("`models` names {name}, which is neither a model nor an alias; {advice}")
            }
            ModelPattern::Prefix(prefix) => {
                let pattern = shown(&format!("{prefix}*"));
                let all = candidates.collect::<Vec<_>>().join(", ");
                format!(
                    "`models` has {pattern}, which no model and no alias matches; the names are: {all}"
                )
            }
        };
        let label = Label { what: "consumer", name: Some(consumer) };
        report.problem(label, span.clone(), message);
    }
}

/// What is wrong with a file's being in the policy folder; nothing when it belongs there or is no TOML.
///
/// A misspelt file would be ignored, and with it what it forbids.
#[must_use]
pub fn stray_file(name: &str) -> Option<Problem> {
    if FILES.contains(&name) || !name.ends_with(".toml") {
        return None;
    }
    let advice = nearest_or_list(name, FILES.into_iter(), "the files here are");
    let message = format!("no policy has this name, so nothing reads it; {advice}");
    Problems::of_file(name, message).0.pop()
}
