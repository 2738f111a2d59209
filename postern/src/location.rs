//! The address of a store: from an option, from a runtime configuration, or by default.

use anyhow::{Context, Result, anyhow, bail};
use postern_key_value::Config;
use std::fs;
use std::path::{Path, PathBuf};
use url::Url;

/// The label of the store that the stages open.
const LABEL: &str = "default";

/// What else to write for a store.
const REMEDY: &str = "write a SQLite file, redis://HOST:PORT or rediss://HOST:PORT";

/// A store's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file.
    File {
        path: PathBuf,
        /// The folder is created with the file: the default address is the program's choice.
        makes_folder: bool,
    },
    /// A Redis server, by its URL.
    Redis(String),
}

impl Location {
    /// The default store of Spin and the host.
    pub fn default_of(folder: &Path) -> Self {
        Self::File { path: folder.join(".spin/sqlite_key_value.db"), makes_folder: true }
    }

    /// The store of an option or a variable.
    ///
    /// # Errors
    /// If it is neither a file nor a Redis URL; the error does not repeat a password.
    pub fn named(text: &str, option: &str) -> Result<Self> {
        if text.trim().is_empty() {
            bail!("{option} is empty; {REMEDY}");
        }
        if text.contains("://") || text.starts_with("redis:") || text.starts_with("rediss:") {
            return Self::redis(text, option);
        }
        Ok(Self::File { path: std::path::absolute(text)?, makes_folder: false })
    }

    fn redis(url: &str, option: &str) -> Result<Self> {
        let parsed = Url::parse(url).map_err(|error| {
            anyhow!("{option} is not a URL ({error}; not shown, it may hold a password); {REMEDY}")
        })?;
        if !matches!(parsed.scheme(), "redis" | "rediss") || parsed.host_str().is_none() {
            bail!("{option} is {:?}; {REMEDY}", without_password(parsed));
        }
        Ok(Self::Redis(url.to_owned()))
    }

    /// The store `default` of a runtime configuration, if it has one.
    ///
    /// # Errors
    /// If the file cannot be read, or the store is of an unsupported kind.
    pub fn configured(file: &Path) -> Result<Option<Self>> {
        let cannot_read = || format!("cannot read {}", file.display());
        let text = fs::read_to_string(file).with_context(cannot_read)?;
        let root: toml::Table = text.parse().with_context(cannot_read)?;
        let store = root.get("key_value_store").and_then(|stores| stores.get(LABEL));
        let Some(store) = store else { return Ok(None) };
        let wrong = |what: String| anyhow!("{}: [key_value_store.{LABEL}]: {what}", file.display());
        let word = |key| store.get(key).and_then(toml::Value::as_str);
        match (word("type"), word("path"), word("url")) {
            (Some("spin"), Some(path), _) => {
                let folder = file.parent().unwrap_or(Path::new("."));
                Ok(Some(Self::File { path: folder.join(path), makes_folder: true }))
            }
            (Some("spin"), None, _) => Err(wrong(
                "it has no `path`, so it is in the gateway's memory, which no other program reaches; write a `path`".to_owned(),
            )),
            (Some("redis"), _, Some(url)) => {
                Self::redis(url, "`url`").map(Some).map_err(|error| wrong(format!("{error:#}")))
            }
            (Some("redis"), _, None) => Err(wrong("`url` is missing".to_owned())),
            (Some(other), ..) => Err(wrong(format!(
                "the type {other:?} cannot be read here, `spin` and `redis` can; --store names a store of these"
            ))),
            (None, ..) => Err(wrong("`type` is missing; write \"spin\" or \"redis\"".to_owned())),
        }
    }

    /// For the store's library.
    pub fn config(&self) -> Config {
        match self {
            Self::File { path, .. } => Config::Sqlite(Some(path.clone())),
            Self::Redis(url) => Config::Redis(url.clone()),
        }
    }
}

/// In messages: a URL may hold a password.
impl std::fmt::Display for Location {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File { path, .. } => path.display().fmt(formatter),
            Self::Redis(url) => formatter.write_str(&shown(url)),
        }
    }
}

/// A URL without what may be secret in it.
pub fn shown(url: &str) -> String {
    Url::parse(url).map_or_else(|_| "Redis".to_owned(), without_password)
}

fn without_password(mut url: Url) -> String {
    // Neither fails where there is a host; where there is none, there is no password.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.set_query(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(result: Result<Location>) -> String {
        format!("{:#}", result.unwrap_err())
    }

    #[test]
    fn a_store_is_a_file_or_a_redis_url() {
        let file = Location::named("a/store.db", "--store").unwrap();
        assert!(matches!(&file, Location::File { path, .. } if path.ends_with("a/store.db")));
        for url in ["redis://127.0.0.1:6379/2", "rediss://user:secret@cache.example"] {
            assert_eq!(Location::named(url, "--store").unwrap(), Location::Redis(url.to_owned()));
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_value_and_what_to_write() {
        for (text, expected) in [
            ("", "--store is empty"),
            (" ", "--store is empty"),
            ("http://user:secret@host/x", "--store is \"http://host/x\""),
            ("postgres://:secret@host", "--store is \"postgres://host\""),
            ("redis:host", "--store is \"redis:host\""),
            ("redis://:secret@host:port", "not shown"),
        ] {
            let said = said(Location::named(text, "--store"));
            assert!(said.contains(expected), "{text}: {said}");
            assert!(said.contains("write a SQLite file, redis://HOST:PORT"), "{text}: {said}");
            assert!(!said.contains("secret"), "{text}: {said}");
        }
    }

    #[test]
    fn a_runtime_configuration_names_the_store_of_the_stages() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("runtime-config.toml");
        let read = |text: &str| {
            fs::write(&file, text).unwrap();
            Location::configured(&file)
        };
        let table = |text: &str| format!("[key_value_store.default]\n{text}\n");
        let path = folder.path().join("a.db");
        assert_eq!(read("").unwrap(), None);
        assert_eq!(
            read(&table("type = \"spin\"\npath = \"a.db\"")).unwrap(),
            Some(Location::File { path, makes_folder: true })
        );
        assert_eq!(
            read(&table("type = \"redis\"\nurl = \"redis://host\"")).unwrap(),
            Some(Location::Redis("redis://host".to_owned()))
        );
        for (text, expected) in [
            ("type = \"spin\"", "no `path`"),
            ("type = \"redis\"", "`url` is missing"),
            ("type = \"redis\"\nurl = \"http://:secret@host\"", "`url` is \"http://host/\""),
            ("type = \"azure_cosmos\"", "the type \"azure_cosmos\""),
            ("path = \"a.db\"", "`type` is missing"),
        ] {
            let said = format!("{:#}", read(&table(text)).unwrap_err());
            assert!(said.contains(expected) && said.contains("runtime-config.toml"), "{said}");
            assert!(!said.contains("secret"), "{said}");
        }
    }
}
