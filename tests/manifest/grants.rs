//! The imports of the built stages are within the manifest's grants.

use postern_tests::manifest::{self, Grants, stages};
use postern_tests::wasm;
use std::collections::BTreeSet;

/// The set of an interface, as Spin divides them (`inherit_configuration`); none if it needs no grant.
fn set_of(import: &str) -> Option<&'static str> {
    let interface = import.split('@').next().unwrap_or(import);
    Some(match interface {
        "wasi:cli/environment" => "environment",
        "wasi:filesystem/preopens" => "files",
        "spin:variables/variables" | "fermyon:spin/variables" | "wasi:config/store" => "variables",
        "spin:key-value/key-value" | "fermyon:spin/key-value" => "key_value_stores",
        "spin:sqlite/sqlite" | "fermyon:spin/sqlite" => "sqlite_databases",
        "fermyon:spin/llm" => "ai_models",
        "wasi:http/client" | "wasi:http/outgoing-handler" => "allowed_outbound_hosts",
        _ if interface.starts_with("wasi:keyvalue/") => "key_value_stores",
        _ if interface.starts_with("wasi:sockets/") => "allowed_outbound_hosts",
        _ if interface.contains("redis") || interface.contains("mqtt") => "allowed_outbound_hosts",
        _ if interface.contains("postgres") || interface.contains("mysql") => "sqlite_databases",
        _ => return None,
    })
}

fn imports(component: &str) -> Vec<String> {
    let file = manifest::repository().join(format!("target/components/{component}.wasm"));
    let bytes = std::fs::read(&file);
    let bytes =
        bytes.unwrap_or_else(|error| panic!("{}: {error}; run `cargo xtask test`", file.display()));
    wasm::imports(&bytes)
}

#[test]
fn no_stage_imports_what_it_does_not_inherit() {
    for (stage, grants) in stages(&manifest::shipped()) {
        let imports = imports(&stage);
        assert!(!imports.is_empty(), "{stage} imports something");
        for import in imports {
            let set = set_of(&import);
            assert!(
                set.is_none_or(|set| grants.contains(set)),
                "{stage} imports {import} without {set:?}"
            );
            assert!(
                !import.starts_with("postern:") || import.starts_with("postern:types/"),
                "{stage} imports {import}"
            );
        }
    }
}

#[test]
fn no_stage_inherits_what_it_does_not_import() {
    // `environment` and `files` go to all: Rust's standard library always imports them.
    let always: Grants = ["environment", "files"].map(str::to_owned).into();
    for (stage, grants) in stages(&manifest::shipped()) {
        let used: BTreeSet<String> =
            imports(&stage).iter().filter_map(|import| set_of(import)).map(str::to_owned).collect();
        let unused: Vec<_> =
            grants.difference(&always).filter(|set| !used.contains(*set)).collect();
        assert!(unused.is_empty(), "{stage} inherits {unused:?} for nothing");
    }
}

#[test]
fn secrets_are_where_nothing_is_parsed_and_foreign_bytes_where_nothing_is_reached() {
    let stages = stages(&manifest::shipped());
    let holders = |set: &str| -> Vec<&str> {
        let holders = stages.iter().filter(|(_, grants)| grants.contains(set));
        holders.map(|(stage, _)| stage.as_str()).collect()
    };
    assert_eq!(holders("variables"), ["upstream"]);
    // Auth fetches issuers' documents, without a secret.
    assert_eq!(holders("allowed_outbound_hosts"), ["auth", "upstream"]);
    // Keys and key sets; usage of limits; what was observed of deployments.
    assert_eq!(holders("key_value_stores"), ["auth", "limiter", "router"]);
    // The ledger.
    assert_eq!(holders("sqlite_databases"), ["recorder"]);
    for pure in ["provider", "sandbox"] {
        assert!(
            stages[pure].is_subset(&["environment", "files"].map(str::to_owned).into()),
            "{pure}"
        );
    }
}

#[test]
fn a_guardrail_before_the_built_in_one_imports_what_the_built_in_one_inherits() {
    for wrapper in ["guardrail-rust", "guardrail-python", "faulty-guardrail"] {
        let grants = &stages(&manifest::wrapped_guardrail(wrapper))["guardrail"];
        assert_eq!(*grants, ["environment", "files"].map(str::to_owned).into());
        let imports = imports(wrapper);
        assert!(imports.iter().any(|import| import.starts_with("wasi:filesystem/")), "{wrapper}");
        for import in imports {
            let set = set_of(&import);
            assert!(
                set.is_none_or(|set| grants.contains(set)),
                "{wrapper} imports {import} without {set:?}"
            );
            // What it wraps is in the same file: Spin composes no dependency of a dependency.
            assert!(import.starts_with("wasi:"), "{wrapper} imports {import}");
            let is_network = import.contains("sockets") || import.contains("http");
            assert!(!is_network, "{wrapper} imports {import}");
        }
    }
}

#[test]
fn egress_imports_the_network_and_nothing_else_that_is_granted() {
    for import in imports("egress") {
        let set = set_of(&import);
        // Rust's standard library imports the environment and files, of which it has none.
        let expected = [None, Some("allowed_outbound_hosts"), Some("environment"), Some("files")];
        assert!(expected.contains(&set), "egress imports {import}");
        // Head and body leave together only so.
        assert!(!import.contains("@0.3"), "egress imports {import}");
    }
}

#[test]
fn the_gateway_itself_calls_nothing_but_its_stages() {
    let stages = imports("gateway");
    for import in &stages {
        let set = set_of(import);
        assert!(
            matches!(set, None | Some("environment" | "files")),
            "the gateway imports {import}"
        );
    }
    assert!(stages.iter().any(|import| import.starts_with("postern:auth/stage@")));
}
