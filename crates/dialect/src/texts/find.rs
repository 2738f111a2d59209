//! What each client's dialect says of the texts in its answers.

use super::close::raw::Raw;
use super::close::{Cut, Ending};
use super::found::Found;
use crate::json::Node;
use postern_fault::{Fault, Kind};
use postern_types::escape;
use postern_types::provider::Place;

/// Finds the texts of answers in one dialect.
pub(crate) trait FindTexts {
    /// What an event of a stream says; none is its end mark.
    fn event(&mut self, data: Option<&Node<'_>>, found: &mut Found<'_>);

    /// What a whole answer says.
    fn whole(&mut self, answer: &Node<'_>, found: &mut Found<'_>);

    /// An event with more text at this place, of this number among the events. None: there is none of this kind.
    fn delta(&self, at: Place, text: &str, number: u64) -> Option<String>;

    /// Arguments where a JSON value stands: in most dialects the string that should stand there.
    ///
    /// # Errors
    /// What no value can be made of.
    fn value(&self, text: &str) -> Result<String, Fault> {
        Ok(format!("\"{}\"", escape(text)))
    }

    /// An event has left that was marked as a frame; `text` is its JSON.
    fn left(&mut self, event: &Node<'_>, text: &str);

    /// Ends a stream behind what has left.
    fn close(&mut self, ending: &mut Ending<'_>);

    /// A whole answer, with its texts edited, that ends early.
    fn cut(&self, answer: Raw<'_>, cut: &Cut<'_>) -> String;
}

/// A stage has made a mistake.
pub(super) fn misfit(private: &str) -> Fault {
    Fault::new(Kind::Unavailable, "the gateway could not edit the answer").with_private(private)
}
