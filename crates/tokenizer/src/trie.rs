//! Finds the longest token that a text begins with.

use std::collections::VecDeque;

/// No token ends here. There are fewer tokens than this number.
const NONE: u32 = u32::MAX;

/// The tokens as a tree of bytes, its nodes numbered level by level: the children of a node are consecutive, followed
/// by those of the next node. A node takes nine bytes, where an automaton takes thirty and more.
pub struct Trie {
    /// The first child of each node; its children end where those of the next node begin.
    first: Vec<u32>,
    /// The byte that leads to each node.
    labels: Vec<u8>,
    /// The token that ends at each node.
    tokens: Vec<u32>,
}

/// A node while the tree is built: a range of the sorted tokens with a common prefix.
struct Span {
    from: usize,
    to: usize,
    depth: usize,
}

impl Trie {
    pub fn new(tokens: &[&[u8]]) -> Self {
        let mut sorted: Vec<(&[u8], u32)> = tokens.iter().copied().zip(0..).collect();
        sorted.sort_unstable();
        let mut trie = Self { first: Vec::new(), labels: vec![0], tokens: Vec::new() };
        let mut waiting = VecDeque::from([Span { from: 0, to: sorted.len(), depth: 0 }]);
        while let Some(span) = waiting.pop_front() {
            trie.add(&sorted, span, &mut waiting);
        }
        trie.first.push(number(trie.labels.len()));
        trie.first.shrink_to_fit();
        trie.labels.shrink_to_fit();
        trie.tokens.shrink_to_fit();
        trie
    }

    fn add(&mut self, sorted: &[(&[u8], u32)], span: Span, waiting: &mut VecDeque<Span>) {
        let Span { mut from, to, depth } = span;
        self.first.push(number(self.labels.len()));
        // The shortest sorts first: the one that equals the common prefix.
        let whole = sorted.get(from).filter(|(bytes, _)| bytes.len() == depth);
        self.tokens.push(whole.map_or(NONE, |(_, token)| *token));
        from += usize::from(whole.is_some());
        while let Some(label) = sorted.get(from..to).and_then(|rest| rest.first()?.0.get(depth)) {
            let same = |(bytes, _): &(&[u8], u32)| bytes.get(depth) == Some(label);
            let count = sorted.get(from..to).map_or(0, |rest| rest.partition_point(same));
            self.labels.push(*label);
            waiting.push_back(Span { from, to: from + count, depth: depth + 1 });
            from += count;
        }
    }

    /// Every token that `text` begins with, from short to long.
    pub fn prefixes<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = u32> + 'a {
        let mut node = Some(0);
        let mut bytes = text.iter();
        std::iter::from_fn(move || {
            loop {
                node = self.child(node?, *bytes.next()?);
                match *self.tokens.get(node? as usize)? {
                    NONE => {}
                    token => return Some(token),
                }
            }
        })
    }

    /// The longest token that `text` begins with.
    pub fn longest(&self, text: &[u8]) -> Option<u32> {
        self.prefixes(text).last()
    }

    /// The token with exactly this text.
    pub fn whole(&self, text: &[u8]) -> Option<u32> {
        let node = text.iter().try_fold(0, |node, byte| self.child(node, *byte))?;
        self.tokens.get(node as usize).copied().filter(|token| *token != NONE)
    }

    fn child(&self, node: u32, label: u8) -> Option<u32> {
        let node = node as usize;
        let (from, to) = (*self.first.get(node)?, *self.first.get(node + 1)?);
        let labels = self.labels.get(from as usize..to as usize)?;
        let place = match labels.len() {
            // The root has all bytes.
            256 => usize::from(label),
            0..=8 => labels.iter().position(|other| *other == label)?,
            _ => labels.binary_search(&label).ok()?,
        };
        Some(from + number(place))
    }
}

/// There are fewer nodes than bytes in a vocabulary, which has some megabytes.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(NONE)
}
