//! What a text may have in tokens, by its characters: for answers, whose every piece would be too dear to tokenize.
//!
//! Four bytes of ASCII make a token (<https://help.openai.com/en/articles/4936856>), and so does each character of scripts
//! that have no words.

/// Characters so far, by what they cost.
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

    pub fn add_counted(&mut self, more: Counted) {
        self.ascii_bytes = self.ascii_bytes.saturating_add(more.ascii_bytes);
        self.other_characters = self.other_characters.saturating_add(more.other_characters);
    }

    pub fn tokens(self) -> u64 {
        self.ascii_bytes.div_ceil(4).saturating_add(self.other_characters)
    }
}
