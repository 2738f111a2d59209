//! A Redis server of the benchmark's own, on the same machine, and plain connections to it.

use crate::clock;
use crate::samples::Samples;
use anyhow::{Context, Result, bail};
use postern_store::redis::{Argument, Execute, Reply};
use redis::Value;
use std::env;
use std::ffi::OsString;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// It listens within a tenth of a second, unless the machine is busy.
const START_LIMIT: Duration = Duration::from_secs(30);

/// A running server that keeps nothing on disk. Dropped, it is killed.
pub struct RedisServer {
    process: Child,
    port: u16,
    /// Where it runs; removed at the end.
    _folder: TempDir,
}

/// A connection, on which one command runs at a time.
pub struct Connection(Mutex<redis::Connection>);

/// Whether the machine has a server.
pub fn check() -> Result<()> {
    let status = Command::new(program())
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .with_context(|| {
            format!(
                "cannot run {}: install redis-server, or say where it is in POSTERN_REDIS_SERVER",
                program().display()
            )
        })?;
    if !status.success() {
        bail!("{} --version failed ({status})", program().display());
    }
    Ok(())
}

/// The machine's, or the one that `POSTERN_REDIS_SERVER` names, as for the tests.
fn program() -> OsString {
    env::var_os("POSTERN_REDIS_SERVER").unwrap_or_else(|| "redis-server".into())
}

impl RedisServer {
    /// Starts it on a free port of the loopback interface, and waits until it listens.
    pub fn start() -> Result<Self> {
        let folder = TempDir::new().context("no temporary folder")?;
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port for Redis")?;
        let port = free.local_addr()?.port();
        drop(free);
        let process = Command::new(program())
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no"])
            .arg("--dir")
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("cannot run redis-server")?;
        let server = Self { process, port, _folder: folder };
        let started = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if started.elapsed() > START_LIMIT {
                bail!("redis-server does not listen on port {port}");
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(server)
    }

    /// Without database, user or password.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// One more connection.
    pub fn connect(&self) -> Result<Connection> {
        let connection = redis::Client::open(self.url())?.get_connection();
        Ok(Connection(Mutex::new(connection.context("cannot connect to redis-server")?)))
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Connection {
    /// The time of a round trip, so many times: a PING and its answer.
    pub fn round_trips(&self, count: u64) -> Result<Samples> {
        let mut samples = Samples::default();
        for _ in 0..count {
            let started_ns = clock::now_ns();
            let _: String = self.query(&redis::cmd("PING"))?;
            samples.push(clock::now_ns().saturating_sub(started_ns));
        }
        Ok(samples)
    }

    /// How many keys the server has.
    pub fn keys(&self) -> Result<u64> {
        self.query(&redis::cmd("DBSIZE"))
    }

    fn query<T: redis::FromRedisValue>(&self, command: &redis::Cmd) -> Result<T> {
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(command.query(&mut *connection)?)
    }
}

impl Execute for Connection {
    async fn execute(&self, name: &str, arguments: Vec<Argument>) -> Result<Vec<Reply>, String> {
        let mut command = redis::cmd(name);
        for argument in arguments {
            match argument {
                Argument::Int(number) => command.arg(number),
                Argument::Bytes(bytes) => command.arg(bytes),
            };
        }
        let value = self.query(&command).map_err(|error| error.to_string())?;
        let mut replies = Vec::new();
        flatten(value, &mut replies)?;
        Ok(replies)
    }
}

/// As `spin:redis` does it.
fn flatten(value: Value, replies: &mut Vec<Reply>) -> Result<(), String> {
    match value {
        Value::Nil => replies.push(Reply::Nil),
        Value::Int(number) => replies.push(Reply::Int(number)),
        Value::BulkString(bytes) => replies.push(Reply::Bytes(bytes)),
        Value::SimpleString(word) => replies.push(Reply::Status(word)),
        Value::Okay => replies.push(Reply::Status("OK".to_owned())),
        Value::Array(values) => {
            values.into_iter().try_for_each(|value| flatten(value, replies))?;
        }
        other => return Err(format!("{other:?} is no answer of RESP 2")),
    }
    Ok(())
}
