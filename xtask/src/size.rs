//! What each component takes: of a disk, and of a runtime's pools for every instance.
//!
//! A runtime that serves a request from a new instance gives it memories, tables and core instances of pools whose sizes
//! are fixed. An image that is mapped costs it little; one that is copied costs time and memory for each instance.

mod pool;
mod read;

use crate::cli;
use crate::components;
use crate::workspace::{Package, Workspace};
use anyhow::{Context, Result, bail};
use read::Size;
use std::fs;
use std::path::{Path, PathBuf};

const MIB: u64 = 1 << 20;

/// The most that a memory of a component may have at the start. `wasmtime` maps up to 16 MiB copy-on-write and copies more
/// (`memory_guaranteed_dense_image_size`, which Spin does not change); what is left between grows unseen for a while.
const OWN_MIB: u64 = 12;
/// The same for what users put before a stage: theirs may use all that is mapped.
const FOREIGN_MIB: u64 = 16;

/// A component that was built.
struct Built {
    name: String,
    most_mib: u64,
    pre_initialised: bool,
    file_bytes: u64,
    size: Size,
}

impl Built {
    fn read(path: &Path, most_mib: u64, pre_initialised: bool) -> Result<Self> {
        let name = path.file_stem().context("a file without a name")?.to_string_lossy();
        let bytes = fs::read(path).with_context(|| {
            format!("cannot read {}; `cargo xtask component {name}` builds it", path.display())
        })?;
        let size = Size::of(&bytes).with_context(|| format!("{}", path.display()))?;
        let file_bytes = bytes.len() as u64;
        Ok(Self { name: name.into_owned(), most_mib, pre_initialised, file_bytes, size })
    }

    /// What is wrong with it, if something is.
    fn problem(&self) -> Option<String> {
        let image = self.size.image();
        (image > self.most_mib * MIB).then(|| {
            format!(
                "{} begins with {} of memory, and the most is {} MiB: a runtime copies an image over 16 MiB into every \
                 instance; write tables as they are used (as crates/tokenizer/build does), or make them smaller",
                self.name,
                mib(image),
                self.most_mib
            )
        })
    }

    fn row(&self) -> String {
        let elements: Vec<_> = self.size.tables.iter().map(u64::to_string).collect();
        let note = if self.pre_initialised { "  pre-initialised" } else { "" };
        let columns = columns(&self.name, self.file_bytes, self.size.image(), &self.size);
        format!("{columns}  {}{note}", elements.join(" + "))
    }
}

/// Prints the sizes of the files that are named, or of all components and of what `spin.toml` composes.
///
/// # Errors
/// If something is not built, or with every component that is over its bound.
pub fn size(workspace: &Workspace, options: &cli::Size) -> Result<()> {
    let built = match options.files.is_empty() {
        true => own(workspace)?,
        false => named(workspace, &options.files)?,
    };
    println!(
        "{:<18} {:>9} {:>9} {:>8} {:>7} {:>14}  elements of the tables",
        "component", "file", "memory", "memories", "tables", "core instances"
    );
    built.iter().for_each(|built| println!("{}", built.row()));
    if options.files.is_empty() {
        let composed = composed(workspace)?;
        let sum = sum(&composed);
        println!("{}  one instance, without what joins the components", whole(&composed, &sum));
        pool::lines(&sum).iter().for_each(|line| println!("{line}"));
    }
    refuse(&built)
}

/// Refuses components that are over their bound; all are named at once.
pub fn check(workspace: &Workspace) -> Result<()> {
    refuse(&own(workspace)?)
}

fn refuse(built: &[Built]) -> Result<()> {
    let problems: Vec<_> = built.iter().filter_map(Built::problem).collect();
    match problems.is_empty() {
        true => Ok(()),
        false => bail!("{}", problems.join("; ")),
    }
}

/// The components of the product and their alternatives.
fn own(workspace: &Workspace) -> Result<Vec<Built>> {
    members(workspace).map(|package| of_member(workspace, package)).collect()
}

fn members(workspace: &Workspace) -> impl Iterator<Item = &Package> {
    workspace.components().chain(workspace.alternatives())
}

fn of_member(workspace: &Workspace, package: &Package) -> Result<Built> {
    let path = components::placed(workspace, &package.name);
    Built::read(&path, OWN_MIB, package.pre_initialise())
}

