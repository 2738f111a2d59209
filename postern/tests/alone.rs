//! The program alone: copied into an empty folder with policies and a store, without a checkout, cargo or any other program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use postern_redis_server::RedisServer;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_postern");

struct Alone(TempDir);

impl Alone {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(PROGRAM, folder.path().join("postern")).unwrap();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("policies");
        for below in ["policies", "policies/packs"] {
            fs::create_dir(folder.path().join(below)).unwrap();
            let from = shipped.parent().unwrap().join(below);
            for file in fs::read_dir(from).unwrap().map(Result::unwrap) {
                if file.file_type().unwrap().is_file() {
                    fs::copy(file.path(), folder.path().join(below).join(file.file_name()))
                        .unwrap();
                }
            }
        }
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Whether it succeeded, its standard output, and its standard error.
    fn run(&self, words: &[&str]) -> (bool, String, String) {
        self.run_with(words, &[])
    }

    fn run_with(&self, words: &[&str], variables: &[(&str, &str)]) -> (bool, String, String) {
        let mut command = Command::new(self.path().join("postern"));
        command.current_dir(self.path()).env_clear().envs(variables.iter().copied()).args(words);
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(output.stdout), text(output.stderr))
    }

    fn printed(&self, words: &[&str]) -> String {
        let (success, printed, said) = self.run(words);
        assert!(success, "{words:?}: {said}");
        printed
    }

    fn refused(&self, words: &[&str]) -> String {
        let (success, printed, said) = self.run(words);
        assert!(!success, "{words:?}: {printed}{said}");
        said
    }
}

/// All commands, on the store that these arguments name.
fn works(alone: &Alone, place: &[&str]) {
    let with = |words: &[&'static str]| -> Vec<String> {
        words.iter().chain(place).map(|word| (*word).to_owned()).collect()
    };
    let run = |words: Vec<String>| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        alone.printed(&words)
    };
    run(with(&["check"]));
    let key = run(with(&["key", "issue", "local-dev", "--models", "sandbox"]));
    assert!(key.starts_with("pk_"), "{key}");
    let list = run(with(&["key", "list"]));
    assert!(list.contains("local-dev") && list.contains("active models=sandbox"), "{list}");
    let mut words = with(&["explain", "--model", "sandbox", "--key"]);
    words.insert(4, key.trim().to_owned());
    let explained = run(words);
    assert!(explained.contains("consumer      local-dev"), "{explained}");
    assert!(explained.contains("allowed by"), "{explained}");
    let usage = run(with(&["usage", "--consumer", "local-dev"]));
    assert!(usage.starts_with("counters in "), "{usage}");
    let mut words = with(&["key", "revoke"]);
    words.insert(2, key.trim().to_owned());
    run(words);
    let list = run(with(&["key", "list"]));
    assert!(list.contains("revoked 2"), "{list}");
}

#[test]
fn works_on_a_file_that_is_named() {
    let alone = Alone::new();
    fs::write(alone.path().join("store.db"), "").unwrap();
    works(&alone, &["--store", "store.db"]);
    let elsewhere = alone.path().join("elsewhere");
    fs::rename(alone.path().join("policies"), &elsewhere).unwrap();
    works(&alone, &["--store", "store.db", "--policies", "elsewhere"]);
}

#[test]
fn works_where_spin_keeps_the_store_if_nothing_is_named() {
    let alone = Alone::new();
    works(&alone, &[]);
    assert!(alone.path().join(".spin/sqlite_key_value.db").is_file());
}

#[test]
fn works_on_a_redis() {
    let (alone, redis) = (Alone::new(), RedisServer::start().unwrap());
    works(&alone, &["--store", &redis.url()]);
    let (success, list, said) =
        alone.run_with(&["key", "list"], &[("POSTERN_STORE", &redis.url())]);
    assert!(success && list.contains("local-dev"), "{list}{said}");
    let file = format!("[key_value_store.default]\ntype = \"redis\"\nurl = \"{}\"\n", redis.url());
    fs::write(alone.path().join("runtime-config.toml"), file).unwrap();
    let list = alone.printed(&["key", "list", "--runtime-config-file", "runtime-config.toml"]);
    assert!(list.contains("local-dev"), "{list}");
    assert!(!alone.path().join(".spin").exists());
}

