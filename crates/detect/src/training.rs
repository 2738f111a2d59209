//! What the trainers in `tests/guardrail` read: the features of texts as the models see them.

use crate::injection;
use crate::linear::dump::{samples, write};
use crate::text::Text;

/// The tables that features come from.
pub struct Features {
    injection: injection::Tables,
}

impl Features {
    /// Build them.
    pub fn new() -> Self {
        Features { injection: injection::Tables::new() }
    }

    /// Append the windows of a text and their features, for the model of prompt injection.
    pub fn write_injection(&self, text: &str, output: &mut Vec<u8>) {
        let text = Text::new(text);
        write(&samples(&text, &self.injection.events(&text)), output);
    }
}

impl Default for Features {
    fn default() -> Self {
        Features::new()
    }
}
