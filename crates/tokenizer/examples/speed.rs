//! How long counting takes for each kind of text, in nanoseconds per kilobyte.
//!
//! `cargo run --release --package postern-tokenizer --example speed`

use postern_tokenizer::{Encoding, count};
use std::time::Instant;

/// The size of each text.
const BYTES: usize = 40_000;
/// The best of so many counts is printed: what else runs on the machine only adds time.
const COUNTS: usize = 300;

const PROSE: &str = include_str!("../../../ARCHITECTURE.md");
const CODE: &str = include_str!("../src/lib.rs");
const CHINESE: &str =
    "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。";
const JAPANESE: &str =
    "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。";
const RUSSIAN: &str = "Все люди рождаются свободными и равными в своем достоинстве и правах. ";
const WORD: &str = "abcdefghijklmnopqrstuvwxyzetaoinshrdlu";

fn main() {
    for (name, unit) in [
        ("prose", PROSE),
        ("code", CODE),
        ("Chinese", CHINESE),
        ("Japanese", JAPANESE),
        ("Russian", RUSSIAN),
        ("one long word", WORD),
        ("one letter", "a"),
        ("spaces", " "),
        ("emoji", "😀"),
    ] {
        let text = unit.repeat(BYTES.div_ceil(unit.len()));
        for encoding in Encoding::ALL {
            println!("{name:14} {encoding:?}: {:6.0} ns/KB", ns_per_kb(encoding, &text));
        }
    }
}

fn ns_per_kb(encoding: Encoding, text: &str) -> f64 {
    let timed = (0..COUNTS).map(|_| {
        let started = Instant::now();
        std::hint::black_box(count(encoding, std::hint::black_box(text)));
        started.elapsed().as_secs_f64()
    });
    let seconds = timed.fold(f64::INFINITY, f64::min);
    seconds * 1e9 / (text.len() as f64 / 1_000.0)
}
