//! Sound that comes in pieces, each of them base64 with an end of its own.

use crate::base64;

#[derive(Debug)]
pub(super) struct Sound {
    mime_type: String,
    /// Bytes that do not fill a group of base64 yet: two at most.
    carried: Vec<u8>,
}

impl Sound {
    pub fn new(mime_type: String) -> Self {
        Sound { mime_type, carried: Vec::new() }
    }

    pub fn is(&self, mime_type: &str) -> bool {
        self.mime_type == mime_type
    }

    /// Google's `audio/L16` is 16-bit samples.
    pub fn format(&self) -> String {
        let kind = self.mime_type.split(';').next().unwrap_or_default();
        match kind.trim_start_matches("audio/") {
            "L16" | "l16" | "pcm" => "pcm16",
            "mpeg" | "mp3" => "mp3",
            "wav" | "x-wav" | "wave" => "wav",
            other => other,
        }
        .to_owned()
    }

    /// The piece, so that it can be joined to those before it. What is no base64 passes as it is.
    pub fn push(&mut self, data: String) -> String {
        if self.carried.is_empty() && data.len().is_multiple_of(4) && !data.ends_with('=') {
            return data;
        }
        let Some(more) = base64::decode(&data) else { return data };
        let mut bytes = std::mem::take(&mut self.carried);
        bytes.extend(more);
        self.carried = bytes.split_off(bytes.len() - bytes.len() % 3);
        base64::encode(&bytes)
    }

    /// What was carried.
    pub fn rest(&mut self) -> String {
        base64::encode(&std::mem::take(&mut self.carried))
    }
}
