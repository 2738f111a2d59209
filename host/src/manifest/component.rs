//! `[component.*]`: a component, its grants, and its dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::{Document, SPIN_ONLY, Table, Value};
use crate::grants::Grant;

/// One component, with its permissions.
#[derive(Debug, Default)]
pub struct Component {
    /// Its name in the manifest.
    pub id: String,
    /// The wasm file.
    pub source: PathBuf,
    /// Folders it may read.
    pub files: Vec<Mount>,
    /// Hosts it may reach; templates of application variables.
    pub allowed_outbound_hosts: Vec<String>,
    /// Labels of the key-value stores it may open.
    pub key_value_stores: BTreeSet<String>,
    /// Labels of the databases it may open.
    pub sqlite_databases: BTreeSet<String>,
    /// Its variables; templates of application variables.
    pub variables: BTreeMap<String, String>,
    /// Its environment variables.
    pub environment: BTreeMap<String, String>,
    /// The components that implement its imports, in the order of their names.
    pub dependencies: Vec<Dependency>,
}

/// A host folder, read-only, at a place in the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Its name in the manifest, which `--files` refers to.
    pub source: String,
    /// The folder on the host.
    pub directory: PathBuf,
    /// The absolute path in the guest.
    pub destination: String,
}

/// A component that implements imports of another.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// The imports: `ns:package/interface@version`, less exact, or a plain name.
    pub name: String,
    /// Its source.
    pub source: DependencySource,
    /// The name of its export, if it differs from that of the import.
    pub export: Option<String>,
    /// The permissions it shares with the component that imports it.
    pub inherits: BTreeSet<Grant>,
    /// Its place in the manifest.
    pub written_at: Range<usize>,
}

/// The source of a dependency.
#[derive(Clone, Debug)]
pub enum DependencySource {
    /// A wasm file.
    Path(PathBuf),
    /// The source of another component of the manifest.
    Component(String),
}

impl Component {
    /// The keys with which the component requests permissions of its own.
    fn own_configuration(&self) -> Vec<&'static str> {
        let asked = [
            ("files", self.files.is_empty()),
            ("allowed_outbound_hosts", self.allowed_outbound_hosts.is_empty()),
            ("key_value_stores", self.key_value_stores.is_empty()),
            ("sqlite_databases", self.sqlite_databases.is_empty()),
            ("variables", self.variables.is_empty()),
            ("dependencies", self.dependencies.is_empty()),
        ];
        asked.into_iter().filter(|(_, empty)| !empty).map(|(key, _)| key).collect()
    }
}

pub(super) fn read(id: String, mut table: Table, directory: &Path) -> Component {
    let source = read_source(&mut table, directory);
    let allowed_outbound_hosts = table.strings("allowed_outbound_hosts");
    for host in &allowed_outbound_hosts {
        if let Err(problem) = postern_allowed_hosts::check(host) {
            table.problem(format_args!("`allowed_outbound_hosts`: {problem}"));
        }
    }
    let component = Component {
        id,
        source,
        files: read_files(&mut table, directory),
        allowed_outbound_hosts,
        key_value_stores: table.strings("key_value_stores").into_iter().collect(),
        sqlite_databases: table.strings("sqlite_databases").into_iter().collect(),
        variables: table.string_map("variables"),
        environment: table.string_map("environment"),
        dependencies: read_dependencies(&mut table, directory),
    };
    let _ = table.string("description");
    read_build(&mut table);
    table.ignore("tool");
    table.ignore("targets");
    if !table.strings("exclude_files").is_empty() {
        table.problem("`exclude_files`: Spin copies files and leaves some out; this host mounts folders as they are");
    }
    if !table.strings("ai_models").is_empty() {
        table.problem(format_args!("`ai_models`: {SPIN_ONLY}"));
    }
    table.refuse("allowed_http_hosts", "use `allowed_outbound_hosts`");
    table.refuse(
        "dependencies_inherit_configuration",
        "use `inherit_configuration` on each dependency",
    );
    table.refuse("profile", SPIN_ONLY);
    table.finish();
    component
}

fn read_source(table: &mut Table, directory: &Path) -> PathBuf {
    match table.value("source") {
        None => {
            table.problem("`source` is missing");
            PathBuf::new()
        }
        Some(value) => value.as_str().map_or_else(
            || {
                value.problem("only a file path is supported; Spin also loads from a URL or a registry, this host does not");
                PathBuf::new()
            },
            |path| directory.join(path),
        ),
    }
}

