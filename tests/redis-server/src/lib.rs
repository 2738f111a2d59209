//! An empty Redis server for a test or a benchmark, which ends with its owner.

use std::ffi::OsString;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// It listens within a tenth of a second, unless the machine is busy.
const START_LIMIT: Duration = Duration::from_secs(30);

/// A running server without persistence. It is killed when it is dropped, and when its owner is killed.
#[derive(Debug)]
pub struct RedisServer {
    /// A shell that kills the server when its input ends.
    guard: Child,
    port: u16,
    folder: tempfile::TempDir,
}

/// The machine's `redis-server`, or the one that `POSTERN_REDIS_SERVER` names.
#[must_use]
pub fn program() -> OsString {
    std::env::var_os("POSTERN_REDIS_SERVER").unwrap_or_else(|| "redis-server".into())
}

impl RedisServer {
    /// Starts one on a free port of the loopback interface, and waits until it listens.
    ///
    /// # Errors
    ///
    /// There is none (`cargo xtask test redis` installs it), or it does not listen.
    pub fn start() -> Result<Self> {
        let mut attempts = 0;
        loop {
            let folder = tempfile::tempdir()?;
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            let server = Self { guard: launch(port, folder.path())?, port, folder };
            match server.wait() {
                Ok(()) => return Ok(server),
                // Since the port was chosen, another program has taken it.
                Err(error) if error.kind() == ErrorKind::AddrInUse && attempts < 5 => attempts += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Kills it at any moment.
    pub fn stop(&mut self) {
        drop(self.guard.stdin.take());
        // It may have ended before.
        let _ = self.guard.wait();
    }

    /// After [`RedisServer::stop`]: an empty server at the same address.
    ///
    /// # Errors
    ///
    /// As for [`RedisServer::start`].
    pub fn start_again(&mut self) -> Result<()> {
        let start = Instant::now();
        // A connection of another program may have got the port meanwhile.
        while let Err(error) = TcpListener::bind(self.address()) {
            if start.elapsed() > START_LIMIT {
                return Err(error);
            }
            thread::sleep(Duration::from_millis(10));
        }
        self.guard = launch(self.port, self.folder.path())?;
        self.wait()
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Its URL, without database, user or password.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://{}", self.address())
    }

    fn wait(&self) -> Result<()> {
        let start = Instant::now();
        let connection = loop {
            match TcpStream::connect(self.address()) {
                Ok(connection) => break connection,
                Err(_) if start.elapsed() < START_LIMIT => thread::sleep(Duration::from_millis(10)),
                Err(error) => {
                    let text = format!("no redis-server listens on {}: {error}", self.address());
                    return Err(Error::new(error.kind(), text));
                }
            }
        };
        match self.is_ours(connection)? {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::AddrInUse, "another server listens there")),
        }
    }

    /// Whether it is the server of our folder (<https://redis.io/docs/latest/commands/config-get/>).
    fn is_ours(&self, mut connection: TcpStream) -> Result<bool> {
        connection.set_read_timeout(Some(START_LIMIT))?;
        connection.write_all(b"CONFIG GET dir\r\nQUIT\r\n")?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        let folder = self.folder.path().canonicalize()?;
        Ok(answer.lines().any(|line| Path::new(line) == folder))
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn launch(port: u16, folder: &Path) -> Result<Child> {
    let says_its_version = Command::new(program()).arg("--version").stdout(Stdio::null()).status();
    says_its_version.map_err(|error| {
        let hint = "`cargo xtask test redis` installs redis-server";
        Error::new(error.kind(), format!("cannot run {}: {error}; {hint}", program().display()))
    })?;
    let mut command = Command::new("sh");
    command.args(["-c", "\"$@\" </dev/null & read _; kill -KILL $!; wait", "sh"]).arg(program());
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1"]);
    command.args(["--save", "", "--appendonly", "no"]).arg("--dir").arg(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()
}
