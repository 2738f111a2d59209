//! Draining: open requests finish, and no new ones begin.
//!
//! Stages: gateway.

use postern_tests::{Event, Stage, eventually, marker};
use std::net::{SocketAddr, TcpStream};

async fn no_longer_accepts(address: SocketAddr) {
    eventually("new connections are refused", || TcpStream::connect(address).err().map(|_| ()))
        .await;
}

#[tokio::test]
async fn an_open_stream_finishes_and_new_connections_are_refused() {
    let (mut stage, marker) = (Stage::start(), marker());
    stage.upstream.release(&marker, 2);
    let mut stream =
        stage.ask_streamed("stepped", &marker).header("x-request-id", marker.as_str()).open().await;
    stream.read_events(2).await;
    stage.gateway.terminate();
    no_longer_accepts(stage.gateway.address()).await;
    stage.upstream.release(&marker, 100);
    let answer = stream.whole().await;
    assert!(answer.streamed_text().ends_with(&marker), "{}", answer.text());
    assert_eq!(answer.events().last(), Some(&Event::Done));
    assert_eq!(stage.gateway.ended().await.code(), Some(0));
    assert_eq!(stage.gateway.log_line(&marker).await["outcome"], "complete");
}

#[tokio::test]
async fn a_stream_without_an_end_does_not_hold_the_end_up() {
    let (mut stage, marker) = (Stage::start(), marker());
    let mut stream = stage.ask_streamed("silent-midstream-for-long", &marker).open().await;
    stream.read_events(1).await;
    stage.gateway.terminate();
    // Bounded by 10 s; the timeout for the vendor would be longer.
    assert_eq!(stage.gateway.ended().await.code(), Some(0));
    let answer = stream.whatever_comes().await;
    assert!(!answer.text().contains("[DONE]"), "{}", answer.text());
}

#[tokio::test]
async fn an_idle_gateway_ends_at_once() {
    let mut stage = Stage::start();
    assert_eq!(stage.ask("plain-model", &marker()).send().await.status, 200);
    stage.gateway.terminate();
    assert_eq!(stage.gateway.ended().await.code(), Some(0));
}
