//! The command line of `spin up` in Spin 4.1, with an application whose only trigger is HTTP, and what a runtime configuration may have.

/// How a flag is written, whether it takes a value, and whether it may be repeated.
struct Flag {
    long: &'static str,
    short: Option<&'static str>,
    takes: Takes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Value,
    Values,
}

const fn flag(long: &'static str, short: Option<&'static str>, takes: Takes) -> Flag {
    Flag { long, short, takes }
}

/// `spin up`'s own.
const OF_UP: &[Flag] = &[
    flag("--from", Some("-f"), Takes::Value),
    flag("--profile", None, Takes::Value),
    flag("--insecure", Some("-k"), Takes::Nothing),
    flag("--env", Some("-e"), Takes::Values),
    flag("--temp", None, Takes::Value),
    flag("--cache-dir", None, Takes::Value),
    flag("--direct-mounts", None, Takes::Nothing),
    flag("--build", None, Takes::Nothing),
    flag("--component-id", Some("-c"), Takes::Values),
];

/// Those of every trigger, and those of the HTTP trigger.
const OF_TRIGGER: &[Flag] = &[
    flag("--log-dir", Some("-L"), Takes::Value),
    flag("--truncate-logs", None, Takes::Nothing),
    flag("--disable-cache", None, Takes::Nothing),
    flag("--cache", None, Takes::Value),
    flag("--disable-pooling", None, Takes::Nothing),
    flag("--follow", None, Takes::Values),
    flag("--quiet", Some("-q"), Takes::Nothing),
    flag("--runtime-config-file", None, Takes::Value),
    flag("--state-dir", None, Takes::Value),
    flag("--allow-transient-write", None, Takes::Nothing),
    flag("--key-value", None, Takes::Values),
    flag("--sqlite", None, Takes::Values),
    flag("--max-instance-memory", None, Takes::Value),
    flag("--variable", None, Takes::Values),
    flag("--listen", None, Takes::Value),
    flag("--tls-cert", None, Takes::Value),
    flag("--tls-key", None, Takes::Value),
    flag("--http1-max-buf-size", None, Takes::Value),
    flag("--find-free-port", None, Takes::Nothing),
    flag("--max-instance-reuse-count", None, Takes::Value),
    flag("--max-instance-concurrent-reuse-count", None, Takes::Value),
    flag("--request-timeout", None, Takes::Value),
    flag("--idle-instance-timeout", None, Takes::Value),
];

/// Flags that exclude each other.
const APART: &[(&str, &str)] = &[("--follow", "--quiet"), ("--cache", "--disable-cache")];

/// The tables and keys at the top of a runtime configuration. Spin refuses a file in which a key is left over.
const RUNTIME_CONFIG: &[&str] = &[
    "state_dir",
    "log_dir",
    "key_value_store",
    "sqlite_database",
    "llm_compute",
    "variables_provider",
    "config_provider",
    "client_tls",
    "outbound_http",
    "outbound_networking",
    "max_instance_memory",
];

/// A command line of `spin up` that Spin takes.
#[derive(Debug, Default)]
pub struct Up<'a>(Vec<(&'static str, &'a str)>);

