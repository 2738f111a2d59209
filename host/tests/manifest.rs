//! Manifests: every wrong one beside the words it gets. `UPDATE_GOLDEN=1` writes the words anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};

use postern_host::grants::Grant;
use postern_host::manifest::{Manifest, Route, Target};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifest").join(name)
}

#[test]
fn every_wrong_manifest_gets_its_words() {
    let mut checked = 0;
    for entry in fs::read_dir(folder("invalid")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let problems =
            Manifest::read(&path).expect_err(&path.display().to_string()).join("\n") + "\n";
        let golden = path.with_extension("err");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&golden, &problems).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(problems, expected, "{}", path.display());
        checked += 1;
    }
    assert!(checked >= 9, "only {checked} wrong manifests were found");
}

#[test]
fn reads_every_key_it_supports() {
    let manifest = Manifest::read(&folder("valid/everything.toml")).unwrap();
    assert_eq!(manifest.name, "everything");
    assert_eq!(manifest.variables["host"].default.as_deref(), Some("https://api.example.com"));
    assert_eq!(manifest.variables["api_key"].default, None);

    let routes: Vec<&Route> = manifest.triggers.iter().map(|trigger| &trigger.route).collect();
    assert_eq!(
        routes,
        [&Route::Public("/v1/...".into()), &Route::Private, &Route::Public("/teapot".into())]
    );
    let Target::Static(teapot) = &manifest.triggers[2].target else { panic!("no static response") };
    assert_eq!((teapot.status.as_u16(), teapot.body.as_str()), (418, "short and stout"));

    let app = &manifest.components["app"];
    assert_eq!(app.source, folder("valid/app.wasm"));
    assert_eq!(app.files[0].directory, folder("valid/policies"));
    assert!(app.key_value_stores.contains("default") && app.sqlite_databases.contains("default"));
    assert_eq!(app.variables["key"], "{{ api_key }}");
    let inherits: Vec<Vec<Grant>> =
        app.dependencies.iter().map(|one| one.inherits.iter().copied().collect()).collect();
    let everything: Vec<Grant> = Grant::all().into_iter().collect();
    assert_eq!(inherits, [everything, vec![], vec![Grant::Environment, Grant::Files]]);
}

#[test]
fn a_manifest_that_is_not_there_is_one_sentence() {
    let problems = Manifest::read(Path::new("nowhere/spin.toml")).unwrap_err();
    assert_eq!(
        problems,
        ["the manifest nowhere/spin.toml cannot be read: No such file or directory (os error 2)"]
    );
}
