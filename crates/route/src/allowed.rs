//! What a caller may request.

use postern_policy::{DataClass, Deployment, Lifecycle, ModelPattern};
use postern_types::Caller;

/// The models that a caller may request, and where its requests may go.
#[derive(Debug, Clone)]
pub struct Allowed<'c> {
    pub(crate) caller: &'c Caller,
    models: Vec<ModelPattern>,
    /// None: the caller has none, or one of an unknown name.
    data_class: Option<DataClass>,
}

impl<'c> Allowed<'c> {
    /// The rights of a caller; an invalid pattern allows nothing.
    #[must_use]
    pub fn of(caller: &'c Caller) -> Self {
        Allowed {
            caller,
            models: caller.models.iter().filter_map(|text| ModelPattern::parse(text)).collect(),
            data_class: caller.data_class.as_deref().and_then(DataClass::from_name),
        }
    }

    /// Whether it may request this name.
    #[must_use]
    pub fn allows(&self, name: &str) -> bool {
        self.models.iter().any(|pattern| pattern.matches(name))
    }

    /// Whether it may use a preview; every caller may use what is not a preview.
    pub(crate) fn previews(&self, lifecycle: &Lifecycle) -> bool {
        let previewers = lifecycle.preview_for.as_ref();
        previewers.is_none_or(|consumers| consumers.contains(&self.caller.consumer))
    }

    /// Whether its requests may go there. A provider without a region in policy is in no region of a caller.
    pub(crate) fn reaches(&self, deployment: &Deployment) -> bool {
        is_in(self.caller.regions.as_deref(), deployment)
    }

    /// Whether its data may go there. Data of no class may be of any.
    pub(crate) fn entrusts(&self, deployment: &Deployment) -> bool {
        let Some(most) = deployment.provider.max_data_class else { return true };
        self.data_class.is_some_and(|class| class <= most)
    }
}

/// Whether a deployment is in one of these regions; without regions every one is.
pub(crate) fn is_in(regions: Option<&[String]>, deployment: &Deployment) -> bool {
    let Some(regions) = regions else { return true };
    deployment.provider.region.as_ref().is_some_and(|region| regions.contains(region))
}
