//! The wait of the first caller: for a new process, and for a new instance.

use super::Effort;
use crate::client::{Call, Connection};
use crate::clock;
use crate::gateway::Gateway;
use crate::payload;
use crate::report::{Figure, Target};
use crate::samples::{Samples, ms};
use anyhow::Result;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// Longer than the second for which the host keeps an idle instance.
pub const IDLE: Duration = Duration::from_millis(1_700);

/// Requests that make an instance warm.
pub const WARM_UP_REQUESTS: u64 = 200;

/// The time of one start, in nanoseconds.
struct Start {
    listening_ns: u64,
    answered_ns: u64,
}

/// From process start to the first answered request, without and with cached components.
pub async fn start(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let empty = TempDir::new()?;
    let compiling = once(gateway, empty.path()).await?;
    let mut listening = Samples::default();
    let mut answered = Samples::default();
    for _ in 0..effort.cold_repetitions {
        let start = once(gateway, empty.path()).await?;
        listening.push(start.listening_ns);
        answered.push(start.answered_ns);
    }
    let note = format!("median of {}, longest {:.0}", answered.len(), answered.max_ms());
    let compiled = ms(compiling.answered_ns);
    Ok(vec![
        Figure::new("process start to listening, compile cache warm", "ms", listening.median_ms()),
        Figure::new(
            "process start to first answer, compile cache warm",
            "ms",
            answered.median_ms(),
        )
        .reaching(Target::AtMost(300.0))
        .noted(note),
        Figure::new("process start to first answer, compile cache empty", "ms", compiled)
            .noted("once"),
    ])
}

async fn once(gateway: &Gateway, cache: &Path) -> Result<Start> {
    let call = Call::chat(payload::chat(None));
    let started_ns = clock::now_ns();
    let running = gateway.start_with_cache(cache).await?;
    let listening_ns = clock::now_ns().saturating_sub(started_ns);
    Connection::open(&running.server).await?.call(&call).await?;
    let answered_ns = clock::now_ns().saturating_sub(started_ns);
    running.stop().await?;
    Ok(Start { listening_ns, answered_ns })
}

/// One request on an open connection after the instance was dropped, beside one with an instance.
pub async fn instance(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let running = gateway.start_with_flags(&["--spare-instance-ms", "0"]).await?;
    let call = Call::chat(payload::chat(None));
    let mut connection = Connection::open(&running.server).await?;
    let mut warm = Samples::default();
    for _ in 0..WARM_UP_REQUESTS {
        warm.push(connection.call(&call).await?.ns);
    }
    let mut cold = Samples::default();
    for _ in 0..effort.cold_repetitions {
        tokio::time::sleep(IDLE).await;
        cold.push(connection.call(&call).await?.ns);
    }
    running.stop().await?;
    let note = format!(
        "median of {}, longest {:.1}; a warm one takes {:.2}",
        cold.len(),
        cold.max_ms(),
        warm.median_ms()
    );
    Ok(vec![
        Figure::new("first request on a cold instance", "ms", cold.median_ms())
            .reaching(Target::AtMost(5.0))
            .noted(note),
    ])
}
