//! Builds what is measured, then runs the benchmark, which is a program of its own.

use crate::components::{self, Profile};
use crate::host::Host;
use crate::process::run_in_the_open;
use crate::progress::Steps;
use crate::test::redis;
use crate::toolchain;
use crate::workspace::Workspace;
use anyhow::Result;

/// Runs `postern-bench` with these arguments. It finds the host in `POSTERN_HOST`.
pub fn bench(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let mut steps = Steps::new(4);
    let toolchain = steps.step("wasm toolchain", || toolchain::find_or_get(workspace))?;
    steps.step("components", || {
        let all: Vec<_> = workspace.components().chain(workspace.alternatives()).collect();
        components::build(workspace, &toolchain, &all, Profile::Release)
    })?;
    let host = steps.step("host", || Host::build(workspace))?;
    steps.step("benchmark", || {
        let mut command = workspace.cargo();
        command
            .args(["run", "--release", "--package", "postern-bench", "--"])
            .args(arguments)
            .env("POSTERN_HOST", &host.program);
        if let Some(server) = redis::server() {
            command.env("POSTERN_REDIS_SERVER", server);
        }
        run_in_the_open(&mut command)
    })
}
