//! Reading and writing the host's streams.

use wasip2::clocks::monotonic_clock::subscribe_duration;
use wasip2::io::poll::{Pollable, poll};
use wasip2::io::streams::{InputStream, OutputStream, StreamError};

/// The most that is read at once. Vendors' chunks are smaller.
const PART_BYTES: u64 = 64 * 1024;

/// What came of reading.
pub enum Part {
    /// Some bytes.
    Bytes(Vec<u8>),
    /// Nothing yet.
    Nothing,
    /// The body has ended, whole.
    End,
    /// The body broke off.
    Broken,
}

/// What there is to read now.
pub fn read(from: &InputStream) -> Part {
    match from.read(PART_BYTES) {
        Ok(bytes) if bytes.is_empty() => Part::Nothing,
        Ok(bytes) => Part::Bytes(bytes),
        Err(StreamError::Closed) => Part::End,
        Err(StreamError::LastOperationFailed(_)) => Part::Broken,
    }
}

/// Waits until there is something to read, or for this long.
pub fn wait(ready: &Pollable, at_most_ns: u64) {
    let time = subscribe_duration(at_most_ns);
    poll(&[ready, &time]);
}

/// The peer reads no more.
pub struct Gone;

/// Writes what the host takes without anyone reading, and returns the rest.
pub fn write_now<'b>(to: &OutputStream, mut bytes: &'b [u8]) -> Result<&'b [u8], Gone> {
    while !bytes.is_empty() {
        let room = to.check_write().map_err(|_| Gone)?;
        if room == 0 {
            break;
        }
        let (now, later) =
            bytes.split_at(bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
        to.write(now).map_err(|_| Gone)?;
        bytes = later;
    }
    Ok(bytes)
}

/// Writes all of it, as fast as the peer reads.
pub fn write(to: &OutputStream, mut bytes: &[u8]) -> Result<(), Gone> {
    loop {
        bytes = write_now(to, bytes)?;
        if bytes.is_empty() {
            return Ok(());
        }
        to.subscribe().block();
    }
}
