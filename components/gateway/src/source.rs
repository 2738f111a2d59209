//! A vendor's answer as text, chunk by chunk, with a bound on its silence.

use futures::future::{Either, select};
use postern_contract::types;
use postern_fault::{Fault, Kind};
use spin_sdk::wasip3::clocks::monotonic_clock::wait_for;
use spin_sdk::wit_bindgen::rt::async_support::{FutureReader, StreamReader, StreamResult};
use std::pin::pin;

/// One read: vendors' events are under 1 KiB, and a host hands out what has arrived, so that this only bounds memory.
const READ_BYTES: usize = 16 * 1024;
const NS_PER_MS: u64 = 1_000_000;

/// How the body ended.
type Ending = FutureReader<Result<(), types::Fault>>;

/// The bytes of an answer. Dropping it cancels the vendor's work.
pub struct Source {
    body: StreamReader<u8>,
    ending: Option<Ending>,
    /// What has been read and not handed out; between two calls at most the beginning of a character.
    buffer: Vec<u8>,
    handed_out: usize,
    silence_ms: u32,
}

impl Source {
    /// `silence_ms` bounds the time between two chunks.
    pub fn new(body: StreamReader<u8>, ending: Ending, silence_ms: u32) -> Self {
        let buffer = Vec::new();
        Source { body, ending: Some(ending), buffer, handed_out: 0, silence_ms }
    }

    /// The next chunk, cut between two characters; none after a good end.
    ///
    /// # Errors
    ///
    /// What cut the answer, `upstream-timeout` for silence, `upstream-invalid` for what is not UTF-8.
    pub async fn chunk(&mut self) -> Result<Option<&str>, Fault> {
        self.buffer.drain(..self.handed_out);
        self.handed_out = 0;
        loop {
            let ended = self.read(READ_BYTES).await?;
            let whole = whole_characters(&self.buffer)?;
            if whole > 0 {
                self.handed_out = whole;
                let bytes = self.buffer.get(..whole).unwrap_or_default();
                return std::str::from_utf8(bytes).map(Some).map_err(|_| not_utf8());
            }
            if ended {
                self.end().await?;
                return if self.buffer.is_empty() { Ok(None) } else { Err(not_utf8()) };
            }
        }
    }

    /// All of it.
    ///
    /// # Errors
    ///
    /// As [`Source::chunk`], and `upstream-invalid` for more than `max_bytes`.
    pub async fn whole(&mut self, max_bytes: u64) -> Result<String, Fault> {
        let cap = usize::try_from(max_bytes).unwrap_or(usize::MAX);
        loop {
            let ended = self.read(READ_BYTES.max(self.buffer.len())).await?;
            if self.buffer.len() > cap {
                let private =
                    format!("the answer has more than {cap} bytes (response.max_body_bytes)");
                return Err(invalid("the provider's answer is too large").with_private(private));
            }
            if ended {
                break;
            }
        }
        self.end().await?;
        String::from_utf8(std::mem::take(&mut self.buffer)).map_err(|_| not_utf8())
    }

    /// Up to `max_bytes` of it, however it ends: for the explanation of an error.
    pub async fn beginning(&mut self, max_bytes: usize) -> String {
        while self.buffer.len() < max_bytes && matches!(self.read(READ_BYTES).await, Ok(false)) {}
        String::from_utf8_lossy(&self.buffer).into_owned()
    }

    /// Read into the buffer what has arrived. True: no more will come.
    async fn read(&mut self, bytes: usize) -> Result<bool, Fault> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.reserve(bytes);
        let limit_ns = u64::from(self.silence_ms).saturating_mul(NS_PER_MS);
        let read = pin!(async { self.body.read(buffer).await });
        // Armed only if nothing is there yet.
        let silence = pin!(async { wait_for(limit_ns).await });
        match select(read, silence).await {
            Either::Left(((status, filled), _)) => {
                self.buffer = filled;
                Ok(status == StreamResult::Dropped)
            }
            Either::Right(_) => Err(silent(self.silence_ms)),
        }
    }

    async fn end(&mut self) -> Result<(), Fault> {
        match self.ending.take() {
            Some(ending) => Ok(ending.await?),
            None => Ok(()),
        }
    }
}

fn silent(silence_ms: u32) -> Fault {
    Fault::new(Kind::UpstreamTimeout, format!("the provider was silent for {silence_ms} ms"))
}

/// How many bytes make whole characters; the rest is the beginning of one.
fn whole_characters(bytes: &[u8]) -> Result<usize, Fault> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.len()),
        Err(error) if error.error_len().is_none() => Ok(error.valid_up_to()),
        Err(_) => Err(not_utf8()),
    }
}

fn not_utf8() -> Fault {
    invalid("the provider's answer is not UTF-8")
}

fn invalid(public: &str) -> Fault {
    Fault::new(Kind::UpstreamInvalid, public)
}
