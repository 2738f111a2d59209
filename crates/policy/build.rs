//! Gives compiled policies their version: a number of everything that decides how they are written.
//!
//! What one version has compiled, another must not read: the form has no names of fields. A number that people raise would be
//! forgotten one day.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

/// The types that are compiled, with those of the other crate and the records of the contract among them.
const SOURCES: [&str; 3] = ["src", "../types/src", "../../wit/deps/types"];

/// Says which version of the format's crate writes them.
const LOCK_FILE: &str = "../../Cargo.lock";

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
    println!("cargo::rerun-if-changed={LOCK_FILE}");
    version_of_format(&fs::read_to_string(LOCK_FILE)?)?.hash(&mut hasher);
    println!("cargo::rustc-env=POSTERN_POLICY_FORM={}", hasher.finish());
    Ok(())
}

fn version_of_format(lock: &str) -> io::Result<&str> {
    let entry = lock.split_once("name = \"postcard\"\nversion = ");
    let version = entry.and_then(|(_, rest)| rest.lines().next());
    version.ok_or_else(|| io::Error::other("Cargo.lock names no version of postcard"))
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
