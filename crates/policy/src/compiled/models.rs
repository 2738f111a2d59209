//! Providers and models, as a whole: they are a hundred, and a request may look at any of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::models::{Declared, Model, Provider};

/// Providers, then models. A deployment has its provider again: [`read`] lets it share the one of that name.
type Compiled<T> = (Vec<Arc<Provider>>, Vec<T>);

pub fn write(catalogue: &Catalogue) -> Result<Vec<u8>, postcard::Error> {
    let providers: Vec<_> = catalogue.providers().map(Arc::clone).collect();
    let models: Vec<_> = catalogue.models().map(Arc::clone).collect();
    let compiled: Compiled<Arc<Model>> = (providers, models);
    postcard::to_allocvec(&compiled)
}

pub fn read(bytes: &[u8]) -> Option<Declared> {
    let (providers, models): Compiled<Model> = postcard::from_bytes(bytes).ok()?;
    let named = |provider: Arc<Provider>| (provider.name.clone(), Some(provider));
    let providers: BTreeMap<_, _> = providers.into_iter().map(named).collect();
    let shared = |mut model: Model| {
        for deployment in &mut model.deployments {
            if let Some(Some(provider)) = providers.get(&deployment.provider.name) {
                deployment.provider = Arc::clone(provider);
            }
        }
        (model.name.clone(), Some(Arc::new(model)))
    };
    let models = models.into_iter().map(shared).collect();
    Some(Declared { providers, models, said: Vec::new() })
}
