//! Counters on a Redis server (6.2 or later, or Valkey), by scripts.
//!
//! A script runs atomically on the server, so a reservation is one step and one round trip for all gates, clock
//! included; and so are the calls of several requests of an instance together. Keys are `{postern}:limit:<name>`: the braces put all on one node of a cluster, where a script must find
//! its keys (<https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags>). They expire at
//! [`Counter::keep_until_unix_s`] by the server's clock, which is used for nothing else: its difference is part of how
//! long a counter must be kept.

mod call;
mod flights;

use std::future::Future;
use std::sync::Arc;

use crate::counters::is_in_range;
use crate::{Change, Counter, Counters, Error, Gate, MAX_VALUE, ReserveOutcome};
use call::Call;
use flights::Flights;

const PREFIX: &str = "{postern}:limit:";
const ASIDE_PREFIX: &str = "{postern}:limit-aside:";

/// Holds the latest time seen, in seconds since 1970-01-01T00:00:00Z.
const CLOCK: &str = "{postern}:limit-clock";

const BATCH: &str = concat!(include_str!("redis/values.lua"), include_str!("redis/batch.lua"));
/// The digest of [`BATCH`], by which a server that has seen it runs it. With a wrong one each call would be sent twice; a test compares.
const BATCH_SHA1: &str = "d9b9ce1114f9581b8a03eb575e205a6a81f95611";
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

    /// Wakes the task that waits for it when it is dropped. Tasks of a component have no other way: they wait for the host only.
    type Bell;

    /// A bell, and what waits until it is dropped.
    fn bell(&self) -> (Self::Bell, impl Future<Output = ()>);

    /// Goes on with this beside the call that is about to return, and after it.
    fn spawn(&self, work: impl Future<Output = ()> + 'static);
}

/// Counters by scripts. One per instance: its calls travel together (`redis/flights.rs`).
pub struct Scripts<E: Execute> {
    flights: Arc<Flights<E>>,
}

impl<E: Execute + 'static> Scripts<E> {
    /// Counters on the server of this connection.
    pub fn new(connection: E) -> Self {
        Self { flights: Arc::new(Flights::new(connection)) }
    }

    /// A round trip of its own, since it is needed only if a value is broken.
    async fn put_aside(&self, counters: &[Counter]) -> Result<(), Error> {
        if counters.is_empty() {
            return Ok(());
        }
        let aside = |counter: &Counter| format!("{ASIDE_PREFIX}{}", counter.name);
        let keys = counters.iter().flat_map(|counter| [key(counter), aside(counter)]).collect();
        let arguments = script(ASIDE, keys, Vec::new());
        self.execute("EVAL", arguments).await.map(drop)
    }

    async fn execute(&self, command: &str, arguments: Vec<Argument>) -> Result<Vec<Reply>, Error> {
        let executed = self.flights.connection.execute(command, arguments).await;
        executed.map_err(Error::Unavailable)
    }
}

/// Whether an error of Redis says that it does not know a script by its digest. Clients word it in their own way.
#[must_use]
pub fn is_unknown_script(error: &str) -> bool {
    let error = error.to_ascii_lowercase();
    error.contains("noscript") || error.contains("no matching script")
}

/// Whether an error says that a connection has broken, after which a command is sent once more. All else is not: above all the server's
/// own errors (`OOM`, `READONLY`, `BUSY`), which the same command would get again. Clients word them in their own way.
#[must_use]
pub fn is_broken_connection(error: &str) -> bool {
    const WORDS: [&str; 9] = [
        "broken pipe",
        "connection reset",
        "connection aborted",
        "connection closed",
        "not connected",
        "unexpected end of file",
        "early eof",
        "unexpectedly terminated",
        "os error",
    ];
    let error = error.to_ascii_lowercase();
    WORDS.iter().any(|word| error.contains(word))
}

/// Runs these calls in one script, and returns the answer to each.
async fn run_batch(connection: &impl Execute, calls: &[&Call]) -> Result<Vec<Vec<i64>>, Error> {
    let (keys, arguments) = call::batch(calls);
    let replies = match connection.execute("EVALSHA", script(BATCH_SHA1, keys, arguments)).await {
        // A server that was started anew knows no script; with this it knows it.
        Err(error) if is_unknown_script(&error) => {
            let (keys, arguments) = call::batch(calls);
            connection.execute("EVAL", script(BATCH, keys, arguments)).await
        }
        other => other,
    };
    let replies = replies.map_err(Error::Unavailable)?;
    let numbers = numbers(&replies);
    let (mut rest, mut answers) = (numbers.as_slice(), Vec::with_capacity(calls.len()));
    for call in calls {
        let (answer, after) = call.split(rest).ok_or_else(|| unexpected(&replies))?;
        answers.push(answer.to_vec());
        rest = after;
    }
    Ok(answers)
}

/// The arguments of `EVAL` and `EVALSHA`.
fn script(script: &str, keys: Vec<String>, arguments: Vec<Argument>) -> Vec<Argument> {
    let mut all = Vec::with_capacity(2 + keys.len() + arguments.len());
    all.push(Argument::Bytes(script.into()));
    all.push(int(keys.len()));
    all.extend(keys.into_iter().map(|key| Argument::Bytes(key.into_bytes())));
    all.extend(arguments);
    all
}

impl<E: Execute + 'static> Counters for Scripts<E> {
    async fn reserve(&self, unix_s: u64, gates: &[Gate]) -> Result<ReserveOutcome, Error> {
        let answer = self.flights.make(Call::reserve(unix_s, gates)).await?;
        let reservation = Call::reservation(gates, &answer).ok_or_else(|| unexpected(&[]))?;
        if let ReserveOutcome::Broken { counter, .. } = &reservation {
            self.put_aside(std::slice::from_ref(counter)).await?;
        }
        Ok(reservation)
    }

    async fn change(&self, changes: &[Change]) -> Result<Vec<Counter>, Error> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let answer = self.flights.make(Call::change(changes)).await?;
        let skipped = Call::skipped(changes, &answer).ok_or_else(|| unexpected(&[]))?;
        self.put_aside(&skipped).await?;
        Ok(skipped)
    }

    async fn read(&self, counters: &[Counter]) -> Result<Vec<Option<i64>>, Error> {
        if counters.is_empty() {
            return Ok(Vec::new());
        }
        let keys = counters.iter().map(key).collect();
        let replies = self.execute("EVAL", script(READ, keys, Vec::new())).await?;
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
        self.execute("SET", words).await.map(drop)
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