/// Components by their names or files.
fn named(workspace: &Workspace, names: &[PathBuf]) -> Result<Vec<Built>> {
    let read = |name: &PathBuf| {
        let mut members = members(workspace);
        match members.find(|package| Path::new(&package.name) == name.as_path()) {
            Some(package) => of_member(workspace, package),
            None => Built::read(name, FOREIGN_MIB, false),
        }
    };
    names.iter().map(read).collect()
}

/// Everything that `spin.toml` composes, with what users have put there.
fn composed(workspace: &Workspace) -> Result<Vec<Built>> {
    let manifest = workspace.root.join("spin.toml");
    let text = fs::read_to_string(&manifest)
        .with_context(|| format!("cannot read {}", manifest.display()))?;
    let files = sources(&text).map(|file| workspace.root.join(file));
    files.map(|path| Built::read(&path, FOREIGN_MIB, false)).collect()
}

/// The files of `source = "target/components/NAME.wasm"`.
fn sources(manifest: &str) -> impl Iterator<Item = &str> {
    let values = manifest.lines().filter_map(|line| line.trim().strip_prefix("source"));
    let values = values.filter_map(|rest| rest.trim_start().strip_prefix('='));
    values.filter_map(|value| value.split('"').nth(1)).filter(|file| file.ends_with(".wasm"))
}

/// The sums: what a request takes that is served by a new instance.
fn whole(composed: &[Built], size: &Size) -> String {
    let file_bytes = composed.iter().map(|built| built.file_bytes).sum();
    columns("spin.toml", file_bytes, size.memories.iter().sum(), size)
}

fn sum(composed: &[Built]) -> Size {
    let mut size = Size::default();
    composed.iter().for_each(|built| size.add(&built.size));
    size
}

fn columns(name: &str, file_bytes: u64, memory: u64, size: &Size) -> String {
    format!(
        "{name:<18} {:>9} {:>9} {:>8} {:>7} {:>14}",
        mib(file_bytes),
        mib(memory),
        size.memories.len(),
        size.tables.len(),
        size.core_instances
    )
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / MIB as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(name: &str, pages: u64, most_mib: u64) -> Built {
        let text = format!(
            r#"(component (core module $m (memory {pages})) (core instance (instantiate $m)))"#
        );
        let folder = std::env::temp_dir().join(format!("postern-size-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}-{pages}-{most_mib}.wasm"));
        fs::write(&file, wat::parse_str(text).unwrap()).unwrap();
        Built::read(&file, most_mib, false).unwrap()
    }

    #[test]
    fn refuses_every_component_that_begins_with_more_memory_than_its_bound() {
        let at_bound = [built("own", 192, OWN_MIB), built("foreign", 256, FOREIGN_MIB)];
        assert!(refuse(&at_bound).is_ok());
        let over = [
            built("little", 1, OWN_MIB),
            built("large", 193, OWN_MIB),
            built("huge", 338, FOREIGN_MIB),
        ];
        let error = refuse(&over).unwrap_err().to_string();
        for part in ["large", "12.1 MiB", "12 MiB", "huge", "21.1 MiB", "16 MiB"] {
            assert!(error.contains(part), "{part}: {error}");
        }
        assert!(!error.contains("little"), "{error}");
    }

    #[test]
    fn a_component_that_is_not_built_says_how_to_build_it() {
        let error = Built::read(Path::new("/nowhere/limiter.wasm"), OWN_MIB, false).err().unwrap();
        assert!(error.to_string().contains("cargo xtask component limiter"), "{error}");
    }

    #[test]
    fn the_sums_are_of_all_that_is_composed() {
        let composed = [built("one", 16, OWN_MIB), built("two", 32, OWN_MIB)];
        let row = whole(&composed, &sum(&composed));
        let words: Vec<_> = row.split_whitespace().collect();
        assert_eq!(words, ["spin.toml", "0.0", "MiB", "3.0", "MiB", "2", "0", "2"]);
    }

    #[test]
    fn reads_the_sources_of_a_manifest_and_no_comments() {
        let manifest = "[component.a]\nsource = \"target/components/a.wasm\"\n  source=\"b.wasm\" # b\n\
                        # source = \"c.wasm\"\n[component.d.source]\nurl = \"https://d.wasm\"\n";
        assert_eq!(sources(manifest).collect::<Vec<_>>(), ["target/components/a.wasm", "b.wasm"]);
    }
}
