//! The tokens as a tree of bytes, its nodes numbered level by level: the children of a node are consecutive, followed by
//! those of the next node.

use crate::words::{MANY, Node};
use std::collections::VecDeque;
use std::error::Error;

pub struct Trie {
    /// The first child of each node, and the number of nodes at the end: children end where those of the next node begin.
    first: Vec<u32>,
    /// The byte that leads to each node.
    labels: Vec<u8>,
    /// The token that ends at each node.
    pub tokens: Vec<Option<u32>>,
}

/// A node while the tree is built: a range of the sorted tokens with a common prefix.
struct Span {
    from: usize,
    to: usize,
    depth: usize,
}

impl Trie {
    pub fn new(tokens: &[Vec<u8>]) -> Self {
        let mut sorted: Vec<(&[u8], u32)> = tokens.iter().map(Vec::as_slice).zip(0..).collect();
        sorted.sort_unstable();
        let mut trie = Self { first: Vec::new(), labels: vec![0], tokens: Vec::new() };
        let mut waiting = VecDeque::from([Span { from: 0, to: sorted.len(), depth: 0 }]);
        while let Some(span) = waiting.pop_front() {
            trie.add(&sorted, span, &mut waiting);
        }
        trie.first.push(number(trie.labels.len()));
        trie
    }

    fn add(&mut self, sorted: &[(&[u8], u32)], span: Span, waiting: &mut VecDeque<Span>) {
        let Span { mut from, to, depth } = span;
        self.first.push(number(self.labels.len()));
        // The shortest sorts first: the one that equals the common prefix.
        let whole = sorted.get(from).filter(|(bytes, _)| bytes.len() == depth);
        self.tokens.push(whole.map(|(_, token)| *token));
        from += usize::from(whole.is_some());
        while let Some(label) = sorted.get(from..to).and_then(|rest| rest.first()?.0.get(depth)) {
            let same = |(bytes, _): &(&[u8], u32)| bytes.get(depth) == Some(label);
            let count = sorted.get(from..to).map_or(0, |rest| rest.partition_point(same));
            self.labels.push(*label);
            waiting.push_back(Span { from, to: from + count, depth: depth + 1 });
            from += count;
        }
    }

    /// The nodes as they are read, and one behind the last.
    pub fn nodes(&self) -> Result<Vec<u8>, Box<dyn Error>> {
        let mut nodes = Vec::new();
        let labels = self.labels.iter().zip(&self.tokens).zip(self.first.windows(2));
        for ((label, token), range) in labels {
            let [first, next] = range else { continue };
            let children = (next - first).min(MANY);
            nodes.push(Node { first: *first, children, is_end: token.is_some(), label: *label });
        }
        let behind = self.first.last().copied().unwrap_or_default();
        nodes.push(Node { first: behind, children: 0, is_end: false, label: 0 });
        let words = nodes.iter().map(|node| {
            node.into_word().ok_or_else(|| format!("{node:?} does not fit into a word").into())
        });
        Ok(words.collect::<Result<Vec<_>, Box<dyn Error>>>()?.concat())
    }

    /// A bit for each node at which a token ends, in words of 64; and for each word how many tokens end before it.
    pub fn ends(&self) -> (Vec<u8>, Vec<u32>) {
        let (mut words, mut ranks, mut rank) = (Vec::new(), Vec::new(), 0);
        for nodes in self.tokens.chunks(64) {
            let bit = |(place, token): (usize, &Option<u32>)| u64::from(token.is_some()) << place;
            let word = nodes.iter().enumerate().map(bit).fold(0, |word, bit| word | bit);
            words.extend(word.to_le_bytes());
            ranks.push(rank);
            rank += word.count_ones();
        }
        (words, ranks)
    }
}

/// There are fewer nodes than bytes in a vocabulary, which has some megabytes.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