/// Wrong arguments, and the error's value and remedy.
#[test]
fn a_store_that_is_none_is_named_with_the_remedy() {
    let alone = Alone::new();
    fs::write(alone.path().join("text.db"), "no database, but a text").unwrap();
    fs::create_dir(alone.path().join("folder")).unwrap();
    for (store, value, remedy) in [
        ("", "--store is empty", "write a SQLite file, redis://HOST:PORT"),
        ("nowhere.db", "nowhere.db", "--store names the gateway's"),
        ("nowhere/store.db", "nowhere/store.db", "--store names the gateway's"),
        ("text.db", "text.db is not a SQLite file", "--store names the gateway's"),
        ("folder", "folder is a folder", "name the file in it"),
        ("http://u:secret@host", "http://host", "write a SQLite file, redis://HOST:PORT"),
        ("redis://u:secret@127.0.0.1:1", "redis://127.0.0.1:1", "the server must run"),
    ] {
        let said = alone.refused(&["key", "list", "--store", store]);
        assert!(said.contains(value) && said.contains(remedy), "{store}: {said}");
        assert!(!said.contains("secret"), "{store}: {said}");
    }
    for (store, expected) in [
        ("nowhere/store.db", "no folder for the key-value store"),
        ("text.db", "is not a SQLite file"),
    ] {
        let said = alone.refused(&["key", "issue", "local-dev", "--store", store]);
        assert!(said.contains(expected), "{store}: {said}");
    }
    let (success, _, said) = alone.run(&["key", "issue", "local-dev", "--store", "new.db"]);
    assert!(success && said.contains("new.db is new"), "{said}");
}

#[test]
fn a_subject_or_counters_that_are_none_are_named_with_the_remedy() {
    let alone = Alone::new();
    alone.printed(&["key", "issue", "local-dev"]);
    for (words, value, remedy) in [
        (&["usage", "--consumer", "nobody"][..], "\"nobody\"", "there are: "),
        (&["usage", "--plan", "no-plan"], "\"no-plan\"", "there are: "),
        (&["usage", "--key", "abcdef012345"], "\"abcdef012345\"", "`key list` shows"),
        (&["usage", "--counters", "file.db"], "\"file.db\"", "write redis://HOST:PORT"),
        (&["usage", "--counters", "http://:secret@h"], "http://h", "redis://HOST:PORT"),
        (&["usage", "--counters", "redis://127.0.0.1:1"], "redis://127.0.0.1:1", "must run"),
        (
            &[
                "explain",
                "--consumer",
                "local-dev",
                "--model",
                "sandbox",
                "--at",
                "2027-02-31T00:00:00Z",
            ],
            "\"2027-02-31T00:00:00Z\"",
            "write a time as in",
        ),
        (&["explain", "--model", "sandbox"], "nobody is named", "--key, --token or --consumer"),
        (&["check", "--policies", "no-folder"], "no-folder", "cannot read the policies"),
    ] {
        let said = alone.refused(words);
        assert!(said.contains(value) && said.contains(remedy), "{words:?}: {said}");
        assert!(!said.contains("secret"), "{words:?}: {said}");
    }
}

/// A consumer is known by the policies alone.
#[test]
fn explains_a_consumer_without_any_store() {
    let alone = Alone::new();
    alone.printed(&["explain", "--consumer", "local-dev", "--model", "sandbox"]);
    assert!(!alone.path().join(".spin").exists());
}

#[test]
fn looks_at_a_manifest_that_is_there() {
    let alone = Alone::new();
    let (_, _, said) = alone.run(&["check"]);
    assert!(said.contains("policies are fine; no spin.toml was looked at"), "{said}");
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("spin.toml");
    fs::copy(manifest, alone.path().join("spin.toml")).unwrap();
    let (_, _, said) = alone.run(&["check"]);
    assert!(said.contains("spin.toml gives what they name"), "{said}");
    fs::write(alone.path().join("spin.toml"), "[component").unwrap();
    assert!(alone.refused(&["check"]).contains("spin.toml"), "an unreadable manifest");
    fs::write(alone.path().join("spin.toml"), "").unwrap();
    assert!(alone.refused(&["check"]).contains("which spin.toml does not give"), "an empty one");
}

