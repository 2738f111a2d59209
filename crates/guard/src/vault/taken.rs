//! What stands in a request already, and so is no placeholder.

use std::cell::{Cell, OnceCell};
use std::collections::{HashMap, HashSet};

/// A search through a long body takes some 50 µs; a request that has so many look-alikes gets placeholders of another kind.
const MAX_SEARCHES: u32 = 1_000;

/// The body of a request, in lower case: placeholders are restored in any case.
pub struct Taken {
    body: String,
    words: OnceCell<HashSet<String>>,
    stems: std::cell::RefCell<HashMap<&'static str, bool>>,
    searches: Cell<u32>,
}

impl Taken {
    pub fn of(body: &str) -> Self {
        Taken {
            body: body.to_ascii_lowercase(),
            words: OnceCell::new(),
            stems: Default::default(),
            searches: Cell::new(0),
        }
    }

    /// A word stands there by itself.
    pub fn has_word(&self, word: &str) -> bool {
        let words = || {
            let words = self.body.split(|character: char| !character.is_ascii_alphanumeric());
            words.filter(|word| word.len() > 3).map(str::to_owned).collect()
        };
        self.words.get_or_init(words).contains(&word.to_ascii_lowercase())
    }

    /// One of these texts stands there. All of them have the stem, which is looked for once. None: that would take too long to say.
    pub fn has_any<'t>(
        &self,
        stem: &'static str,
        mut texts: impl Iterator<Item = &'t str>,
    ) -> Option<bool> {
        let has_stem =
            *self.stems.borrow_mut().entry(stem).or_insert_with(|| self.body.contains(stem));
        if !has_stem {
            return Some(false);
        }
        if self.searches.replace(self.searches.get().saturating_add(1)) > MAX_SEARCHES {
            return None;
        }
        Some(texts.any(|text| self.body.contains(&text.to_ascii_lowercase())))
    }
}
