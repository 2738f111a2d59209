//! A ledger in SQLite, and records to write.
#![allow(dead_code, missing_docs, clippy::panic, clippy::unwrap_used)]

use postern_trail::Name;
use postern_trail::ledger::{Row, SqlDialect, Store, StoreError, Value, migrate};
use postern_trail::record::{
    AttemptEnd, AttemptRecord, FaultLabel, Party, Principal, Record, RequestOutcome, TokenCounts,
};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};
use std::future::Future;

pub struct Sqlite {
    pub connection: Connection,
    /// The statement that fails, counted from now.
    pub fails_at: Option<usize>,
}

pub fn now<F: Future>(future: F) -> F::Output {
    futures::executor::block_on(future)
}

/// A ledger in memory, migrated.
pub fn ledger() -> Sqlite {
    let mut store = empty();
    now(migrate(&mut store, 0)).unwrap();
    store
}

pub fn empty() -> Sqlite {
    Sqlite { connection: Connection::open_in_memory().unwrap(), fails_at: None }
}

fn failed(error: rusqlite::Error) -> StoreError {
    StoreError { text: error.to_string(), retryable: false }
}

impl Sqlite {
    fn step(&mut self) -> Result<(), StoreError> {
        match &mut self.fails_at {
            Some(0) => {
                self.fails_at = None;
                Err(StoreError { text: "away".to_owned(), retryable: true })
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// One integer.
    pub fn integer(&mut self, statement: &str) -> i64 {
        self.connection.query_row(statement, [], |row| row.get(0)).unwrap()
    }
}

fn parameters(values: &[Value]) -> impl Iterator<Item = rusqlite::types::Value> + '_ {
    values.iter().map(|value| match value {
        Value::Null => rusqlite::types::Value::Null,
        Value::Integer(number) => rusqlite::types::Value::Integer(*number),
        Value::Text(text) => rusqlite::types::Value::Text(text.clone()),
    })
}

impl Store for Sqlite {
    fn dialect(&self) -> SqlDialect {
        SqlDialect::Sqlite
    }

    async fn execute(&mut self, statement: &str, values: &[Value]) -> Result<(), StoreError> {
        self.step()?;
        let mut statement = self.connection.prepare_cached(statement).map_err(failed)?;
        statement.execute(params_from_iter(parameters(values))).map(|_| ()).map_err(failed)
    }

    async fn query(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.step()?;
        let mut statement = self.connection.prepare_cached(statement).map_err(failed)?;
        let columns = statement.column_count();
        let rows = statement.query_map(params_from_iter(parameters(values)), |row| {
            (0..columns)
                .map(|at| {
                    Ok(match row.get_ref(at)? {
                        ValueRef::Null => Value::Null,
                        ValueRef::Integer(number) => Value::Integer(number),
                        ValueRef::Text(text) => {
                            Value::Text(String::from_utf8(text.into()).unwrap())
                        }
                        other => panic!("{other:?}"),
                    })
                })
                .collect()
        });
        rows.map_err(failed)?.collect::<Result<_, _>>().map_err(failed)
    }
}

pub fn name(text: &str) -> Name {
    Name::from_policy(text)
}

pub fn attempt(provider: &str, model: &str, outcome: AttemptEnd) -> AttemptRecord {
    let answered = outcome == AttemptEnd::Answered;
    let fault =
        FaultLabel { kind: name("overloaded"), party: Party::Vendor, code: None, param: None };
    AttemptRecord {
        question: false,
        deployment: name(&format!("{provider}/{model}")),
        provider: name(provider),
        model: name(model),
        region: None,
        outcome,
        started_us: 500,
        duration_us: 40_000,
        first_token_us: answered.then_some(30_000),
        status: Some(if answered { 200 } else { 503 }),
        fault: (!answered).then_some(fault),
        tokens: None,
        cost_nano_usd: None,
    }
}

/// A request of a consumer that was answered by this model.
pub fn record(id: &str, unix_ms: u64, consumer: &str, model: &str) -> Record {
    let tokens = TokenCounts { input: 100, cached_input: 10, output: 20, ..Default::default() };
    let mut answered = attempt("openai", model, AttemptEnd::Answered);
    answered.tokens = Some(tokens);
    answered.cost_nano_usd = Some(7_000);
    Record {
        duration_us: 95_000,
        first_token_us: Some(31_000),
        caller: Some(Principal {
            consumer: name(consumer),
            team: Some(name("web")),
            tenant: Some(name("acme")),
            plan: None,
            issuer: None,
        }),
        operation: Some(name("chat")),
        requested_model: Some(name(model)),
        outcome: RequestOutcome::Complete,
        status: Some(200),
        attempts: vec![answered],
        tokens: Some(tokens),
        cost_nano_usd: Some(7_000),
        request_bytes: 500,
        response_bytes: 1_500,
        ..Record::new(name(id), unix_ms)
    }
}

/// A request that policy refused before any attempt.
pub fn refused(id: &str, unix_ms: u64, consumer: &str) -> Record {
    let fault =
        FaultLabel { kind: name("rate_limited"), party: Party::Policy, code: None, param: None };
    Record {
        outcome: RequestOutcome::Refused,
        status: Some(429),
        fault: Some(fault),
        attempts: Vec::new(),
        tokens: None,
        cost_nano_usd: None,
        first_token_us: None,
        ..record(id, unix_ms, consumer, "gpt-4o")
    }
}
