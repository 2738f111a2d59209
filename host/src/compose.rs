//! Composes a component with its dependencies into one component, as Spin does.

mod wrap;

pub use wrap::wrap;

use std::collections::BTreeMap;

use wac_graph::types::{ItemKind, Package, Type};
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};

use crate::causes::chain;
use crate::grants::{self, Grant};
use crate::manifest::{Component, Dependency};

/// A component's bytes, and its dependencies' in the order of the manifest.
pub struct Inputs {
    /// The component's own.
    pub component: Vec<u8>,
    /// One for each of [`Component::dependencies`].
    pub dependencies: Vec<Vec<u8>>,
}

/// Composes, after checking that no dependency imports what it does not inherit.
///
/// # Errors
/// Every problem found, each naming the component.
pub fn compose(component: &Component, inputs: &Inputs) -> Result<Vec<u8>, Vec<String>> {
    let place = format!("component.{}", component.id);
    let mut composition = Composition::new(&component.id, &inputs.component)
        .map_err(|error| vec![format!("{place}: {error}")])?;
    let mut problems = Vec::new();
    for (dependency, bytes) in component.dependencies.iter().zip(&inputs.dependencies) {
        let place = format!("{place}.dependencies.\"{}\"", dependency.name);
        match composition.add(dependency, bytes) {
            Ok(found) => {
                problems.extend(found.into_iter().map(|problem| format!("{place}: {problem}")))
            }
            Err(problem) => problems.push(format!("{place}: {problem}")),
        }
    }
    for import in composition.open_imports() {
        if !grants::provides(&import) {
            problems.push(format!(
                "{place}: imports `{import}`, which neither a dependency nor this host answers"
            ));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    if component.dependencies.is_empty() {
        return Ok(inputs.component.clone());
    }
    composition.encode().map_err(|error| vec![format!("{place}: the composition fails: {error}")])
}

struct Composition {
    graph: CompositionGraph,
    package: PackageId,
    instance: NodeId,
    /// From imports to the names of the dependencies that implement them.
    answered: BTreeMap<String, String>,
}

impl Composition {
    fn new(id: &str, bytes: &[u8]) -> Result<Self, String> {
        let mut graph = CompositionGraph::new();
        let package = register(&mut graph, id, bytes)?;
        let instance = graph.instantiate(package);
        Ok(Self { graph, package, instance, answered: BTreeMap::new() })
    }

    /// Adds a dependency and returns the imports it may not have.
    fn add(&mut self, dependency: &Dependency, bytes: &[u8]) -> Result<Vec<String>, String> {
        let wanted: Vec<String> = self
            .imports(self.package)
            .into_iter()
            .filter(|import| answers(&dependency.name, import))
            .collect();
        if wanted.is_empty() {
            return Err("no import of the component is called so".to_owned());
        }
        let package =
            register(&mut self.graph, &format!("dependency:{}", self.answered.len()), bytes)?;
        let instance = self.graph.instantiate(package);
        for import in wanted {
            self.answer(&import, dependency, package, instance)?;
        }
        Ok(self
            .calls(package)
            .iter()
            .filter_map(|import| not_granted(dependency, import))
            .collect())
    }

    fn answer(
        &mut self,
        import: &str,
        dependency: &Dependency,
        package: PackageId,
        instance: NodeId,
    ) -> Result<(), String> {
        if let Some(other) = self.answered.insert(import.to_owned(), dependency.name.clone()) {
            return Err(format!("`{other}` already answers `{import}`"));
        }
        let export = dependency.export.as_deref().unwrap_or(import);
        if !self.graph.types()[self.graph[package].ty()].exports.contains_key(export) {
            return Err(format!("it does not export `{export}`"));
        }
        let alias =
            self.graph.alias_instance_export(instance, export).map_err(|error| chain(&error))?;
        let set = self.graph.set_instantiation_argument(self.instance, import, alias);
        set.map_err(|error| format!("its `{export}` does not fit `{import}`: {}", chain(&error)))
    }

    fn imports(&self, package: PackageId) -> Vec<String> {
        let world = &self.graph.types()[self.graph[package].ty()];
        let interface = |(name, kind): (&String, &ItemKind)| {
            matches!(kind, ItemKind::Instance(_)).then(|| name.clone())
        };
        world.imports.iter().filter_map(interface).collect()
    }

    /// The imported interfaces that have more than types, which something must implement.
    fn calls(&self, package: PackageId) -> Vec<String> {
        let types = self.graph.types();
        let holds_more = |name: &String| match types[self.graph[package].ty()].imports.get(name) {
            Some(ItemKind::Instance(interface)) => types[*interface]
                .exports
                .values()
                .any(|item| matches!(item, ItemKind::Func(_) | ItemKind::Type(Type::Resource(_)))),
            _ => false,
        };
        self.imports(package).into_iter().filter(holds_more).collect()
    }

    /// The imports that the host has to implement.
    fn open_imports(&self) -> Vec<String> {
        self.calls(self.package)
            .into_iter()
            .filter(|import| !self.answered.contains_key(import))
            .collect()
    }

    fn encode(mut self) -> Result<Vec<u8>, String> {
        let exports: Vec<String> =
            self.graph.types()[self.graph[self.package].ty()].exports.keys().cloned().collect();
        for export in exports {
            let alias = self
                .graph
                .alias_instance_export(self.instance, &export)
                .map_err(|error| chain(&error))?;
            self.graph.export(alias, &export).map_err(|error| chain(&error))?;
        }
        self.graph.encode(EncodeOptions::default()).map_err(|error| chain(&error))
    }
}

fn register(graph: &mut CompositionGraph, name: &str, bytes: &[u8]) -> Result<PackageId, String> {
    let package = Package::from_bytes(name, None, bytes, graph.types_mut())
        .map_err(|error| format!("it is no component: {error:#}"))?;
    graph.register_package(package).map_err(|error| chain(&error))
}

/// Why the dependency may not import that; none if it may.
fn not_granted(dependency: &Dependency, import: &str) -> Option<String> {
    match Grant::of_import(import) {
        Some(grant) if !dependency.inherits.contains(&grant) => Some(format!(
            "it imports `{import}` and does not inherit `{grant}`; add `{grant}` to its `inherit_configuration` if it should"
        )),
        None | Some(_) if grants::provides(import) => None,
        None | Some(_) => Some(format!("it imports `{import}`, which this host does not answer")),
    }
}

/// Whether a dependency of that name implements an import: the parts it names must be the import's.
fn answers(dependency: &str, import: &str) -> bool {
    let (wanted, imported) = (parts(dependency), parts(import));
    wanted.0 == imported.0
        && wanted.1.is_none_or(|interface| imported.1 == Some(interface))
        && wanted.2.is_none_or(|version| imported.2 == Some(version))
}

/// Package, interface and version of `ns:package/interface@version`.
fn parts(name: &str) -> (&str, Option<&str>, Option<&str>) {
    let (path, version) =
        name.split_once('@').map_or((name, None), |(path, version)| (path, Some(version)));
    let (package, interface) = path
        .split_once('/')
        .map_or((path, None), |(package, interface)| (package, Some(interface)));
    (package, interface, version)
}

#[cfg(test)]
mod tests;
