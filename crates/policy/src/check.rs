//! Checks all policy files together.

use std::io;

use crate::callers::KnownCallers;
use crate::catalogue::{self, Catalogue};
use crate::consumers::{self, Consumers};
use crate::gateway::Gateway;
use crate::grants::Said;
use crate::guardrails::{self, Guardrails, PACKS_FOLDER, pack_file};
use crate::issuers::{self, Issuers};
use crate::plans::{self, Plans};
use crate::problem::{Problem, Problems};
use crate::reading::{Report, is_name, nearest_or_list};
use crate::recorder::Recorder;
use crate::references::{self, There};
use crate::{
    CONSUMERS_FILE, GATEWAY_FILE, GUARDRAILS_FILE, ISSUERS_FILE, MODELS_FILE, PLANS_FILE,
    RECORDER_FILE, ROUTES_FILE,
};

/// The files of a policy folder, in the order in which problems are reported. The files of packs ([`pack_file`]) come after
/// `guardrails.toml`.
pub const FILES: [&str; 8] = [
    GATEWAY_FILE,
    CONSUMERS_FILE,
    ISSUERS_FILE,
    PLANS_FILE,
    GUARDRAILS_FILE,
    MODELS_FILE,
    ROUTES_FILE,
    RECORDER_FILE,
];

/// The contents of a policy folder.
#[derive(Debug, Clone)]
pub struct Policies {
    /// `gateway.toml`.
    pub gateway: Gateway,
    /// `consumers.toml`.
    pub consumers: Consumers,
    /// `issuers.toml`.
    pub issuers: Issuers,
    /// `plans.toml`.
    pub plans: Plans,
    /// `guardrails.toml` and the packs that it names.
    pub guardrails: Guardrails,
    /// `models.toml` and `routes.toml`.
    pub catalogue: Catalogue,
    /// `recorder.toml`.
    pub recorder: Recorder,
}

/// Reads all files, and also checks what one file says of another.
///
/// `read` returns the text of a file of [`FILES`] or of a pack, or `None` if there is no such file.
///
/// # Errors
///
/// All problems of all files, including failures to read them.
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
    let texts = Texts {
        gateway: text_of(GATEWAY_FILE),
        consumers: text_of(CONSUMERS_FILE),
        issuers: text_of(ISSUERS_FILE),
        plans: text_of(PLANS_FILE),
        guardrails: text_of(GUARDRAILS_FILE),
        models: text_of(MODELS_FILE),
        routes: text_of(ROUTES_FILE),
        recorder: text_of(RECORDER_FILE),
    };
    let is_unreadable =
        |file: &str, problems: &Problems| problems.0.iter().any(|problem| problem.file == file);
    let absent = Absent {
        issuers: texts.issuers.is_none() && !is_unreadable(ISSUERS_FILE, &unreadable),
        plans: texts.plans.is_none() && !is_unreadable(PLANS_FILE, &unreadable),
    };
    let required = [(CONSUMERS_FILE, &texts.consumers), (MODELS_FILE, &texts.models)];
    for (file, text) in required {
        if text.is_none() && !is_unreadable(file, &unreadable) {
            let message = "there is no such file; write one, docs/policies.md says how";
            unreadable.0.extend(Problems::of_file(file, message).0);
        }
    }
    let (mut policies, problems) = together(&texts, absent, |pack| read(&pack_file(pack)));
    let of_recorder = match Recorder::from_toml(texts.recorder.as_deref()) {
        Ok(recorder) => {
            policies.recorder = recorder;
            Problems::default()
        }
        Err(problems) => problems,
    };
    unreadable.and(problems).and(of_recorder).or(policies)
}

/// The texts of the files that exist.
struct Texts {
    gateway: Option<String>,
    consumers: Option<String>,
    issuers: Option<String>,
    plans: Option<String>,
    guardrails: Option<String>,
    models: Option<String>,
    routes: Option<String>,
    recorder: Option<String>,
}

/// Which of the optional files are known to be absent.
struct Absent {
    issuers: bool,
    plans: bool,
}

fn report<'t>(file: &'static str, text: &'t Option<String>) -> Option<Report<'t>> {
    text.as_deref().map(|text| Report::new(file, text))
}

