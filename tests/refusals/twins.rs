//! Stages with more imports than the manifest grants.

use postern_tests::{Gateway, Options, manifest, wasm};

/// A refusal: the stage, the imported interface, the set that it would need.
struct Refusal {
    stage: &'static str,
    interface: &'static str,
    set: &'static str,
}

fn assert_refused(manifest: String, refusal: &Refusal) {
    let Refusal { stage, interface, set } = refusal;
    let started = Gateway::try_start(&Options { manifest: Some(manifest), ..Options::default() });
    let log = started.err().unwrap_or_else(|| panic!("{stage} was given {interface}"));
    let line = log.lines().find(|line| line.contains(interface));
    let line = line.unwrap_or_else(|| panic!("{interface} is not named: {log}"));
    assert!(line.contains(set) && line.contains(&format!("postern:{stage}/")), "{line}");
}

async fn assert_serves(manifest: String) {
    let gateway = Gateway::start(&Options { manifest: Some(manifest), ..Options::default() });
    assert_eq!(gateway.call("GET", "/readyz").send().await.status, 200);
}

/// The shipped manifest without one grant of a stage.
fn without(refusal: &Refusal) -> String {
    let line = manifest::dependency_line(refusal.stage);
    let set = format!("\"{}\"", refusal.set);
    // The first of the list has no comma before it.
    let without = line.replace(&format!(", {set}"), "").replace(&format!("[{set}, "), "[");
    assert_ne!(line, without, "{} inherits {}", refusal.stage, refusal.set);
    manifest::shipped_with(&line, &without)
}

#[test]
fn auth_does_not_start_without_the_key_value_stores_it_calls() {
    let refusal =
        Refusal { stage: "auth", interface: "spin:key-value/key-value@3", set: "key_value_stores" };
    assert_refused(without(&refusal), &refusal);
}

#[test]
fn upstream_does_not_start_without_the_network_it_calls() {
    let refusal = Refusal {
        stage: "upstream",
        interface: "wasi:http/client@0.3",
        set: "allowed_outbound_hosts",
    };
    assert_refused(without(&refusal), &refusal);
}

#[test]
fn upstream_does_not_start_without_the_variables_it_reads() {
    let refusal =
        Refusal { stage: "upstream", interface: "spin:variables/variables@3", set: "variables" };
    assert_refused(without(&refusal), &refusal);
}

#[test]
fn router_does_not_start_without_the_key_value_stores_it_calls() {
    let refusal = Refusal {
        stage: "router",
        interface: "spin:key-value/key-value@3",
        set: "key_value_stores",
    };
    assert_refused(without(&refusal), &refusal);
}

#[test]
fn router_does_not_start_without_the_files_it_reads() {
    let refusal =
        Refusal { stage: "router", interface: "wasi:filesystem/preopens@0.", set: "files" };
    assert_refused(without(&refusal), &refusal);
}

#[test]
fn router_does_not_start_without_the_environment_it_imports() {
    let refusal =
        Refusal { stage: "router", interface: "wasi:cli/environment@0.", set: "environment" };
    assert_refused(without(&refusal), &refusal);
}

/// The additional imports of the provider: the interface, a function of it, and the set that it then needs.
const WANTED: [(&str, &str, &str); 6] = [
    ("wasi:sockets/types@0.3.0", include_str!("sockets.wat"), "allowed_outbound_hosts"),
    ("spin:redis/redis@3.0.0", include_str!("redis.wat"), "allowed_outbound_hosts"),
    ("spin:key-value/key-value@3.0.0", include_str!("key-value.wat"), "key_value_stores"),
    ("wasi:keyvalue/atomics@0.2.0-draft2", include_str!("atomics.wat"), "key_value_stores"),
    ("spin:sqlite/sqlite@3.1.0", include_str!("sqlite.wat"), "sqlite_databases"),
    ("spin:variables/variables@3.0.0", include_str!("variables.wat"), "variables"),
];

/// The provider with all of them.
struct Greedy(tempfile::TempDir);

impl Greedy {
    fn new() -> Self {
        let shipped = std::fs::read(manifest::repository().join("target/components/provider.wasm"));
        let shipped = shipped.expect("target/components/provider.wasm; run `cargo xtask test`");
        let add = |bytes: Vec<u8>, (interface, wat, _): &(&str, &str, &str)| {
            wasm::with_import(&bytes, interface, wat)
        };
        let folder = tempfile::tempdir().unwrap();
        let bytes = WANTED.iter().fold(shipped, add);
        std::fs::write(folder.path().join("provider.wasm"), bytes).unwrap();
        Self(folder)
    }

    /// The shipped manifest with it, and with every set that it needs except one.
    fn granted_all_but(&self, set: &str) -> String {
        let source = "source = \"target/components/provider.wasm\"";
        let file = self.0.path().join("provider.wasm");
        let twin = manifest::shipped_with(source, &format!("source = \"{}\"", file.display()));
        let sets: std::collections::BTreeSet<_> = WANTED.iter().map(|(_, _, set)| *set).collect();
        let granted = sets.into_iter().filter(|each| *each != set);
        let granted: String = granted.map(|each| format!(", \"{each}\"")).collect();
        let line = manifest::dependency_line("provider");
        let with_all = line.replace("\"files\"", &format!("\"files\"{granted}"));
        assert_ne!(line, with_all);
        twin.replace(&line, &with_all)
    }
}

#[test]
fn a_provider_does_not_start_for_want_of_any_set_that_it_calls() {
    let greedy = Greedy::new();
    for (interface, _, set) in WANTED {
        let refusal = Refusal { stage: "provider", interface, set };
        assert_refused(greedy.granted_all_but(set), &refusal);
    }
}

#[tokio::test]
async fn the_same_provider_serves_with_all_of_them() {
    assert_serves(Greedy::new().granted_all_but("")).await;
}
