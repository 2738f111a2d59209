//! Gives compiled policies their version: a number of everything that decides how they are written.
//!
//! What one version has compiled, another must not read: the form has no names of fields. A number that people raise would be
//! forgotten one day.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

/// The types that are compiled, and the records of the contract among them.
const SOURCES: [&str; 2] = ["src", "../../wit/deps/types"];

fn main() -> io::Result<()> {
    let mut files = Vec::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
        add(Path::new(source), &mut files)?;
    }
    files.sort();
    // Without a key: the same number for every target and every build of these sources.
    let mut hasher = DefaultHasher::new();
    for file in files {
        fs::read(&file)?.hash(&mut hasher);
    }
    println!("cargo::rustc-env=POSTERN_POLICY_FORM={}", hasher.finish());
    Ok(())
}

fn add(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        add(&entry?.path(), files)?;
    }
    Ok(())
}
