//! Which package may use which, as ARCHITECTURE.md promises it.

use postern_tests::manifest::repository;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

/// Every package, its folder, and which of the others it is built from. A package that is not here fails the test: where does it
/// belong?
const PACKAGES: [(&str, &str, &[&str]); 46] = [
    // What nothing here is below.
    ("postern-types", "crates/types", &[]),
    ("postern-keys", "crates/keys", &[]),
    ("postern-event-stream", "crates/event-stream", &[]),
    ("postern-credential", "crates/credential", &[]),
    ("postern-detect", "crates/detect", &[]),
    ("postern-egress", "crates/egress", &[]),
    ("postern-authorization", "crates/authorization", &[]),
    ("postern-store", "crates/store", &[]),
    ("postern-form", "crates/form", &[]),
    // What is made of the contract's records.
    ("postern-fault", "crates/fault", &["postern-types"]),
    ("postern-trail", "crates/trail", &["postern-types"]),
    ("postern-policy", "crates/policy", &["postern-types"]),
    ("postern-tokenizer", "crates/tokenizer", &["postern-types"]),
    // Decisions over these.
    ("postern-token", "crates/token", &["postern-keys"]),
    (
        "postern-dialect",
        "crates/dialect",
        &["postern-event-stream", "postern-fault", "postern-types"],
    ),
    (
        "postern-identity",
        "crates/identity",
        &["postern-fault", "postern-keys", "postern-policy", "postern-token", "postern-types"],
    ),
    (
        "postern-meter",
        "crates/meter",
        &["postern-fault", "postern-policy", "postern-store", "postern-types"],
    ),
    (
        "postern-guard",
        "crates/guard",
        &["postern-detect", "postern-fault", "postern-policy", "postern-types"],
    ),
    ("postern-route", "crates/route", &["postern-fault", "postern-policy", "postern-types"]),
    ("postern-sandbox", "crates/sandbox", &["postern-fault"]),
    // The order of the stages, generic over their bindings.
    (
        "postern-pipeline",
        "crates/pipeline",
        &[
            "postern-dialect",
            "postern-event-stream",
            "postern-fault",
            "postern-form",
            "postern-policy",
            "postern-route",
            "postern-types",
        ],
    ),
    // The bindings.
    ("postern-contract", "crates/contract", &["postern-fault", "postern-store", "postern-types"]),
    // The stages.
    (
        "auth",
        "components/auth",
        &[
            "postern-authorization",
            "postern-contract",
            "postern-fault",
            "postern-identity",
            "postern-keys",
            "postern-meter",
            "postern-policy",
            "postern-store",
            "postern-token",
        ],
    ),
    ("egress", "components/egress", &["postern-egress"]),
    (
        "gateway",
        "components/gateway",
        &[
            "postern-contract",
            "postern-fault",
            "postern-pipeline",
            "postern-policy",
            "postern-types",
        ],
    ),
    (
        "guardrail",
        "components/guardrail",
        &["postern-contract", "postern-detect", "postern-fault", "postern-guard", "postern-policy"],
    ),
    ("limiter", "components/limiter", LIMITER),
    ("limiter-redis", "components/limiter/redis", LIMITER),
    ("provider", "components/provider", &["postern-contract", "postern-dialect", "postern-fault"]),
    ("recorder", "components/recorder", RECORDER),
    ("recorder-postgres", "components/recorder/postgres", RECORDER),
    (
        "router",
        "components/router",
        &["postern-contract", "postern-fault", "postern-policy", "postern-route"],
    ),
    ("sandbox", "components/sandbox", &["postern-contract", "postern-fault", "postern-sandbox"]),
    (
        "upstream",
        "components/upstream",
        &[
            "postern-contract",
            "postern-credential",
            "postern-egress",
            "postern-fault",
            "postern-policy",
        ],
    ),
    // Programs.
    ("postern-key-value", "host/key-value", &[]),
    ("postern-allowed-hosts", "host/allowed-hosts", &[]),
    ("postern-host", "host", &["postern-allowed-hosts", "postern-key-value"]),
    (
        "postern",
        "postern",
        &[
            "postern-allowed-hosts",
            "postern-authorization",
            "postern-detect",
            "postern-dialect",
            "postern-fault",
            "postern-guard",
            "postern-identity",
            "postern-key-value",
            "postern-keys",
            "postern-meter",
            "postern-pipeline",
            "postern-policy",
            "postern-route",
            "postern-store",
            "postern-token",
            "postern-trail",
            "postern-types",
        ],
    ),
    ("xtask", "xtask", &[]),
    // Tests of them.
    (
        "postern-bench",
        "bench",
        &["postern-keys", "postern-redis-server", "postern-store", "postern-tokenizer"],
    ),
    (
        "postern-tests",
        "tests",
        &[
            "postern-dialect",
            "postern-keys",
            "postern-postgres-server",
            "postern-redis-server",
            "postern-tokenizer",
            "postern-types",
        ],
    ),
    ("postern-postgres-server", "tests/postgres-server", &[]),
    ("postern-redis-server", "tests/redis-server", &[]),
    ("probe", "tests/probe", &[]),
    ("faulty-guardrail", "tests/faulty-guardrail", &["postern-types"]),
    // What users may begin with.
    ("guardrail-rust", "examples/guardrail-rust", &["postern-fault", "postern-types"]),
];

