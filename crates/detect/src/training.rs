//! The features of texts for the trainers in `tests/guardrail`, as the models see them.

use crate::injection;
use crate::linear::dump::{samples, write};
use crate::text::Text;

/// The tables from which features are computed.
pub struct Features {
    injection: injection::Tables,
}

impl Features {
    /// Builds the tables.
    pub fn new() -> Self {
        Features { injection: injection::Tables::new() }
    }

    /// Appends the windows of a text and their features, for the model of prompt injection.
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
