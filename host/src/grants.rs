//! The sets of interfaces a dependency may inherit from the component that imports it.
//!
//! The table is Spin's: this host refuses at start what Spin denies to a dependency that does not inherit the set.

use std::collections::BTreeSet;
use std::fmt;

/// A set of permissions, by its name in `inherit_configuration`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    /// Large language models.
    AiModels,
    /// The network.
    AllowedOutboundHosts,
    /// Environment variables.
    Environment,
    /// Mounted files.
    Files,
    /// Key-value stores.
    KeyValueStores,
    /// SQL databases.
    SqliteDatabases,
    /// Variables, all of the importing component's.
    Variables,
}

/// Every set, with its name and the interfaces (without version) that belong to it.
const GRANTS: [(Grant, &str, &[&str]); 7] = [
    (Grant::AiModels, "ai_models", &["fermyon:spin/llm"]),
    (
        Grant::AllowedOutboundHosts,
        "allowed_outbound_hosts",
        &[
            "fermyon:spin/http",
            "fermyon:spin/mqtt",
            "fermyon:spin/redis",
            "spin:mqtt/mqtt",
            "spin:redis/redis",
            "wasi:http/client",
            "wasi:http/outgoing-handler",
            "wasi:sockets/ip-name-lookup",
            "wasi:sockets/tcp",
            "wasi:sockets/tcp-create-socket",
            "wasi:sockets/types",
            "wasi:sockets/udp",
            "wasi:sockets/udp-create-socket",
        ],
    ),
    (Grant::Environment, "environment", &["wasi:cli/environment"]),
    (Grant::Files, "files", &["wasi:filesystem/preopens"]),
    (
        Grant::KeyValueStores,
        "key_value_stores",
        &[
            "fermyon:spin/key-value",
            "spin:key-value/key-value",
            "wasi:keyvalue/atomics",
            "wasi:keyvalue/batch",
            "wasi:keyvalue/store",
        ],
    ),
    (
        Grant::SqliteDatabases,
        "sqlite_databases",
        &[
            "fermyon:spin/mysql",
            "fermyon:spin/postgres",
            "fermyon:spin/sqlite",
            "spin:mysql/mysql",
            "spin:postgres/postgres",
            "spin:sqlite/sqlite",
        ],
    ),
    (
        Grant::Variables,
        "variables",
        &["fermyon:spin/variables", "spin:variables/variables", "wasi:config/store"],
    ),
];

/// The interfaces of this host: packages (with a version prefix where there are several) and single interfaces.
const PROVIDED: [&str; 19] = [
    "fermyon:spin/variables@2.",
    "spin:key-value/key-value@3.",
    "spin:postgres/postgres@4.",
    "spin:redis/redis@3.",
    "spin:sqlite/sqlite@3.",
    "spin:variables/variables@3.",
    "wasi:cli/",
    "wasi:clocks/",
    "wasi:config/store@0.2.0-draft-2024-09-27",
    "wasi:filesystem/",
    "wasi:http/client@0.3.",
    "wasi:http/outgoing-handler@0.2.",
    "wasi:http/types@",
    "wasi:io/",
    "wasi:keyvalue/atomics@0.2.0-draft2",
    "wasi:keyvalue/batch@0.2.0-draft2",
    "wasi:keyvalue/store@0.2.0-draft2",
    "wasi:random/",
    "wasi:sockets/",
];

impl Grant {
    /// The set of that name, or an error that lists the names.
    ///
    /// # Errors
    /// If no set has that name.
    pub fn from_name(name: &str) -> Result<Self, String> {
        let found = GRANTS.iter().find(|(_, known, _)| *known == name);
        found.map(|(grant, ..)| *grant).ok_or_else(|| {
            let names: Vec<&str> = GRANTS.iter().map(|(_, name, _)| *name).collect();
            format!("`{name}` is no set of permissions; there are {}", names.join(", "))
        })
    }

    /// The set of an imported interface such as `wasi:http/client@0.3.0`, if it has one.
    pub fn of_import(import: &str) -> Option<Self> {
        let interface = import.split_once('@').map_or(import, |(name, _)| name);
        GRANTS
            .iter()
            .find(|(_, _, interfaces)| interfaces.contains(&interface))
            .map(|(grant, ..)| *grant)
    }

    /// Every set.
    pub fn all() -> BTreeSet<Self> {
        GRANTS.iter().map(|(grant, ..)| *grant).collect()
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = GRANTS.iter().find(|(grant, ..)| grant == self).map_or("", |(_, name, _)| name);
        formatter.write_str(name)
    }
}

/// Whether this host implements the interface.
pub fn provides(import: &str) -> bool {
    PROVIDED.iter().any(|provided| import.starts_with(provided))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_its_set_and_back() {
        for (grant, name, _) in GRANTS {
            assert_eq!(Grant::from_name(name), Ok(grant));
            assert_eq!(grant.to_string(), name);
        }
        assert_eq!(Grant::all().len(), GRANTS.len());
    }

    #[test]
    fn refuses_a_set_that_does_not_exist() {
        let error = Grant::from_name("network").unwrap_err();
        assert!(
            error.starts_with("`network` is no set of permissions; there are ai_models, "),
            "{error}"
        );
    }

    #[test]
    fn an_interface_belongs_to_its_set_in_every_version() {
        for (import, grant) in [
            ("wasi:http/client@0.3.0", Grant::AllowedOutboundHosts),
            ("wasi:http/outgoing-handler@0.2.6", Grant::AllowedOutboundHosts),
            ("wasi:sockets/tcp@0.2.3", Grant::AllowedOutboundHosts),
            ("spin:redis/redis@3.0.0", Grant::AllowedOutboundHosts),
            ("wasi:cli/environment@0.2.6", Grant::Environment),
            ("wasi:filesystem/preopens@0.3.0", Grant::Files),
            ("wasi:keyvalue/atomics@0.2.0-draft2", Grant::KeyValueStores),
            ("spin:sqlite/sqlite@3.1.0", Grant::SqliteDatabases),
            ("spin:variables/variables@3.0.0", Grant::Variables),
            ("fermyon:spin/llm@2.0.0", Grant::AiModels),
        ] {
            assert_eq!(Grant::of_import(import), Some(grant), "{import}");
        }
        assert_eq!(Grant::of_import("wasi:cli/stdout@0.2.6"), None);
        assert_eq!(Grant::of_import("wasi:http/types@0.3.0"), None);
    }

    #[test]
    fn what_the_host_links_is_what_it_says_it_provides() {
        assert!(provides("spin:key-value/key-value@3.0.0"));
        assert!(provides("wasi:http/client@0.3.0"));
        assert!(!provides("spin:mqtt/mqtt@3.0.0"));
        assert!(!provides("wasi:http/handler@0.3.0"));
    }
}
