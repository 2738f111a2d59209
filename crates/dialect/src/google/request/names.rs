//! Names of functions that Google accepts.

use crate::Memo;
use crate::chat::{Request, ToolKind};
use std::collections::{HashMap, HashSet};

/// `FunctionDeclaration.name` of <https://ai.google.dev/api/caching#FunctionDeclaration>: a letter or `_`, then these, 64
/// characters in total. Newer models accept 128; 64 is valid everywhere.
const MAX_CHARACTERS: usize = 64;

/// The names that were sent for the client's.
#[derive(Debug, Default)]
pub(super) struct Names {
    sent: HashMap<String, String>,
    taken: HashSet<String>,
    /// The last number that made a name unique: thousands of names can become the same one.
    numbers: HashMap<String, u32>,
}

impl Names {
    /// Valid names of `request`'s tools are sent unchanged; no other name is ever changed into one of them.
    pub fn new(request: &Request) -> Self {
        let names = request.tools.iter().filter_map(|tool| match &tool.kind {
            ToolKind::Function { name, .. } if is_valid(name) => Some(name.clone()),
            _ => None,
        });
        Names { taken: names.collect(), ..Names::default() }
    }

    /// The name to send for the client's. A changed name is noted for the answer.
    pub fn sent(&mut self, name: String, memo: &mut Memo) -> String {
        if is_valid(&name) {
            return name;
        }
        if let Some(sent) = self.sent.get(&name) {
            return sent.clone();
        }
        let sent = self.free(&changed(&name));
        memo.tool_names.insert(sent.clone(), name.clone());
        self.sent.insert(name, sent.clone());
        sent
    }

    fn free(&mut self, wanted: &str) -> String {
        let mut free = wanted.to_owned();
        let number = self.numbers.entry(wanted.to_owned()).or_insert(1);
        while !self.taken.insert(free.clone()) {
            *number = number.saturating_add(1);
            let end = format!("_{number}");
            // The name is ASCII by now.
            let kept = wanted.get(..MAX_CHARACTERS - end.len()).unwrap_or(wanted);
            free = format!("{kept}{end}");
        }
        free
    }
}

fn is_valid(name: &str) -> bool {
    let start = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    start && name.len() <= MAX_CHARACTERS && name.chars().all(is_of_name)
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '-')
}

fn changed(name: &str) -> String {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let start = if starts { "" } else { "_" };
    let ascii = name.chars().map(|c| if is_of_name(c) { c } else { '_' });
    start.chars().chain(ascii).take(MAX_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_become_the_same_stay_apart_however_many_there_are() {
        let mut names = Names::default();
        let mut memo = Memo::default();
        // In quadratic time this test took 104 s.
        let many: Vec<String> =
            ('\u{4e00}'..).take(20_000).map(|character| character.to_string()).collect();
        for name in &many {
            names.sent(name.clone(), &mut memo);
        }
        assert_eq!(memo.tool_names.len(), many.len());
        assert_eq!(names.sent(many[1].clone(), &mut memo), "___2");
    }
}
