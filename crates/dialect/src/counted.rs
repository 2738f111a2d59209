//! An estimate of a text's tokens from its characters. It is for answers: tokenizing every piece would cost too much.
//!
//! Four bytes of ASCII make one token (<https://help.openai.com/en/articles/4936856>), and so does each character of a script
//! without spaces between words.

const ASCII_BYTES_A_TOKEN: u64 = 4;

/// Characters of base64 that make one token of sound: OpenAI bills 20 tokens for a second of speech, which as MP3 of 128 kbit/s
/// has 21,300 characters. Less compressed sound is counted higher.
const SOUND_BYTES_A_TOKEN: u64 = 1_000;

/// The characters so far, by their cost in tokens.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    ascii_bytes: u64,
    other_characters: u64,
}

impl Counted {
    pub fn add(&mut self, text: &str) {
        let ascii = text.bytes().filter(u8::is_ascii).count() as u64;
        self.ascii_bytes = self.ascii_bytes.saturating_add(ascii);
        let characters = text.chars().count() as u64;
        self.other_characters = self.other_characters.saturating_add(characters - ascii);
    }

    /// A recording, by the length of its base64 in bytes.
    pub fn add_sound(&mut self, base64_bytes: usize) {
        let tokens = (base64_bytes as u64).div_ceil(SOUND_BYTES_A_TOKEN);
        self.ascii_bytes =
            self.ascii_bytes.saturating_add(tokens.saturating_mul(ASCII_BYTES_A_TOKEN));
    }

    pub fn add_counted(&mut self, more: Counted) {
        self.ascii_bytes = self.ascii_bytes.saturating_add(more.ascii_bytes);
        self.other_characters = self.other_characters.saturating_add(more.other_characters);
    }

    pub fn tokens(self) -> u64 {
        self.ascii_bytes.div_ceil(ASCII_BYTES_A_TOKEN).saturating_add(self.other_characters)
    }
}
