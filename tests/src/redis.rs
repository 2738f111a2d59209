//! A Redis server for one test.

use crate::wait::PATIENCE;
use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A running server that keeps nothing. Dropped, it is killed.
pub struct Redis {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Redis {
    /// Starts the machine's `redis-server`, or the one that `POSTERN_REDIS_SERVER` names, on a free port.
    ///
    /// # Panics
    ///
    /// When there is none, or it does not listen.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let process = launch(port, folder.path());
        let redis = Self { process, port, folder };
        redis.wait();
        redis
    }

    /// Ends it in the midst of whatever it does.
    pub fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// After [`Redis::stop`]: another server at the same address, which knows nothing.
    ///
    /// # Panics
    ///
    /// When it does not listen.
    pub fn start_again(&mut self) {
        self.process = launch(self.port, self.folder.path());
        self.wait();
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// What it answers to a command (RESP 2, <https://redis.io/docs/latest/develop/reference/protocol-spec/>): each value
    /// of a list, else the one value; nil is none.
    ///
    /// # Panics
    ///
    /// When it cannot be reached, or answers with an error.
    #[must_use]
    pub fn command(&self, words: &[&[u8]]) -> Vec<Option<Vec<u8>>> {
        let mut connection =
            TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("redis-server");
        let mut command = format!("*{}\r\n", words.len()).into_bytes();
        for word in words {
            command.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
            command.extend_from_slice(word);
            command.extend_from_slice(b"\r\n");
        }
        connection.write_all(&command).expect("redis-server");
        let mut reader = BufReader::new(connection);
        let head = line(&mut reader);
        match head.split_at(1) {
            ("*", count) => {
                let count: usize = count.parse().expect("a list");
                (0..count).map(|_| value(&line(&mut reader), &mut reader)).collect()
            }
            _ => vec![value(&head, &mut reader)],
        }
    }

    fn wait(&self) {
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            assert!(start.elapsed() < PATIENCE, "redis-server does not listen");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn launch(port: u16, folder: &Path) -> Child {
    let program =
        env::var_os("POSTERN_REDIS_SERVER").unwrap_or_else(|| OsString::from("redis-server"));
    let mut command = Command::new(program);
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1"]);
    command.args(["--save", "", "--appendonly", "no"]).arg("--dir").arg(folder);
    let process = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
    process.expect("redis-server runs; `cargo xtask test` installs it")
}

fn line(reader: &mut impl BufRead) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).expect("redis-server");
    line.trim_end().to_owned()
}

fn value(head: &str, reader: &mut impl Read) -> Option<Vec<u8>> {
    match head.split_at(1) {
        ("$", "-1") => None,
        ("$", length) => {
            let mut value = vec![0; length.parse::<usize>().expect("a length") + 2];
            reader.read_exact(&mut value).expect("redis-server");
            value.truncate(value.len() - 2);
            Some(value)
        }
        ("+" | ":", value) => Some(value.into()),
        _ => panic!("redis-server says {head}"),
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}
