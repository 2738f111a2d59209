//! Nodes and tokens as words: `build/` writes them, and the tables are read by the same rule.

/// A node of the tree of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// The first child. The others follow it.
    pub first: u32,
    /// How many children it has; if they are [`MANY`] or more, they end where those of the next node begin.
    pub children: u32,
    /// A token ends here.
    pub is_end: bool,
    /// The byte that leads here.
    pub label: u8,
}

/// More children are not counted in a node.
pub const MANY: u32 = mask32(CHILDREN_BITS);

const LABEL_BITS: u32 = 8;
const CHILDREN_BITS: u32 = 4;
const FIRST_BITS: u32 = 32 - LABEL_BITS - CHILDREN_BITS - 1;

impl Node {
    pub fn from_word(word: [u8; 4]) -> Self {
        let word = u32::from_le_bytes(word);
        Self {
            first: word >> (32 - FIRST_BITS),
            children: word >> (LABEL_BITS + 1) & MANY,
            is_end: word >> LABEL_BITS & 1 == 1,
            label: word as u8,
        }
    }

    /// Nothing if a number is too large.
    #[allow(dead_code)] // Only build/ and tests write.
    pub fn into_word(self) -> Option<[u8; 4]> {
        let first = self.first << (32 - FIRST_BITS);
        let children = self.children << (LABEL_BITS + 1);
        let word = first | children | u32::from(self.is_end) << LABEL_BITS | u32::from(self.label);
        let word = word.to_le_bytes();
        (Self::from_word(word) == self).then_some(word)
    }
}

/// A token, but its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The two tokens that it was merged from; twice the token itself for a byte.
    pub halves: (u32, u32),
    /// The longest token that is a proper prefix of it; the token itself if there is none.
    pub shorter: u32,
    /// The number of its bytes.
    pub length: u8,
}

const TOKEN_BITS: u32 = 18;

impl Token {
    pub fn from_word(word: [u8; 8]) -> Self {
        let word = u64::from_le_bytes(word);
        let token = |place: u32| (word >> (TOKEN_BITS * place)) as u32 & mask32(TOKEN_BITS);
        Self {
            halves: (token(0), token(1)),
            shorter: token(2),
            length: (word >> (TOKEN_BITS * 3)) as u8,
        }
    }

    /// Nothing if a number is too large.
    #[allow(dead_code)] // Only build/ and tests write.
    pub fn into_word(self) -> Option<[u8; 8]> {
        let tokens = [self.halves.0, self.halves.1, self.shorter, self.length.into()];
        let shifted =
            (0..).zip(tokens).map(|(place, token)| u64::from(token) << (TOKEN_BITS * place));
        let word = shifted.fold(0, |word, token| word | token).to_le_bytes();
        (Self::from_word(word) == self).then_some(word)
    }
}

/// A step of the automaton that finds pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Where it leads; nowhere is [`NOWHERE`].
    pub state: u16,
    /// A piece ends before the byte of this step.
    pub is_end: bool,
    /// Its last character is look-ahead: it begins the next piece.
    pub looks_ahead: bool,
}

/// No piece can become longer.
pub const NOWHERE: u16 = 0;
/// The automaton begins here.
pub const START: u16 = 1;

/// A row has the steps of a state in groups, which rows share. There are so many groups in a row, and steps in a group.
pub const GROUPS: usize = 16;

const STATE_BITS: u32 = 14;
const IS_END: u16 = 1 << STATE_BITS;
const LOOKS_AHEAD: u16 = IS_END << 1;

impl Step {
    /// To nowhere.
    #[allow(dead_code)] // Only build/ writes.
    pub const NONE: Self = Self { state: NOWHERE, is_end: false, looks_ahead: false };

    pub fn from_word(word: [u8; 2]) -> Self {
        let word = u16::from_le_bytes(word);
        Self {
            state: word & (IS_END - 1),
            is_end: word & IS_END != 0,
            looks_ahead: word & LOOKS_AHEAD != 0,
        }
    }

    /// Nothing if there are too many states.
    #[allow(dead_code)] // Only build/ and tests write.
    pub fn into_word(self) -> Option<[u8; 2]> {
        let flags = [(self.is_end, IS_END), (self.looks_ahead, LOOKS_AHEAD)];
        let set = flags.into_iter().filter(|(flag, _)| *flag);
        let word = set.fold(self.state, |word, (_, bit)| word | bit).to_le_bytes();
        (Self::from_word(word) == self).then_some(word)
    }
}

const fn mask32(bits: u32) -> u32 {
    (1 << bits) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_read_as_it_was_written() {
        for first in [0, 1, (1 << FIRST_BITS) - 1] {
            for children in [0, 1, MANY] {
                for (is_end, label) in [(false, 0), (true, 255), (true, 0), (false, 255)] {
                    let node = Node { first, children, is_end, label };
                    assert_eq!(node.into_word().map(Node::from_word), Some(node));
                }
            }
        }
    }

    #[test]
    fn a_token_is_read_as_it_was_written() {
        let most = mask32(TOKEN_BITS);
        for halves in [(0, 0), (most, 0), (0, most), (1, 2)] {
            for (shorter, length) in [(0, 1), (most, 255), (7, 128)] {
                let token = Token { halves, shorter, length };
                assert_eq!(token.into_word().map(Token::from_word), Some(token));
            }
        }
    }

    #[test]
    fn a_step_is_read_as_it_was_written() {
        for state in [NOWHERE, START, IS_END - 1] {
            for (is_end, looks_ahead) in [(false, false), (true, false), (true, true)] {
                let step = Step { state, is_end, looks_ahead };
                assert_eq!(step.into_word().map(Step::from_word), Some(step));
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        let node = Node { first: 0, children: 0, is_end: false, label: 0 };
        assert_eq!(Node { first: 1 << FIRST_BITS, ..node }.into_word(), None);
        assert_eq!(Node { children: MANY + 1, ..node }.into_word(), None);
        let token = Token { halves: (0, 0), shorter: 0, length: 0 };
        assert_eq!(Token { halves: (1 << TOKEN_BITS, 0), ..token }.into_word(), None);
        assert_eq!(Token { halves: (0, 1 << TOKEN_BITS), ..token }.into_word(), None);
        assert_eq!(Token { shorter: 1 << TOKEN_BITS, ..token }.into_word(), None);
        let step = Step { state: IS_END, is_end: false, looks_ahead: false };
        assert_eq!(step.into_word(), None);
    }
}
