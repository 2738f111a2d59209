//! Finds all anchors in one pass.

use super::anchors::{self, Target};
use super::class::url64;
use crate::trie::{Bits, three};
use rustc_hash::FxHashMap as HashMap;

/// The anchors by their first three bytes; a shorter one by its bytes and each that may follow.
pub struct Search {
    /// Rejects most places.
    beginnings: Bits,
    by_beginning: HashMap<[u8; 3], Vec<(&'static str, Target)>>,
    /// The anchors of one byte, a point or a hyphen.
    single: Vec<(u8, &'static str, Target)>,
}

impl Search {
    /// Builds the tables.
    pub fn new() -> Self {
        let mut search = Search {
            beginnings: Bits::default(),
            by_beginning: HashMap::default(),
            single: Vec::new(),
        };
        for (anchor, target) in anchors::all() {
            match *anchor.as_bytes() {
                [first, second, third, ..] => search.add([first, second, third], anchor, target),
                [first, second] => {
                    (0..=u8::MAX).for_each(|next| search.add([first, second, next], anchor, target))
                }
                [only] => search.single.push((only, anchor, target)),
                [] => {}
            }
        }
        search
    }

    fn add(&mut self, beginning: [u8; 3], anchor: &'static str, target: Target) {
        self.beginnings.add(three(beginning));
        self.by_beginning.entry(beginning).or_default().push((anchor, target));
    }

    /// Calls `visit` with the place of each anchor, by their starts.
    pub fn each(&self, text: &str, mut visit: impl FnMut(usize, &'static str, Target)) {
        let bytes = text.as_bytes();
        for (at, beginning) in bytes.windows(3).enumerate() {
            let [first, second, third] = *beginning else { continue };
            // Both rows have at least two such characters after it.
            if matches!(first, b'.' | b'-') && url64(second) && url64(third) {
                let single = self.single.iter().filter(|(byte, ..)| *byte == first);
                single.for_each(|(_, anchor, target)| visit(at, anchor, *target));
            }
            self.at(bytes, at, [first, second, third], &mut visit);
        }
        // A text may end with an anchor of two bytes.
        if let Some([first, second]) = bytes.last_chunk() {
            self.at(bytes, bytes.len() - 2, [*first, *second, 0], &mut visit);
        }
    }

    #[inline]
    fn at(
        &self,
        text: &[u8],
        at: usize,
        beginning: [u8; 3],
        visit: &mut impl FnMut(usize, &'static str, Target),
    ) {
        if !self.beginnings.has(three(beginning)) {
            return;
        }
        let Some(anchors) = self.by_beginning.get(&beginning) else { return };
        let rest = text.get(at..).unwrap_or_default();
        for (anchor, target) in
            anchors.iter().filter(|(anchor, _)| rest.starts_with(anchor.as_bytes()))
        {
            visit(at, anchor, *target);
        }
    }
}
