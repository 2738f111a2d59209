//! The last word on a toolchain: a small program really compiles and links.

use super::{TARGET, WasmToolchain};
use crate::process;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Uses the allocator, hashing with random seeds, the clock and formatting, so that a standard
/// library with a part missing does not pass.
const PROGRAM: &str = r#"
#[unsafe(no_mangle)]
pub extern "C" fn proof() -> usize {
    let text = format!("{:?}", std::time::SystemTime::now());
    std::collections::HashMap::from([(text.clone(), text.len())]).len()
}
"#;

/// Compiles the program unless this very toolchain has done so before.
///
/// # Errors
/// With the first message of the compiler when the toolchain does not work.
pub fn check(toolchain: &WasmToolchain, folder: &Path) -> Result<()> {
    let stamp = folder.join("proven");
    if fs::read_to_string(&stamp).is_ok_and(|text| text == toolchain.identity()) {
        return Ok(());
    }
    compile(toolchain, folder)?;
    fs::write(&stamp, toolchain.identity())
        .with_context(|| format!("cannot write {}", stamp.display()))
}

/// As the components are built: a library with link-time optimisation, which reads the bitcode
/// of the standard library.
fn compile(toolchain: &WasmToolchain, folder: &Path) -> Result<()> {
    let (source, result) = (folder.join("proof.rs"), folder.join("proof.wasm"));
    fs::write(&source, PROGRAM).with_context(|| format!("cannot write {}", source.display()))?;
    let mut command = Command::new(&toolchain.rustc);
    toolchain.apply(&mut command);
    if let Some(sysroot) = &toolchain.sysroot {
        command.arg("--sysroot").arg(sysroot);
    }
    command
        .args(["--edition=2024", "--crate-type=cdylib", "--target", TARGET])
        .args(["-Copt-level=1", "-Clto=thin", "-Cpanic=abort"])
        .arg("-o")
        .args([&result, &source]);
    if let Err(error) = process::output(&mut command) {
        let text = format!("{error:#}");
        let message = text.lines().find(|line| line.contains("error")).unwrap_or(&text);
        bail!("{} cannot make {TARGET}: {message}", toolchain.rustc.display());
    }
    Ok(())
}
