//! An application: from the manifest to components that can be instantiated.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use http::uri::Scheme;
use postern_key_value::{Durability, Stores};
use tokio::sync::watch;

use crate::cache::Cache;
use crate::compose::{self, Inputs};
use crate::engine;
use crate::instance::{self, Handler, Instances, Reuse, Serving, SpareInstances};
use crate::manifest::{Component, DependencySource, Manifest, Route, Target};
use crate::memory::Budget;
use crate::outbound::client::Outbound;
use crate::redis::connection::Connections;
use crate::routes::{self, Routes};
use crate::runtime_config::RuntimeConfig;
use crate::server::{Answer, Settings, Triggers};
use crate::shared::{Granted, Shared};
use crate::variables::{Sources, Variables, read_dot_env};
use postern_allowed_hosts::AllowedHosts;

/// The options of an application.
#[derive(Clone, Debug)]
pub struct Options {
    /// The manifest.
    pub manifest: PathBuf,
    /// `name=value` of application variables.
    pub variables: Vec<(String, String)>,
    /// The runtime configuration, if there is one.
    pub runtime_config: Option<PathBuf>,
    /// The folder of the default stores.
    pub state_dir: PathBuf,
    /// `source=folder`: another folder for a mount of the manifest.
    pub files: Vec<(String, PathBuf)>,
}

/// A checked application.
pub struct Plan {
    manifest: Manifest,
    config: RuntimeConfig,
    /// The components of triggers, with their permissions and bytes.
    components: Vec<(Arc<Granted>, Inputs)>,
}

/// An application that can be started.
pub struct Compiled {
    /// Whether a component was compiled: the compiler leaves memory in the process.
    pub anew: bool,
    manifest: Manifest,
    config: RuntimeConfig,
    engine: wasmtime::Engine,
    components: Vec<(String, (Arc<Granted>, wasmtime::component::Component))>,
}

