//! Finds the ids of objects of the vendor's account that an answer hands out.
//!
//! [`table`] lists the kinds of ids and their places in answers; `named` lists the fields of requests that name one. Only these
//! places are read: an id anywhere else in an answer (in the model's words, in the arguments of a tool, in metadata) may be one
//! that the caller itself put there.

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

/// Reads one answer in the client's dialect, in parts of complete events.
#[derive(Debug)]
pub struct HandedOut {
    client: Dialect,
    is_stream: bool,
    /// False if the vendor has said that it stores nothing of the answer.
    is_kept: bool,
    /// The ids handed out so far: most occur several times in a stream.
    seen: BTreeSet<String>,
}

/// An answer names a few dozen ids; any beyond this number are ignored.
const MAX_SEEN: usize = 10_000;

impl HandedOut {
    /// A reader for an answer in this client's dialect.
    #[must_use]
    pub fn new(client: Dialect, is_stream: bool) -> Self {
        HandedOut { client, is_stream, is_kept: true, seen: BTreeSet::new() }
    }

    /// The ids in the next part of the answer that did not occur before.
    pub fn read(&mut self, part: &str) -> Vec<String> {
        // Most parts are pieces of text without an id.
        let ids = codecs::client(self.client).ids.as_ref();
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

    /// Text that is not JSON hands out no ids.
    fn object(&mut self, place: Place, text: &str, found: &mut Vec<String>) {
        if let Ok(read) = walk::ids(place, text, self.is_kept) {
            self.is_kept = read.is_kept;
            found.extend(read.ids);
        }
    }
}
