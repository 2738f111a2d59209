//! Mounted files, as Rust's standard library reads them.

use crate::seen::seen;
use serde_json::{Value, json};
use std::fs;
use std::io;
use std::path::Path;

/// Where the manifest mounts the folder.
const MOUNT: &str = "/policies";

/// `elsewhere` is a file of the machine, by its absolute path.
pub fn report(elsewhere: &str) -> Value {
    json!({
        "read": read("/policies/inside.txt"),
        "list": seen(list(Path::new(MOUNT)).map_err(|error| error.kind())),
        "missing": read("/policies/missing.txt"),
        "absolute": read(elsewhere),
        "parent": read("/policies/../outside.txt"),
        "link": read("/policies/link.txt"),
        "absolute_link": read("/policies/absolute-link.txt"),
        "write": seen(fs::write("/policies/inside.txt", "other").map_err(|error| error.kind())),
        "create": seen(fs::write("/policies/new.txt", "new").map_err(|error| error.kind())),
        "remove": seen(fs::remove_file("/policies/inside.txt").map_err(|error| error.kind())),
        "read_after": read("/policies/inside.txt"),
    })
}

fn read(path: &str) -> Value {
    seen(fs::read_to_string(path).map_err(|error| error.kind()))
}

fn list(folder: &Path) -> io::Result<Vec<String>> {
    let names =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names: Vec<String> = names.collect::<io::Result<_>>()?;
    names.sort_unstable();
    Ok(names)
}
