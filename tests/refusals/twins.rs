//! Stages that ask for more than the manifest grants them.

use postern_tests::{Gateway, Options, manifest, wasm};

/// What is refused: the stage, the interface it imports, the set that it would need.
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

/// The shipped manifest, without one grant of a stage.
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

/// The provider, importing a function of an interface: refused without the set, served with it.
async fn provider_wants(interface: &'static str, instance_wat: &str, set: &'static str) {
    let shipped = std::fs::read(manifest::repository().join("target/components/provider.wasm"));
    let shipped = shipped.expect("target/components/provider.wasm; run `cargo xtask test`");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("provider.wasm");
    std::fs::write(&file, wasm::with_import(&shipped, interface, instance_wat)).unwrap();
    let source = "source = \"target/components/provider.wasm\"";
    let twin = manifest::shipped_with(source, &format!("source = \"{}\"", file.display()));
    assert_refused(twin.clone(), &Refusal { stage: "provider", interface, set });
    let line = manifest::dependency_line("provider");
    let granted = line.replace("\"files\"", &format!("\"files\", \"{set}\""));
    assert_ne!(line, granted);
    assert_serves(twin.replace(&line, &granted)).await;
}

#[tokio::test]
async fn a_provider_that_wants_sockets_does_not_start() {
    provider_wants(
        "wasi:sockets/types@0.3.0",
        include_str!("sockets.wat"),
        "allowed_outbound_hosts",
    )
    .await;
}

#[tokio::test]
async fn a_provider_that_wants_redis_does_not_start() {
    provider_wants("spin:redis/redis@3.0.0", include_str!("redis.wat"), "allowed_outbound_hosts")
        .await;
}

#[tokio::test]
async fn a_provider_that_wants_the_key_value_store_does_not_start() {
    provider_wants(
        "spin:key-value/key-value@3.0.0",
        include_str!("key-value.wat"),
        "key_value_stores",
    )
    .await;
}

#[tokio::test]
async fn a_provider_that_wants_counters_does_not_start() {
    provider_wants(
        "wasi:keyvalue/atomics@0.2.0-draft2",
        include_str!("atomics.wat"),
        "key_value_stores",
    )
    .await;
}

#[tokio::test]
async fn a_provider_that_wants_a_database_does_not_start() {
    provider_wants("spin:sqlite/sqlite@3.1.0", include_str!("sqlite.wat"), "sqlite_databases")
        .await;
}

#[tokio::test]
async fn a_provider_that_wants_variables_does_not_start() {
    provider_wants("spin:variables/variables@3.0.0", include_str!("variables.wat"), "variables")
        .await;
}
