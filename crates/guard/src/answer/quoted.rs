//! Whether a place in a JSON text is within a string.

/// The state behind the beginning of a JSON text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quoted {
    pub inside: bool,
    escaped: bool,
}

impl Quoted {
    /// The state behind more of it.
    pub fn over(mut self, text: &str) -> Self {
        for byte in text.bytes() {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.inside => self.escaped = true,
                b'"' => self.inside = !self.inside,
                _ => {}
            }
        }
        self
    }
}
