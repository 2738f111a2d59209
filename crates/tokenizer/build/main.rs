//! Writes the tables that the encodings need at run time, as they are used: they lie in the component's image and need
//! no heap.
//!
//! For each, the vocabulary that `tiktoken-rs` ships as a tree and as merges, and an automaton that finds its pieces.

mod automaton;
#[path = "../src/bucket.rs"]
mod bucket;
mod merges;
#[path = "../src/neighbours.rs"]
mod neighbours;
mod patterns;
mod trie;
#[path = "../src/words.rs"]
mod words;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use automaton::Automaton;
use merges::Merges;
use patterns::Pattern;
use tiktoken_rs::{CoreBPE, Rank, cl100k_base, o200k_base};
use trie::Trie;

fn main() -> Result<(), Box<dyn Error>> {
    for source in ["build", "src/bucket.rs", "src/neighbours.rs", "src/words.rs"] {
        println!("cargo::rerun-if-changed={source}");
    }
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets no OUT_DIR")?);
    // The special tokens follow the last rank.
    let o200k = vocabulary(&o200k_base()?, 199_998)?;
    let cl100k = vocabulary(&cl100k_base()?, 100_256)?;
    write(&folder.join("o200k_base"), &o200k, &patterns::O200K_BASE)?;
    write(&folder.join("cl100k_base"), &cl100k, &patterns::CL100K_BASE)
}

/// The tokens in the order of rank.
fn vocabulary(encoding: &CoreBPE, ranks: Rank) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    (0..ranks).map(|rank| Ok(encoding.decode_bytes(&[rank])?)).collect()
}

/// One file a table: `NAME.TABLE`.
fn write(name: &Path, tokens: &[Vec<u8>], patterns: &[Pattern]) -> Result<(), Box<dyn Error>> {
    let automaton = Automaton::new(patterns)?;
    let trie = Trie::new(tokens);
    let merges = Merges::new(tokens);
    let (ends, ranks) = trie.ends();
    let (tags, merged) = merges.buckets()?;
    for (table, bytes) in [
        ("classes", automaton.classes),
        ("rows", automaton.rows),
        ("steps", automaton.steps),
        ("nodes", trie.nodes()?),
        ("ends", ends),
        ("ranks", numbers(ranks.into_iter())?),
        ("order", numbers(trie.tokens.iter().copied().flatten())?),
        ("tokens", merges.tokens(tokens)?),
        ("tags", tags),
        ("merged", numbers(merged.into_iter())?),
    ] {
        fs::write(name.with_extension(table), bytes)?;
    }
    Ok(())
}

fn numbers(numbers: impl Iterator<Item = u32>) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut written = Vec::new();
    for number in numbers {
        let [first, second, third, 0] = number.to_le_bytes() else {
            return Err(format!("{number} does not fit into three bytes").into());
        };
        written.extend([first, second, third]);
    }
    Ok(written)
}
