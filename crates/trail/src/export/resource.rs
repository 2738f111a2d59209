//! Who sends it: the resource and the scope of all signals.

use super::attributes::pair;
use super::messages::{InstrumentationScope, Resource, any_value::Value};

/// Who sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// `service.name`.
    pub name: String,
    /// `service.version`.
    pub version: String,
    /// `service.instance.id`: one for each instance of the component, so that sums of two instances are never taken for one.
    pub instance: String,
}

pub(super) fn scope(service: &Service) -> InstrumentationScope {
    InstrumentationScope { name: "postern".to_owned(), version: service.version.clone() }
}

pub(super) fn resource(service: &Service) -> Resource {
    let text = |text: &str| Value::StringValue(text.to_owned());
    let attributes = vec![
        pair("service.name", text(&service.name)),
        pair("service.version", text(&service.version)),
        pair("service.instance.id", text(&service.instance)),
    ];
    Resource { attributes }
}
