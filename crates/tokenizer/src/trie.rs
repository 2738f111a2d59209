//! Finds the longest token that a text begins with.

use crate::numbers::Numbers;
use crate::words::{MANY, Node};

/// The tokens as a tree of bytes, its nodes numbered level by level: the children of a node are consecutive, followed
/// by those of the next node. A node takes a little over four bytes, where an automaton takes thirty and more.
pub struct Trie {
    /// The nodes, and one behind the last.
    pub nodes: &'static [[u8; 4]],
    /// A bit for each node at which a token ends.
    pub ends: &'static [[u8; 8]],
    /// How many tokens end before each word of `ends`.
    pub ranks: Numbers,
    /// The tokens in the order of the nodes at which they end.
    pub tokens: Numbers,
}

/// A token that a text begins with.
pub struct Found {
    pub token: u32,
    /// Its bytes.
    pub length: usize,
}

impl Trie {
    /// The longest token that `text` begins with.
    pub fn longest(&self, text: &[u8]) -> Option<Found> {
        let (mut place, mut node, mut last) = (0, self.node(0)?, None);
        for (length, label) in (1..).zip(text) {
            let Some(child) = self.child(place, node, *label) else { break };
            (place, node) = child;
            if node.is_end {
                last = Some((place, length));
            }
        }
        let (place, length) = last?;
        Some(Found { token: self.token(place)?, length })
    }

    fn node(&self, place: usize) -> Option<Node> {
        self.nodes.get(place).copied().map(Node::from_word)
    }

    fn child(&self, place: usize, node: Node, label: u8) -> Option<(usize, Node)> {
        let first = node.first as usize;
        if node.children < MANY {
            let places = first..first + node.children as usize;
            let children = self.nodes.get(places.clone())?.iter().copied().map(Node::from_word);
            return places.zip(children).find(|(_, child)| child.label == label);
        }
        let children = self.nodes.get(first..self.node(place + 1)?.first as usize)?;
        let which = match children.len() {
            // The root has all bytes.
            256 => usize::from(label),
            _ => {
                children.binary_search_by_key(&label, |child| Node::from_word(*child).label).ok()?
            }
        };
        Some((first + which, Node::from_word(*children.get(which)?)))
    }

    /// The token that ends at a node at which one does.
    fn token(&self, place: usize) -> Option<u32> {
        let word = u64::from_le_bytes(*self.ends.get(place / 64)?);
        let before = word & !(u64::MAX << (place % 64));
        let rank = self.ranks.get(place / 64)?.wrapping_add(before.count_ones());
        self.tokens.get(rank as usize)
    }

    /// Every token and its bytes, in the order of the nodes.
    pub fn words(&self) -> Vec<(u32, Vec<u8>)> {
        let mut words = Vec::new();
        let mut paths = vec![Vec::new()];
        // The nodes come level by level, so each is met as a child before.
        for (place, two) in self.nodes.windows(2).enumerate() {
            let [node, next] = two else { continue };
            let (node, next) = (Node::from_word(*node), Node::from_word(*next));
            let path = paths.get_mut(place).map(std::mem::take).unwrap_or_default();
            let children = self.nodes.get(node.first as usize..next.first as usize);
            for child in children.unwrap_or_default() {
                paths.push([&*path, &[Node::from_word(*child).label]].concat());
            }
            if node.is_end {
                words.extend(self.token(place).map(|token| (token, path)));
            }
        }
        words
    }
}
