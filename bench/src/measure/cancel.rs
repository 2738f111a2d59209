//! From a client's leaving to the moment at which the upstream sees it: what a vendor works on, and bills, for no one.

use super::Effort;
use crate::client::Server;
use crate::clock;
use crate::gateway::Gateway;
use crate::payload::{self, SENT_NS, Shape};
use crate::report::{Figure, Target};
use crate::samples::Samples;
use crate::upstream::{ARRIVED, LEFT_NS};
use anyhow::{Context, Result, bail};
use bytes::Bytes;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// A vendor that is not left by then is not left at all.
const LEFT_WITHIN: Duration = Duration::from_secs(5);

const TARGET_MS: f64 = 100.0;

/// No answer ever.
const SILENT: Shape = Shape { chunks: 0, pause_ms: 0 };

/// A chunk now and then, for longer than a measurement takes.
const ENDLESS: Shape = Shape { chunks: 100_000, pause_ms: 20 };

/// When the client leaves.
struct Kind {
    name: &'static str,
    body: Bytes,
    /// It has read a chunk before.
    is_mid_stream: bool,
}

pub async fn cancel(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let running = gateway.start().await?;
    let kind = |name, body, is_mid_stream| Kind { name, body, is_mid_stream };
    let kinds = [
        kind("before the first byte, whole", payload::unanswered(), false),
        kind("before the first byte, streamed", payload::chat(Some(SILENT)), false),
        kind("mid-stream", payload::chat(Some(ENDLESS)), true),
    ];
    let mut figures = Vec::new();
    for kind in kinds {
        let direct = tries(&gateway.direct(), &kind, effort.cancels).await?;
        let through = tries(&running.server, &kind, effort.cancels).await?;
        let name = |what| format!("client leaves {}: upstream sees it, {what}", kind.name);
        figures.push(
            Figure::new(name("median"), "ms", through.median_ms()).beside(direct.median_ms()),
        );
        figures.push(
            Figure::new(name("max"), "ms", through.max_ms())
                .beside(direct.max_ms())
                .reaching(Target::AtMost(TARGET_MS))
                .noted(format!("of {}", through.len())),
        );
    }
    running.stop().await?;
    Ok(figures)
}

async fn tries(server: &Server, kind: &Kind, count: u32) -> Result<Samples> {
    let mut samples = Samples::default();
    // The first makes an instance and is not counted.
    once(server, kind).await.context(kind.name)?;
    for _ in 0..count {
        samples.push(once(server, kind).await.context(kind.name)?);
    }
    Ok(samples)
}

/// One client that leaves: the nanoseconds until the upstream sees it.
async fn once(server: &Server, kind: &Kind) -> Result<u64> {
    let arrived = ARRIVED.load(Ordering::SeqCst);
    let mut client = TcpStream::connect(server.address).await?;
    client.set_nodelay(true)?;
    let authorization = server.authorization.to_str()?;
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {}\r\nauthorization: {authorization}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        server.address,
        kind.body.len()
    );
    client.write_all(&[head.as_bytes(), &kind.body].concat()).await?;
    let begun = async {
        while ARRIVED.load(Ordering::SeqCst) == arrived {
            sleep(Duration::from_millis(1)).await;
        }
        let mut answer = Vec::new();
        while kind.is_mid_stream && !String::from_utf8_lossy(&answer).contains(SENT_NS) {
            if client.read_buf(&mut answer).await? == 0 {
                bail!("the stream ended: {}", String::from_utf8_lossy(&answer));
            }
        }
        Ok(())
    };
    timeout(LEFT_WITHIN, begun).await.context("the upstream was not asked")??;
    // It waits for the vendor, as clients do that lose patience.
    sleep(Duration::from_millis(20)).await;
    let leaves_ns = clock::now_ns();
    drop(client);
    let left = async {
        while LEFT_NS.load(Ordering::SeqCst) < leaves_ns {
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(LEFT_WITHIN, left).await.context("the upstream does not see that its client left")?;
    Ok(LEFT_NS.load(Ordering::SeqCst).saturating_sub(leaves_ns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_upstream_that_is_asked_directly_sees_each_client_leave() {
        let address = crate::upstream::start().unwrap();
        let authorization = http::HeaderValue::from_static("Bearer bench");
        let server = Server { address, authorization };
        for (body, is_mid_stream) in [
            (payload::unanswered(), false),
            (payload::chat(Some(SILENT)), false),
            (payload::chat(Some(ENDLESS)), true),
        ] {
            let kind = Kind { name: "test", body, is_mid_stream };
            assert_eq!(tries(&server, &kind, 2).await.unwrap().len(), 2);
        }
    }
}
