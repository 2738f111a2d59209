//! Content codings of a request's body (RFC 9110, 8.4): agents compress long conversations, Codex with zstd.
//!
//! What is decoded is bounded like what is sent plain, at every step, so that a few bytes cannot become many.

use crate::memory::MemoryPermit;
use crate::refusal::Refusal;
use flate2::bufread::MultiGzDecoder;
use flate2::{Decompress, FlushDecompress, Status};
use postern_fault::{Fault, Kind, shown};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use std::io::{self, Read};

/// A coding that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// RFC 1952.
    Gzip,
    /// The format of RFC 1950, not bare DEFLATE (RFC 9110, 8.4.1.2).
    Deflate,
    /// RFC 8878.
    Zstd,
}

/// The names of all; `x-gzip` is an older one of `gzip` (RFC 9110, 8.4.1.3).
const CODINGS: [(&str, Coding); 4] = [
    ("gzip", Coding::Gzip),
    ("x-gzip", Coding::Gzip),
    ("deflate", Coding::Deflate),
    ("zstd", Coding::Zstd),
];

/// What a refusal offers instead (RFC 9110, 15.5.16).
const ACCEPTED: &str = "gzip, deflate, zstd";

/// The most that a frame may look back: the bound of the content coding (RFC 9659, 3), which libraries keep to unless they
/// are told otherwise. The decoder allocates it.
const MAX_WINDOW_BYTES: u64 = 8 * 1024 * 1024;

/// How much is decoded between two looks at the bounds.
const STEP_BYTES: usize = 64 * 1024;

impl Coding {
    /// The coding that a value of `content-encoding` names, after those of `before`; none for `identity`.
    ///
    /// # Errors
    ///
    /// 415 for an unknown one, and for more than one: each would multiply what a few bytes become.
    pub fn read(before: Option<Self>, value: &str) -> Result<Option<Self>, Refusal> {
        let mut coding = before;
        let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
        for name in names.filter(|name| !name.eq_ignore_ascii_case("identity")) {
            let known = CODINGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            match known {
                Some((_, known)) if coding.is_none() => coding = Some(*known),
                _ => return Err(unsupported(value)),
            }
        }
        Ok(coding)
    }

    /// The body as it was before, of at most `cap` bytes, and what it holds of the instance's memory by `permit`, which is new.
    ///
    /// # Errors
    ///
    /// 413 over `cap`, 400 for what is not in this coding, or not all of it.
    pub fn decode(
        self,
        body: &[u8],
        cap: usize,
        permit: MemoryPermit,
    ) -> Result<(Vec<u8>, MemoryPermit), Refusal> {
        let mut decoded = Decoded { bytes: Vec::new(), permit, cap };
        let done = match self {
            Coding::Gzip => decoded.read(MultiGzDecoder::new(body)),
            Coding::Deflate => inflated(body, &mut decoded),
            Coding::Zstd => frames(body, &mut decoded),
        };
        match done {
            Ok(()) => Ok((decoded.bytes, decoded.permit)),
            Err(Stop::Refused(fault)) => Err(fault.into()),
            Err(Stop::Unreadable(why)) => {
                let public = format!(
                    "the body is not {}, as its content-encoding says; send all of it, or send it plain",
                    self.name()
                );
                let fault = Fault::new(Kind::InvalidRequest, public);
                Err(fault.with_code("invalid_content_encoding").with_private(why).into())
            }
        }
    }

    fn name(self) -> &'static str {
        CODINGS.iter().find(|(_, coding)| *coding == self).map_or("", |(name, _)| name)
    }
}

fn unsupported(value: &str) -> Refusal {
    let public = format!(
        "content-encoding `{}` is not read; send the body as it is, or in one of: {ACCEPTED}",
        shown(value)
    );
    let fields = vec![("accept-encoding".to_owned(), ACCEPTED.to_owned())];
    Refusal { fields, ..Refusal::http(415, "unsupported_content_encoding", public) }
}

/// Why no more is decoded.
enum Stop {
    /// Over a bound.
    Refused(Fault),
    /// Not in the coding.
    Unreadable(String),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Unreadable(error.to_string())
    }
}

/// What has been decoded, within its bounds.
struct Decoded {
    bytes: Vec<u8>,
    permit: MemoryPermit,
    cap: usize,
}

