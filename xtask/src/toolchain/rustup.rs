//! The usual way to the target: rustup fetches it, if it manages the compiler and has a network.

use super::rustc::Rustc;
use super::{TARGET, WasmToolchain};
use crate::process;
use crate::progress::note;
use anyhow::{Context, Result, bail};
use std::process::Command;

/// Asks rustup for the target of the active toolchain.
pub fn get(active: &Rustc) -> Result<Option<WasmToolchain>> {
    let Some(rustup) = process::find_on_path("rustup") else {
        bail!("rustup is not installed");
    };
    note(&format!("rustup target add {TARGET}"));
    process::output(Command::new(rustup).args(["target", "add", TARGET]))
        .map_err(first_line)
        .context("rustup")?;
    let fetched = super::present(active);
    fetched
        .map(Some)
        .with_context(|| format!("rustup does not manage {}", active.sysroot.display()))
}

/// rustup explains at length; its last `error:` line is the reason.
fn first_line(error: anyhow::Error) -> anyhow::Error {
    let text = format!("{error:#}");
    let reason = text.lines().rfind(|line| line.starts_with("error:"));
    anyhow::Error::msg(reason.unwrap_or(&text).replace('\n', " "))
}
