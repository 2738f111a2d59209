//! The operator's own terms and patterns.

use aho_corasick::{AhoCorasick, MatchKind};
use postern_detect::Text;
use postern_policy::{Guardrails, TermList};
use regex_automata::meta::Regex;
use std::collections::BTreeSet;
use std::ops::Range;

/// All lists, compiled for searching.
pub struct Lists {
    lists: Vec<List>,
}

struct List {
    terms: Option<AhoCorasick>,
    patterns: Option<Regex>,
}

impl Lists {
    pub fn new(policy: &Guardrails) -> Self {
        Lists { lists: policy.lists.iter().map(List::new).collect() }
    }

    /// The matches of these lists, each with its list's index, by their place in the original.
    pub fn find(&self, text: &Text<'_>, wanted: &BTreeSet<usize>) -> Vec<(usize, Range<usize>)> {
        let mut found = Vec::new();
        for at in wanted {
            if let Some(list) = self.lists.get(*at) {
                list.find(text, |span| found.push((*at, span)));
            }
        }
        found
    }
}

impl List {
    /// The policy check refuses patterns that cannot be compiled; here such a pattern finds nothing.
    fn new(list: &TermList) -> Self {
        let terms: Vec<String> = list.terms.iter().map(|term| Text::fold(term)).collect();
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostLongest);
        List {
            terms: builder.build(&terms).ok().filter(|_| !terms.is_empty()),
            patterns: Regex::new_many(&list.patterns).ok().filter(|_| !list.patterns.is_empty()),
        }
    }

    fn find(&self, text: &Text<'_>, mut found: impl FnMut(Range<usize>)) {
        if let Some(terms) = &self.terms {
            for term in terms.find_iter(text.folded()) {
                if is_whole(text.folded(), term.range()) {
                    found(text.span_of_folded(term.range()));
                }
            }
        }
        if let Some(patterns) = &self.patterns {
            for pattern in patterns.find_iter(text.plain()) {
                found(text.span_of_plain(pattern.range()));
            }
        }
    }
}

/// Whether no letter or digit is adjacent on either side. Scripts without spaces between words have no such borders.
fn is_whole(text: &str, range: Range<usize>) -> bool {
    let goes_on = |inside: Option<char>, outside: Option<char>| {
        let is_spaced = |character: char| character.is_alphanumeric() && character < '\u{0e00}';
        inside.is_some_and(is_spaced) && outside.is_some_and(is_spaced)
    };
    let inside = text.get(range.clone()).unwrap_or_default();
    let before = text.get(..range.start).and_then(|text| text.chars().next_back());
    let after = text.get(range.end..).and_then(|text| text.chars().next());
    !goes_on(inside.chars().next(), before) && !goes_on(inside.chars().next_back(), after)
}
