//! Plain connections to a Redis server for the benchmark, on the same machine.

use crate::clock;
use crate::samples::Samples;
use anyhow::{Context, Result, bail};
use futures::channel::oneshot;
use postern_redis_server::{RedisServer, program};
use postern_store::redis::{Argument, Execute, Reply};
use redis::Value;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

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

impl Connection {
    /// One more connection to this server.
    pub fn to(server: &RedisServer) -> Result<Self> {
        let connection = redis::Client::open(server.url())?.get_connection();
        Ok(Connection(Mutex::new(connection.context("cannot connect to redis-server")?)))
    }

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

    /// The number of keys on the server.
    pub fn keys(&self) -> Result<u64> {
        self.query(&redis::cmd("DBSIZE"))
    }

    /// How many scripts the server has run, by what it says of its commands
    /// (<https://redis.io/docs/latest/commands/info/>).
    pub fn scripts(&self) -> Result<u64> {
        let said: String = self.query(redis::cmd("INFO").arg("commandstats"))?;
        let calls = |line: &str| -> Option<u64> {
            let (command, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
            let (calls, _) = rest.split_once(',')?;
            ["eval", "evalsha"].contains(&command).then(|| calls.parse().ok()).flatten()
        };
        Ok(said.lines().filter_map(calls).sum())
    }

    /// How many requests a limit of requests has counted in all its windows.
    pub fn requests(&self) -> Result<u64> {
        let keys: Vec<String> =
            self.query(redis::cmd("KEYS").arg("{postern}:limit:key:requests:*"))?;
        let value = |key: &String| self.query::<u64>(redis::cmd("GET").arg(key));
        keys.iter().map(value).sum()
    }

    fn query<T: redis::FromRedisValue>(&self, command: &redis::Cmd) -> Result<T> {
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(command.query(&mut *connection)?)
    }
}

impl Execute for Connection {
    type Bell = oneshot::Sender<()>;

    fn bell(&self) -> (oneshot::Sender<()>, impl Future<Output = ()>) {
        let (bell, rung) = oneshot::channel();
        (bell, async move {
            let _ = rung.await;
        })
    }

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

    /// No call of a connection that blocks is overtaken by another, so there is nothing to carry.
    fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        futures::executor::block_on(work);
    }
}

/// As `spin:redis` does.
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
