//! The way to the target without rustup's downloads: Debian's compiler, and a standard library
//! built for it from Debian's sources, put where that compiler looks for it.

use super::apt::{self, Root, Source};
use super::rustc::{Rustc, target_folder};
use super::{TARGET, WasmToolchain};
use crate::process;
use crate::progress::note;
use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A compiler new enough for the components, its cargo, and the source of its standard library.
const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
/// What a program needs of the C library besides the archive: its two entry points.
const C_OBJECTS: [&str; 3] = ["crt1-command.o", "crt1-reactor.o", "libc.a"];

/// The distribution's compiler if an earlier run gave it the target. The linkers for
/// components are those of the active toolchain.
pub fn present(active: &Rustc) -> Result<Option<WasmToolchain>> {
    if !Path::new(RUSTC).is_file() {
        return Ok(None);
    }
    let rustc = Rustc::ask(RUSTC.into())?;
    if !rustc.has_std(&rustc.sysroot) {
        return Ok(None);
    }
    Ok(Some(WasmToolchain::new(&rustc, linkers(active)?)))
}

/// Installs what is missing; all that is not a package is built under `folder` first and then
/// put in place in one move, so that an interrupted run leaves nothing half done.
pub fn get(active: &Rustc, folder: &Path) -> Result<Option<WasmToolchain>> {
    if process::find_on_path("apt-get").is_none() {
        bail!("apt-get is not there");
    }
    let root = Root::find().context("apt-get")?;
    let linkers = linkers(active)?;
    if !apt::installed(&PACKAGES) {
        note(&format!("apt-get install {}", PACKAGES.join(" ")));
        root.install(&PACKAGES)?;
    }
    let rustc = Rustc::ask(RUSTC.into())?;
    let work = folder.join("debian");
    let complete = std_for(&rustc, &linkers, &work)?;
    install(root, &complete, &target_folder(&rustc.sysroot))?;
    let _ = fs::remove_dir_all(&work);
    present(active)
}

/// The folder for a sysroot, complete: libraries of Rust and of C.
fn std_for(rustc: &Rustc, linkers: &[PathBuf], folder: &Path) -> Result<PathBuf> {
    let _ = fs::remove_dir_all(folder);
    note("fetching the C library (wasi-libc)");
    let c_library = fetch_c_library(&folder.join("wasi-libc"))?;
    note(&format!("building the standard library for {TARGET} (about a minute)"));
    let rust_libraries = build(rustc, linkers, &c_library, &folder.join("std"))?;
    let complete = folder.join(TARGET);
    copy(&rust_libraries, &complete.join("lib"), |name| {
        name.ends_with(".rlib") && !name.starts_with("libempty")
    })?;
    copy(&c_library, &complete.join("lib/self-contained"), |name| C_OBJECTS.contains(&name))?;
    Ok(complete)
}

/// The first release of Debian whose own wasi-libc knows the target came after bookworm.
fn suite_of(code_name: &str) -> String {
    match code_name {
        "bookworm" => "bookworm-backports".to_owned(),
        _ => code_name.to_owned(),
    }
}

/// Fetches the package with an apt of our own, so that the machine's sources stay as they are.
fn fetch_c_library(folder: &Path) -> Result<PathBuf> {
    let release = fs::read_to_string("/etc/os-release").context("/etc/os-release")?;
    let code_name = apt::release_fact(&release, "VERSION_CODENAME")
        .context("/etc/os-release has no VERSION_CODENAME")?;
    let suite = suite_of(&code_name);
    let source = Source::of_suite(Path::new("/etc/apt"), &code_name)?;
    for name in ["lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(folder.join(name)).with_context(|| folder.display().to_string())?;
    }
    fs::write(folder.join("wasi.sources"), source.to_deb822(&suite))?;
    process::run(private_apt(folder).args(["update", "-qq"]))?;
    process::run(private_apt(folder).args(["download", "-qq", "wasi-libc"]))
        .with_context(|| format!("no wasi-libc in {suite}"))?;
    let package =
        files(folder)?.into_iter().find(|file| file.extension().is_some_and(|e| e == "deb"));
    let package = package.context("apt-get download wasi-libc left no package")?;
    process::run(Command::new("dpkg").arg("-x").arg(package).arg(folder.join("root")))?;
    let libraries = folder.join("root/usr/lib").join(TARGET);
    match C_OBJECTS.iter().find(|name| !libraries.join(name).is_file()) {
        Some(missing) => bail!("wasi-libc of {suite} has no {missing} for {TARGET}"),
        None => Ok(libraries),
    }
}