impl Decoded {
    /// All of `reader`.
    fn read(&mut self, reader: impl Read) -> Result<(), Stop> {
        let mut reader = reader;
        loop {
            let mut step = reader.by_ref().take(STEP_BYTES as u64);
            if step.read_to_end(&mut self.bytes)? == 0 {
                return Ok(());
            }
            self.check()?;
        }
    }

    fn check(&mut self) -> Result<(), Stop> {
        if self.bytes.len() > self.cap {
            return Err(Stop::Refused(too_large(self.cap)));
        }
        // A vector doubles what it holds.
        self.permit.grow_to(self.bytes.capacity()).map_err(Stop::Refused)
    }
}

fn too_large(cap: usize) -> Fault {
    let public =
        format!("the body has more than {cap} bytes when it is decoded, this gateway's cap");
    Fault::new(Kind::TooLarge, public)
}

/// One stream, and nothing after it.
fn inflated(body: &[u8], decoded: &mut Decoded) -> Result<(), Stop> {
    let mut state = Decompress::new(true);
    let mut rest = body;
    loop {
        decoded.bytes.reserve(STEP_BYTES);
        let before = (state.total_in(), state.total_out());
        let status = state.decompress_vec(rest, &mut decoded.bytes, FlushDecompress::None);
        let status = status.map_err(|error| Stop::Unreadable(error.to_string()))?;
        decoded.check()?;
        let taken = usize::try_from(state.total_in() - before.0).unwrap_or(usize::MAX);
        rest = rest.get(taken..).unwrap_or_default();
        match status {
            Status::StreamEnd if rest.is_empty() => return Ok(()),
            Status::StreamEnd => {
                return Err(Stop::Unreadable("bytes follow the end".to_owned()));
            }
            _ if before == (state.total_in(), state.total_out()) => {
                return Err(Stop::Unreadable("the end is missing".to_owned()));
            }
            _ => {}
        }
    }
}

