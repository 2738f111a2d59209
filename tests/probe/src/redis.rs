//! `spin:redis`.

use crate::seen::{refused, seen};
use serde_json::{Value, json};
use spin_sdk::redis::{Connection, Error, RedisParameter, RedisResult};

/// Not UTF-8, with a zero.
const BINARY: [u8; 4] = [0, 159, 146, 255];

pub async fn report(address: &str) -> Value {
    match Connection::open(address).await {
        Ok(connection) => json!({
            "values": values(&connection).await,
            "sets": sets(&connection).await,
            "commands": commands(&connection).await,
            "errors": errors(&connection).await,
        }),
        Err(error) => refused(error),
    }
}

async fn values(connection: &Connection) -> Value {
    json!({
        "get_before": seen(connection.get("binary").await),
        "set": seen(connection.set("binary", BINARY).await),
        "get": seen(connection.get("binary").await),
        "incr": seen(connection.incr("count").await),
        "incr_again": seen(connection.incr("count").await),
        "count": seen(connection.get("count").await),
        "del": seen(connection.del(["binary", "count", "missing"]).await),
        "del_nothing": seen(connection.del::<&str>([]).await),
        "get_after": seen(connection.get("binary").await),
        "publish": seen(connection.publish("nobody", BINARY).await),
    })
}

async fn sets(connection: &Connection) -> Value {
    json!({
        "smembers_before": seen(sorted_members(connection).await),
        "sadd": seen(connection.sadd("set", ["one", "two", "two"]).await),
        "sadd_again": seen(connection.sadd("set", ["two", "three"]).await),
        "smembers": seen(sorted_members(connection).await),
        "srem": seen(connection.srem("set", ["one", "missing"]).await),
        "smembers_after": seen(sorted_members(connection).await),
    })
}

async fn sorted_members(connection: &Connection) -> Result<Vec<String>, Error> {
    let mut members = connection.smembers("set").await?;
    members.sort_unstable();
    Ok(members)
}

async fn commands(connection: &Connection) -> Value {
    let binary = |text: &str| RedisParameter::Binary(text.as_bytes().to_vec());
    let number = RedisParameter::Int64;
    let execute = async |command, arguments: Vec<RedisParameter>| {
        let results = connection.execute(command, arguments).await;
        seen(results.map(|results| results.into_iter().map(shown).collect::<Vec<_>>()))
    };
    json!({
        "status": execute("PING", vec![]).await,
        "number_as_argument": execute("SET", vec![binary("number"), number(-7)]).await,
        "number": execute("INCRBY", vec![binary("number"), number(10)]).await,
        "list": execute("MGET", vec![binary("number"), binary("missing")]).await,
        "nested": execute("EVAL", vec![binary("return {1, {'two', {3}}}"), number(0)]).await,
        "unknown": execute("NONSENSE", vec![]).await,
        "of_another_kind": execute("LPUSH", vec![binary("set"), number(1)]).await,
    })
}

async fn errors(connection: &Connection) -> Value {
    json!({
        "get_of_a_set": seen(connection.get("set").await),
        "set_text": seen(connection.set("text", "no counter").await),
        "incr_of_a_text": seen(connection.incr("text").await),
        "sadd_to_a_text": seen(connection.sadd("text", ["one"]).await),
    })
}

fn shown(result: RedisResult) -> Value {
    match result {
        RedisResult::Nil => Value::Null,
        RedisResult::Status(text) => json!({ "status": text }),
        RedisResult::Int64(number) => json!(number),
        RedisResult::Binary(bytes) => json!(String::from_utf8_lossy(&bytes)),
    }
}
