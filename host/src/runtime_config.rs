//! The runtime configuration: the stores and databases behind the labels of a manifest. The keys are Spin's, except
//! those of `[server]`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use postern_key_value::Config as KeyValueConfig;

use crate::manifest::{Document, SPIN_ONLY, Table};
use crate::server::Settings;

/// A runtime configuration, with the defaults that need no file.
#[derive(Debug)]
pub struct RuntimeConfig {
    /// Label to key-value store.
    pub key_value_stores: BTreeMap<String, KeyValueConfig>,
    /// Label to database file; `None` keeps it in memory.
    pub sqlite_databases: BTreeMap<String, Option<PathBuf>>,
    /// Whether outbound connections are kept for later requests.
    pub connection_pooling: bool,
    /// The settings of connections and memory.
    pub server: Settings,
}

impl RuntimeConfig {
    /// The default configuration: both labels `default` in files below the state directory.
    pub fn in_state_dir(state_dir: &Path) -> Self {
        let key_value = KeyValueConfig::Sqlite(Some(state_dir.join("sqlite_key_value.db")));
        Self {
            key_value_stores: [("default".to_owned(), key_value)].into(),
            sqlite_databases: [("default".to_owned(), Some(state_dir.join("sqlite_db.db")))].into(),
            connection_pooling: true,
            server: Settings::default(),
        }
    }

    /// Reads a file over the defaults.
    ///
    /// # Errors
    /// Every problem of the file, each with its line.
    pub fn read(file: Option<&Path>, state_dir: &Path) -> Result<Self, Vec<String>> {
        let mut config = Self::in_state_dir(state_dir);
        let Some(path) = file else { return Ok(config) };
        let text = std::fs::read_to_string(path).map_err(|error| {
            vec![format!("the runtime configuration {} cannot be read: {error}", path.display())]
        })?;
        let document = Document::new(path.display().to_string(), &text);
        if let Some(table) = &document.parse() {
            // Spin reads relative paths from the file's own folder.
            let directory = path
                .parent()
                .filter(|parent| !parent.as_os_str().is_empty())
                .unwrap_or(Path::new("."));
            config.read_root(Table::root(&document, table), directory);
        }
        let problems = document.into_problems();
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }

    fn read_root(&mut self, mut root: Table, directory: &Path) {
        for (label, table) in root.tables("key_value_store") {
            if let Some(store) = read_key_value(table, directory) {
                self.key_value_stores.insert(label, store);
            }
        }
        for (label, table) in root.tables("sqlite_database") {
            if let Some(path) = read_sqlite(table, directory) {
                self.sqlite_databases.insert(label, path);
            }
        }
        if let Some(mut outbound) = root.table("outbound_http") {
            // Spin turns pooling off in a table that does not mention it.
            self.connection_pooling = outbound.boolean("connection_pooling").unwrap_or(false);
            outbound.refuse("max_concurrent_requests", SPIN_ONLY);
            outbound.finish();
        }
        // Only this host has it: Spin refuses such a file.
        if let Some(mut server) = root.table("server") {
            self.server = Settings::read(&mut server);
            server.finish();
        }
        for key in [
            "config_provider",
            "variables_provider",
            "outbound_networking",
            "llm_compute",
            "client_tls",
            "state_dir",
            "log_dir",
        ] {
            root.refuse(key, SPIN_ONLY);
        }
        root.finish();
    }
}

fn read_key_value(mut table: Table, directory: &Path) -> Option<KeyValueConfig> {
    let store = match table.required_string("type")?.as_str() {
        "spin" => {
            Some(KeyValueConfig::Sqlite(table.string("path").map(|path| directory.join(path))))
        }
        "redis" => table.required_string("url").map(KeyValueConfig::Redis),
        other => {
            table.problem(format_args!("the type `{other}`: this host has `spin` and `redis`"));
            None
        }
    };
    table.finish();
    store
}

fn read_sqlite(mut table: Table, directory: &Path) -> Option<Option<PathBuf>> {
    let database = match table.required_string("type")?.as_str() {
        "spin" => Some(table.string("path").map(|path| directory.join(path))),
        other => {
            table.problem(format_args!("the type `{other}`: this host has `spin` alone"));
            None
        }
    };
    table.finish();
    database
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<RuntimeConfig, Vec<String>> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("runtime-config.toml");
        std::fs::write(&file, text).unwrap();
        let strip =
            |problem: String| problem.replace(&format!("{}/", directory.path().display()), "");
        RuntimeConfig::read(Some(&file), Path::new(".spin"))
            .map_err(|problems| problems.into_iter().map(strip).collect())
    }

    #[test]
    fn without_a_file_the_default_stores_are_where_spin_keeps_them() {
        let config = RuntimeConfig::read(None, Path::new(".spin")).unwrap();
        let file = KeyValueConfig::Sqlite(Some(".spin/sqlite_key_value.db".into()));
        assert_eq!(config.key_value_stores.get("default"), Some(&file));
        assert_eq!(
            config.sqlite_databases.get("default"),
            Some(&Some(".spin/sqlite_db.db".into()))
        );
        assert!(config.connection_pooling);
    }

    #[test]
    fn labels_lead_to_the_stores_the_file_names() {
        let config = read(
            "[key_value_store.default]\ntype = \"redis\"\nurl = \"redis://localhost\"\n\
             [key_value_store.local]\ntype = \"spin\"\n[sqlite_database.ledger]\ntype = \"spin\"\npath = \"l.db\"\n\
             [outbound_http]\nconnection_pooling = true\n",
        )
        .unwrap();
        let redis = KeyValueConfig::Redis("redis://localhost".into());
        assert_eq!(config.key_value_stores.get("default"), Some(&redis));
        assert_eq!(config.key_value_stores.get("local"), Some(&KeyValueConfig::Sqlite(None)));
        assert!(config.sqlite_databases.get("ledger").unwrap().as_ref().unwrap().ends_with("l.db"));
    }

    #[test]
    fn a_table_for_outbound_http_turns_pooling_off_unless_it_says_otherwise() {
        assert!(!read("[outbound_http]\n").unwrap().connection_pooling);
    }

    #[test]
    fn every_setting_of_the_server_is_a_key_and_a_wrong_one_is_named() {
        for name in Settings::NAMES {
            let settings = read(&format!("[server]\n{name} = 7\n")).unwrap().server;
            assert_ne!(settings, Settings::default(), "{name}");
            let problems = read(&format!("[server]\n{name} = 0\n")).unwrap_err();
            let expected = format!(
                "runtime-config.toml:1: server: `{name}` must be from 1 to 86400000, not 0"
            );
            assert_eq!(problems, [expected]);
        }
        let problems = read("[server]\nmax_conections = 1\n").unwrap_err();
        assert_eq!(
            problems,
            ["runtime-config.toml:2: server: the key `max_conections` is unknown"]
        );
    }

    #[test]
    fn refuses_every_key_it_does_not_know_at_once() {
        let problems = read(
            "[key_value_store.a]\ntype = \"azure_cosmos\"\n[key_value_store.b]\ntype = \"redis\"\n\
             [outbound_networking]\nblock_networks = [\"private\"]\n[outbound]\n",
        );
        assert_eq!(
            problems.unwrap_err(),
            [
                "runtime-config.toml:1: key_value_store.a: the type `azure_cosmos`: this host has `spin` and `redis`",
                "runtime-config.toml:3: key_value_store.b: `url` is missing",
                "runtime-config.toml:5: `outbound_networking`: Spin supports it, this host does not",
                "runtime-config.toml:7: the key `outbound` is unknown",
            ]
        );
    }
}