fn read_build(table: &mut Table) {
    if let Some(mut build) = table.table("build") {
        if !build.has("command") {
            build.problem("`command` is missing");
        }
        for key in ["command", "workdir", "watch"] {
            build.ignore(key);
        }
        build.finish();
    }
}

fn read_files(table: &mut Table, directory: &Path) -> Vec<Mount> {
    let Some(value) = table.value("files") else { return Vec::new() };
    let mut mounts: Vec<Mount> = Vec::new();
    for item in value.as_items().unwrap_or_default() {
        let Some(mut pair) = item.as_table() else {
            item.problem("a pattern of files: Spin supports it, this host takes { source = \"...\", destination = \"/...\" }");
            continue;
        };
        let (source, destination) =
            (pair.required_string("source"), pair.required_string("destination"));
        pair.finish();
        let (Some(source), Some(destination)) = (source, destination) else { continue };
        if !destination.starts_with('/') {
            item.problem(format_args!("the destination `{destination}` must start with `/`"));
        } else if mounts.iter().any(|mount| mount.destination == destination) {
            item.problem(format_args!(
                "two sources for `{destination}`: Spin merges them, this host does not"
            ));
        }
        mounts.push(Mount { directory: directory.join(&source), source, destination });
    }
    mounts
}

fn read_dependencies(table: &mut Table, directory: &Path) -> Vec<Dependency> {
    let Some(mut dependencies) = table.table("dependencies") else { return Vec::new() };
    let names = dependencies.keys();
    let mut read = Vec::new();
    for name in names {
        let Some(value) = dependencies.value(&name) else { continue };
        let Some(entry) = value.as_table() else {
            value.problem(
                "a registry version: Spin supports it, this host takes `path` or `component`",
            );
            continue;
        };
        if let Some(dependency) = read_dependency(name, entry, directory) {
            read.push(dependency);
        }
    }
    for (index, one) in read.iter().enumerate() {
        for other in read.iter().skip(index + 1) {
            if package_of(&one.name) == package_of(&other.name) {
                dependencies.problem(format_args!(
                    "`{}` and `{}` are of one package, and Spin composes at most one dependency per package",
                    one.name, other.name
                ));
            }
        }
    }
    read
}

/// `ns:package` of a dependency's name, or all of a plain name.
fn package_of(name: &str) -> &str {
    name.split(['/', '@']).next().unwrap_or(name)
}

fn read_dependency(name: String, mut entry: Table, directory: &Path) -> Option<Dependency> {
    let export = entry.string("export");
    let inherits =
        entry.value("inherit_configuration").map(|value| read_inherits(&value)).unwrap_or_default();
    let mut elsewhere = false;
    for key in ["version", "registry", "package", "url", "digest"] {
        elsewhere |= entry.has(key);
        entry.refuse(key, "Spin supports it, this host takes `path` or `component`");
    }
    let path = entry.string("path").map(|path| DependencySource::Path(directory.join(path)));
    let component = entry.string("component").map(DependencySource::Component);
    let source = match (path, component) {
        (Some(source), None) | (None, Some(source)) => Some(source),
        (None, None) if elsewhere => None,
        _ => {
            entry.problem("exactly one of `path` and `component` is needed");
            None
        }
    };
    let written_at = entry.span();
    entry.finish();
    Some(Dependency { name, source: source?, export, inherits, written_at })
}

fn read_inherits(value: &Value) -> BTreeSet<Grant> {
    if let Some(all) = value.as_bool() {
        return if all { Grant::all() } else { BTreeSet::new() };
    }
    let Some(names) = value.as_strings() else {
        value.problem("must be true, false or a list of sets");
        return BTreeSet::new();
    };
    let grant = |name: &str| Grant::from_name(name).map_err(|problem| value.problem(problem)).ok();
    names.into_iter().filter_map(grant).collect()
}

/// Refuses dependencies on components that do not exist or that request permissions of their own.
pub(super) fn check_dependencies(document: &Document, components: &BTreeMap<String, Component>) {
    for component in components.values() {
        for dependency in &component.dependencies {
            let DependencySource::Component(id) = &dependency.source else { continue };
            let place = format!("component.{}.dependencies.\"{}\"", component.id, dependency.name);
            let problem =
                |text: String| document.problem(dependency.written_at.clone(), &place, text);
            match components.get(id) {
                None => problem(format!("there is no component `{id}`")),
                Some(target) => target.own_configuration().into_iter().for_each(|key| {
                    problem(format!(
                        "`{id}` has `{key}` of its own; a dependency has only what `{}` grants and it inherits",
                        component.id
                    ));
                }),
            }
        }
    }
}
