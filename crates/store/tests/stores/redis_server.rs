//! A Redis server of its own, and connections to it.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use postern_store::redis::{Argument, Execute, Reply};
use redis::{FromRedisValue, Value};

/// A running server that keeps nothing. Dropped, it is killed.
pub struct Server {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

/// A connection, on which one command runs at a time.
pub struct Connection(Mutex<redis::Connection>);

impl Server {
    /// The machine's `redis-server`, or the one that `POSTERN_REDIS_SERVER` names, on a free port.
    pub fn start() -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let folder = tempfile::tempdir().unwrap();
        let program = std::env::var_os("POSTERN_REDIS_SERVER").unwrap_or("redis-server".into());
        let process = Command::new(program)
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no"])
            .arg("--dir")
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server runs; `cargo xtask test redis` installs it");
        Self { process, port, _folder: folder }
    }

    /// One more connection.
    pub fn connect(&self) -> Connection {
        let client = redis::Client::open(format!("redis://127.0.0.1:{}", self.port)).unwrap();
        let start = Instant::now();
        loop {
            match client.get_connection() {
                Ok(connection) => return Connection(Mutex::new(connection)),
                Err(error) => {
                    assert!(start.elapsed() < Duration::from_secs(60), "no connection: {error}");
                    std::thread::sleep(Duration::from_millis(10));
                }
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Connection {
    /// Runs a command and reads its answer.
    #[allow(dead_code, reason = "not all who include this file look behind the port")]
    pub fn query<T: FromRedisValue>(&self, command: &str, arguments: &[&str]) -> T {
        redis::cmd(command).arg(arguments).query(&mut self.0.lock().unwrap()).unwrap()
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
        let value = command.query(&mut self.0.lock().unwrap());
        let mut replies = Vec::new();
        flatten(value.map_err(|error| error.to_string())?, &mut replies);
        Ok(replies)
    }
}

/// As `spin:redis` does it.
fn flatten(value: Value, replies: &mut Vec<Reply>) {
    match value {
        Value::Nil => replies.push(Reply::Nil),
        Value::Int(number) => replies.push(Reply::Int(number)),
        Value::BulkString(bytes) => replies.push(Reply::Bytes(bytes)),
        Value::SimpleString(word) => replies.push(Reply::Status(word)),
        Value::Okay => replies.push(Reply::Status("OK".to_owned())),
        Value::Array(values) => values.into_iter().for_each(|value| flatten(value, replies)),
        other => panic!("{other:?} is no answer of RESP 2"),
    }
}
