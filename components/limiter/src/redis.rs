//! Counters in Redis.

use crate::policy;
use postern_contract::clock::within;
use postern_store::redis::{
    Argument, Execute, Reply, Scripts, is_broken_connection, is_unknown_script,
};
use spin_sdk::redis::{Connection, RedisParameter, RedisResult};
use spin_sdk::wasip3::wit_bindgen::rt::async_support::StreamWriter;
use spin_sdk::wasip3::{spawn, wit_stream};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::LazyLock;

/// Overrides `plans.toml`: the place for an address with a password, which does not belong in git.
const URL_VARIABLE: &str = "POSTERN_REDIS_URL";

/// A server that does not answer for so long is away: the calls that came meanwhile wait for the same command. Scripts take less than a
/// millisecond.
const ANSWER_MS: u64 = 2_000;

static COUNTERS: LazyLock<Scripts<Redis>> = LazyLock::new(|| Scripts::new(Redis));

thread_local! {
    /// Opened once per instance, which has one thread, and again after a failure.
    static CONNECTION: RefCell<Option<Rc<Connection>>> = const { RefCell::new(None) };
}

/// The counters.
pub fn counters() -> &'static Scripts<Redis> {
    &COUNTERS
}

/// Redis expires counters by itself.
pub fn sweep() {}

fn url() -> Result<String, String> {
    if let Ok(url) = std::env::var(URL_VARIABLE) {
        return Ok(url);
    }
    let plans = policy::plans().map_err(|fault| fault.private.unwrap_or(fault.public))?;
    plans.redis_url().map(str::to_owned).ok_or_else(|| {
        "no Redis is named: write `redis_url` in [counters] of plans.toml, or set POSTERN_REDIS_URL".to_owned()
    })
}

/// The Redis server that policy names.
#[derive(Debug, Default)]
pub struct Redis;

impl Execute for Redis {
    async fn execute(&self, command: &str, arguments: Vec<Argument>) -> Result<Vec<Reply>, String> {
        let arguments: Vec<_> = arguments.into_iter().map(into_parameter).collect();
        let replies = match tried(command, arguments.clone()).await {
            Ok(replies) => replies,
            // An idle connection may have been cut. If the server did run the command, all its calls count twice: too high for a
            // while, where a lost command would be too low for ever.
            Err(error) if is_broken_connection(&error) => tried(command, arguments).await?,
            Err(error) => return Err(error),
        };
        Ok(replies.into_iter().map(from_result).collect())
    }

    /// A stream that nothing is written to: its reader is woken by its end.
    type Bell = StreamWriter<u8>;

    fn bell(&self) -> (StreamWriter<u8>, impl Future<Output = ()>) {
        let (bell, mut rung) = wit_stream::new();
        (bell, async move { drop(rung.read(Vec::with_capacity(1)).await) })
    }

    fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        spawn(work);
    }
}

async fn tried(command: &str, arguments: Vec<RedisParameter>) -> Result<Vec<RedisResult>, String> {
    let answered = within(ANSWER_MS, async {
        let executed = connection().await?.execute(command, arguments).await;
        executed.map_err(|error| format!("redis: {error:?}"))
    });
    let silent = || Err(format!("redis: it has not answered in {} seconds", ANSWER_MS / 1_000));
    let answer = answered.await.unwrap_or_else(silent);
    if answer.as_ref().is_err_and(|error| !is_unknown_script(error)) {
        // The connection may be at fault: the next call opens another.
        CONNECTION.with(|cell| cell.take());
    }
    answer
}

async fn connection() -> Result<Rc<Connection>, String> {
    if let Some(open) = CONNECTION.with(|cell| cell.borrow().clone()) {
        return Ok(open);
    }
    let url = url()?;
    // The error does not repeat the address, which may have a password.
    let opened =
        Connection::open(url).await.map_err(|_| "redis: it cannot be reached".to_owned())?;
    let opened = Rc::new(opened);
    CONNECTION.with(|cell| cell.replace(Some(Rc::clone(&opened))));
    Ok(opened)
}

fn into_parameter(argument: Argument) -> RedisParameter {
    match argument {
        Argument::Int(number) => RedisParameter::Int64(number),
        Argument::Bytes(bytes) => RedisParameter::Binary(bytes),
    }
}

fn from_result(result: RedisResult) -> Reply {
    match result {
        RedisResult::Nil => Reply::Nil,
        RedisResult::Status(text) => Reply::Status(text),
        RedisResult::Int64(number) => Reply::Int(number),
        RedisResult::Binary(bytes) => Reply::Bytes(bytes),
    }
}
