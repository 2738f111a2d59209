//! How each client's dialect finds the texts of its answers.

use super::close::raw::Raw;
use super::close::{Cut, Ending};
use super::found::Found;
use crate::json::Node;
use postern_fault::{Fault, Kind};
use postern_types::escape;
use postern_types::provider::Place;

/// Finds the texts of answers in one dialect.
pub(crate) trait FindTexts {
    /// Reads an event of a stream; None is its end mark.
    fn event(&mut self, data: Option<&Node<'_>>, found: &mut Found<'_>);

    /// Reads a buffered answer.
    fn whole(&mut self, answer: &Node<'_>, found: &mut Found<'_>);

    /// Reads a buffered answer that is not JSON. Returns whether it is one.
    fn plain(&mut self, _: &str, _: &mut Found<'_>) -> bool {
        false
    }

    /// Takes out of an edited buffered answer what contradicts its texts.
    fn mend(&self, output: String) -> String {
        output
    }

    /// An event with more text at this place, as event `number`. None: the dialect has no such event.
    fn delta(&self, at: Place, text: &str, number: u64) -> Option<String>;

    /// Writes arguments where a JSON value stands: in most dialects as the string that belongs there.
    ///
    /// # Errors
    /// A text that cannot be written as such a value.
    fn value(&self, text: &str) -> Result<String, Fault> {
        Ok(format!("\"{}\"", escape(text)))
    }

    /// Notes that an event marked as a frame has been sent; `text` is its JSON.
    fn left(&mut self, event: &Node<'_>, text: &str);

    /// Ends a stream after what has been sent.
    fn close(&mut self, ending: &mut Ending<'_>);

    /// Ends a buffered answer early, with its texts edited.
    fn cut(&self, answer: Raw<'_>, cut: &Cut<'_>) -> String;
}

/// The fault for a mistake of a stage.
pub(super) fn misfit(private: &str) -> Fault {
    Fault::new(Kind::Unavailable, "the gateway could not edit the answer").with_private(private)
}
