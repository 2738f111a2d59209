//! A Redis server, and connections to it.

use std::sync::Mutex;

use futures::channel::oneshot;
use postern_redis_server::RedisServer;
use postern_store::redis::{Argument, Execute, Reply};
use redis::{FromRedisValue, Value};

/// A running server.
pub struct Server(RedisServer);

/// A connection, on which one command runs at a time.
pub struct Connection(Mutex<redis::Connection>);

impl Server {
    pub fn start() -> Self {
        Self(RedisServer::start().unwrap())
    }

    /// One more connection.
    pub fn connect(&self) -> Connection {
        let client = redis::Client::open(self.0.url()).unwrap();
        Connection(Mutex::new(client.get_connection().unwrap()))
    }
}

impl Connection {
    /// Runs a command and reads its answer.
    pub fn query<T: FromRedisValue>(&self, command: &str, arguments: &[&str]) -> T {
        redis::cmd(command).arg(arguments).query(&mut self.0.lock().unwrap()).unwrap()
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
        let value = command.query(&mut self.0.lock().unwrap());
        let mut replies = Vec::new();
        flatten(value.map_err(|error| error.to_string())?, &mut replies);
        Ok(replies)
    }

    /// No call of a connection that blocks is overtaken by another, so there is nothing to carry.
    fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        futures::executor::block_on(work);
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
