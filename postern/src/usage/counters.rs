//! The limiter's counters: in the key-value store, or by scripts in a separate Redis.

use crate::location::{Location, shown};
use crate::store::Store;
use anyhow::{Context, Result, anyhow};
use futures::channel::oneshot;
use futures::executor::block_on;
use postern_key_value::connection::{client, connect};
use postern_policy::Plans;
use postern_store::increments::Increments;
use postern_store::redis::{Argument, Execute, Reply, Scripts};
use postern_store::{Counter, Counters as _};
use redis::Value;
use std::{env, fmt};

/// As in the limiter's Redis build: it takes precedence over `plans.toml`.
const URL_VARIABLE: &str = "POSTERN_REDIS_URL";

/// The source of counters.
pub enum Source<'a> {
    /// Atomic increments in the key-value store.
    Store(&'a Store),
    /// Scripts in a Redis, and what named it.
    Redis { url: String, named_by: &'static str },
}

impl<'a> Source<'a> {
    /// The named source, or else the deployment's.
    ///
    /// # Errors
    /// If the name is not a Redis URL.
    pub fn of(option: Option<&str>, plans: &Plans, store: &'a Store) -> Result<Self> {
        let (url, named_by) = match (option, env::var(URL_VARIABLE), plans.redis_url()) {
            (Some(url), ..) => (url.to_owned(), "--counters"),
            (_, Ok(url), _) => (url, URL_VARIABLE),
            (.., Some(url)) => (url.to_owned(), "redis_url of plans.toml"),
            _ => return Ok(Self::Store(store)),
        };
        match Location::named(&url, named_by)? {
            Location::Redis(url) => Ok(Self::Redis { url, named_by }),
            Location::File { .. } => Err(anyhow!(
                "{named_by} is {url:?}, which is not a URL; write redis://HOST:PORT or rediss://HOST:PORT"
            )),
        }
    }

    /// The values, as [`postern_store::Counters::read`] gives them.
    pub fn read(&self, counters: &[Counter]) -> Result<Vec<Option<i64>>> {
        match self {
            // Its calls are synchronous, and run on the store's runtime.
            Self::Store(store) => Ok(block_on(Increments::new(*store).read(counters))?),
            Self::Redis { url, .. } => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                let read = runtime.block_on(Scripts::new(Redis(url.clone())).read(counters));
                read.with_context(|| {
                    format!("{self} cannot be read; the server must run and be reached from here")
                })
            }
        }
    }
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(store) => write!(formatter, "the key-value store {}", store.location()),
            Self::Redis { url, named_by } => write!(formatter, "{} ({named_by})", shown(url)),
        }
    }
}

/// A connection for one call.
struct Redis(String);

impl Execute for Redis {
    type Bell = oneshot::Sender<()>;

    fn bell(&self) -> (oneshot::Sender<()>, impl Future<Output = ()>) {
        let (bell, rung) = oneshot::channel();
        (bell, async move {
            let _ = rung.await;
        })
    }

    async fn execute(&self, command: &str, arguments: Vec<Argument>) -> Result<Vec<Reply>, String> {
        let text = |error: redis::RedisError| error.to_string();
        let client = client(self.0.as_str()).map_err(|_| "it is no Redis URL".to_owned())?;
        let mut connection = connect(&client).await.map_err(text)?;
        let mut command = redis::cmd(command);
        for argument in arguments {
            match argument {
                Argument::Int(number) => command.arg(number),
                Argument::Bytes(bytes) => command.arg(bytes),
            };
        }
        match command.query_async(&mut connection).await.map_err(text)? {
            Value::Array(values) => Ok(values.into_iter().map(reply).collect()),
            value => Ok(vec![reply(value)]),
        }
    }

    /// This program only reads: no call travels with others.
    fn spawn(&self, _: impl Future<Output = ()> + 'static) {}
}

/// The reply of a reading script: numbers, and nil for a value that is not a number.
fn reply(value: Value) -> Reply {
    match value {
        Value::Nil => Reply::Nil,
        Value::Int(number) => Reply::Int(number),
        Value::BulkString(bytes) => Reply::Bytes(bytes),
        other => Reply::Status(format!("{other:?}")),
    }
}
