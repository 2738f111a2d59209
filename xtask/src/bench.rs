//! Builds what is measured, then runs the benchmark, which is a program of its own.

use crate::components::{self, Profile};
use crate::process::run_in_the_open;
use crate::programs::Programs;
use crate::progress::Steps;
use crate::test::redis;
use crate::toolchain;
use crate::tools;
use crate::workspace::Workspace;
use crate::wrap;
use anyhow::Result;
use std::ffi::OsString;

/// Runs `postern-bench` with these arguments. It finds the host in `POSTERN_HOST`.
pub fn bench(workspace: &Workspace, arguments: &[OsString]) -> Result<()> {
    let mut steps = Steps::new(4);
    steps.step("tools", || tools::for_builds(workspace).and_then(|()| toolchain::prepare()))?;
    steps.step("components", || {
        let all: Vec<_> = workspace.components().chain(workspace.alternatives()).collect();
        components::build(workspace, &all, Profile::Release)?;
        wrap::examples(workspace, Profile::Release)
    })?;
    let programs = steps.step("host", || Programs::build_release(workspace))?;
    // It is another build of the host, which takes minutes.
    let counts = !arguments.iter().any(|word| word == "--only")
        || arguments.iter().any(|word| word == "crossings" || word == "--only=crossings");
    let counted = match counts {
        true => Some(Programs::build_counted(workspace)?),
        false => None,
    };
    steps.step("benchmark", || {
        let mut command = workspace.cargo();
        command
            .args(["run", "--release", "--package", "postern-bench", "--"])
            .args(arguments)
            .env("POSTERN_HOST", &programs.host);
        if let Some(counted) = &counted {
            command.env("POSTERN_HOST_COUNTED", counted);
        }
        if let Some(server) = redis::server() {
            command.env("POSTERN_REDIS_SERVER", server);
        }
        run_in_the_open(&mut command)
    })
}