const RECORDER: &[&str] = &["postern-contract", "postern-fault", "postern-policy", "postern-trail"];

const LIMITER: &[&str] = &[
    "postern-contract",
    "postern-fault",
    "postern-meter",
    "postern-policy",
    "postern-store",
    "postern-tokenizer",
];

/// A package as cargo knows it.
pub(crate) struct Package {
    pub(crate) folder: String,
    /// The packages that it is built from, without those that only its tests use.
    uses: Vec<String>,
}

pub(crate) fn packages() -> BTreeMap<String, Package> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let root = metadata["workspace_root"].as_str().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let package = |package: &Value| {
        let manifest = text(&package["manifest_path"]);
        let folder = manifest.trim_start_matches(root).trim_start_matches('/');
        let folder = folder.trim_end_matches("/Cargo.toml").to_owned();
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let built = dependencies.filter(|dependency| dependency["kind"] != "dev");
        let uses = built.map(|dependency| text(&dependency["name"])).collect();
        (text(&package["name"]), Package { folder, uses })
    };
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

#[test]
fn every_package_uses_what_the_table_says_and_nothing_else_of_ours() {
    let packages = packages();
    let listed = |name: &str| PACKAGES.iter().find(|(listed, ..)| *listed == name);
    for (name, package) in &packages {
        let Some((_, folder, allowed)) = listed(name) else {
            panic!(
                "`{name}` in {} is in no layer: add it to tests/manifest/layering.rs",
                package.folder
            )
        };
        assert_eq!(package.folder, *folder, "{name}");
        let mut used: Vec<_> =
            package.uses.iter().filter(|name| packages.contains_key(*name)).collect();
        used.sort();
        used.dedup();
        assert_eq!(
            used,
            allowed.iter().collect::<Vec<_>>(),
            "{name}: used on the left, listed on the right"
        );
    }
    for (name, ..) in PACKAGES {
        assert!(packages.contains_key(name), "`{name}` is listed and not there");
    }
}

#[test]
fn the_table_has_the_layers_of_the_architecture() {
    let folder = |name: &str| PACKAGES.iter().find(|(listed, ..)| *listed == name).unwrap().1;
    for (name, own, uses) in PACKAGES {
        for used in uses {
            let of_crates = folder(used).starts_with("crates/");
            let of_tests = own == "bench" || own == "tests";
            // The common part of the host and the operator's program.
            let of_programs = own == "host" || own == "postern";
            assert!(
                of_crates || of_tests || of_programs,
                "`{name}` uses `{used}`, which is no crate of decisions"
            );
            let is_crate = own.starts_with("crates/");
            assert!(!is_crate || *used != "postern-contract", "`{name}` uses the bindings");
            assert!(!of_programs || *used != "postern-host", "`{name}` uses the host");
        }
    }
}

#[test]
fn no_crate_but_the_contract_uses_an_interface_of_the_host() {
    const OF_HOSTS: [&str; 5] = ["spin-sdk", "wasi", "wasip2", "wasip3", "wit-bindgen"];
    for (name, package) in packages() {
        // The generator makes the records, which need no host.
        let binds = ["postern-contract", "postern-types"].contains(&name.as_str());
        if !package.folder.starts_with("crates/") || binds {
            continue;
        }
        let used = package.uses.iter().find(|used| OF_HOSTS.contains(&used.as_str()));
        assert_eq!(used, None, "`{name}` decides, and leaves hosts to components");
    }
}

#[test]
fn the_host_knows_no_component_by_name() {
    let components = PACKAGES.iter().filter(|(_, folder, _)| folder.starts_with("components/"));
    let names: Vec<_> = components.map(|(name, ..)| format!("\"{name}\"")).collect();
    let mut folders = vec![repository().join("host/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let product = text.split("#[cfg(test)]").next().unwrap_or_default();
            let named = names.iter().find(|name| product.contains(name.as_str()));
            assert_eq!(named, None, "{}", entry.path().display());
        }
    }
}
