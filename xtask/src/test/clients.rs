//! The official SDKs and the agents that the tests use as real clients, in the versions that `tests/sdk` pins.

use crate::process::{NETWORK_LIMIT, find_on_path, output, run_within};
use crate::progress::note;
use crate::venv::{self, is_stamped, stamp, write_stamp};
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const REQUIREMENTS: &str = "tests/sdk/python/requirements.txt";
const NODE: &str = "tests/sdk/node";
/// Agents, and SDKs for agents: 1.2 GB.
const AGENTS: &str = "tests/sdk/clients";

/// Installs both, unless the pinned versions are installed.
pub fn prepare(workspace: &Workspace) -> Result<()> {
    let requirements = workspace.root.join(REQUIREMENTS);
    venv::prepare(workspace, &environment(workspace), &requirements).context("the Python SDK")?;
    prepare_node(workspace).context("the npm SDK")
}

/// The interpreter that has the Python SDK.
pub fn python(workspace: &Workspace) -> PathBuf {
    venv::program(&environment(workspace), "python")
}

/// Installs the agents into a folder of the target directory, unless the pinned versions are installed.
pub fn prepare_agents(workspace: &Workspace) -> Result<()> {
    let (source, folder) = (workspace.root.join(AGENTS), workspace.target.join("clients"));
    fs::create_dir_all(&folder).context("a folder for the agents")?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(source.join(name), folder.join(name))
            .with_context(|| format!("{AGENTS}/{name}"))?;
    }
    install_packages(workspace, &folder).context("the agents of npm")?;
    venv::prepare(workspace, &folder.join("py"), &source.join("requirements.txt"))
        .context("the agents of Python")
}

fn environment(workspace: &Workspace) -> PathBuf {
    workspace.target.join("venv")
}

fn prepare_node(workspace: &Workspace) -> Result<()> {
    install_packages(workspace, &workspace.root.join(NODE))
}

/// What the lock file of `folder` pins.
fn install_packages(workspace: &Workspace, folder: &Path) -> Result<()> {
    let npm = find_on_path("npm").context("npm is not on PATH; install Node.js 20 or later")?;
    let version = output(Command::new(&npm).arg("--version"))?;
    let wanted = stamp(&version, &folder.join("package-lock.json"))?;
    let modules = folder.join("node_modules");
    if is_stamped(&modules, &wanted) {
        return Ok(());
    }
    note("npm ci");
    let mut install = workspace.command(&npm);
    install.current_dir(folder).args(["ci", "--no-audit", "--no-fund"]);
    run_within(&mut install, NETWORK_LIMIT)
        .context("npm fetches its packages once, where there is a network")?;
    write_stamp(&modules, &wanted)
}
