//! Compiled components on disk, so that a start compiles only what has changed.
//!
//! An entry is named by all its inputs: the bytes of the component and its dependencies, their composition, the
//! compiler and its configuration. A digest is kept beside it: an entry that does not match is compiled anew.

use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component as Compiled;

use crate::compose::{self, Inputs};
use crate::manifest::Component;

/// A folder of compiled components.
pub struct Cache(PathBuf);

impl Cache {
    /// A cache in this folder, which is created with the first entry.
    pub fn new(directory: &Path) -> Self {
        Self(directory.to_owned())
    }

    /// The compiled composition, from the folder or compiled now, and whether it was compiled.
    ///
    /// # Errors
    /// The errors of composing or compiling.
    pub fn compiled(
        &self,
        engine: &Engine,
        component: &Component,
        inputs: &Inputs,
    ) -> Result<(Compiled, bool), Vec<String>> {
        let path = self.0.join(format!("{}.cwasm", key(engine, component, inputs)));
        if let Some(compiled) = read(engine, &path) {
            return Ok((compiled, false));
        }
        let composed = compose::compose(component, inputs)?;
        eprintln!("compiling `{}`", component.id);
        let place = |error| vec![format!("component.{}: {error:#}", component.id)];
        let artifact = engine.precompile_component(&composed).map_err(place)?;
        if let Err(error) = write(&path, &artifact) {
            eprintln!("warning: the compiled component is not kept: {}: {error}", path.display());
        } else if let Some(compiled) = read(engine, &path) {
            return Ok((compiled, true));
        }
        // SAFETY: this engine's compiler has just made these bytes.
        let compiled = unsafe { Compiled::deserialize(engine, artifact) }.map_err(place)?;
        Ok((compiled, true))
    }
}

/// The name of an entry, from its inputs.
fn key(engine: &Engine, component: &Component, inputs: &Inputs) -> String {
    let mut digest = Sha256::new();
    let mut part = |bytes: &[u8]| {
        digest.update(bytes.len().to_le_bytes());
        digest.update(bytes);
    };
    part(concat!("postern-host ", env!("CARGO_PKG_VERSION")).as_bytes());
    let mut configuration = HashBytes::default();
    engine.precompile_compatibility_hash().hash(&mut configuration);
    part(&configuration.0);
    part(&inputs.component);
    for (dependency, bytes) in component.dependencies.iter().zip(&inputs.dependencies) {
        part(
            format!("{} {:?} {:?}", dependency.name, dependency.export, dependency.inherits)
                .as_bytes(),
        );
        part(bytes);
    }
    hex::encode(digest.finalize())
}

/// Collects what is hashed instead of hashing it: the key's own digest is the same on every machine and run.
#[derive(Default)]
struct HashBytes(Vec<u8>);

impl Hasher for HashBytes {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

fn digest_path(path: &Path) -> PathBuf {
    path.with_extension("sha256")
}

fn read(engine: &Engine, path: &Path) -> Option<Compiled> {
    let expected = std::fs::read_to_string(digest_path(path)).ok()?;
    if hex::encode(Sha256::digest(std::fs::read(path).ok()?)) != expected {
        eprintln!("warning: {} is damaged and is made anew", path.display());
        return None;
    }
    // SAFETY: the digest shows that these are the bytes this program wrote, under a name that contains the compiler's
    // version and configuration; the folder is the user's own.
    unsafe { Compiled::deserialize_file(engine, path) }.ok()
}

/// Writes an entry and its digest atomically.
fn write(path: &Path, artifact: &[u8]) -> std::io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)?;
    write_by_rename(path, artifact)?;
    write_by_rename(&digest_path(path), hex::encode(Sha256::digest(artifact)).as_bytes())
}

fn write_by_rename(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}.tmp", std::process::id()));
    std::fs::write(&temporary, bytes)?;
    std::fs::rename(&temporary, path)
}

#[cfg(test)]
mod tests;
