//! A response body on its way to a component: every chunk as it arrives, with the deadline between chunks.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep};
use wasmtime_wasi_http::{Error, WasiBody};

use super::errors;

/// Dropped before its end, it closes its connection (HTTP/1.1) or resets its stream (HTTP/2).
pub struct UpstreamBody {
    incoming: Incoming,
    between_bytes: Duration,
    /// Made when a chunk is first waited for.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl UpstreamBody {
    pub fn new(incoming: Incoming, between_bytes: Duration) -> Self {
        Self { incoming, between_bytes, sleep: None }
    }

    pub fn boxed(self) -> WasiBody {
        self.boxed_unsync()
    }

    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let sleep =
            self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(self.between_bytes)));
        sleep.as_mut().poll(context)
    }
}

impl Body for UpstreamBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        match Pin::new(&mut this.incoming).poll_frame(context) {
            Poll::Ready(frame) => {
                if let Some(sleep) = &mut this.sleep {
                    sleep.as_mut().reset(Instant::now() + this.between_bytes);
                }
                Poll::Ready(frame.map(|frame| frame.map_err(|error| errors::of_body(&error))))
            }
            Poll::Pending => {
                this.poll_deadline(context).map(|()| Some(Err(Error::ConnectionReadTimeout)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