impl Plan {
    /// Reads everything that can be read without running anything.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn read(options: &Options) -> Result<Self, Vec<String>> {
        let mut manifest = Manifest::read(&options.manifest)?;
        let mut problems = replace_folders(&mut manifest, &options.files);
        let config = RuntimeConfig::read(options.runtime_config.as_deref(), &options.state_dir)
            .unwrap_or_else(|found| {
                problems.extend(found);
                RuntimeConfig::in_state_dir(&options.state_dir)
            });
        problems.extend(check_routes(&manifest));
        let variables =
            resolve_variables(&manifest, options).map_err(|found| problems.extend(found)).ok();
        let mut components = Vec::new();
        for component in served(&manifest) {
            problems.extend(check_labels(component, &config));
            problems.extend(check_folders(component));
            let inputs =
                read_inputs(&manifest, component).map_err(|found| problems.extend(found)).ok();
            let granted = variables.as_ref().map(|variables| grant(component, variables));
            let granted = granted.transpose().unwrap_or_else(|found| {
                problems.extend(
                    found
                        .into_iter()
                        .map(|problem| format!("component.{}: {problem}", component.id)),
                );
                None
            });
            components.extend(granted.map(Arc::new).zip(inputs));
        }
        if problems.is_empty() { Ok(Self { manifest, config, components }) } else { Err(problems) }
    }

    /// Composes every component, and compiles none: composing shows whether imports and permissions fit.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn check(&self) -> Result<(), Vec<String>> {
        let composed =
            self.each(|component, inputs, _| compose::compose(component, inputs).map(drop));
        composed.map(drop)
    }

    /// The empty variables of components, by name.
    pub fn empty_variables(&self) -> BTreeSet<&str> {
        let all = self.components.iter().flat_map(|(granted, _)| granted.variables.iter());
        all.filter(|(_, value)| value.is_empty()).map(|(name, _)| name.as_str()).collect()
    }

    /// Compiles every component, or takes it from the cache.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn compile(self, cache: &Path) -> Result<Compiled, Vec<String>> {
        let engine = engine::engine().map_err(|error| vec![format!("{error:#}")])?;
        let cache = Cache::new(cache);
        let mut anew = false;
        let components = self.each(|component, inputs, granted| {
            let (compiled, made) = cache.compiled(&engine, component, inputs)?;
            anew |= made;
            Ok((Arc::clone(granted), compiled))
        })?;
        Ok(Compiled { manifest: self.manifest, config: self.config, engine, components, anew })
    }

    fn each<T>(
        &self,
        mut work: impl FnMut(&Component, &Inputs, &Arc<Granted>) -> Result<T, Vec<String>>,
    ) -> Result<Vec<(String, T)>, Vec<String>> {
        let (mut done, mut problems) = (Vec::new(), Vec::new());
        for (granted, inputs) in &self.components {
            let Some(component) = self.manifest.components.get(&granted.id) else { continue };
            match work(component, inputs, granted) {
                Ok(value) => done.push((granted.id.clone(), value)),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() { Ok(done) } else { Err(problems) }
    }
}

impl Compiled {
    /// The runtime configuration's settings of connections and memory.
    pub fn settings(&self) -> &Settings {
        &self.config.server
    }

    /// Links every component, and instantiates each once as a test.
    ///
    /// # Errors
    /// The first component that cannot be linked or instantiated.
    pub async fn start(
        self,
        reuse: Reuse,
        spare: Option<SpareInstances>,
        scheme: Scheme,
        memory: Arc<Budget>,
    ) -> Result<(Triggers, Arc<Shared>), String> {
        let linker = engine::linker(&self.engine).map_err(|error| error.to_string())?;
        let shared = Arc::new(self.shared(memory)?);
        let (mut handlers, mut serving) = (BTreeMap::new(), BTreeMap::new());
        for (id, (granted, compiled)) in &self.components {
            let reused = |reuse, spare| {
                let (granted, shared) = (Arc::clone(granted), Arc::clone(&shared));
                Instances::new(&linker, compiled, granted, shared, reuse, spare)
                    .map_err(|error| format!("component.{id}: {error:#}"))
            };
            let (instances, large) = (reused(reuse, spare.clone())?, reused(reuse.large(), None)?);
            let tried = instances.try_one().await;
            tried.map_err(|error| format!("component.{id}: cannot be instantiated: {error:#}"))?;
            let handler = Handler::new(instances);
            serving.insert(id.clone(), Serving::new(handler.clone(), Handler::new(large)));
            handlers.insert(id.clone(), instance::service(handler));
        }
        let triggers = Triggers { routes: self.routes(&serving)?, scheme };
        // Set once, here.
        let _ = shared.handlers.set(handlers);
        serving.values().for_each(Serving::prepare);
        Ok((triggers, shared))
    }

    fn shared(&self, memory: Arc<Budget>) -> Result<Shared, String> {
        Ok(Shared {
            key_value: Stores::new(&self.config.key_value_stores, Durability::System)?,
            redis: Connections::default(),
            databases: self.config.sqlite_databases.clone(),
            outbound: Outbound::new(self.config.connection_pooling),
            memory,
            handlers: OnceLock::new(),
            draining: watch::Sender::new(false),
        })
    }

    fn routes(&self, serving: &BTreeMap<String, Serving>) -> Result<Routes<Answer>, String> {
        let mut routes = Vec::new();
        for trigger in &self.manifest.triggers {
            let Route::Public(pattern) = &trigger.route else { continue };
            let answer = match &trigger.target {
                Target::Static(response) => Some(Answer::Static(response.clone())),
                Target::Component(id) => serving.get(id).cloned().map(Answer::Component),
            };
            routes.extend(answer.map(|answer| (pattern.clone(), answer)));
        }
        Routes::new(routes)
    }
}

/// The components of triggers, each once.
fn served(manifest: &Manifest) -> Vec<&Component> {
    let named = |component: &&Component| {
        manifest
            .triggers
            .iter()
            .any(|trigger| matches!(&trigger.target, Target::Component(id) if *id == component.id))
    };
    manifest.components.values().filter(named).collect()
}

fn replace_folders(manifest: &mut Manifest, files: &[(String, PathBuf)]) -> Vec<String> {
    let mut problems = Vec::new();
    for (source, folder) in files {
        let mounts = manifest.components.values_mut().flat_map(|component| &mut component.files);
        let mut found = false;
        for mount in mounts.filter(|mount| mount.source == *source) {
            mount.directory.clone_from(folder);
            found = true;
        }
        if !found {
            problems
                .push(format!("--files {source}: no component of the manifest mounts `{source}`"));
        }
    }
    problems
}

fn resolve_variables(manifest: &Manifest, options: &Options) -> Result<Variables, Vec<String>> {
    let dot_env =
        read_dot_env(&manifest.directory.join(".env")).map_err(|problem| vec![problem])?;
    let environment = |name: &str| std::env::var(name).ok();
    Variables::resolve(
        &manifest.variables,
        &Sources { given: &options.variables, environment: &environment, dot_env },
    )
}

fn check_routes(manifest: &Manifest) -> Vec<String> {
    let patterns = manifest.triggers.iter().filter_map(|trigger| match &trigger.route {
        Route::Public(pattern) => Some(pattern),
        Route::Private => None,
    });
    patterns
        .filter_map(|pattern| routes::check(pattern).err())
        .map(|problem| format!("trigger.http: {problem}"))
        .collect()
}

fn check_labels(component: &Component, config: &RuntimeConfig) -> Vec<String> {
    let place = &component.id;
    let stores = component
        .key_value_stores
        .iter()
        .filter(|label| !config.key_value_stores.contains_key(*label));
    let stores = stores.map(|label| {
        format!("component.{place}: there is no key-value store `{label}`; add [key_value_store.{label}] to the runtime configuration")
    });
    let databases = component
        .sqlite_databases
        .iter()
        .filter(|label| !config.sqlite_databases.contains_key(*label));
    let databases = databases.map(|label| {
        format!("component.{place}: there is no database `{label}`; add [sqlite_database.{label}] to the runtime configuration")
    });
    stores.chain(databases).collect()
}

fn check_folders(component: &Component) -> Vec<String> {
    let missing = component.files.iter().filter(|mount| !mount.directory.is_dir());
    missing
        .map(|mount| {
            format!(
                "component.{}: `files`: {} is no folder",
                component.id,
                mount.directory.display()
            )
        })
        .collect()
}

fn read_inputs(manifest: &Manifest, component: &Component) -> Result<Inputs, Vec<String>> {
    let mut problems = Vec::new();
    let mut read = |path: &Path, place: &str| match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            problems.push(format!(
                "{place}: {} cannot be read: {error}; build it first",
                path.display()
            ));
            Vec::new()
        }
    };
    let place = format!("component.{}", component.id);
    let own = read(&component.source, &place);
    let mut dependencies = Vec::new();
    for dependency in &component.dependencies {
        let path = match &dependency.source {
            DependencySource::Path(path) => Some(path),
            DependencySource::Component(id) => {
                manifest.components.get(id).map(|component| &component.source)
            }
        };
        let place = format!("{place}.dependencies.\"{}\"", dependency.name);
        dependencies.extend(path.map(|path| read(path, &place)));
    }
    if problems.is_empty() { Ok(Inputs { component: own, dependencies }) } else { Err(problems) }
}

fn grant(component: &Component, variables: &Variables) -> Result<Granted, Vec<String>> {
    let mut problems = Vec::new();
    let own = variables.of_component(&component.variables).unwrap_or_else(|found| {
        problems.extend(found);
        Arc::default()
    });
    let hosts = AllowedHosts::parse(&component.allowed_outbound_hosts, |name| variables.get(name));
    let allowed_hosts = hosts.unwrap_or_else(|problem| {
        problems.push(format!("`allowed_outbound_hosts`: {problem}"));
        AllowedHosts::default()
    });
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Granted {
        id: component.id.clone(),
        variables: own,
        allowed_hosts,
        key_value_stores: component.key_value_stores.clone(),
        sqlite_databases: component.sqlite_databases.clone(),
        environment: component.environment.clone().into_iter().collect(),
        files: component
            .files
            .iter()
            .map(|mount| (mount.directory.clone(), mount.destination.clone()))
            .collect(),
    })
}
