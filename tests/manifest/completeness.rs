//! Every stage has a test of its behaviour, and every behaviour is compiled.

use crate::cycles::sources;
use postern_tests::manifest::{for_spin, repository, shipped, stages};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn folders(path: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(path).unwrap().map(Result::unwrap);
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    folders.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// The stages that a behaviour's folder exercises.
fn exercised(behaviour: &str) -> BTreeSet<String> {
    let file = repository().join("tests/behaviour").join(behaviour).join("mod.rs");
    let text = fs::read_to_string(file).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("//! Stages: ")?.strip_suffix('.'));
    let line = line.unwrap_or_else(|| panic!("{behaviour}/mod.rs has no line `//! Stages: a, b.`"));
    line.split(", ").map(str::to_owned).collect()
}

#[test]
fn every_component_has_a_behaviour_that_exercises_it() {
    let components = folders(&repository().join("components"));
    let behaviours = folders(&repository().join("tests/behaviour"));
    let exercised: BTreeSet<String> = behaviours.iter().flat_map(|name| exercised(name)).collect();
    assert_eq!(exercised, components);
}

#[test]
fn every_behaviour_is_compiled_and_has_tests() {
    let folder = repository().join("tests/behaviour");
    let main = fs::read_to_string(folder.join("main.rs")).unwrap();
    let declared = main.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    assert_eq!(declared.map(str::to_owned).collect::<BTreeSet<_>>(), folders(&folder));
    for behaviour in folders(&folder) {
        let mut files = sources(&folder.join(&behaviour)).into_iter();
        assert!(files.any(|(_, text)| text.contains("#[tokio::test]")), "{behaviour} has no test");
    }
}

#[test]
fn the_manifests_have_every_component() {
    let spin: toml::Table = for_spin().parse().unwrap();
    let of_spin = spin["component"].as_table().unwrap().keys().cloned().collect();
    assert_eq!(folders(&repository().join("components")), of_spin);
    let mut composed: BTreeSet<String> = stages(&shipped()).into_keys().collect();
    composed.extend(["gateway", "egress"].map(str::to_owned));
    assert_eq!(composed, of_spin);
}
