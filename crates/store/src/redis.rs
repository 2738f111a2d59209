//! Counters on a Redis server (6.2 or later, or Valkey), by scripts.
//!
//! A script runs atomically on the server, so a reservation is one step and one round trip for all gates, clock
//! included. Keys are `{postern}:limit:<name>`: the braces put all on one node of a cluster, where a script must find
//! its keys (<https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags>). They expire at
//! [`Counter::keep_until_unix_s`] by the server's clock, which is used for nothing else: its difference is part of how
//! long a counter must be kept.

mod named;

use std::future::Future;

use crate::counters::is_in_range;
use crate::{Change, Counter, Counters, Error, Gate, MAX_VALUE, ReserveOutcome};
use named::Named;

const PREFIX: &str = "{postern}:limit:";
const ASIDE_PREFIX: &str = "{postern}:limit-aside:";

/// Holds the latest time seen, in seconds since 1970-01-01T00:00:00Z.
const CLOCK: &str = "{postern}:limit-clock";

const RESERVE: &str = concat!(include_str!("redis/values.lua"), include_str!("redis/reserve.lua"));
const CHANGE: &str = concat!(include_str!("redis/values.lua"), include_str!("redis/change.lua"));
const READ: &str = concat!(include_str!("redis/values.lua"), include_str!("redis/read.lua"));
const ASIDE: &str = include_str!("redis/aside.lua");

/// An argument of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// A number, sent as its digits.
    Int(i64),
    /// Anything else.
    Bytes(Vec<u8>),
}

/// A part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Nothing there.
    Nil,
    /// A number.
    Int(i64),
    /// A value.
    Bytes(Vec<u8>),
    /// A status such as `OK`.
    Status(String),
}

/// A connection to Redis: `execute` of `spin:redis`.
pub trait Execute {
    /// Runs a command. Nested answers come flattened.
    ///
    /// # Errors
    /// When the server cannot be reached, or answers with an error.
    fn execute(
        &self,
        command: &str,
        arguments: Vec<Argument>,
    ) -> impl Future<Output = Result<Vec<Reply>, String>>;
}

/// Counters by scripts.
#[derive(Debug, Default)]
pub struct Scripts<E> {
    connection: E,
}

impl<E: Execute> Scripts<E> {
    /// Counters on the server of this connection.
    pub const fn new(connection: E) -> Self {
        Self { connection }
    }

    async fn run(
        &self,
        script: &str,
        keys: Vec<String>,
        arguments: Vec<Argument>,
    ) -> Result<Vec<Reply>, Error> {
        let mut all = Vec::with_capacity(2 + keys.len() + arguments.len());
        all.push(Argument::Bytes(script.into()));
        all.push(int(keys.len()));
        all.extend(keys.into_iter().map(|key| Argument::Bytes(key.into_bytes())));
        all.extend(arguments);
        self.connection.execute("EVAL", all).await.map_err(Error::Unavailable)
    }

    /// A round trip of its own, since it is needed only if a value is broken.
    async fn put_aside(&self, counters: &[Counter]) -> Result<(), Error> {
        if counters.is_empty() {
            return Ok(());
        }
        let aside = |counter: &Counter| format!("{ASIDE_PREFIX}{}", counter.name);
        let keys = counters.iter().flat_map(|counter| [key(counter), aside(counter)]).collect();
        self.run(ASIDE, keys, Vec::new()).await.map(drop)
    }
}

impl<E: Execute> Counters for Scripts<E> {
    async fn reserve(&self, unix_s: u64, gates: &[Gate]) -> Result<ReserveOutcome, Error> {
        let named = Named::of(gates);
        let replies = self.run(RESERVE, named.keys(), named.arguments(unix_s, gates)).await?;
        let reservation =
            named.reservation(gates, &numbers(&replies)).ok_or_else(|| unexpected(&replies))?;
        if let ReserveOutcome::Broken { counter, .. } = &reservation {
            self.put_aside(std::slice::from_ref(counter)).await?;
        }
        Ok(reservation)
    }

    async fn change(&self, changes: &[Change]) -> Result<Vec<Counter>, Error> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let keys = changes.iter().map(|change| key(&change.counter)).collect();
        let arguments = changes
            .iter()
            .flat_map(|change| [Argument::Int(change.by), time(change.counter.keep_until_unix_s)])
            .collect();
        let replies = self.run(CHANGE, keys, arguments).await?;
        let left_out = |number: &i64| {
            let index = usize::try_from(*number).ok()?.checked_sub(1)?;
            Some(changes.get(index)?.counter.clone())
        };
        let left_out: Option<Vec<_>> = numbers(&replies).iter().map(left_out).collect();
        let left_out = left_out.ok_or_else(|| unexpected(&replies))?;
        self.put_aside(&left_out).await?;
        Ok(left_out)
    }

    async fn read(&self, counters: &[Counter]) -> Result<Vec<Option<i64>>, Error> {
        if counters.is_empty() {
            return Ok(Vec::new());
        }
        let replies = self.run(READ, counters.iter().map(key).collect(), Vec::new()).await?;
        let value = |reply: &Reply| match reply {
            Reply::Int(value) => Some(Some(*value)),
            Reply::Nil => Some(None),
            Reply::Bytes(_) | Reply::Status(_) => None,
        };
        let values: Option<Vec<_>> = replies.iter().map(value).collect();
        values.filter(|values| values.len() == counters.len()).ok_or_else(|| unexpected(&replies))
    }

    async fn ready(&self) -> Result<(), Error> {
        // A read-only server (a replica, a full disk) would count nothing.
        let words = [format!("{PREFIX}ready"), "1".to_owned(), "EX".to_owned(), "60".to_owned()];
        let words = words.map(|word| Argument::Bytes(word.into_bytes())).into();
        self.connection.execute("SET", words).await.map(drop).map_err(Error::Unavailable)
    }
}

fn key(counter: &Counter) -> String {
    format!("{PREFIX}{}", counter.name)
}

fn int(number: usize) -> Argument {
    Argument::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Redis keeps times in milliseconds and refuses values out of range: a script would stop half-way.
fn time(unix_s: u64) -> Argument {
    const LATEST_UNIX_S: i64 = MAX_VALUE / 1_000;
    Argument::Int(i64::try_from(unix_s).map_or(LATEST_UNIX_S, |unix_s| unix_s.min(LATEST_UNIX_S)))
}

/// The numbers of an answer up to the first part that is not a number.
fn numbers(replies: &[Reply]) -> Vec<i64> {
    let number = |reply: &Reply| match reply {
        Reply::Int(number) if is_in_range(*number) => Some(*number),
        _ => None,
    };
    replies.iter().map_while(number).collect()
}

fn unexpected(replies: &[Reply]) -> Error {
    let count = replies.len();
    Error::Unavailable(format!("redis answered a script with {count} parts that it never answers"))
}
