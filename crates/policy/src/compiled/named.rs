//! The provider of a deployment, by its name.

use std::sync::Arc;

use postern_types::{Dialect, Quirks};
use serde::{Deserialize, Deserializer, Serializer};

use crate::deadlines::SetDeadlines;
use crate::models::{BreakerPolicy, Provider, Transport};

pub fn serialize<S: Serializer>(provider: &Arc<Provider>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&provider.name)
}

/// A provider of this name and nothing else, in whose place the real one is put.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<Provider>, D::Error> {
    Ok(Arc::new(Provider {
        name: String::deserialize(from)?,
        dialect: Dialect::OpenAi,
        transport: Transport::Sandbox,
        region: None,
        max_data_class: None,
        deadlines: SetDeadlines::default(),
        breaker: BreakerPolicy::default(),
        quirks: Quirks::default(),
    }))
}