#[test]
fn says_what_guardrails_find_in_a_text_and_which_rule_decides() {
    let alone = Alone::new();
    let own = "packs = [\"own\"]\n\
        [[list]]\nname = \"codes\"\nterms = [\"Nightingale\"]\n\
        [[rule]]\nname = \"mild\"\ndetectors = [\"list:codes\"]\naction = \"flag\"\n";
    let pack = "[[rule]]\nname = \"of-local-dev\"\ndetectors = [\"list:codes\"]\n\
        directions = [\"request\"]\nconsumers = [\"local-dev\"]\nmodels = [\"default-chat\"]\n\
        action = \"block\"\nmessage = \"No codes.\"\ncites = [\"Art. 1\"]\n";
    fs::write(alone.path().join("policies/guardrails.toml"), own).unwrap();
    fs::write(alone.path().join("policies/packs/own.toml"), pack).unwrap();
    fs::write(alone.path().join("text"), "Hello,\nthe nightingale sings.\n").unwrap();
    let mild = alone.printed(&["explain", "--text", "text"]);
    assert!(mild.contains("2:5-2:16") && mild.contains("11..22"), "{mild}");
    assert!(mild.contains("mild (guardrails.toml)") && mild.contains("passes: 1 found"), "{mild}");
    assert!(!mild.to_lowercase().contains("nightingale"), "{mild}");
    let strict = ["explain", "--text", "text", "--as", "local-dev", "--model", "default-chat"];
    let (success, printed, said) = alone.run(&strict);
    assert!(!success && said.contains("refused"), "{printed}{said}");
    assert!(printed.contains("of-local-dev (packs/own.toml, Art. 1)"), "{printed}");
    assert!(printed.contains("milder: flag by mild (guardrails.toml)"), "{printed}");
    assert!(printed.contains("block: of-local-dev says \"No codes.\""), "{printed}");
    let answered = [&strict[..], &["--direction", "answer", "--json"]].concat();
    let answered: serde_json::Value = serde_json::from_str(&alone.printed(&answered)).unwrap();
    let finding = &answered["findings"][0];
    assert_eq!((&answered["role"], &answered["refused"]), (&"assistant".into(), &false.into()));
    assert_eq!(finding["start"], serde_json::json!({ "byte": 11, "at": "2:5" }));
    assert_eq!(
        (&finding["action"], &finding["rules"][0]["rule"]),
        (&"flag".into(), &"mild".into())
    );
    let asking = pack.replace("\"block\"", "\"ask\"\nmodel = \"sandbox\"\nthen = \"block\"");
    fs::write(alone.path().join("policies/packs/own.toml"), asking).unwrap();
    let asked = alone.printed(&strict);
    let says =
        "asks sandbox: block if it agrees, allow if it disagrees, block if it has no opinion";
    assert!(asked.contains(says), "{asked}");
    assert!(asked.contains("asks sandbox, then block: of-local-dev says \"No codes.\""), "{asked}");
    let asked = alone.printed(&[&strict[..], &["--json"]].concat());
    let asked: serde_json::Value = serde_json::from_str(&asked).unwrap();
    assert_eq!(asked["refused"], false);
    assert_eq!(
        asked["findings"][0]["rules"][0]["asks"],
        serde_json::json!({"model": "sandbox", "otherwise": "allow", "without_opinion": "block"})
    );
    for (wrong, says) in [
        (["--text", "nowhere", "--model", "sandbox"], "cannot read nowhere"),
        (["--text", "text", "--model", "nothing"], "neither a model nor an alias"),
        (["--text", "text", "--as", "nobody"], "no consumer is called"),
        (["--consumer", "local-dev", "--direction", "answer"], "--text"),
    ] {
        let said = alone.refused(&[&["explain"][..], &wrong].concat());
        assert!(said.contains(says), "{wrong:?}: {said}");
    }
}

#[test]
fn says_which_deployments_serve_a_request_and_why_not_the_others() {
    let alone = Alone::new();
    let write = |file: &str, text: &str| fs::write(alone.path().join(file), text).unwrap();
    let routes = "[[route]]\nalias = \"r\"\nstrategy = \"complexity\"\nversion = \"2\"\n\
                  [[route.target]]\nmodel = \"sandbox-slow\"\nmax_complexity = 5\n\
                  [[route.target]]\nmodel = \"sandbox-cut\"\nwhen = { headers = [\"x-tier: gold\"] }\n\
                  [[route.target]]\nmodel = \"sandbox\"\n";
    write("policies/routes.toml", routes);
    // The shipped ones name the shipped aliases.
    write("policies/guardrails.toml", "");
    write("policies/gateway.toml", "[headers]\nto_router = [\"x-tier\"]\n");
    write(
        "request.json",
        r#"{"model":"r","messages":[{"role":"user","content":"Why? And how?"}]}"#,
    );
    let asked = ["explain", "--as", "local-dev", "--request", "request.json"];
    let printed = alone.printed(&asked);
    let lines = [
        "strategy      complexity",
        "version       2",
        "complexity    10 (questions 6, reasoning_words 4)",
        "1             sandbox/sandbox (model sandbox; up to complexity 100)",
        "2             sandbox/sandbox-slow (model sandbox-slow; up to complexity 5)",
        "removed       sandbox/sandbox-cut (model sandbox-cut) by condition (headers)",
    ];
    for line in lines {
        assert!(printed.lines().any(|each| each == line), "{line} in\n{printed}");
    }
    let header = ["--header", "X-Tier: gold"];
    let printed = alone.printed(&[&asked[..], &header, &["--json"]].concat());
    let told: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let first = &told["order"][0];
    assert_eq!(
        (&first["deployment"], &first["route"]),
        (&"sandbox/sandbox-cut".into(), &"r".into())
    );
    for (more, reason) in [
        (&["--path", "/v1/embeddings"][..], "the request cannot be read"),
        (&["--path", "/v2"], "write one that takes JSON"),
        (&["--header", "x-tier"], "write it as in"),
    ] {
        let (success, _, said) = alone.run(&[&asked[..], more].concat());
        assert!(!success && said.contains(reason), "{said}");
    }
}
