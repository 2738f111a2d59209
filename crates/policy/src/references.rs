//! What one file says of another.

use std::collections::BTreeSet;

use crate::catalogue::Names;
use crate::consumers::ModelPattern;
use crate::grants::{Other, Said};
use crate::reading::{Report, nearest_or_list, shown};

/// What there is in the other files, as far as they could be read.
#[derive(Clone, Copy, Default)]
pub(crate) struct There<'t> {
    /// Models, aliases and regions; none while there is no catalogue: then every name would be dangling, and that
    /// is one problem, not many.
    pub(crate) names: Option<&'t Names>,
    /// Issuers; none while their file cannot be read.
    pub(crate) issuers: Option<&'t BTreeSet<String>>,
}

/// Reports what is said of another file and is not there.
pub(crate) fn check(report: &mut Report<'_>, said: &[Said], there: There<'_>) {
    for said in said {
        let message = match &said.of {
            Other::Models(pattern) => {
                there.names.and_then(|names| dangling_models(pattern, &names.models))
            }
            Other::Region(region) => {
                let regions = there.names.and_then(|names| names.regions.as_ref());
                let rule = "which no provider of models.toml is in";
                regions.and_then(|regions| dangling("regions", region, rule, regions))
            }
            Other::Issuer(issuer) => {
                let rule = "which issuers.toml does not declare";
                there.issuers.and_then(|issuers| dangling("issuers", issuer, rule, issuers))
            }
        };
        if let Some(message) = message {
            report.problem(said.label(), said.span.clone(), message);
        }
    }
}

/// What is wrong with a name that must be one of these.
fn dangling(key: &str, name: &str, rule: &str, there: &BTreeSet<String>) -> Option<String> {
    if there.contains(name) {
        return None;
    }
    let advice = nearest_or_list(name, there.iter().map(String::as_str), &format!("the {key} are"));
    let name = shown(name);
    Some(format!("`{key}` names {name}, {rule}; {advice}"))
}

/// What is wrong with a pattern that means nothing of the catalogue.
fn dangling_models(pattern: &ModelPattern, names: &[String]) -> Option<String> {
    if names.is_empty() || names.iter().any(|name| pattern.matches(name)) {
        return None;
    }
    let candidates = names.iter().map(String::as_str);
    Some(match pattern {
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
    })
}
