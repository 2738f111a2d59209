//! The standard library for the components, installed by rustup if it is missing.

use crate::process;
use crate::progress::note;
use anyhow::{Context, Result, anyhow};
use std::env;
use std::path::PathBuf;
use std::process::Command;

/// The target of the components.
pub const TARGET: &str = "wasm32-wasip2";

/// Adds the target to the active toolchain if it is missing.
///
/// # Errors
/// With the reason and the remedy if it cannot be added.
pub fn prepare() -> Result<()> {
    let rustc = env::var_os("RUSTC").map_or_else(|| "rustc".into(), PathBuf::from);
    let is_there = || -> Result<bool> {
        let print = ["--print", "target-libdir", "--target", TARGET];
        let folder = PathBuf::from(process::output(Command::new(&rustc).args(print))?);
        Ok(folder.is_dir())
    };
    if is_there().context("no Rust compiler")? {
        return Ok(());
    }
    note(&format!("rustup target add {TARGET}"));
    let rustup =
        process::find_on_path("rustup").context("rustup is not on PATH").and_then(|rustup| {
            process::output(Command::new(rustup).args(["target", "add", TARGET])).map_err(reason)
        });
    match (rustup, is_there()?) {
        (_, true) => Ok(()),
        (Err(error), _) => Err(refusal(&format!("{error:#}"))),
        (Ok(_), _) => Err(refusal("rustup does not manage the compiler that cargo uses")),
    }
}

/// rustup explains at length; its last `error:` line is the reason.
fn reason(error: anyhow::Error) -> anyhow::Error {
    let text = format!("{error:#}");
    let line = text.lines().rfind(|line| line.starts_with("error:"));
    anyhow::Error::msg(line.unwrap_or(&text).replace('\n', " "))
}

fn refusal(reason: &str) -> anyhow::Error {
    anyhow!(
        "the compiler has no standard library for {TARGET} ({reason}); run `rustup target add {TARGET}` where there is \
         a network, with the Rust of https://rustup.rs"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_the_reason_and_the_remedy_in_one_line() {
        let long = anyhow!("info: downloading\nerror: could not download file\nmore");
        let text = refusal(&reason(long).to_string()).to_string();
        assert!(text.contains("(error: could not download file)"), "{text}");
        assert!(text.contains("rustup target add wasm32-wasip2"), "{text}");
        assert!(!text.contains('\n'), "{text}");
    }
}
