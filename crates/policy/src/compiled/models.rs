//! Providers and models, as a whole: they are a hundred, and a request may look at any of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::models::{Declared, Model, Provider};

/// Providers, then models. A deployment has the name of its provider.
type Compiled<P, M> = (Vec<P>, Vec<M>);

pub fn write(catalogue: &Catalogue) -> Result<Vec<u8>, postcard::Error> {
    let compiled: Compiled<&Provider, &Model> = (
        catalogue.providers().map(AsRef::as_ref).collect(),
        catalogue.models().map(AsRef::as_ref).collect(),
    );
    postcard::to_allocvec(&compiled)
}

pub fn read(bytes: &[u8]) -> Option<Declared> {
    let (providers, models): Compiled<Provider, Model> = postcard::from_bytes(bytes).ok()?;
    let named = |provider: Provider| (provider.name.clone(), Some(Arc::new(provider)));
    let providers: BTreeMap<_, _> = providers.into_iter().map(named).collect();
    let whole = |mut model: Model| {
        for deployment in &mut model.deployments {
            let provider = providers.get(&deployment.provider.name)?.as_ref()?;
            deployment.provider = Arc::clone(provider);
        }
        Some((model.name.clone(), Some(Arc::new(model))))
    };
    let models = models.into_iter().map(whole).collect::<Option<_>>()?;
    Some(Declared { providers, models, said: Vec::new() })
}