impl<'a> Up<'a> {
    /// Reads the words after `spin`.
    ///
    /// # Errors
    /// The word that Spin would refuse, and why.
    pub fn parse(words: &[&'a str]) -> Result<Self, String> {
        let Some((&"up", mut rest)) = words.split_first() else {
            return Err("a stand-in for `spin up` has no other subcommand".to_owned());
        };
        let mut up = Self::default();
        let mut is_trigger = false;
        while let Some((word, after)) = rest.split_first() {
            let (name, attached) = match word.split_once('=') {
                Some((name, value)) if word.starts_with("--") => (name, Some(value)),
                _ => (*word, None),
            };
            let is_it = |flag: &&Flag| flag.long == name || flag.short == Some(name);
            let own = OF_UP.iter().find(is_it);
            let flag = own.or_else(|| OF_TRIGGER.iter().find(is_it));
            let flag = flag.ok_or_else(|| format!("spin up has no argument `{word}`"))?;
            if own.is_some() && is_trigger {
                return Err(format!("`{name}` is spin up's own: it comes before a trigger's"));
            }
            is_trigger = own.is_none();
            rest = up.add(flag, attached, after)?;
        }
        up.check()?;
        Ok(up)
    }

    /// Adds a flag, with its value or the next word, and returns the words that are left.
    fn add<'b>(
        &mut self,
        flag: &Flag,
        attached: Option<&'a str>,
        after: &'b [&'a str],
    ) -> Result<&'b [&'a str], String> {
        let name = flag.long;
        if flag.takes != Takes::Values && self.has(name) {
            return Err(format!("`{name}` is given twice"));
        }
        let (value, rest) = match (flag.takes, attached, after.split_first()) {
            (Takes::Nothing, None, _) => ("", after),
            (Takes::Nothing, Some(_), _) => return Err(format!("`{name}` takes no value")),
            (_, Some(value), _) => (value, after),
            (_, None, Some((value, rest))) if !value.starts_with("--") => (*value, rest),
            _ => return Err(format!("`{name}` has no value")),
        };
        self.0.push((name, value));
        Ok(rest)
    }

    fn check(&self) -> Result<(), String> {
        for (one, other) in APART {
            if self.has(one) && self.has(other) {
                return Err(format!("`{one}` excludes `{other}`"));
            }
        }
        for (one, other) in [("--tls-cert", "--tls-key"), ("--tls-key", "--tls-cert")] {
            if self.has(one) && !self.has(other) {
                return Err(format!("`{one}` needs `{other}`"));
            }
        }
        if let Some(pair) = self.all("--variable").iter().find(|pair| !pair.contains('=')) {
            return Err(format!("`--variable {pair}` is not NAME=VALUE"));
        }
        Ok(())
    }

    /// Whether this flag is there, by its long name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.one(name).is_some()
    }

    /// The value of this flag, if it is there.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(named, _)| *named == name).map(|(_, value)| *value)
    }

    /// All values of this flag.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&'a str> {
        self.0.iter().filter(|(named, _)| *named == name).map(|(_, value)| *value).collect()
    }
}

/// Checks the keys at the top of a runtime configuration.
///
/// # Errors
/// It is not TOML, or has a key that Spin does not use.
pub fn check_runtime_config(text: &str) -> Result<(), String> {
    let table: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
    match table.keys().find(|key| !RUNTIME_CONFIG.contains(&key.as_str())) {
        Some(key) => Err(format!("unused runtime config key: `{key}`")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_spin_takes() {
        for words in [
            &["up"][..],
            &["up", "-f", "spin.toml", "--direct-mounts", "--listen", "127.0.0.1:0", "--quiet"],
            &["up", "--from=a", "-e", "A=B", "-e", "C=D", "-L", "logs", "--follow", "gateway"],
            &["up", "--variable", "a=b", "--variable", "a=@file", "--sqlite", "@migration.sql"],
            &["up", "--max-instance-reuse-count", "1..8", "--idle-instance-timeout", "10s"],
        ] {
            assert!(Up::parse(words).is_ok(), "{words:?}: {:?}", Up::parse(words).err());
        }
    }

    #[test]
    fn refuses_what_spin_refuses() {
        for (words, part) in [
            (&["build"][..], "subcommand"),
            (&["up", "--files", "policies=/a"], "no argument `--files`"),
            (&["up", "--manifest", "spin.toml"], "no argument `--manifest`"),
            (&["up", "--follow-all"], "no argument `--follow-all`"),
            (&["up", "spin.toml"], "no argument `spin.toml`"),
            (&["up", "--listen"], "has no value"),
            (&["up", "--listen", "--quiet"], "has no value"),
            (&["up", "--listen", "a", "--listen", "b"], "twice"),
            (&["up", "--quiet=yes"], "takes no value"),
            (&["up", "--quiet", "--follow", "gateway"], "excludes"),
            (&["up", "--tls-cert", "a"], "needs `--tls-key`"),
            (&["up", "--variable", "a"], "NAME=VALUE"),
            (&["up", "--listen", "a", "--from", "b"], "comes before"),
        ] {
            let error = Up::parse(words).err().unwrap_or_default();
            assert!(error.contains(part), "{words:?}: {error:?}");
        }
    }

    #[test]
    fn a_runtime_configuration_has_no_key_of_our_hosts_own() {
        let redis = "[key_value_store.default]\ntype = \"redis\"\nurl = \"redis://a\"\n";
        assert_eq!(check_runtime_config(redis), Ok(()));
        let error = check_runtime_config("[server]\nmax_connections = 1\n").unwrap_err();
        assert!(error.contains("server"), "{error}");
        assert!(check_runtime_config("no toml").is_err());
    }
}
