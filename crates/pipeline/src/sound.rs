//! An answer of sound: no stage reads it, and what it has in tokens is known by its length.

use postern_fault::{Fault, Kind};
use postern_types::Usage;

/// The types in which OpenAI and servers of its dialect speak, and how many bytes a token has: there are 20 tokens in a second
/// (<https://platform.openai.com/docs/guides/realtime-costs>), which takes 20,000 bytes of OpenAI's MP3 (160 kbit/s), 16,000 of AAC of
/// 128 kbit/s, 4,000 of Opus of 32 kbit/s, 24,000 of FLAC and 48,000 of plain samples. Of `application/octet-stream` nothing is known.
const KINDS: [(&str, u64); 14] = [
    ("audio/mpeg", 1_000),
    ("audio/mp3", 1_000),
    ("audio/aac", 800),
    ("audio/mp4", 800),
    ("audio/opus", 200),
    ("audio/ogg", 200),
    ("audio/webm", 200),
    ("audio/flac", 1_200),
    ("audio/wav", 2_400),
    ("audio/x-wav", 2_400),
    ("audio/wave", 2_400),
    ("audio/pcm", 2_400),
    ("audio/l16", 2_400),
    ("application/octet-stream", 800),
];

/// An answer of sound, as far as it has come.
#[derive(Debug)]
pub struct Sound {
    bytes: u64,
    bytes_a_token: u64,
}

impl Sound {
    /// An answer of this type.
    ///
    /// # Errors
    ///
    /// `upstream-invalid` for a type that is no sound.
    pub fn of(content_type: &str) -> Result<Self, Fault> {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        let known = KINDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(media_type));
        // A parameter says the rate of samples, and nothing that is not ASCII.
        match known {
            Some((_, bytes_a_token))
                if content_type.bytes().all(|b| (b' '..=b'~').contains(&b)) =>
            {
                Ok(Sound { bytes: 0, bytes_a_token: *bytes_a_token })
            }
            _ => {
                let public = "the provider answered with another type than sound";
                Err(Fault::new(Kind::UpstreamInvalid, public))
            }
        }
    }

    /// So many bytes more have come.
    pub fn add(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes as u64);
    }

    /// What it has used so far. The text that is spoken was counted before.
    pub fn usage(&self) -> Usage {
        let tokens = self.bytes.div_ceil(self.bytes_a_token);
        Usage {
            output_tokens: tokens,
            audio_output_tokens: tokens,
            estimated: true,
            ..Usage::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sound_passes() {
        for (content_type, tokens) in [
            ("audio/mpeg", 1),
            ("Audio/MPEG", 1),
            ("audio/pcm;rate=24000;channels=1", 1),
            ("audio/opus", 5),
            ("application/octet-stream", 2),
        ] {
            let mut sound = Sound::of(content_type).unwrap();
            sound.add(900);
            sound.add(100);
            assert_eq!(sound.usage().output_tokens, tokens, "{content_type}");
        }
        for content_type in [
            "",
            "text/html",
            "application/json",
            "text/event-stream",
            "audio/evil",
            "audio/mpeg; x=ä",
        ] {
            assert!(Sound::of(content_type).is_err(), "{content_type}");
        }
    }
}
