//! Spin 4.1 as a program that tests and benchmarks start in place of our host.
//!
//! Everything that is said of Spin here is what `spin up --help` of 4.1 documents. [`arguments`] has its flags as a table, by which the
//! stand-in (`src/bin/spin-stand-in.rs`) refuses whatever Spin would refuse.

pub mod arguments;

use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Names the program that runs the tests in place of our host.
pub const VARIABLE: &str = "POSTERN_SPIN";

/// The word before the address in the line with which Spin says that it listens. Above it is an empty line, and below it are the routes.
const SERVING: &str = "Serving";

/// What the manifests say of the policies, and what they are given on the command line of our host.
const MOUNT: &str = "source = \"policies\"";

/// `spin`, or a program with the same command line.
#[derive(Debug, Clone)]
pub struct Spin(PathBuf);

/// An application and its state.
#[derive(Debug)]
pub struct Application<'a> {
    /// Its manifest, as [`with_policies`] makes it.
    pub manifest: &'a Path,
    /// Where the default key-value store and database are: `sqlite_key_value.db`, as with our host.
    pub state_dir: &'a Path,
    /// Where components' output goes, beside the standard error of Spin.
    pub log_dir: &'a Path,
    /// `--runtime-config-file`.
    pub runtime_config: Option<&'a Path>,
    /// `--variable`.
    pub variables: &'a [(String, String)],
}

impl Spin {
    /// The program that [`VARIABLE`] names, if it is set.
    #[must_use]
    pub fn named() -> Option<Self> {
        std::env::var_os(VARIABLE).filter(|path| !path.is_empty()).map(Self::at)
    }

    /// The program at this path.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.0
    }

    /// `spin up` on a free port of the loopback interface, as the leader of a process group: Spin serves in a child, which outlives a
    /// parent that is killed.
    ///
    /// Files are mounted as they are (`--direct-mounts`), since a copy would not see policies change, and may not come from outside the
    /// application's folder.
    #[must_use]
    pub fn up(&self, application: &Application<'_>) -> Command {
        let mut command = Command::new(&self.0);
        // Flags of `up` itself come first: from the first one that it does not know, all go to the trigger.
        command.args(["up", "--direct-mounts", "--from"]).arg(application.manifest);
        command.args(["--listen", "127.0.0.1:0", "--state-dir"]).arg(application.state_dir);
        command.arg("--log-dir").arg(application.log_dir);
        if let Some(file) = application.runtime_config {
            command.arg("--runtime-config-file").arg(file);
        }
        for (name, value) in application.variables {
            command.arg("--variable").arg(format!("{name}={value}"));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0);
        command
    }
}

/// A manifest whose policies are those of this folder: Spin has no flag for that.
#[must_use]
pub fn with_policies(manifest: &str, policies: &Path) -> String {
    manifest.replace(MOUNT, &format!("source = \"{}\"", policies.display()))
}

/// The address in the line with which Spin says that it listens; none in another line.
#[must_use]
pub fn address(line: &str) -> Option<SocketAddr> {
    let (_, address) = line.split_once(SERVING)?.1.split_once("http://")?;
    // A terminal's colours may follow.
    let ends = |sign: char| !(sign.is_ascii_hexdigit() || ".:[]".contains(sign));
    address.split(ends).next()?.parse().ok()
}

/// The processes of a group, by the process id of its leader; only the leader where the system does not say.
#[must_use]
pub fn processes(leader: u32) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let found: Vec<_> = ids.filter(|id| group(*id) == Some(leader)).collect();
    if found.is_empty() { vec![leader] } else { found }
}

/// The group of a process: the fifth field of `/proc/ID/stat`, the third after the name in brackets (proc_pid_stat(5)).
fn group(id: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_address_in_the_line_that_says_it_and_in_no_other() {
        let address = |line: &str| super::address(line).map(|address| address.to_string());
        let said = Some("127.0.0.1:41235".to_owned());
        assert_eq!(address("Serving http://127.0.0.1:41235"), said);
        assert_eq!(address("\u{1b}[1;32mServing\u{1b}[0m http://127.0.0.1:41235\u{1b}[0m"), said);
        for line in ["", "Available Routes:", "  gateway: http://127.0.0.1:41235 (wildcard)"] {
            assert_eq!(address(line), None, "{line:?}");
        }
    }

    #[test]
    fn a_group_has_its_leader_and_its_children() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 60 & echo; read _; kill $!"]).process_group(0);
        let mut shell = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = [0];
        std::io::Read::read_exact(shell.stdout.as_mut().unwrap(), &mut line).unwrap();
        let found = processes(shell.id());
        assert!(found.contains(&shell.id()) && found.len() == 2, "{found:?}");
        drop(shell.stdin.take());
        shell.wait().unwrap();
    }

    #[test]
    fn the_command_line_is_one_that_spin_takes() {
        let path = Path::new("/a/file");
        let variables = [("a".to_owned(), "b=c".to_owned())];
        for runtime_config in [None, Some(path)] {
            let application = Application {
                manifest: path,
                state_dir: path,
                log_dir: path,
                runtime_config,
                variables: &variables,
            };
            let command = Spin::at("spin").up(&application);
            let words: Vec<_> = command.get_args().map(|word| word.to_str().unwrap()).collect();
            let up = arguments::Up::parse(&words).unwrap();
            assert_eq!(
                (up.one("--from"), up.one("--listen")),
                (Some("/a/file"), Some("127.0.0.1:0"))
            );
            assert_eq!(up.all("--variable"), ["a=b=c"]);
        }
    }
}
