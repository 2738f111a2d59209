//! The output of components: whole lines on the host's standard error.

use std::io::Write;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// A longer line is written in pieces, so that a component that never ends its line cannot fill the memory.
const MAX_LINE_BYTES: usize = 1024 * 1024;
/// The most that a component writes at once; a longer line comes in several writes.
const MAX_WRITE_BYTES: usize = 64 * 1024;

/// One output of one instance; clones add to the same line.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Buffer>>);

#[derive(Default)]
struct Buffer {
    line: Vec<u8>,
    /// What comes is held back: the first of it.
    held: Option<Vec<u8>>,
}

impl Lines {
    fn push(&self, bytes: &[u8]) {
        let mut buffer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut buffer.held {
            Some(held) => {
                let room = MAX_LINE_BYTES.saturating_sub(held.len());
                held.extend(bytes.iter().take(room));
            }
            None => write_out(&buffer.push(bytes)),
        }
    }

    /// Holds back what comes from now on.
    pub fn hold(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).held = Some(Vec::new());
    }

    /// Writes what was held back, or drops it, and holds back no more.
    pub fn release(&self, is_written: bool) {
        let mut buffer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = buffer.held.take().filter(|_| is_written);
        write_out(&buffer.push(&held.unwrap_or_default()));
    }
}

impl Buffer {
    /// Adds bytes and returns the complete lines.
    fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let before = self.line.len();
        self.line.extend_from_slice(bytes);
        let mut lines = Vec::new();
        // The earlier bytes contain no line end.
        if let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n') {
            let rest = self.line.split_off(before.saturating_add(end).saturating_add(1));
            lines = std::mem::replace(&mut self.line, rest);
        }
        if self.line.len() > MAX_LINE_BYTES {
            lines.append(&mut self.end_line());
        }
        lines
    }

    /// The unfinished line, ended.
    fn end_line(&mut self) -> Vec<u8> {
        let mut line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            line.push(b'\n');
        }
        line
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let held = self.held.take().unwrap_or_default();
        write_out(&self.push(&held));
        write_out(&self.end_line());
    }
}

/// One write for whole lines, so that lines of several instances do not mix.
fn write_out(lines: &[u8]) {
    if !lines.is_empty() {
        // If standard error is gone, there is no place to report it.
        let _ = std::io::stderr().lock().write_all(lines);
    }
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
        Ok(MAX_WRITE_BYTES)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_comes_in_several_writes_is_one_line() {
        let mut buffer = Buffer::default();
        let part = [b'a'; MAX_WRITE_BYTES];
        for _ in 0..3 {
            assert!(buffer.push(&part).is_empty());
        }
        let line = buffer.push(b"b\nc");
        assert_eq!(line.len(), 3 * MAX_WRITE_BYTES + 2);
        assert!(line.ends_with(b"ab\n"));
        assert_eq!(buffer.push(b"d\ne\n"), b"cd\ne\n");
        assert!(buffer.line.is_empty());
    }

    #[test]
    fn a_line_that_does_not_end_is_cut_at_the_limit() {
        let mut buffer = Buffer::default();
        assert!(buffer.push(&[b'a'; MAX_LINE_BYTES]).is_empty());
        let line = buffer.push(b"a");
        assert_eq!((line.len(), line.last()), (MAX_LINE_BYTES + 2, Some(&b'\n')));
        assert!(buffer.line.is_empty());
    }
}
