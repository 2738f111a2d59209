//! `spin:redis@3.0.0`: one shared connection per address, to the addresses the manifest allows.

pub mod connection;

use redis::aio::ConnectionManager;
use redis::{AsyncCommands, ErrorKind, RedisError, Value};
use url::Url;
use wasmtime::component::{Accessor, HasSelf, Resource};

use self::connection::{Connection, OpenError};
use crate::bindings::spin::redis::redis::{
    Error, Host, HostConnection, HostConnectionWithStore, RedisParameter, RedisResult as Answer,
};
use crate::state::State;

type Reply<T> = wasmtime::Result<Result<T, Error>>;

impl State {
    fn allows_redis(&self, address: &str) -> bool {
        let Ok(url) = Url::parse(address) else { return false };
        url.host_str()
            .is_some_and(|host| self.component.allowed_hosts.allows(url.scheme(), host, url.port()))
    }
}

fn connection<T>(
    accessor: &Accessor<T, HasSelf<State>>,
    this: &Resource<Connection>,
) -> wasmtime::Result<ConnectionManager> {
    accessor.with(|mut access| Ok(access.get().table.get(this)?.0.clone()))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of `map_err`")]
fn into_error(error: RedisError) -> Error {
    match error.kind() {
        ErrorKind::UnexpectedReturnType => Error::TypeError,
        _ if error.code() == Some("WRONGTYPE") => Error::TypeError,
        _ => Error::Other(error.to_string()),
    }
}

impl Host for State {}

impl HostConnection for State {
    async fn drop(&mut self, this: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl<T: 'static> HostConnectionWithStore<T> for HasSelf<State> {
    async fn open(accessor: &Accessor<T, Self>, address: String) -> Reply<Resource<Connection>> {
        let shared = accessor.with(|mut access| {
            let state = access.get();
            state.allows_redis(&address).then(|| state.shared.clone())
        });
        let Some(shared) = shared else { return Ok(Err(Error::InvalidAddress)) };
        match shared.redis.open(&address).await {
            Ok(connection) => accessor
                .with(|mut access| Ok(Ok(access.get().table.push(Connection(connection))?))),
            Err(OpenError::Address) => Ok(Err(Error::InvalidAddress)),
            Err(OpenError::Server(error)) => Ok(Err(into_error(error))),
        }
    }

    async fn publish(
        accessor: &Accessor<T, Self>,
        this: Resource<Connection>,
        channel: String,
        payload: Vec<u8>,
    ) -> Reply<()> {
        Ok(connection(accessor, &this)?.publish(channel, payload).await.map_err(into_error))
    }

    async fn get(
        accessor: &Accessor<T, Self>,
        this: Resource<Connection>,
        key: String,
    ) -> Reply<Option<Vec<u8>>> {
        Ok(connection(accessor, &this)?.get(key).await.map_err(into_error))
    }

    async fn set(
        accessor: &Accessor<T, Self>,
        this: Resource<Connection>,
        key: String,
        value: Vec<u8>,
    ) -> Reply<()> {
        Ok(connection(accessor, &this)?.set(key, value).await.map_err(into_error))
    }

    async fn incr(
        accessor: &Accessor<T, Self>,
        this: Resource<Connection>,
        key: String,
    ) -> Reply<i64> {
        Ok(connection(accessor, &this)?.incr(key, 1).await.map_err(|error: RedisError| {
            // Redis says ERR for a value that is not a number.
            if error.to_string().contains("not an integer") {
                Error::TypeError
            } else {
                into_error(error)
            }
        }))
    }

    async fn del(
        accessor: &Accessor<T, Self>,
        this: Resource<Connection>,
        keys: Vec<String>,
    ) -> Reply<u32> {
        if keys.is_empty() {
            return Ok(Ok(0));
        }
        Ok(connection(accessor, &this)?.del(keys).await.map_err(into_error))
    }

    async fn sadd(
        accessor: &Accessor<T, Self>,
        this: Resource<Connection>,
        key: String,
        values: Vec<String>,
    ) -> Reply<u32> {
        Ok(connection(accessor, &this)?.sadd(key, values).await.map_err(into_error))
    }

    async fn smembers(
        accessor: &Accessor<T, Self>,
        this: Resource<Connection>,
        key: String,
    ) -> Reply<Vec<String>> {
        Ok(connection(accessor, &this)?.smembers(key).await.map_err(into_error))
    }

    async fn srem(
        accessor: &Accessor<T, Self>,
        this: Resource<Connection>,
        key: String,
        values: Vec<String>,
    ) -> Reply<u32> {
        Ok(connection(accessor, &this)?.srem(key, values).await.map_err(into_error))
    }

    async fn execute(
        accessor: &Accessor<T, Self>,
        this: Resource<Connection>,
        command: String,
        arguments: Vec<RedisParameter>,
    ) -> Reply<Vec<Answer>> {
        let mut connection = connection(accessor, &this)?;
        let mut command = redis::cmd(&command);
        for argument in arguments {
            match argument {
                RedisParameter::Int64(number) => command.arg(number),
                RedisParameter::Binary(bytes) => command.arg(bytes),
            };
        }
        let value: Result<Value, _> = command.query_async(&mut connection).await;
        Ok(value.map_err(into_error).and_then(|value| {
            let mut answers = Vec::new();
            flatten(value, &mut answers)?;
            Ok(answers)
        }))
    }
}

/// Nested answers become one list, as Spin gives them.
fn flatten(value: Value, answers: &mut Vec<Answer>) -> Result<(), Error> {
    match value {
        Value::Nil => answers.push(Answer::Nil),
        Value::Int(number) => answers.push(Answer::Int64(number)),
        Value::Boolean(value) => answers.push(Answer::Int64(value.into())),
        Value::BulkString(bytes) => answers.push(Answer::Binary(bytes)),
        Value::SimpleString(text) => answers.push(Answer::Status(text)),
        Value::Okay => answers.push(Answer::Status("OK".to_owned())),
        Value::Double(number) => answers.push(Answer::Binary(number.to_string().into_bytes())),
        Value::Array(items) | Value::Set(items) => {
            for item in items {
                flatten(item, answers)?;
            }
        }
        Value::Map(pairs) => {
            for (key, value) in pairs {
                flatten(key, answers)?;
                flatten(value, answers)?;
            }
        }
        other => return Err(Error::Other(format!("a reply of an unknown kind: {other:?}"))),
    }
    Ok(())
}
