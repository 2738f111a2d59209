//! A checked `spin.toml`, which later code may rely on.

mod component;
mod reader;
mod trigger;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use component::{Component, Dependency, DependencySource, Mount};
pub use reader::{Document, Table, Value};
pub use trigger::{Route, StaticResponse, Target, Trigger};

use postern_allowed_hosts::is_variable_name;

/// Why a key of Spin's is refused.
pub(crate) const SPIN_ONLY: &str = "Spin supports it, this host does not";

/// An application.
#[derive(Debug)]
pub struct Manifest {
    /// The folder that relative paths start from.
    pub directory: PathBuf,
    /// `application.name`.
    pub name: String,
    /// `[variables]`.
    pub variables: BTreeMap<String, Variable>,
    /// `[[trigger.http]]`, in order.
    pub triggers: Vec<Trigger>,
    /// `[component.*]`.
    pub components: BTreeMap<String, Component>,
}

/// A declared variable.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Variable {
    /// The default value; `None` if a value is required.
    pub default: Option<String>,
}

impl Manifest {
    /// Reads and checks a manifest file.
    ///
    /// # Errors
    /// Every problem of the file, each with its line.
    pub fn read(path: &Path) -> Result<Self, Vec<String>> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            vec![format!("the manifest {} cannot be read: {error}", path.display())]
        })?;
        let name =
            path.file_name().map_or_else(|| "spin.toml".into(), |name| name.to_string_lossy());
        let directory =
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self::parse(&name, &text, directory)
    }

    /// Checks a manifest's text.
    ///
    /// # Errors
    /// Every problem of the text, each with its line.
    pub fn parse(name: &str, text: &str, directory: &Path) -> Result<Self, Vec<String>> {
        let document = Document::new(name, text);
        let parsed = document.parse();
        let manifest = parsed
            .as_ref()
            .map(|table| read_root(&document, Table::root(&document, table), directory));
        let problems = document.into_problems();
        match manifest {
            Some(manifest) if problems.is_empty() => Ok(manifest),
            _ => Err(problems),
        }
    }
}

fn read_root(document: &Document, mut root: Table, directory: &Path) -> Manifest {
    if !root.has("spin_manifest_version") {
        root.problem("`spin_manifest_version = 2` is missing");
    }
    match root.integer("spin_manifest_version") {
        Some(2) | None => {}
        Some(other) => root
            .problem(format_args!("`spin_manifest_version` is {other}; this host reads version 2")),
    }
    let name = read_application(&mut root);
    let variables = root.tables("variables").into_iter().map(read_variable).collect();
    let components: BTreeMap<String, Component> = root
        .tables("component")
        .into_iter()
        .map(|(id, table)| (id.clone(), component::read(id, table, directory)))
        .collect();
    let triggers = trigger::read_all(&mut root, &components);
    component::check_dependencies(document, &components);
    root.finish();
    Manifest { directory: directory.to_owned(), name, variables, triggers, components }
}

fn read_application(root: &mut Table) -> String {
    let Some(mut application) = root.table("application") else {
        root.problem("`[application]` is missing");
        return String::new();
    };
    let name = application.required_string("name").unwrap_or_default();
    let _ = (
        application.string("version"),
        application.string("description"),
        application.strings("authors"),
    );
    application.ignore("tool");
    application.ignore("targets");
    application.refuse("trigger", SPIN_ONLY);
    application.finish();
    name
}

fn read_variable((name, mut table): (String, Table)) -> (String, Variable) {
    if !is_variable_name(&name) {
        table.problem("a variable's name is lower-case words joined by `_`, such as `api_key`");
    }
    let default = table.string("default");
    let required = table.boolean("required").unwrap_or(false);
    let _ = (table.boolean("secret"), table.string("description"));
    match (&default, required) {
        (Some(_), true) => table.problem("`required` and `default` exclude each other"),
        (None, false) => table.problem("either `required = true` or a `default` is needed"),
        _ => {}
    }
    table.finish();
    (name, Variable { default })
}
