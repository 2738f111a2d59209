//! A closed loop: each connection sends its next request when it has the complete answer to the last.

use crate::client::{Call, Connection, Server};
use crate::clock;
use crate::samples::Samples;
use anyhow::Result;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

/// The end of a loop.
#[derive(Clone)]
enum Until {
    /// At this time of [`clock`].
    Ns(u64),
    /// After this many requests of all connections together.
    Taken(Arc<AtomicU64>),
}

impl Until {
    fn over(&self) -> bool {
        match self {
            Self::Ns(end_ns) => clock::now_ns() >= *end_ns,
            Self::Taken(left) => {
                let taken = left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
                taken.is_err()
            }
        }
    }
}

/// The results of a loop.
#[derive(Default)]
pub struct Run {
    pub latency: Samples,
    pub seconds: f64,
}

impl Run {
    pub fn requests_per_second(&self) -> f64 {
        self.latency.len() as f64 / self.seconds
    }

    /// Adds another round.
    pub fn append(&mut self, other: Self) {
        self.latency.append(other.latency);
        self.seconds += other.seconds;
    }
}

/// Open connections to one server.
pub struct Load {
    connections: Vec<Connection>,
    call: Call,
}

impl Load {
    pub async fn open(server: &Server, call: &Call, connections: usize) -> Result<Self> {
        let mut open = Vec::with_capacity(connections);
        for _ in 0..connections {
            open.push(Connection::open(server).await?);
        }
        Ok(Self { connections: open, call: call.clone() })
    }

    /// Runs for a time.
    pub async fn run_for(&mut self, duration: Duration) -> Result<Run> {
        let ns = u64::try_from(duration.as_nanos())?;
        self.run(Until::Ns(clock::now_ns().saturating_add(ns))).await
    }

    /// Runs for a number of requests.
    pub async fn run_requests(&mut self, requests: u64) -> Result<Run> {
        self.run(Until::Taken(Arc::new(AtomicU64::new(requests)))).await
    }

    async fn run(&mut self, until: Until) -> Result<Run> {
        let started_ns = clock::now_ns();
        let mut tasks = JoinSet::new();
        for connection in self.connections.drain(..) {
            tasks.spawn(repeat(connection, self.call.clone(), until.clone()));
        }
        let mut run = Run::default();
        while let Some(done) = tasks.join_next().await {
            let (connection, samples) = done??;
            self.connections.push(connection);
            run.latency.append(samples);
        }
        run.seconds = clock::now_ns().saturating_sub(started_ns) as f64 / 1e9;
        Ok(run)
    }
}

async fn repeat(
    mut connection: Connection,
    call: Call,
    until: Until,
) -> Result<(Connection, Samples)> {
    let mut samples = Samples::default();
    while !until.over() {
        samples.push(connection.call(&call).await?.ns);
    }
    Ok((connection, samples))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{payload, upstream};
    use http::HeaderValue;

    fn server() -> Server {
        let authorization = HeaderValue::from_static("Bearer bench");
        Server { address: upstream::start().unwrap(), authorization }
    }

    #[tokio::test]
    async fn every_request_of_every_connection_is_a_sample() {
        let call = Call::chat(payload::chat(None));
        let mut load = Load::open(&server(), &call, 4).await.unwrap();
        let mut run = load.run_requests(101).await.unwrap();
        assert_eq!(run.latency.len(), 101);
        run.append(load.run_for(Duration::from_millis(50)).await.unwrap());
        assert!(run.latency.len() > 101 && run.seconds >= 0.05);
    }

    #[tokio::test]
    async fn an_answer_that_is_no_success_ends_the_run() {
        let call = Call { path: "/v1/nothing", body: payload::embeddings(), timing: false };
        let mut load = Load::open(&server(), &call, 1).await.unwrap();
        let error = load.run_requests(1).await.err().unwrap();
        assert!(format!("{error:#}").contains("answered 404"), "{error:#}");
    }
}
