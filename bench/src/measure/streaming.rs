//! Streamed answers: how much later the first chunk comes, and whether each one is passed on before the next.

use super::Effort;
use crate::client::{Call, Connection, Server};
use crate::clock;
use crate::gateway::Gateway;
use crate::payload::{self, SENT_NS, Shape};
use crate::report::{Figure, Target};
use crate::samples::Samples;
use anyhow::{Context, Result, bail};
use bytes::BytesMut;
use http_body_util::BodyExt;

/// For the time to the first chunk: short, so that there can be many.
const SHORT: Shape = Shape { chunks: 3, pause_ms: 1 };

/// For what happens between chunks: 200 tokens a second, about twice as fast as a fast model.
const LONG: Shape = Shape { chunks: 40, pause_ms: 5 };

/// What was seen of some streams.
#[derive(Default)]
struct Seen {
    to_first_chunk: Samples,
    /// From the upstream's send to our receipt, of every chunk.
    per_chunk: Samples,
    /// Chunks that had not arrived when the upstream sent the next one.
    overtaken: u64,
    /// The most chunks that came at once.
    most_at_once: u64,
}

/// One chunk with text.
struct Chunk {
    sent_ns: u64,
    received_ns: u64,
}

/// The median delay of a chunk through the gateway.
pub async fn chunk_delay_ms(gateway: &Gateway, effort: &Effort) -> Result<f64> {
    let running = gateway.start().await?;
    let servers = [gateway.direct(), running.server.clone()];
    let long = both(&servers, LONG, effort.long_streams, effort.rounds).await?;
    running.stop().await?;
    Ok(percentile(&long, 1, 50, chunk_delay))
}

pub async fn streaming(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let running = gateway.start().await?;
    let servers = [gateway.direct(), running.server.clone()];
    let short = both(&servers, SHORT, effort.short_streams, effort.rounds).await?;
    let long = both(&servers, LONG, effort.long_streams, effort.rounds).await?;
    running.stop().await?;
    let mut figures = Vec::new();
    for percent in [50, 99] {
        let [direct, through] = [0, 1].map(|i| percentile(&short, i, percent, first_chunk));
        let name = format!("time to first chunk, 1 connection, p{percent}");
        let figure = Figure::new(name, "ms", through).over(direct);
        let judged = if percent == 50 { figure.reaching(Target::AddedAtMost(0.8)) } else { figure };
        figures.push(judged);
    }
    for percent in [50, 99] {
        let [direct, through] = [0, 1].map(|i| percentile(&long, i, percent, chunk_delay));
        let name = format!("delay of a chunk, p{percent}");
        figures.push(Figure::new(name, "ms", through).over(direct));
    }
    let [direct, through] = &long;
    let late = Figure::new("chunks overtaken by the next", "chunks", through.overtaken as f64)
        .beside(direct.overtaken as f64)
        .reaching(Target::AtMost(0.0))
        .noted(format!("of {}, {} ms apart", through.per_chunk.len(), LONG.pause_ms));
    let at_once =
        Figure::new("most chunks received at once", "chunks", through.most_at_once as f64)
            .beside(direct.most_at_once as f64)
            .reaching(Target::AtMost(1.0));
    figures.extend([late, at_once]);
    Ok(figures)
}

fn first_chunk(seen: &Seen) -> &Samples {
    &seen.to_first_chunk
}

fn chunk_delay(seen: &Seen) -> &Samples {
    &seen.per_chunk
}

fn percentile(both: &[Seen; 2], index: usize, percent: usize, of: fn(&Seen) -> &Samples) -> f64 {
    both.get(index).map_or(0.0, |seen| of(seen).percentile_ms(percent))
}

/// Direct and through in turn, after one stream each that does not count.
async fn both(servers: &[Server; 2], shape: Shape, streams: u32, rounds: u32) -> Result<[Seen; 2]> {
    let call = Call::chat(payload::chat(Some(shape)));
    let [direct, through] = servers;
    let mut connections = [Connection::open(direct).await?, Connection::open(through).await?];
    let mut both = [Seen::default(), Seen::default()];
    for _ in 0..rounds {
        for (connection, seen) in connections.iter_mut().zip(&mut both) {
            stream(connection, &call, shape, &mut Seen::default()).await?;
            for _ in 0..streams.div_ceil(rounds.max(1)) {
                stream(connection, &call, shape, seen).await?;
            }
        }
    }
    Ok(both)
}

