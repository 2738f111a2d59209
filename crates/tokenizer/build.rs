//! Generates the tables that the encodings need at run time.
//!
//! For each, the vocabulary that `tiktoken-rs` ships, in a plain form: token after token in the order of rank, each as
//! a byte of length and its bytes. And an automaton that finds its pieces: it is generated here, because a regex
//! compiled at run time would bring its compiler, and random numbers for its tables of names.

#[path = "src/patterns.rs"]
mod patterns;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use patterns::Pattern;
use regex_automata::dfa::{StartKind, dense};
use regex_automata::util::syntax;
use tiktoken_rs::{CoreBPE, Rank, cl100k_base, o200k_base};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/patterns.rs");
    let folder = env::var_os("OUT_DIR").ok_or("cargo sets no OUT_DIR")?;
    let folder = Path::new(&folder);
    // The special tokens follow the last rank.
    fs::write(folder.join("o200k_base"), vocabulary(&o200k_base()?, 199_998)?)?;
    fs::write(folder.join("cl100k_base"), vocabulary(&cl100k_base()?, 100_256)?)?;
    fs::write(folder.join("o200k_base.automaton"), automaton(&patterns::O200K_BASE)?)?;
    fs::write(folder.join("cl100k_base.automaton"), automaton(&patterns::CL100K_BASE)?)?;
    Ok(())
}

fn vocabulary(encoding: &CoreBPE, ranks: Rank) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut written = Vec::new();
    for rank in 0..ranks {
        let bytes = encoding.decode_bytes(&[rank])?;
        written.push(u8::try_from(bytes.len())?);
        written.extend(bytes);
    }
    Ok(written)
}

/// For little-endian machines, as all our targets are.
fn automaton(patterns: &[Pattern]) -> Result<Vec<u8>, Box<dyn Error>> {
    let regexes: Vec<_> = patterns.iter().map(|pattern| pattern.regex).collect();
    let dense = dense::Builder::new()
        .configure(dense::Config::new().start_kind(StartKind::Anchored))
        .syntax(syntax::Config::new().unicode(true).utf8(true))
        .build_many(&regexes)?;
    Ok(dense.to_sparse()?.to_bytes_little_endian())
}
