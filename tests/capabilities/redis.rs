//! `spin:redis`, within the addresses of the manifest.

use crate::probe::{error, error_text, ok, refused, report, start};
use postern_tests::{Gateway, Options, Redis};
use serde_json::{Value, json};
use std::net::TcpListener;

/// A host whose manifest allows this address.
fn allowing(address: &str) -> Gateway {
    let variables = vec![("redis_address".to_owned(), address.to_owned())];
    start(Options { variables, ..Options::default() })
}

#[tokio::test]
async fn values_sets_and_commands_reach_the_server_and_come_back() {
    let redis = Redis::start();
    let host = allowing(&redis.url());
    let seen = report(&host, &format!("/granted/redis?{}", redis.url())).await;
    let binary = [0, 159, 146, 255];
    let values = json!({
        "get_before": ok(Value::Null),
        "set": ok(Value::Null),
        "get": ok(binary.to_vec()),
        "incr": ok(1),
        "incr_again": ok(2),
        "count": ok(b"2".to_vec()),
        "del": ok(2),
        "del_nothing": ok(0),
        "get_after": ok(Value::Null),
        "publish": ok(Value::Null),
    });
    assert_eq!(seen["values"], values);
    let sets = json!({
        "smembers_before": { "ok": [] },
        "sadd": ok(2),
        "sadd_again": ok(1),
        "smembers": ok(vec!["one", "three", "two"]),
        "srem": ok(1),
        "smembers_after": ok(vec!["three", "two"]),
    });
    assert_eq!(seen["sets"], sets);
    let commands = &seen["commands"];
    assert_eq!(commands["status"], ok(json!([{ "status": "PONG" }])));
    assert_eq!(commands["number_as_argument"], ok(json!([{ "status": "OK" }])));
    assert_eq!(commands["number"], ok(vec![3]));
    assert_eq!(commands["list"], ok(json!(["3", null])));
    assert_eq!(commands["nested"], ok(json!([1, "two", 3])));
}

#[tokio::test]
async fn what_the_server_refuses_is_an_error_of_its_kind() {
    let redis = Redis::start();
    let host = allowing(&redis.url());
    let seen = report(&host, &format!("/granted/redis?{}", redis.url())).await;
    let errors = json!({
        "get_of_a_set": error("Error::TypeError"),
        "set_text": ok(Value::Null),
        "incr_of_a_text": error("Error::TypeError"),
        "sadd_to_a_text": error("Error::TypeError"),
    });
    assert_eq!(seen["errors"], errors);
    let text = error_text(&seen["commands"]["unknown"]);
    assert!(text.starts_with("Error::Other(") && text.contains("unknown command"), "{text}");
    assert_eq!(seen["commands"]["of_another_kind"], error("Error::TypeError"));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error() {
    let address = {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("redis://{}", free.local_addr().unwrap())
    };
    let seen = report(&allowing(&address), &format!("/granted/redis?{address}")).await;
    let text = seen["refused"].as_str().unwrap();
    assert!(text.starts_with("Error::Other("), "{text}");
}

#[tokio::test]
async fn an_address_that_is_not_granted_is_not_called() {
    let (redis, unnamed) = (Redis::start(), TcpListener::bind("127.0.0.1:0").unwrap());
    unnamed.set_nonblocking(true).unwrap();
    let host = allowing(&redis.url());
    let unnamed_address = format!("redis://{}", unnamed.local_addr().unwrap());
    let denied = refused("Error::InvalidAddress");
    for (component, address) in [
        ("granted", unnamed_address.as_str()),
        ("denied", unnamed_address.as_str()),
        ("denied", redis.url().as_str()),
        ("granted", "no address"),
        ("granted", ""),
    ] {
        let path = format!("/{component}/redis?{}", address.replace(' ', "%20"));
        assert_eq!(report(&host, &path).await, denied, "{path}");
    }
    assert!(unnamed.accept().is_err(), "a connection was made");
}
