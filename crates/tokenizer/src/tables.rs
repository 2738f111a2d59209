//! The tables that `build/` writes, used in place.

use crate::encoder::Encoder;
use crate::merges::Merges;
use crate::numbers::Numbers;
use crate::pieces::Splitter;
use crate::trie::Trie;

macro_rules! table {
    ($encoding:literal, $table:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $encoding, ".", $table))
    };
}

macro_rules! encoder {
    ($encoding:literal) => {
        Encoder {
            splitter: Splitter {
                classes: table!($encoding, "classes"),
                rows: table!($encoding, "rows").as_chunks().0,
                steps: table!($encoding, "steps").as_chunks().0,
            },
            trie: Trie {
                nodes: table!($encoding, "nodes").as_chunks().0,
                ends: table!($encoding, "ends").as_chunks().0,
                ranks: Numbers::new(table!($encoding, "ranks")),
                tokens: Numbers::new(table!($encoding, "order")),
            },
            merges: Merges {
                tokens: table!($encoding, "tokens").as_chunks().0,
                tags: table!($encoding, "tags").as_chunks().0,
                merged: Numbers::new(table!($encoding, "merged")),
            },
        }
    };
}

pub static O200K_BASE: Encoder = encoder!("o200k_base");
pub static CL100K_BASE: Encoder = encoder!("cl100k_base");
