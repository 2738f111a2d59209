//! A key may have fewer models and regions than its consumer, but not more, and not none.

use toml::Spanned;

use super::{Consumer, ModelPattern, written};
use crate::reading::{Report, nearest_or_list, shown};

/// Reports the models and regions of a key that its consumer does not have and the key so could not use.
pub(super) fn check(report: &mut Report<'_>, key: &written::ConsumerKey<'_>, consumer: &Consumer) {
    for model in key.models.iter().flat_map(Spanned::get_ref) {
        let Some(pattern) = ModelPattern::parse(model.get_ref()) else { continue };
        // If the consumer's own models are invalid, that problem is reported instead.
        if !consumer.models.is_empty()
            && ModelPattern::narrowed(&consumer.models, &[pattern]).is_empty()
        {
            let all: Vec<_> = consumer.models.iter().map(ToString::to_string).collect();
            let message = format!(
                "`models` has {}, which its consumer may not ask for; write some of what it may: {}",
                shown(model.get_ref()),
                all.join(", ")
            );
            report.problem(key.label, model.span(), message);
        }
    }
    let Some(regions) = &consumer.regions else { return };
    for region in key.regions.iter().flat_map(Spanned::get_ref) {
        let name: &str = region.get_ref();
        if !regions.iter().any(|each| each == name) {
            let all = regions.iter().map(String::as_str);
            let advice = nearest_or_list(name, all, "the regions of its consumer are");
            let name = shown(name);
            let message =
                format!("`regions` has {name}, which its consumer does not have; {advice}");
            report.problem(key.label, region.span(), message);
        }
    }
}
