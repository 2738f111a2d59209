//! What components print: whole lines on the host's standard error.

use std::io::Write;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// A line longer than this is written in pieces: a component that never ends its line fills no memory.
const MAX_LINE_BYTES: usize = 64 * 1024;

/// One output of one instance; clones add to the same line.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Buffer>>);

#[derive(Default)]
struct Buffer(Vec<u8>);

impl Lines {
    fn push(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
    }
}

impl Buffer {
    fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
        if let Some(end) = self.0.iter().rposition(|byte| *byte == b'\n') {
            let rest = self.0.split_off(end.saturating_add(1));
            write_out(&self.0);
            self.0 = rest;
        }
        if self.0.len() > MAX_LINE_BYTES {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        if !self.0.is_empty() {
            self.0.push(b'\n');
            write_out(&self.0);
            self.0.clear();
        }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.end_line();
    }
}

/// One write for whole lines, so that lines of several instances do not mix.
fn write_out(lines: &[u8]) {
    // Nobody is left to tell when standard error is gone.
    let _ = std::io::stderr().lock().write_all(lines);
}

impl StdoutStream for Lines {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl IsTerminal for Lines {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl OutputStream for Lines {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.push(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(MAX_LINE_BYTES)
    }
}

#[async_trait]
impl Pollable for Lines {
    async fn ready(&mut self) {}
}

impl AsyncWrite for Lines {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
