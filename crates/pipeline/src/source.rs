//! A vendor's answer as text, chunk by chunk, within its deadlines.

use crate::attempt::deadline::Timer;
use crate::memory::MemoryPermit;
use crate::stages::{Body, Stages};
use crate::within::within;
use postern_event_stream::aws::{self, Unframer};
use postern_fault::{Fault, Kind};

/// One read: vendors' events are under 1 KiB, and a host hands out what has arrived, so that this only bounds memory.
const READ_BYTES: usize = 16 * 1024;
/// An error's body follows its head at once; another deployment waits for it.
const ERROR_BODY_MS: u64 = 2_000;

/// The time for the rest after the last event: the end of the body, already in transit.
const REST_MS: u64 = 1_000;

/// The bytes of an answer. Dropping it cancels the vendor's work.
pub struct Source<S: Stages> {
    stages: S,
    body: S::Body,
    /// How it ended has been asked.
    is_known: bool,
    /// The stream has ended: another read would trap.
    ended: bool,
    /// What has been read and not handed out; between two calls at most the beginning of a character.
    buffer: Vec<u8>,
    handed_out: usize,
    timer: Timer,
    /// Decodes the vendor's binary framing.
    unframer: Option<Unframer>,
    /// The decoder's output of the last bytes.
    unframed: String,
}

/// Amazon's framing of streams (<https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html>).
const AWS_EVENT_STREAM: &str = "application/vnd.amazon.eventstream";

/// The longest frame that is buffered: Amazon's own limit is 24 MiB, and Converse's events are under 1 MiB.
const MAX_FRAME_BYTES: usize = 16 * 1024 * 1024;

impl<S: Stages> Source<S> {
    /// `timer` bounds each wait.
    pub fn new(stages: S, body: S::Body, timer: Timer) -> Self {
        let buffer = Vec::new();
        Source {
            stages,
            body,
            is_known: false,
            ended: false,
            buffer,
            handed_out: 0,
            timer,
            unframer: None,
            unframed: String::new(),
        }
    }

    /// The answer has begun: from now on the time between its pieces counts.
    pub fn has_begun(&mut self) {
        self.timer.has_begun();
    }

    /// Undo binary framing here, where bytes arrive: only text goes on. Gives the content type of what is left.
    pub fn unframe(&mut self, content_type: String) -> String {
        if !content_type.trim().eq_ignore_ascii_case(AWS_EVENT_STREAM) {
            return content_type;
        }
        self.unframer = Some(Unframer::new(MAX_FRAME_BYTES));
        "text/event-stream".to_owned()
    }

    /// The next chunk, cut between two characters; none after a good end.
    ///
    /// # Errors
    ///
    /// What cut the answer, `upstream-timeout` for a deadline, `upstream-invalid` for what is not UTF-8.
    pub async fn chunk(&mut self) -> Result<Option<&str>, Fault> {
        if let Some(unframer) = self.unframer.take() {
            return self.unframed_chunk(unframer).await;
        }
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

    /// The next bytes, as they came, never none; none after a good end.
    ///
    /// # Errors
    ///
    /// What cut the answer, `upstream-timeout` for a deadline.
    pub async fn bytes(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        loop {
            let ended = self.read(READ_BYTES).await?;
            let bytes = std::mem::take(&mut self.buffer);
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
            if ended {
                self.end().await?;
                return Ok(None);
            }
        }
    }

    async fn unframed_chunk(&mut self, mut unframer: Unframer) -> Result<Option<&str>, Fault> {
        loop {
            let ended = self.read(READ_BYTES).await?;
            self.unframed = unframer.push(&self.buffer).map_err(bad_frame)?;
            self.buffer.clear();
            if !self.unframed.is_empty() {
                self.unframer = Some(unframer);
                return Ok(Some(&self.unframed));
            }
            if ended {
                self.end().await?;
                unframer.finish().map_err(bad_frame)?;
                self.unframer = Some(unframer);
                return Ok(None);
            }
        }
    }

    /// All of it.
    ///
    /// # Errors
    ///
    /// As [`Source::chunk`], `upstream-invalid` for more than `max_bytes`, and `unavailable` when there is no room to hold
    /// it.
    pub async fn whole(&mut self, max_bytes: u64) -> Result<(String, MemoryPermit), Fault> {
        let cap = usize::try_from(max_bytes).unwrap_or(usize::MAX);
        let mut permit = self.stages.memory_permit();
        loop {
            // Doubling, but never past the one byte that proves it too long.
            let more = self.buffer.len().max(READ_BYTES).min(cap - self.buffer.len() + 1);
            let ended = self.read(more).await?;
            if self.buffer.len() > cap {
                let private =
                    format!("the answer has more than {cap} bytes (response.max_body_bytes)");
                return Err(invalid("the provider's answer is too large").with_private(private));
            }
            permit.grow_to(self.buffer.len())?;
            if ended {
                break;
            }
        }
        self.end().await?;
        let text = String::from_utf8(std::mem::take(&mut self.buffer)).map_err(|_| not_utf8())?;
        Ok((text, permit))
    }

    /// Up to `max_bytes` of it, however it ends: for the explanation of an error.
    pub async fn beginning(&mut self, max_bytes: usize) -> String {
        let mut text = Vec::new();
        let stages = self.stages.clone();
        within(&stages, ERROR_BODY_MS, async {
            while text.len() < max_bytes {
                let read = self.read(READ_BYTES).await;
                text.append(&mut self.buffer);
                if !matches!(read, Ok(false)) {
                    break;
                }
            }
        })
        .await;
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Reads the rest after the last event, so that the connection can serve the next request.
    pub async fn rest(&mut self) {
        let stages = self.stages.clone();
        within(&stages, REST_MS, async {
            while let Ok(false) = self.read(READ_BYTES).await {
                self.buffer.clear();
            }
        })
        .await;
    }

    /// Read into the buffer what has arrived. True: no more will come.
    async fn read(&mut self, bytes: usize) -> Result<bool, Fault> {
        if self.ended {
            return Ok(true);
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.reserve_exact(bytes);
        let read = self.timer.bound(&self.stages, self.body.read(buffer));
        let (ended, filled) = read.await?;
        self.buffer = filled;
        self.ended = ended;
        Ok(self.ended)
    }

    async fn end(&mut self) -> Result<(), Fault> {
        if std::mem::replace(&mut self.is_known, true) {
            return Ok(());
        }
        Ok(self.body.ending().await?)
    }
}

/// How many bytes make whole characters; the rest is the beginning of one.
fn whole_characters(bytes: &[u8]) -> Result<usize, Fault> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.len()),
        Err(error) if error.error_len().is_none() => Ok(error.valid_up_to()),
        Err(_) => Err(not_utf8()),
    }
}

fn bad_frame(error: aws::Error) -> Fault {
    invalid("the provider's stream cannot be read").with_private(error.to_string())
}

fn not_utf8() -> Fault {
    invalid("the provider's answer is not UTF-8")
}

fn invalid(public: &str) -> Fault {
    Fault::new(Kind::UpstreamInvalid, public)
}
