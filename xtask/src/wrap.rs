//! Guardrails that stand before the built-in one: built from a folder, and made one component with it.

use crate::cli::Wrap;
use crate::components::{self, Made, Profile};
use crate::process::run;
use crate::programs::Programs;
use crate::progress::note;
use crate::toolchain;
use crate::venv;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// The stage that is wrapped.
const INNER: &str = "guardrail";
/// The world of a wrapper, beside its folder or a copy of it.
const WORLD: &str = "postern:examples/wrapper";
const WORLD_FILE: &str = "examples/wrapper.wit";
/// The wrapper of the tests, beside those under `examples/`.
const OF_TESTS: &str = "tests/faulty-guardrail";

/// Builds the wrapper that the command line names, and puts it with the guardrail behind it where `spin.toml` looks for it.
pub fn wrap(workspace: &Workspace, options: &Wrap) -> Result<()> {
    let profile = if options.dev { Profile::Dev } else { Profile::Release };
    toolchain::prepare()?;
    let inner = components::named(workspace, &[INNER.to_owned()])?;
    components::build(workspace, &inner, profile)?;
    one(workspace, &Programs::build(workspace)?, &options.outer, profile)
}

/// The examples, before a guardrail that is built.
pub fn examples(workspace: &Workspace, profile: Profile) -> Result<()> {
    let programs = Programs::build(workspace)?;
    folders(workspace)?.iter().try_for_each(|folder| one(workspace, &programs, folder, profile))
}

/// The one of the tests, before a guardrail that is built.
pub fn of_tests(workspace: &Workspace, profile: Profile) -> Result<()> {
    let folder = workspace.root.join(OF_TESTS);
    one(workspace, &Programs::build(workspace)?, &folder, profile)
}

/// The examples that the current `spin.toml` composes, with the guardrail behind them.
pub fn composed(workspace: &Workspace, profile: Profile) -> Result<()> {
    let manifest = fs::read_to_string(workspace.root.join("spin.toml"))?;
    for folder in folders(workspace)? {
        if manifest.contains(&format!("target/components/{}.wasm", name(&folder)?)) {
            let options = Wrap { outer: folder, dev: matches!(profile, Profile::Dev) };
            wrap(workspace, &options)?;
        }
    }
    Ok(())
}

fn folders(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let folder = workspace.root.join("examples");
    let entries =
        fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut folders = paths.collect::<std::io::Result<Vec<_>>>()?;
    folders.retain(|path| path.is_dir());
    folders.sort();
    Ok(folders)
}

fn one(workspace: &Workspace, programs: &Programs, outer: &Path, profile: Profile) -> Result<()> {
    let name = name(outer)?;
    let folder = workspace.target.join("wasm/wrapped");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let built = built(workspace, outer, profile)?;
    let both = folder.join(format!("{name}.wasm"));
    let mut command = workspace.command(&programs.host);
    command.arg("wrap").arg(&built).arg(components::placed(workspace, INNER)).arg(&both);
    run(&mut command).with_context(|| format!("{} cannot wrap {INNER}", outer.display()))?;
    let placed = components::placed(workspace, &name);
    if components::place(&both, &placed)? {
        note(&format!("{}: {name} before {INNER}", placed.display()));
    }
    Ok(())
}

/// The component of a folder in Rust or Python, or the file itself.
fn built(workspace: &Workspace, outer: &Path, profile: Profile) -> Result<PathBuf> {
    if outer.is_file() {
        return Ok(outer.to_owned());
    }
    if outer.join("requirements.txt").is_file() {
        return from_python(workspace, outer);
    }
    let manifest = outer.join("Cargo.toml").canonicalize();
    let package = manifest.ok().and_then(|manifest| {
        workspace.packages.iter().find(|package| package.manifest_path == manifest)
    });
    let Some(package) = package else {
        bail!(
            "{} is neither a component (a .wasm), nor a package of this workspace, nor Python with a requirements.txt",
            outer.display()
        );
    };
    let built = components::compiled(workspace, &[package], profile, &[])?;
    built.into_iter().next().context("cargo makes no component")
}

/// Its `stage.py`, made a component by the componentize-py that its requirements pin; done once for each version of it.
fn from_python(workspace: &Workspace, outer: &Path) -> Result<PathBuf> {
    let name = name(outer)?;
    let environment = workspace.target.join("venv-componentize");
    venv::prepare(workspace, &environment, &outer.join("requirements.txt"))?;
    let made = Made { file: workspace.target.join(format!("wasm/wrapped/{name}-alone.wasm")) };
    let wit = workspace.root.join("wit");
    let mut sources = vec![workspace.root.join(WORLD_FILE), outer.join("requirements.txt")];
    sources.extend(files(&wit, "wit")?);
    sources.extend(files(outer, "py")?);
    let wanted = components::stamp(sources.iter().map(PathBuf::as_path))?;
    if made.is_of(&wanted) {
        return Ok(made.file);
    }
    note(&format!("componentize-py {name}"));
    let mut command = workspace.command(venv::program(&environment, "componentize-py"));
    command.arg("--quiet").arg("--wit-path").arg(&wit);
    command.arg("--wit-path").arg(workspace.root.join(WORLD_FILE)).args(["--world", WORLD]);
    command.args(["componentize", "stage", "--stub-wasi", "--python-path"]).arg(outer);
    run(command.arg("--output").arg(&made.file))?;
    made.remember(&wanted)?;
    Ok(made.file)
}

/// The files below a folder with this extension, sorted.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path, extension)?);
        } else if path.extension().is_some_and(|its| its == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The name of the folder or of the file, by which `spin.toml` finds the result.
fn name(outer: &Path) -> Result<String> {
    let name = if outer.is_file() { outer.file_stem() } else { outer.file_name() };
    let name = name.with_context(|| format!("{} has no name", outer.display()))?;
    Ok(name.to_string_lossy().into_owned())
}
