//! From a fresh clone to a gateway that answers.

use crate::cli::Up;
use crate::components::{self, Profile};
use crate::process::run_in_the_open;
use crate::programs::Programs;
use crate::progress::{Steps, note};
use crate::toolchain;
use crate::tools;
use crate::workspace::Workspace;
use crate::wrap;
use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;
use std::path;

/// Builds what is missing, then becomes the host: signals reach it directly, and it prints
/// `listening on http://ADDR`.
pub fn up(workspace: &Workspace, options: &Up) -> Result<()> {
    let profile = if options.release { Profile::Release } else { Profile::Dev };
    if options.dev {
        note("`--dev` is the default now; `--release` builds what is shipped");
    }
    let mut steps = Steps::new(5);
    steps.step("tools", || tools::for_builds(workspace).and_then(|()| toolchain::prepare()))?;
    steps.step("components", || {
        components::build(workspace, &workspace.composed()?, profile)?;
        wrap::composed(workspace, profile)
    })?;
    let programs = steps.step("host", || match options.release {
        true => Programs::build_release(workspace),
        false => Programs::build(workspace),
    })?;
    let configuration = options.configuration.words()?;
    steps.step("policies and manifest", || {
        run_in_the_open(programs.postern(workspace, "check").args(&configuration))?;
        run_in_the_open(&mut programs.postern(workspace, "compile"))
    })?;
    steps.step("key", || {
        let mut command = programs.postern(workspace, "dev-key");
        command.args(["--listen", &options.listen.to_string()]).args(&configuration);
        if let Some(cert) = &options.tls_cert {
            command.arg("--tls-cert").arg(cert);
        }
        run_in_the_open(&mut command)
    })?;
    start(workspace, &programs, options)
}

fn start(workspace: &Workspace, programs: &Programs, options: &Up) -> Result<()> {
    let mut command = workspace.command(&programs.host);
    command.args(["up", "--manifest", "spin.toml", "--listen", &options.listen.to_string()]);
    command.args(["--cache-dir", ".postern/cache"]).args(options.configuration.host_words()?);
    if let (Some(cert), Some(key)) = (&options.tls_cert, &options.tls_key) {
        command.arg("--tls-cert").arg(path::absolute(cert)?);
        command.arg("--tls-key").arg(path::absolute(key)?);
    }
    Err(command.exec()).with_context(|| format!("cannot run {}", programs.host.display()))
}
