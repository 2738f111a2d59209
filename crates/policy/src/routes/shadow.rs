//! `shadow` of a route: a sampled copy of its requests goes to a candidate, whose answers no one gets.

use std::ops::RangeInclusive;
use std::sync::Arc;

use toml::Spanned;

use crate::closed::Capability;
use crate::models::{Declared, Model};
use crate::reading::{Key, Label, Report, Table, nearest_or_list, shown, whole_number};

const SHADOW: Key = Key::new("shadow", r#"shadow = { model = "gpt-4o-mini", percent = 5 }"#);
const MODEL: Key = Key::new("model", r#"model = "gpt-4o-mini""#);
const PERCENT: Key = Key::new("percent", "percent = 5");

/// A share that is 0 would be a line without effect.
const PERCENTS: RangeInclusive<u64> = 1..=100;

/// Where copies of a route's requests go, and of how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteShadow {
    /// The candidate.
    pub model: Arc<Model>,
    /// Its share of the requests.
    pub percent: u8,
}

/// `shadow` as written.
pub(super) struct Written<'t> {
    label: Label<'t>,
    model: Option<Spanned<&'t str>>,
    percent: Option<Spanned<i128>>,
}

/// A shadow whose model is not looked up yet.
#[derive(Clone)]
pub(super) struct DraftShadow<'t> {
    label: Label<'t>,
    model: Spanned<&'t str>,
    percent: u8,
}

impl<'t> Written<'t> {
    pub(super) fn read(report: &mut Report<'_>, table: &mut Table<'t>) -> Option<Self> {
        let mut table = table.table(report, SHADOW, "shadow of route")?;
        let written = Self {
            label: table.label,
            model: table.required(report, MODEL),
            percent: table.required(report, PERCENT),
        };
        table.finish(report);
        Some(written)
    }

    pub(super) fn check(&self, report: &mut Report<'_>) -> Option<DraftShadow<'t>> {
        let percent = whole_number(report, self.label, PERCENT, self.percent.as_ref()?, PERCENTS)?;
        let percent = u8::try_from(percent).ok()?;
        Some(DraftShadow { label: self.label, model: self.model.clone()?, percent })
    }
}

/// Looks up the candidate, which has to do what the route does and must not serve it.
pub(super) fn resolved(
    report: &mut Report<'_>,
    draft: &DraftShadow<'_>,
    route_regions: Option<&[String]>,
    declared: &Declared,
    models: &[Arc<Model>],
) -> Option<RouteShadow> {
    let DraftShadow { label, model: name, percent } = draft;
    let mut problem = |message: String| report.problem(*label, name.span(), message);
    let Some(model) = declared.models.get(*name.get_ref()) else {
        let names = declared.models.keys().map(String::as_str);
        let advice = nearest_or_list(name.get_ref(), names, "the models are");
        let named = shown(name.get_ref());
        problem(format!("`model` names {named}, which is not a model; {advice}"));
        return None;
    };
    let model = Arc::clone(model.as_ref()?);
    if models.iter().any(|each| each.name == model.name) {
        let named = shown(&model.name);
        problem(format!(
            "`model` is {named}, which serves this route already; name a model that does not, or remove `shadow`"
        ));
        return None;
    }
    // The router's filter of a route's regions is for its own targets.
    if let Some(regions) = route_regions {
        let region =
            |region: &Option<String>| region.clone().unwrap_or_else(|| "no region".to_owned());
        let is_outside =
            |there: &&Option<String>| there.as_ref().is_none_or(|there| !regions.contains(there));
        let mut there = model.deployments.iter().map(|one| &one.provider.region);
        if let Some(outside) = there.find(is_outside) {
            let (named, outside) = (shown(&model.name), region(outside));
            problem(format!(
                "`model` is {named}, which has a deployment in {outside}, outside the regions of this route ({}); name a model that is only there",
                regions.join(", ")
            ));
            return None;
        }
    }
    let shared = |endpoint| model.can(endpoint) && models.iter().all(|each| each.can(endpoint));
    if !Capability::ENDPOINTS.into_iter().any(shared) {
        let named = shown(&model.name);
        problem(format!(
            "`model` is {named}, which can do nothing that the models of this route can; name one that shares a capability with them"
        ));
        return None;
    }
    Some(RouteShadow { model, percent: *percent })
}
