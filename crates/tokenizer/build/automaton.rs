//! The automaton that finds pieces, in less memory than a dense one and in less time than a sparse one: a row of a state
//! names groups of steps, and most rows share most groups.

use crate::patterns::Pattern;
use crate::words::{GROUPS, NOWHERE, START, Step};
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};
use std::collections::HashMap;
use std::error::Error;

pub struct Automaton {
    /// The class of each byte; then that of the end of the text.
    pub classes: Vec<u8>,
    /// For each state, the groups of its steps.
    pub rows: Vec<u8>,
    /// The groups: a step for each of so many classes.
    pub steps: Vec<u8>,
}

impl Automaton {
    pub fn new(patterns: &[Pattern]) -> Result<Self, Box<dyn Error>> {
        let regexes: Vec<_> = patterns.iter().map(|pattern| pattern.regex).collect();
        let dense = dense::Builder::new()
            .configure(dense::Config::new().start_kind(StartKind::Anchored))
            .syntax(syntax::Config::new().unicode(true).utf8(true))
            .build_many(&regexes)?;
        let start = dense.start_state_forward(&Input::new("").anchored(Anchored::Yes))?;
        let mut states = States::new(start);
        let (mut rows, mut steps, mut groups) = (vec![0; GROUPS * 2], Vec::new(), HashMap::new());
        // The row of NOWHERE is never read; its group is that of the first row.
        while let Some(state) = states.next() {
            let mut row = vec![Step::NONE; GROUPS * GROUPS];
            for unit in dense.byte_classes().representatives(..) {
                let next = match unit.as_u8() {
                    Some(byte) => dense.next_state(state, byte),
                    None => dense.next_eoi_state(state),
                };
                let pattern = dense.is_match_state(next).then(|| dense.match_pattern(next, 0));
                let pattern = pattern.and_then(|pattern| patterns.get(pattern.as_usize()));
                let looks_ahead = pattern.is_some_and(|pattern| pattern.looks_ahead);
                let state =
                    if dense.is_dead_state(next) { NOWHERE } else { states.number(next)? };
                let step = Step { state, is_end: pattern.is_some(), looks_ahead };
                let class = dense.byte_classes().get_by_unit(unit);
                *row.get_mut(class).ok_or("too many classes")? = step;
            }
            for group in row.chunks(GROUPS) {
                let words: Option<Vec<_>> = group.iter().map(|step| step.into_word()).collect();
                let words = words.ok_or("the automaton has too many states")?.concat();
                let number = u16::try_from(groups.len())?;
                let number = *groups.entry(words.clone()).or_insert_with(|| {
                    steps.extend(words);
                    number
                });
                rows.extend(number.to_le_bytes());
            }
        }
        let end = dense.byte_classes().eoi().as_usize();
        let classes = (0..=u8::MAX).map(|byte| dense.byte_classes().get(byte));
        let classes = classes.chain([u8::try_from(end)?]).collect();
        Ok(Self { classes, rows, steps })
    }
}

/// The states that have been met, with numbers of ours.
struct States {
    met: Vec<StateID>,
    numbers: HashMap<StateID, u16>,
    done: usize,
}

impl States {
    fn new(start: StateID) -> Self {
        Self { met: vec![start], numbers: HashMap::from([(start, START)]), done: 0 }
    }

    fn number(&mut self, state: StateID) -> Result<u16, Box<dyn Error>> {
        if let Some(number) = self.numbers.get(&state) {
            return Ok(*number);
        }
        let number = START + u16::try_from(self.met.len())?;
        self.met.push(state);
        self.numbers.insert(state, number);
        Ok(number)
    }

    /// The next one in the order of numbers.
    fn next(&mut self) -> Option<StateID> {
        self.done += 1;
        self.met.get(self.done - 1).copied()
    }
}
