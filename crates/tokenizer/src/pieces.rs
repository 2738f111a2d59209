//! Splits a text into pieces, which are merged separately.

use crate::patterns::Pattern;
use regex_automata::dfa::{Automaton, sparse};
use regex_automata::{Anchored, Input};

/// The automata that `build.rs` made of the patterns, used in place.
pub const O200K_BASE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/o200k_base.automaton"));
pub const CL100K_BASE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/cl100k_base.automaton"));

/// Splits texts.
pub struct Splitter {
    automaton: Option<sparse::DFA<&'static [u8]>>,
    patterns: &'static [Pattern],
}

impl Splitter {
    pub fn new(automaton: &'static [u8], patterns: &'static [Pattern]) -> Self {
        // The tests read both; without one, all of a text would be one piece.
        let automaton = sparse::DFA::from_bytes(automaton).ok();
        Self { automaton: automaton.map(|(automaton, _)| automaton), patterns }
    }

    /// The pieces in their order; joined they are the text.
    pub fn split<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = text;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let (piece, after) = rest.split_at_checked(self.next(rest)).unwrap_or((rest, ""));
            rest = after;
            Some(piece.as_bytes())
        })
    }

    /// The length of the first piece in bytes: at least one.
    fn next(&self, text: &str) -> usize {
        let input = Input::new(text).anchored(Anchored::Yes);
        let search = |automaton: &sparse::DFA<_>| automaton.try_search_fwd(&input).ok().flatten();
        let Some(found) = self.automaton.as_ref().and_then(search) else { return text.len() };
        let pattern = self.patterns.get(found.pattern().as_usize());
        let last = text.get(..found.offset()).and_then(|piece| piece.chars().next_back());
        match last {
            Some(last) if pattern.is_some_and(|pattern| pattern.looks_ahead) => {
                found.offset().saturating_sub(last.len_utf8())
            }
            _ => found.offset(),
        }
    }
}
