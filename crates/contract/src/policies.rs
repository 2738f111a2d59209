//! How a stage reads its policies: mounted read-only by `spin.toml`, read once per instance.

use files::wasi::filesystem::preopens::get_directories;
use files::wasi::filesystem::types::{
    Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags,
};
use postern_fault::{Fault, Kind};
use std::sync::OnceLock;

/// The directory where `spin.toml` mounts the policies.
const DIRECTORY: &str = "/policies";

/// The bytes of one read: a policy file takes one or two.
const READ_BYTES: u64 = 64 * 1024;

mod mounted;

pub use mounted::{Mounted, compiled_or};

mod files {
    spin_sdk::wit_bindgen::generate!({
        runtime_path: "spin_sdk::wit_bindgen::rt",
        path: "wit",
        world: "files",
        generate_all,
    });
}

/// The parsed policies of a stage, or why there are none.
pub struct Policies<T>(OnceLock<Result<T, String>>);

impl<T> Policies<T> {
    /// Not read yet.
    #[allow(clippy::new_without_default)] // It lives in a static.
    pub const fn new() -> Self {
        Policies(OnceLock::new())
    }

    /// Whether they have been read.
    pub fn is_read(&self) -> bool {
        self.0.get().is_some()
    }

    /// The result of `load`, which runs at the first call.
    ///
    /// # Errors
    ///
    /// `unavailable` if a file cannot be read or is invalid: without its policies a stage does not serve.
    pub fn get(&self, load: impl FnOnce() -> Result<T, String>) -> Result<&T, Fault> {
        self.0.get_or_init(load).as_ref().map_err(|problems| {
            Fault::new(Kind::Unavailable, "the gateway's policies cannot be read")
                .with_private(problems.clone())
        })
    }
}

/// The text of a policy file.
///
/// # Errors
///
/// Which file, and why it cannot be read.
pub fn required(file: &str) -> Result<String, String> {
    optional(file)?.ok_or_else(|| format!("{DIRECTORY}/{file} is missing"))
}

/// The text of an optional policy file.
///
/// # Errors
///
/// Which file, and why it cannot be read.
pub fn optional(file: &str) -> Result<Option<String>, String> {
    let bytes = match read(file) {
        Ok(bytes) => bytes,
        Err(ErrorCode::NoEntry) => return Ok(None),
        Err(error) => return Err(format!("{DIRECTORY}/{file}: {error:?}")),
    };
    String::from_utf8(bytes).map(Some).map_err(|_| format!("{DIRECTORY}/{file} is not UTF-8"))
}

fn read(file: &str) -> Result<Vec<u8>, ErrorCode> {
    read_all(&open(file)?)
}

fn open(file: &str) -> Result<Descriptor, ErrorCode> {
    at(file, |directory, below| {
        let (flags, access) = (OpenFlags::empty(), DescriptorFlags::READ);
        directory.open_at(PathFlags::SYMLINK_FOLLOW, below, flags, access)
    })
}

/// Does something with a file's name below the mount that holds it.
fn at<T>(
    file: &str,
    act: impl FnOnce(&Descriptor, &str) -> Result<T, ErrorCode>,
) -> Result<T, ErrorCode> {
    let path = format!("{DIRECTORY}/{file}");
    let directories = get_directories();
    let (directory, below) = directories
        .iter()
        .filter_map(|(directory, mount)| Some((directory, below(mount, &path)?)))
        .min_by_key(|(_, below)| below.len())
        .ok_or(ErrorCode::NoEntry)?;
    act(directory, below)
}

fn read_all(file: &Descriptor) -> Result<Vec<u8>, ErrorCode> {
    let mut text = Vec::new();
    loop {
        let (bytes, end) = file.read(READ_BYTES, text.len() as u64)?;
        let nothing_more = end || bytes.is_empty();
        text.extend_from_slice(&bytes);
        if nothing_more {
            return Ok(text);
        }
    }
}

/// The rest of `path` below a mount. A host may mount the directory itself, or a parent that holds all files of the
/// component (Spin does, unless told to mount directly).
fn below<'p>(mount: &str, path: &'p str) -> Option<&'p str> {
    path.strip_prefix(mount.trim_end_matches('/'))?.strip_prefix('/')
}

#[cfg(test)]
mod tests {
    use super::below;

    #[test]
    fn finds_a_file_below_whatever_is_mounted() {
        let path = "/policies/models.toml";
        assert_eq!(below("/policies", path), Some("models.toml"));
        assert_eq!(below("/policies/", path), Some("models.toml"));
        assert_eq!(below("/", path), Some("policies/models.toml"));
        assert_eq!(below("/pol", path), None);
        assert_eq!(below("/other", path), None);
    }
}