fn together(
    texts: &Texts,
    absent: Absent,
    pack: impl Fn(&str) -> io::Result<Option<String>>,
) -> (Policies, Problems) {
    let (gateway, problems) = match Gateway::from_toml(texts.gateway.as_deref()) {
        Ok(gateway) => (gateway, Problems::default()),
        Err(problems) => (Gateway::default(), problems),
    };
    let mut of_consumers = report(CONSUMERS_FILE, &texts.consumers);
    let (consumers, said) = of_consumers.as_mut().map(consumers::read).unwrap_or_default();
    let mut of_issuers = report(ISSUERS_FILE, &texts.issuers);
    let issuers = of_issuers.as_mut().and_then(issuers::read);
    let mut of_plans = report(PLANS_FILE, &texts.plans);
    let plans = of_plans.as_mut().and_then(plans::read);
    let mut of_models = report(MODELS_FILE, &texts.models);
    let mut of_routes = report(ROUTES_FILE, &texts.routes);
    let (catalogue, names, of_catalogue) =
        match of_models.as_mut().map(|models| catalogue::read(models, of_routes.as_mut())) {
            Some((catalogue, names, said)) => (Some(catalogue), Some(names), said),
            None => (None, None, catalogue::References::default()),
        };
    let none = (issuers::Read::default(), plans::Read::default());
    let known = issuers.as_ref().or(absent.issuers.then_some(&none.0)).map(|read| &read.issuers);
    // A problem in these files may hide the caller that a rule names.
    let are_clean = [&of_consumers, &of_issuers].into_iter().flatten().all(Report::is_clean);
    let known = known.filter(|_| are_clean && of_consumers.is_some());
    let callers = known.map(|issuers| KnownCallers::new(&consumers, issuers));
    let there = There {
        names: names.as_ref(),
        issuers: issuers.as_ref().or(absent.issuers.then_some(&none.0)),
        plans: plans.as_ref().or(absent.plans.then_some(&none.1)),
        callers: callers.as_ref(),
        gateway: problems.0.is_empty().then_some(&gateway),
    };
    let read = [
        (&mut of_consumers, Some(&said)),
        (&mut of_issuers, issuers.as_ref().map(|read| &read.said)),
        (&mut of_plans, plans.as_ref().map(|read| &read.said)),
        (&mut of_models, Some(&of_catalogue.models)),
        (&mut of_routes, Some(&of_catalogue.routes)),
    ];
    for (report, said) in read {
        if let (Some(report), Some(said)) = (report, said) {
            references::check(report, said, there);
        }
    }
    let (guardrails, of_guardrails) = guarded(texts.guardrails.as_deref(), pack, there);
    let before = [of_consumers, of_issuers, of_plans].into_iter().flatten();
    let before = before.map(Report::into_problems);
    let after = [of_models, of_routes].into_iter().flatten().map(Report::into_problems);
    let problems = before.chain([of_guardrails]).chain(after).fold(problems, Problems::and);
    let issuers = issuers.unwrap_or_default().issuers;
    let plans = plans.unwrap_or_default().plans;
    let catalogue = catalogue.unwrap_or_default();
    let recorder = Recorder::default();
    let policies = Policies { gateway, consumers, issuers, plans, guardrails, catalogue, recorder };
    (policies, problems)
}

/// The guardrails and the problems of their files.
fn guarded(
    text: Option<&str>,
    pack: impl Fn(&str) -> io::Result<Option<String>>,
    there: There<'_>,
) -> (Guardrails, Problems) {
    let refer = |report: &mut Report<'_>, said: &[Said]| references::check(report, said, there);
    match text {
        None => (Guardrails::default(), Problems::default()),
        Some(text) => guardrails::read(text, pack, refer),
    }
}

/// The one file that is not TOML. `postern-authorization` reads it, and has the same name for it.
const AUTHORIZATION_FILE: &str = "authorization.cedar";

/// The problem with a file in the policy folder; `None` if it belongs there or is not a policy.
///
/// A misspelt file would be ignored, and so would its restrictions. The name of a pack's file includes its folder:
/// `packs/gdpr.toml`.
#[must_use]
pub fn stray_file(name: &str) -> Option<Problem> {
    if let Some(pack) = name.strip_prefix(PACKS_FOLDER).and_then(|rest| rest.strip_prefix('/')) {
        return stray_pack(name, pack);
    }
    let known = FILES.into_iter().chain([AUTHORIZATION_FILE]);
    let is_policy = [".toml", ".cedar", ".cedarschema"].iter().any(|end| name.ends_with(end));
    if !is_policy || known.clone().any(|file| file == name) {
        return None;
    }
    let advice = nearest_or_list(name, known, "the files here are");
    let message = format!("no policy has this name, so nothing reads it; {advice}");
    Problems::of_file(name, message).0.pop()
}

/// The problem with a file in the folder of packs.
fn stray_pack(name: &str, pack: &str) -> Option<Problem> {
    let is_policy = [".toml", ".cedar", ".cedarschema"].iter().any(|end| pack.ends_with(end));
    if !is_policy || pack.strip_suffix(".toml").is_some_and(is_name) {
        return None;
    }
    let message = "no pack can have this name, so nothing reads it; write NAME.toml, of lower-case letters, digits, `.`, `_` and `-`, for example gdpr.toml";
    Problems::of_file(name, message).0.pop()
}
