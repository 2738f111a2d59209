//! The recorder: exactly one row a request, however it ends, and what becomes of rows when something fails.
//!
//! Stages: gateway, recorder.

mod exits;
mod kills;
mod postgres;
mod store_down;
mod sums;
mod written;

use postern_tests::{Options, Stage, manifest};

/// A stage whose `recorder.toml` is this text.
fn stage(text: &str) -> (Stage, tempfile::TempDir) {
    with(text, Options::default())
}

fn with(text: &str, options: Options) -> (Stage, tempfile::TempDir) {
    let policies = policies(text);
    let options = Options { policies: Some(policies.path().to_owned()), ..options };
    (Stage::with(options), policies)
}

/// The policies of the tests, with this `recorder.toml`.
fn policies(text: &str) -> tempfile::TempDir {
    let policies = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(manifest::repository().join("tests/policies")).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_file() {
            std::fs::copy(entry.path(), policies.path().join(entry.file_name())).unwrap();
        }
    }
    std::fs::write(policies.path().join("recorder.toml"), text).unwrap();
    policies
}
