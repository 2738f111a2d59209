//! The ids of what belongs to the account with the vendor, where an answer hands them out.
//!
//! [`table`] says what kinds there are, and where an answer in a client's dialect has one; `named`, which fields of requests
//! name one. Only these places are read: an id that stands anywhere else in an answer (in what the model says, in the arguments of a
//! tool, in metadata) may be one that the caller itself has put there.

#[cfg(test)]
mod named;
pub(crate) mod table;
#[cfg(test)]
mod tests;
mod walk;

use crate::{Dialect, codecs};
use postern_event_stream::Parser;
use std::collections::BTreeSet;
use table::Place;

/// Reads one answer as the client gets it, in parts of whole events.
#[derive(Debug)]
pub struct HandedOut {
    client: Dialect,
    is_stream: bool,
    /// The vendor has said that it keeps nothing of the answer.
    is_kept: bool,
    /// What has been handed out: most ids come several times in a stream.
    seen: BTreeSet<String>,
}

/// An answer names some dozens; one that names more is not held for their sake.
const MAX_SEEN: usize = 10_000;

impl HandedOut {
    /// Of an answer in this client's dialect.
    #[must_use]
    pub fn new(client: Dialect, is_stream: bool) -> Self {
        HandedOut { client, is_stream, is_kept: true, seen: BTreeSet::new() }
    }

    /// The ids in the next part of the answer that were in none before.
    pub fn read(&mut self, part: &str) -> Vec<String> {
        // Most parts are pieces of words.
        let ids = codecs::of(self.client).client.ids.as_ref();
        let Some(ids) = ids.filter(|ids| ids.may_be_in(part)) else { return Vec::new() };
        let place = ids.root(self.is_stream);
        let mut found = Vec::new();
        match self.is_stream {
            false => self.object(place, part, &mut found),
            true => self.events(place, part, &mut found),
        }
        found.retain(|id| self.seen.len() < MAX_SEEN && self.seen.insert(id.clone()));
        found
    }

    fn events(&mut self, place: Place, part: &str, found: &mut Vec<String>) {
        let mut parser = Parser::new(usize::MAX);
        parser.push(part);
        parser.finish();
        while let Ok(Some(event)) = parser.next_event() {
            if let Some(data) = event.data.as_deref() {
                self.object(place, data, found);
            }
        }
    }

    /// What is not JSON hands nothing out.
    fn object(&mut self, place: Place, text: &str, found: &mut Vec<String>) {
        if let Ok(read) = walk::ids(place, text, self.is_kept) {
            self.is_kept = read.is_kept;
            found.extend(read.ids);
        }
    }
}
