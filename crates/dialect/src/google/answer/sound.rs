//! Sound in pieces, each of which is complete base64.

use crate::base64;

#[derive(Debug)]
pub(super) struct Sound {
    mime_type: String,
    /// Bytes that do not fill a group of base64 yet, at most two.
    carried: Vec<u8>,
}

impl Sound {
    pub fn new(mime_type: String) -> Self {
        Sound { mime_type, carried: Vec::new() }
    }

    pub fn is(&self, mime_type: &str) -> bool {
        self.mime_type == mime_type
    }

    /// Google's `audio/L16` has 16-bit samples.
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

    /// The piece, encoded so that it can be appended to those before it. A piece that is not base64 passes unchanged.
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

    /// The remaining bytes, encoded.
    pub fn rest(&mut self) -> String {
        base64::encode(&std::mem::take(&mut self.carried))
    }
}
