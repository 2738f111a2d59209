//! A request body on its way to a component: the client must send it fast enough, and memory must be available.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep};
use wasmtime_wasi_http::{Error, WasiBody};

use crate::memory::{BODY_FACTOR, Permit};

/// Why reading a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The client sends nothing, or too little.
    Slow,
    /// There is no memory for more of it.
    NoMemory,
}

/// What was left unread of a body is read for so long, and so much of it. A client that still sends when its connection is closed is
/// told by the kernel that it broke, and may lose the answer that was sent before (RFC 9112, 9.6).
const LINGER: Duration = Duration::from_secs(5);
const LINGER_BYTES: usize = 64 * 1024 * 1024;

/// A body with a minimum data rate and a permit.
pub struct RequestBody<B>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Send + Unpin + 'static,
{
    /// None: it is dropped.
    incoming: Option<B>,
    data_rate: MinDataRate,
    /// Grows with a body of unknown length.
    grows: Option<Arc<Permit>>,
    failed: Option<oneshot::Sender<Failure>>,
}

impl<B> RequestBody<B>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Send + Unpin + 'static,
{
    /// The body, and the receiver of the reason if its reading fails.
    pub fn watch(
        incoming: B,
        data_rate: MinDataRate,
        grows: Option<Arc<Permit>>,
    ) -> (WasiBody, oneshot::Receiver<Failure>) {
        let (failed, failure) = oneshot::channel();
        let body = Self { incoming: Some(incoming), data_rate, grows, failed: Some(failed) };
        (body.boxed_unsync(), failure)
    }

    fn fail(&mut self, failure: Failure) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Some(failed) = self.failed.take() {
            let _ = failed.send(failure);
        }
        Poll::Ready(Some(Err(match failure {
            Failure::Slow => Error::ConnectionReadTimeout,
            Failure::NoMemory => Error::HttpRequestBodySize(None),
        })))
    }
}

impl<B> Body for RequestBody<B>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Send + Unpin + 'static,
{
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        let Some(incoming) = &mut this.incoming else { return Poll::Ready(None) };
        let Poll::Ready(frame) = Pin::new(incoming).poll_frame(context) else {
            return match this.data_rate.poll_waiting(context) {
                Poll::Ready(()) => this.fail(Failure::Slow),
                Poll::Pending => Poll::Pending,
            };
        };
        let bytes = match &frame {
            Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
            _ => 0,
        };
        this.data_rate.came(bytes);
        let grown = bytes.saturating_mul(BODY_FACTOR);
        if this.grows.as_ref().is_some_and(|permit| !permit.grow(grown)) {
            return this.fail(Failure::NoMemory);
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Error::from)))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl<B> Drop for RequestBody<B>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Send + Unpin + 'static,
{
    /// The rest is read, so that the client gets its answer.
    fn drop(&mut self) {
        if let Some(rest) = self.incoming.take() {
            linger(rest);
        }
    }
}

/// Reads a body that is not asked for, beside what follows.
pub fn linger<B>(rest: B)
where
    B: Body<Data = Bytes, Error = hyper::Error> + Send + Unpin + 'static,
{
    let is_left = !rest.is_end_stream();
    if let (true, Ok(runtime)) = (is_left, tokio::runtime::Handle::try_current()) {
        runtime.spawn(tokio::time::timeout(LINGER, read_rest(rest)));
    }
}

async fn read_rest<B: Body<Data = Bytes, Error = hyper::Error> + Unpin>(mut rest: B) {
    let mut bytes: usize = 0;
    while let Some(Ok(frame)) = rest.frame().await {
        bytes = bytes.saturating_add(frame.data_ref().map_or(0, Bytes::len));
        if bytes > LINGER_BYTES {
            return;
        }
    }
}

/// The remaining time that the host may wait for a body: only time in which the host reads counts, and arriving bytes
/// give time back. So a byte now and then does not suffice, and a large body on a slow line does.
pub struct MinDataRate {
    limit: Duration,
    bytes_per_s: u64,
    left: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl MinDataRate {
    pub fn new(limit: Duration, bytes_per_s: u64) -> Self {
        Self { limit, bytes_per_s: bytes_per_s.max(1), left: limit, waiting: None }
    }

    fn poll_waiting(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let left = self.left;
        let (_, sleep) = self
            .waiting
            .get_or_insert_with(|| (Instant::now(), Box::pin(tokio::time::sleep(left))));
        sleep.as_mut().poll(context)
    }

    fn came(&mut self, bytes: usize) {
        if let Some((since, _)) = self.waiting.take() {
            self.charge(since.elapsed(), bytes);
        }
    }

    fn charge(&mut self, waited: Duration, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let back = Duration::from_millis(bytes.saturating_mul(1000) / self.bytes_per_s);
        self.left = self.left.saturating_sub(waited).saturating_add(back).min(self.limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of parts of this size, one every `every_s` seconds, that are read (of 1,000).
    fn taken(bytes: usize, every_s: u64) -> usize {
        let mut data_rate = MinDataRate::new(Duration::from_secs(30), 500);
        let every = Duration::from_secs(every_s);
        let mut taken = 0;
        while taken < 1000 && data_rate.left >= every {
            data_rate.charge(every, bytes);
            taken += 1;
        }
        taken
    }

    #[test]
    fn a_byte_now_and_then_does_not_last_and_a_slow_line_does() {
        assert_eq!(taken(1, 10), 3);
        assert_eq!(taken(1, 1), 30);
        assert_eq!(taken(400, 1), 146);
        assert_eq!(taken(500, 1), 1000);
        assert_eq!(taken(100_000, 29), 1000);
        assert_eq!(taken(100_000, 31), 0);
    }
}
