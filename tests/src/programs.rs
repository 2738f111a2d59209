//! The programs under test, which cargo builds beside the tests.

use std::env;
use std::path::{Path, PathBuf};

/// The host: `POSTERN_HOST`, else the one that cargo built beside the tests.
pub(crate) fn host() -> PathBuf {
    let program =
        env::var_os("POSTERN_HOST").map_or_else(|| build().join("postern-host"), PathBuf::from);
    assert!(
        program.exists(),
        "{} is not there: run `cargo xtask test`, or build the package postern-host",
        program.display()
    );
    program
}

/// The operator's program.
pub(crate) fn operator() -> PathBuf {
    beside(&host(), "postern")
}

/// Another program of the same build.
fn beside(program: &Path, name: &str) -> PathBuf {
    let other = program.with_file_name(name);
    assert!(
        other.exists(),
        "{} is not there: build the packages {name} and postern-host together",
        other.display()
    );
    other
}

/// The profile's folder in cargo's target directory, two above the running test.
pub(crate) fn build() -> PathBuf {
    let test = env::current_exe().expect("a program");
    test.ancestors().nth(2).expect("a target directory").to_owned()
}
