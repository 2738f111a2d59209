//! A Redis server for one test.

use postern_redis_server::RedisServer;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// A running server without persistence. It is killed when it is dropped.
pub struct Redis(RedisServer);

impl Redis {
    /// Starts the machine's `redis-server`, or the one that `POSTERN_REDIS_SERVER` names, on a free port.
    ///
    /// # Panics
    ///
    /// When there is none, or it does not listen.
    #[must_use]
    pub fn start() -> Self {
        Self(RedisServer::start().expect("a server"))
    }

    /// Kills it at any moment.
    pub fn stop(&mut self) {
        self.0.stop();
    }

    /// After [`Redis::stop`]: an empty server at the same address.
    ///
    /// # Panics
    ///
    /// When it does not listen.
    pub fn start_again(&mut self) {
        self.0.start_again().expect("a server");
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// Its answer to a command (RESP 2, <https://redis.io/docs/latest/develop/reference/protocol-spec/>): each value of
    /// a list, else the one value; nil is none.
    ///
    /// # Panics
    ///
    /// When it cannot be reached, or answers with an error.
    #[must_use]
    pub fn command(&self, words: &[&[u8]]) -> Vec<Option<Vec<u8>>> {
        let mut connection = TcpStream::connect(self.0.address()).expect("redis-server");
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
