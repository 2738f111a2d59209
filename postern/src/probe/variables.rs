//! The values of the variables of spin.toml, as the host finds them: an option, the environment, `.env`, the default.

use crate::cli::Configuration;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

pub struct Variables {
    given: BTreeMap<String, String>,
    file: BTreeMap<String, String>,
    defaults: BTreeMap<String, String>,
}

/// The name that a variable has in the environment.
pub fn environment(name: &str) -> String {
    format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase())
}

impl Variables {
    pub fn new(folder: &Path, configuration: &Configuration) -> Result<Self> {
        let mut given = BTreeMap::new();
        for pair in &configuration.variable {
            let (name, value) = pair
                .split_once('=')
                .with_context(|| format!("--variable {pair:?} has no `=`: write NAME=VALUE"))?;
            given.insert(name.to_owned(), value.to_owned());
        }
        let lines = dotenvy::from_path_iter(folder.join(".env"));
        let file = lines.map(|lines| lines.filter_map(Result::ok).collect()).unwrap_or_default();
        Ok(Self { given, file, defaults: defaults(folder) })
    }

    pub fn get(&self, name: &str) -> Option<String> {
        let inherited = environment(name);
        let given = self.given.get(name).cloned();
        given
            .or_else(|| env::var(&inherited).ok())
            .or_else(|| self.file.get(&inherited).cloned())
            .or_else(|| self.defaults.get(name).cloned())
    }
}

fn defaults(folder: &Path) -> BTreeMap<String, String> {
    let manifest = fs::read_to_string(folder.join("spin.toml")).unwrap_or_default();
    let manifest: toml::Table = manifest.parse().unwrap_or_default();
    let variables = manifest.get("variables").and_then(toml::Value::as_table);
    let default = |(name, value): (&String, &toml::Value)| {
        Some((name.clone(), value.get("default")?.as_str()?.to_owned()))
    };
    variables.into_iter().flatten().filter_map(default).collect()
}