async fn stream(
    connection: &mut Connection,
    call: &Call,
    shape: Shape,
    seen: &mut Seen,
) -> Result<()> {
    let started_ns = clock::now_ns();
    let mut body = connection.begin(call).await?.into_body();
    let mut buffer = BytesMut::new();
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut done = false;
    while let Some(frame) = body.frame().await {
        let received_ns = clock::now_ns();
        let Ok(data) = frame.context("the stream was cut off")?.into_data() else { continue };
        buffer.extend_from_slice(&data);
        let before = chunks.len();
        while let Some(event) = take_event(&mut buffer) {
            done |= event.starts_with(b"data: [DONE]");
            chunks.extend(sent_ns(&event).map(|sent_ns| Chunk { sent_ns, received_ns }));
        }
        seen.most_at_once = seen.most_at_once.max((chunks.len() - before) as u64);
    }
    if !done || chunks.len() != shape.chunks as usize {
        bail!("a stream had {} of {} chunks, end marker: {done}", chunks.len(), shape.chunks);
    }
    seen.add(started_ns, &chunks);
    Ok(())
}

impl Seen {
    fn add(&mut self, started_ns: u64, chunks: &[Chunk]) {
        if let Some(first) = chunks.first() {
            self.to_first_chunk.push(first.received_ns.saturating_sub(started_ns));
        }
        for chunk in chunks {
            self.per_chunk.push(chunk.received_ns.saturating_sub(chunk.sent_ns));
        }
        let late = chunks
            .windows(2)
            .filter(|pair| matches!(pair, [chunk, next] if chunk.received_ns >= next.sent_ns));
        self.overtaken += late.count() as u64;
    }
}

/// The first event, if all of it is there. The upstream ends lines with LF alone.
fn take_event(buffer: &mut BytesMut) -> Option<BytesMut> {
    let end = buffer.windows(2).position(|pair| pair == b"\n\n")?;
    Some(buffer.split_to(end + 2))
}

fn sent_ns(event: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(event).ok()?;
    let (_, rest) = text.split_once(SENT_NS)?;
    let (digits, _) = rest.split_once(' ')?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_send_time_in_a_chunk_that_comes_in_parts() {
        let chunk = payload::chunk(1_234);
        let (head, tail) = chunk.split_at(60);
        let mut buffer = BytesMut::from(head);
        assert!(take_event(&mut buffer).is_none());
        buffer.extend_from_slice(tail);
        buffer.extend_from_slice(b"data: ");
        assert_eq!(sent_ns(&take_event(&mut buffer).unwrap()), Some(1_234));
        assert_eq!(&buffer[..], b"data: ");
    }

    #[tokio::test]
    async fn nothing_is_batched_between_the_upstream_and_a_client_of_its_own() {
        let address = crate::upstream::start().unwrap();
        let authorization = http::HeaderValue::from_static("Bearer bench");
        let server = Server { address, authorization };
        let shape = Shape { chunks: 5, pause_ms: 20 };
        let [seen, _] = both(&[server.clone(), server], shape, 2, 1).await.unwrap();
        assert_eq!((seen.to_first_chunk.len(), seen.per_chunk.len()), (2, 10));
        assert_eq!(seen.most_at_once, 1);
    }

    #[test]
    fn a_chunk_that_comes_after_the_next_was_sent_is_overtaken() {
        let chunk = |sent_ns, received_ns| Chunk { sent_ns, received_ns };
        let mut seen = Seen::default();
        seen.add(0, &[chunk(10, 15), chunk(20, 31), chunk(30, 32)]);
        assert_eq!(seen.overtaken, 1);
        assert_eq!(seen.to_first_chunk.len(), 1);
        assert_eq!(seen.per_chunk.len(), 3);
    }
}
