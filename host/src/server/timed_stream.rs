//! A client's stream that updates the connection's clock, and the response to a client that is too slow.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::clock::{Clock, TimeoutReply};

/// For a client that has begun a request and not completed its head (RFC 9110, 15.5.9).
const TIMEOUT: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// The stream, below HTTP and above TLS.
pub struct TimedStream<S> {
    stream: S,
    clock: Arc<Clock>,
}

impl<S: AsyncWrite + Unpin> TimedStream<S> {
    pub fn new(stream: S, clock: Arc<Clock>) -> Self {
        Self { stream, clock }
    }

    fn told(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => self.clock.wrote(Some(*bytes)),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.clock.wrote(None),
        }
        written
    }

    /// Ends reading. The response fits into an empty buffer; a client that does not take it gets nothing.
    fn refuse(&mut self, reply: &TimeoutReply, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if *reply == TimeoutReply::Response
            && Pin::new(&mut self.stream).poll_write(context, TIMEOUT).is_ready()
        {
            let _ = Pin::new(&mut self.stream).poll_flush(context);
        }
        let _ = Pin::new(&mut self.stream).poll_shutdown(context);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for TimedStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(reply) = this.clock.refusal() {
            return this.refuse(&reply, context);
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        match buffer.filled().get(before..) {
            Some(bytes) if !bytes.is_empty() => this.clock.received(bytes),
            _ => {}
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.told(written)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.told(written)
    }
}