/// One frame after the other (RFC 8878, 3); those that are to be skipped are.
fn frames(body: &[u8], decoded: &mut Decoded) -> Result<(), Stop> {
    let mut decoder = FrameDecoder::new();
    decoder.set_max_window_size(MAX_WINDOW_BYTES);
    let mut rest = body;
    if rest.is_empty() {
        return Err(Stop::Unreadable("there is no frame".to_owned()));
    }
    while !rest.is_empty() {
        match StreamingDecoder::new_with_decoder(&mut rest, &mut decoder) {
            Ok(frame) => decoded.read(frame)?,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let after = usize::try_from(length).ok().and_then(|length| rest.get(length..));
                rest = after.ok_or(Stop::Unreadable("the end is missing".to_owned()))?;
                continue;
            }
            Err(error) => return Err(Stop::Unreadable(error.to_string())),
        }
        let sum = decoder.get_checksum_from_data();
        if sum.is_some() && sum != decoder.get_calculated_checksum() {
            return Err(Stop::Unreadable("the checksum is wrong".to_owned()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};
    use proptest::prelude::*;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    use std::io::Write as _;

    fn decode(coding: Coding, body: &[u8], cap: usize) -> Result<(Vec<u8>, MemoryPermit), Refusal> {
        coding.decode(body, cap, MemoryPermit::alone())
    }

    fn encoded(coding: Coding, text: &[u8]) -> Vec<u8> {
        match coding {
            Coding::Gzip => {
                let mut writer = GzEncoder::new(Vec::new(), Compression::best());
                writer.write_all(text).unwrap();
                writer.finish().unwrap()
            }
            Coding::Deflate => {
                let mut writer = ZlibEncoder::new(Vec::new(), Compression::best());
                writer.write_all(text).unwrap();
                writer.finish().unwrap()
            }
            Coding::Zstd => compress_to_vec(text, CompressionLevel::Fastest),
        }
    }

    const ALL: [Coding; 3] = [Coding::Gzip, Coding::Deflate, Coding::Zstd];

    fn text(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|index| b"{\"content\":\"a conversation\"}"[index % 28]).collect()
    }

    fn status(refusal: &Refusal) -> Kind {
        refusal.fault.kind
    }

    #[test]
    fn reads_what_was_encoded_up_to_the_cap_and_no_more() {
        for coding in ALL {
            for bytes in [0, 1, 1_000, STEP_BYTES, STEP_BYTES + 1, 3_000_000] {
                let (plain, sent) = (text(bytes), encoded(coding, &text(bytes)));
                let (decoded, _) = decode(coding, &sent, bytes).unwrap();
                assert!(decoded == plain, "{coding:?} of {bytes}");
                if bytes > 0 {
                    let over = decode(coding, &sent, bytes - 1).unwrap_err();
                    assert_eq!(status(&over), Kind::TooLarge, "{coding:?} of {bytes}");
                }
            }
        }
    }

    #[test]
    fn a_few_bytes_do_not_become_many() {
        for coding in ALL {
            let bomb = encoded(coding, &vec![0; 16 << 20]);
            assert!(bomb.len() < 100_000, "{coding:?}: {}", bomb.len());
            let refused = decode(coding, &bomb, 1 << 20).unwrap_err();
            assert_eq!(status(&refused), Kind::TooLarge, "{coding:?}");
        }
        // A frame that says that it looks back 64 MiB: the window is allocated before anything is decoded.
        let wide = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x80, 0x01, 0x00, 0x00];
        let refused = decode(Coding::Zstd, &wide, 1 << 20).unwrap_err();
        assert_eq!(status(&refused), Kind::InvalidRequest);
    }

    #[test]
    fn refuses_what_is_cut_follows_or_is_something_else() {
        for coding in ALL {
            let sent = encoded(coding, &text(10_000));
            for end in [0, 1, 5, sent.len() / 2, sent.len() - 1] {
                assert!(decode(coding, &sent[..end], 1 << 20).is_err(), "{coding:?} cut at {end}");
            }
            let followed = [sent.as_slice(), b"{}"].concat();
            assert!(decode(coding, &followed, 1 << 20).is_err(), "{coding:?} and more");
            let plain = decode(coding, b"{\"model\":\"m\"}", 1 << 20).unwrap_err();
            assert_eq!(plain.fault.code.as_deref(), Some("invalid_content_encoding"));
        }
    }

    #[test]
    fn reads_members_and_frames_in_a_row() {
        for coding in [Coding::Gzip, Coding::Zstd] {
            let two = [encoded(coding, b"{\"a\":"), encoded(coding, b"1}")].concat();
            assert_eq!(decode(coding, &two, 100).unwrap().0, b"{\"a\":1}", "{coding:?}");
        }
        let skipped =
            [&[0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9], encoded(Coding::Zstd, b"1").as_slice()]
                .concat();
        assert_eq!(decode(Coding::Zstd, &skipped, 100).unwrap().0, b"1");
    }

    #[test]
    fn knows_the_names_of_one_coding_and_refuses_the_rest() {
        for (value, expected) in [
            ("gzip", Some(Coding::Gzip)),
            ("X-GZIP", Some(Coding::Gzip)),
            (" zstd ", Some(Coding::Zstd)),
            ("deflate", Some(Coding::Deflate)),
            ("identity", None),
            ("identity, gzip", Some(Coding::Gzip)),
            ("", None),
        ] {
            assert_eq!(Coding::read(None, value).ok().unwrap(), expected, "{value}");
        }
        for value in ["br", "compress", "gzip, gzip", "gzip, zstd", "gzip;q=1", "aws-chunked"] {
            let refusal = Coding::read(None, value).err().unwrap();
            assert_eq!(refusal.status, Some(415), "{value}");
            assert_eq!(refusal.fields, [("accept-encoding".to_owned(), ACCEPTED.to_owned())]);
        }
        assert!(Coding::read(Some(Coding::Gzip), "zstd").is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        /// Nothing in foreign bytes panics or passes a bound.
        #[test]
        fn foreign_bytes_end_within_the_cap(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
            foreign in prop::collection::vec(any::<u8>(), 0..200),
            cut in any::<prop::sample::Index>(),
        ) {
            for coding in ALL {
                let mut sent = encoded(coding, &text(5_000));
                for (index, byte) in &changes {
                    let at = index.index(sent.len());
                    sent[at] = *byte;
                }
                let end = cut.index(sent.len()) + 1;
                for bytes in [sent.as_slice(), &sent[..end], foreign.as_slice()] {
                    if let Ok((decoded, _)) = decode(coding, bytes, 6_000) {
                        prop_assert!(decoded.len() <= 6_000);
                    }
                }
            }
        }
    }
}
