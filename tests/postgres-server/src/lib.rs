//! An empty PostgreSQL server for a test, which ends with its owner.

use std::ffi::OsString;
use std::io::{Error, Result};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// It listens within a second, unless the machine is busy.
const START_LIMIT: Duration = Duration::from_secs(60);

/// The user that the server runs as if we are root, which it refuses to run as: the one without rights.
const NOBODY: &str = "65534";

/// A running server that trusts every local client. It is killed when it is dropped, and when its owner is killed.
#[derive(Debug)]
pub struct PostgresServer {
    /// A shell that kills the server when its input ends.
    guard: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

/// The folder of `initdb` and `postgres`: the one that `POSTERN_POSTGRES_BIN` names, or the distribution's.
#[must_use]
pub fn programs() -> Option<PathBuf> {
    let named = std::env::var_os("POSTERN_POSTGRES_BIN").map(PathBuf::from);
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut versions: Vec<_> = versions.flatten().map(|entry| entry.path().join("bin")).collect();
    versions.sort();
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&on_path).collect::<Vec<_>>();
    let all = named.into_iter().chain(versions.into_iter().rev()).chain(on_path);
    all.into_iter().find(|folder| folder.join("initdb").is_file())
}

impl PostgresServer {
    /// Starts one on a free port of the loopback interface, and waits until it answers.
    ///
    /// # Errors
    ///
    /// There is none (`cargo xtask test postgres` installs it), or it does not listen.
    pub fn start() -> Result<Self> {
        let Some(programs) = programs() else {
            return Err(Error::other(
                "PostgreSQL is not installed: `cargo xtask test postgres` installs it",
            ));
        };
        let folder = tempfile::tempdir()?;
        let is_root = is_root()?;
        if is_root {
            run(Command::new("chown").arg(NOBODY).arg(folder.path()))?;
        }
        let data = folder.path().join("data");
        let mut initdb = as_user(is_root, &programs.join("initdb"));
        initdb.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync", "-D"]);
        run(initdb.arg(&data))?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let guard = launch(is_root, &programs, &data, folder.path(), port)?;
        let server = Self { guard, port, _folder: folder };
        server.wait()?;
        Ok(server)
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// What a manifest allows.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("postgres://127.0.0.1:{}", self.port)
    }

    fn wait(&self) -> Result<()> {
        let start = Instant::now();
        loop {
            let mut asks = Command::new("psql");
            asks.args(["-qAtXc", "SELECT 1", &self.url()]);
            let ready = silenced(&mut asks).status();
            if ready.is_ok_and(|status| status.success()) {
                return Ok(());
            }
            if start.elapsed() > START_LIMIT {
                let is_there = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok();
                let text = format!("PostgreSQL does not answer on port {}: {is_there}", self.port);
                return Err(Error::other(text));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // It may have ended before.
        let _ = self.guard.wait();
    }
}

fn silenced(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

fn is_root() -> Result<bool> {
    let output = Command::new("id").arg("-u").output()?;
    Ok(output.stdout.trim_ascii() == b"0")
}

fn as_user(is_root: bool, program: &Path) -> Command {
    if !is_root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]).arg(program);
    // The working folder may be closed to it.
    command.current_dir("/");
    command
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(Error::other(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}

fn launch(is_root: bool, programs: &Path, data: &Path, folder: &Path, port: u16) -> Result<Child> {
    let server = as_user(is_root, &programs.join("postgres"));
    let words: Vec<OsString> = std::iter::once(server.get_program().to_owned())
        .chain(server.get_args().map(OsString::from))
        .collect();
    let mut command = Command::new("sh");
    command.args(["-c", "\"$@\" </dev/null & read _; kill -INT $!; wait", "sh"]).args(words);
    command.arg("-D").arg(data).args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
    command.args(["-c", "fsync=off", "-k"]).arg(folder).current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}
