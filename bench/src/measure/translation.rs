//! Another dialect than the vendor's: what saying a request anew costs, and what a long context adds.

use super::Effort;
use super::stages::mean_of_stage;
use crate::client::{Call, Connection};
use crate::gateway::Gateway;
use crate::payload::{self, LONG_BYTES, REQUEST_BYTES};
use crate::report::{Figure, Target};
use crate::samples::Samples;
use anyhow::Result;

/// A long context in so many requests of the effort's.
const LONG_SHARE: u64 = 20;

pub async fn translation(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let running = gateway.start().await?;
    let mut direct = Connection::open(&gateway.direct()).await?;
    let mut through = Connection::open(&running.server).await?;
    let passed = Call::chat(payload::chat(None));
    let said_anew = Call::messages(payload::messages(REQUEST_BYTES));
    let encode = mean_of_stage(&mut through, &said_anew, "encode", effort.timed_requests).await?;
    let mut figures = vec![
        Figure::new("encode a 2 KB message for OpenAI, mean", "ms", encode)
            .reaching(Target::AtMost(0.06)),
    ];
    let plain = samples(&mut direct, &passed, effort.timed_requests).await?;
    let whole = samples(&mut through, &said_anew, effort.timed_requests).await?;
    figures.push(
        Figure::new("latency, 2 KB message for OpenAI, p50", "ms", whole.percentile_ms(50))
            .over(plain.percentile_ms(50)),
    );
    let requests = effort.timed_requests / LONG_SHARE;
    let long = Call::chat(payload::long_chat(LONG_BYTES));
    let plain = samples(&mut direct, &long, requests).await?;
    for (name, call) in [
        ("latency, 2 MB passed on, p50", long),
        ("latency, 2 MB said anew, p50", Call::messages(payload::messages(LONG_BYTES))),
    ] {
        let whole = samples(&mut through, &call, requests).await?;
        figures.push(
            Figure::new(name, "ms", whole.percentile_ms(50))
                .over(plain.percentile_ms(50))
                .reaching(Target::AddedAtMost(25.0)),
        );
    }
    running.stop().await?;
    Ok(figures)
}

/// One after the other; the first tenth warms up.
async fn samples(connection: &mut Connection, call: &Call, requests: u64) -> Result<Samples> {
    let mut samples = Samples::default();
    for request in 0..requests + requests / 10 {
        let answer = connection.call(call).await?;
        if request >= requests / 10 {
            samples.push(answer.ns);
        }
    }
    Ok(samples)
}
