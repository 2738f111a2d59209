//! What the trainers in `tests/guardrail` read: the features of texts as the models see them.

use crate::injection;
use crate::linear::dump::{samples, write};
use crate::text::Text;

/// Append the windows of a text and their features, for the model of prompt injection.
pub fn write_injection_samples(text: &str, output: &mut Vec<u8>) {
    let text = Text::new(text);
    write(&samples(&text, &injection::events(&text)), output);
}