fn private_apt(folder: &Path) -> Command {
    let mut command = Command::new("apt-get");
    command.current_dir(folder);
    for (option, file) in [
        ("Dir::State::Lists", "lists"),
        ("Dir::Cache", "cache"),
        ("Dir::Etc::SourceList", "wasi.sources"),
    ] {
        let file = folder.join(file);
        command.arg("-o").arg(format!("{option}={}", file.display()));
    }
    command.args(["-o", "Dir::Etc::SourceParts=/dev/null"]);
    // apt's own user cannot write into the clone.
    command.args(["-o", "APT::Sandbox::User=root"]);
    command
}

/// Builds an empty crate with `-Zbuild-std`: its dependencies are the standard library. Without
/// `embed-bitcode` link-time optimisation of the components would not find any.
fn build(rustc: &Rustc, linkers: &[PathBuf], c_library: &Path, folder: &Path) -> Result<PathBuf> {
    let manifest =
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n";
    fs::create_dir_all(folder.join("src")).with_context(|| folder.display().to_string())?;
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/lib.rs"), "")?;
    let flags = format!("-Cembed-bitcode=yes\x1f-L{}", c_library.display());
    let mut command = Command::new(CARGO);
    WasmToolchain::new(rustc, linkers.to_vec()).apply(&mut command);
    command
        .current_dir(folder)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_ENCODED_RUSTFLAGS", flags)
        .args(["build", "--release", "-Zbuild-std=std,panic_abort", "--target", TARGET])
        .args(["--target-dir", "target"]);
    process::run(&mut command)?;
    Ok(folder.join("target").join(TARGET).join("release/deps"))
}

/// Puts the folder in place as root: beside it first, then renamed.
fn install(root: Root, from: &Path, to: &Path) -> Result<()> {
    let script = "set -e; rm -rf \"$2.new\"; mkdir -p \"${2%/*}\"; cp -r \"$1\" \"$2.new\"; \
        chmod -R a+rX \"$2.new\"; rm -rf \"$2\"; mv \"$2.new\" \"$2\"";
    process::run(root.command("sh").args(["-c", script, "install"]).args([from, to]))
        .with_context(|| format!("cannot install {}", to.display()))
}

fn linkers(active: &Rustc) -> Result<Vec<PathBuf>> {
    let folders = active.linkers()?;
    let path = env::var_os("PATH").unwrap_or_default();
    let mut searched = folders.iter().cloned().chain(env::split_paths(&path));
    if !searched.any(|folder| folder.join("wasm-component-ld").is_file()) {
        bail!("{} comes without wasm-component-ld", active.program.display());
    }
    Ok(folders)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

fn copy(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for file in files(from)? {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if wanted(name) {
            fs::copy(&file, to.join(name))
                .with_context(|| format!("cannot copy {}", file.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::proof;
    use super::*;

    #[test]
    fn takes_backports_on_bookworm_and_the_main_suite_after_it() {
        assert_eq!(suite_of("bookworm"), "bookworm-backports");
        assert_eq!(suite_of("trixie"), "trixie");
    }

    /// The whole way except for the packages, beside the machine's own sysroot.
    #[test]
    #[ignore = "needs Debian's compiler and a network, takes a minute"]
    fn builds_a_standard_library_that_works_from_another_sysroot() {
        let folder = env::temp_dir().join(format!("postern-std-{}", std::process::id()));
        let active = Rustc::active().unwrap();
        let rustc = Rustc::ask(RUSTC.into()).unwrap();
        let linkers = linkers(&active).unwrap();
        let sysroot = folder.join("sysroot");
        let complete = std_for(&rustc, &linkers, &folder.join("debian")).unwrap();
        for _ in 0..2 {
            install(Root::Already, &complete, &target_folder(&sysroot)).unwrap();
        }
        let mut toolchain = WasmToolchain::new(&rustc, linkers);
        toolchain.sysroot = Some(sysroot.clone());
        proof::check(&toolchain, &folder).unwrap();

        fs::remove_file(folder.join("proven")).unwrap();
        fs::remove_file(target_folder(&sysroot).join("lib/self-contained/libc.a")).unwrap();
        assert!(proof::check(&toolchain, &folder).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
