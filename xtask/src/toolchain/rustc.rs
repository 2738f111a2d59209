//! One Rust compiler: its version, its folders, and whether it has the target.

use super::TARGET;
use crate::process;
use anyhow::{Context, Result};
use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A compiler that answered.
pub struct Rustc {
    pub program: PathBuf,
    pub sysroot: PathBuf,
    /// The whole of `rustc -vV`, commit and LLVM included.
    pub version: String,
}

impl Rustc {
    /// The compiler that cargo uses.
    pub fn active() -> Result<Self> {
        let program = env::var_os("RUSTC").map_or_else(|| "rustc".into(), PathBuf::from);
        Self::ask(program)
    }

    /// Fails if the program does not run.
    pub fn ask(program: PathBuf) -> Result<Self> {
        let version = process::output(Command::new(&program).arg("-vV"))?;
        let sysroot = process::output(Command::new(&program).args(["--print", "sysroot"]))?;
        Ok(Self { program, sysroot: sysroot.into(), version })
    }

    /// One line of `rustc -vV`: `host`, `release`, `commit-hash`.
    pub fn fact(&self, name: &str) -> Result<&str> {
        let lines = self.version.lines();
        lines
            .filter_map(|line| line.split_once(": "))
            .find_map(|(key, value)| (key == name).then_some(value))
            .with_context(|| format!("{} -vV does not say its {name}", self.program.display()))
    }

    /// The linkers that rustup puts beside a compiler.
    pub fn linkers(&self) -> Result<Vec<PathBuf>> {
        let own = self.sysroot.join("lib/rustlib").join(self.fact("host")?);
        Ok(vec![own.join("bin"), own.join("bin/gcc-ld")])
    }

    /// Whether a standard library for the target lies in this sysroot. It may still not fit.
    pub fn has_std(&self, sysroot: &Path) -> bool {
        libraries(sysroot).iter().any(|(name, _)| name.starts_with("libstd-"))
    }

    /// Compiler version and names and sizes of the libraries: crates built against others do not
    /// link. The names carry a hash of what went into them.
    pub fn identity(&self, sysroot: &Path) -> String {
        let mut text = format!("{}\n", self.version);
        for (name, bytes) in libraries(sysroot) {
            let _ = writeln!(text, "{name} {bytes}");
        }
        text
    }
}

/// Where a sysroot keeps the libraries of the target.
pub fn target_folder(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(TARGET)
}

fn libraries(sysroot: &Path) -> Vec<(String, u64)> {
    let Ok(entries) = fs::read_dir(target_folder(sysroot).join("lib")) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            Some((entry.file_name().into_string().ok()?, entry.metadata().ok()?.len()))
        })
        .filter(|(name, _)| name.ends_with(".rlib"))
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiler(version: &str) -> Rustc {
        Rustc { program: "rustc".into(), sysroot: "/nowhere".into(), version: version.to_owned() }
    }

    #[test]
    fn reads_the_host_and_the_release() {
        let rustc = compiler("rustc 1.95.0\nhost: x86_64-unknown-linux-gnu\nrelease: 1.95.0");
        assert_eq!(rustc.fact("host").unwrap(), "x86_64-unknown-linux-gnu");
        assert_eq!(rustc.fact("release").unwrap(), "1.95.0");
        assert!(rustc.fact("commit-hash").is_err());
    }

    #[test]
    fn an_identity_changes_with_the_compiler() {
        let nowhere = Path::new("/nowhere");
        let (one, other) = (compiler("rustc 1.95.0"), compiler("rustc 1.96.0"));
        assert_ne!(one.identity(nowhere), other.identity(nowhere));
    }

    #[test]
    fn a_sysroot_without_libraries_has_no_std() {
        assert!(!compiler("rustc 1.95.0").has_std(Path::new("/nowhere")));
    }
}
