//! Decodes Amazon's binary framing of streams, `application/vnd.amazon.eventstream`
//! (<https://smithy.io/2.0/aws/amazon-eventstream.html>), into server-sent events.
//!
//! Each message has a prelude with its lengths and a checksum, headers, a payload and a checksum of all. Amazon's own
//! crate verifies the checksums.

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use aws_smithy_types::event_stream::Message;
use bytes::{Buf, BytesMut};
use thiserror::Error;

/// The first four bytes of a message are its length.
const LENGTH_BYTES: usize = 4;

/// Bytes that are not a stream of messages.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// A checksum or a length that is wrong, or headers that cannot be read.
    #[error("a frame cannot be read: {0}")]
    Malformed(String),
    /// A message longer than the cap.
    #[error("a frame says it has {bytes} bytes, more than {max_message_bytes}")]
    TooLong {
        /// The length in its prelude.
        bytes: usize,
        /// The cap.
        max_message_bytes: usize,
    },
    /// A payload that is not text.
    #[error("the payload of a frame is not UTF-8")]
    NotUtf8,
    /// The stream ended within a message.
    #[error("the stream ended within a frame, {0} bytes after its beginning")]
    Truncated(usize),
}

/// Decodes a stream: [`push`](Unframer::push) for each chunk, at the end [`finish`](Unframer::finish).
#[derive(Debug)]
pub struct Unframer {
    decoder: MessageFrameDecoder,
    buffer: BytesMut,
    max_message_bytes: usize,
    /// The bytes of the incomplete message that the decoder holds.
    pending_bytes: usize,
    /// An error after messages that had to be returned first.
    deferred: Option<Error>,
}

impl Unframer {
    /// A decoder at the beginning of a stream without messages over `max_message_bytes`.
    pub fn new(max_message_bytes: usize) -> Self {
        Unframer {
            decoder: MessageFrameDecoder::new(),
            buffer: BytesMut::new(),
            max_message_bytes,
            pending_bytes: 0,
            deferred: None,
        }
    }

    /// Adds a chunk. Returns the complete messages, each as a server-sent event: its name is the message's
    /// `:event-type`, `:exception-type` or `:error-code`, its data the payload.
    ///
    /// # Errors
    /// Bytes that cannot be read, again at every later call. Earlier messages are returned first, and the error with
    /// the next call.
    pub fn push(&mut self, bytes: &[u8]) -> Result<String, Error> {
        if let Some(error) = &self.deferred {
            return Err(error.clone());
        }
        self.buffer.extend_from_slice(bytes);
        let mut text = String::new();
        if let Err(error) = self.drain(&mut text) {
            self.deferred = Some(error.clone());
            if text.is_empty() {
                return Err(error);
            }
        }
        Ok(text)
    }

    fn drain(&mut self, text: &mut String) -> Result<(), Error> {
        loop {
            if self.pending_bytes == 0 {
                self.check_length()?;
            }
            let before = self.buffer.remaining();
            let frame = self.decoder.decode_frame(&mut self.buffer);
            let taken = before.saturating_sub(self.buffer.remaining());
            match frame.map_err(|error| Error::Malformed(error.to_string()))? {
                DecodedFrame::Complete(message) => {
                    self.pending_bytes = 0;
                    write(&message, text)?;
                }
                DecodedFrame::Incomplete => {
                    self.pending_bytes = self.pending_bytes.saturating_add(taken);
                    return Ok(());
                }
            }
        }
    }

    /// Ends the stream.
    ///
    /// # Errors
    /// Bytes that could not be read, or an incomplete message.
    pub fn finish(&self) -> Result<(), Error> {
        if let Some(error) = &self.deferred {
            return Err(error.clone());
        }
        match self.pending_bytes.saturating_add(self.buffer.len()) {
            0 => Ok(()),
            bytes => Err(Error::Truncated(bytes)),
        }
    }

    /// Checked before a message is buffered.
    fn check_length(&self) -> Result<(), Error> {
        let Some(length) = self.buffer.first_chunk::<LENGTH_BYTES>() else { return Ok(()) };
        let bytes = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let max_message_bytes = self.max_message_bytes;
        if bytes > max_message_bytes {
            return Err(Error::TooLong { bytes, max_message_bytes });
        }
        Ok(())
    }
}

/// Writes a server-sent event. A line break in the payload, which JSON has only between values, begins another data
/// line.
fn write(message: &Message, text: &mut String) -> Result<(), Error> {
    let payload = std::str::from_utf8(message.payload()).map_err(|_| Error::NotUtf8)?;
    if let Some(name) = name(message) {
        text.push_str("event: ");
        text.extend(name.chars().filter(|character| !character.is_control()));
        text.push('\n');
    }
    for line in payload.split(['\n', '\r']) {
        text.push_str("data: ");
        text.push_str(line);
        text.push('\n');
    }
    text.push('\n');
    Ok(())
}

fn name(message: &Message) -> Option<&str> {
    [":event-type", ":exception-type", ":error-code"].iter().find_map(|wanted| {
        let headers = message.headers().iter();
        let mut found = headers.filter(|header| header.name().as_str() == *wanted);
        found.next()?.value().as_string().ok().map(|value| value.as_str())
    })
}
