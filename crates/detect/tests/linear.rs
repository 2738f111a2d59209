//! The time for a text grows as its length: of inputs that are made to be slow, four times as much takes about four times as long.
//!
//! `cargo test --release -p postern-detect --test linear -- --nocapture` prints what a kilobyte takes.

use postern_detect::{Detector, DetectorSet, Group, Scanner, Text};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// What is repeated to make a text.
const UNITS: [(&str, &str); 24] = [
    ("one digit", "7"),
    ("digits and spaces", "4 "),
    ("groups of digits", "4111 "),
    ("hyphenated digits", "12-"),
    ("at signs", "@"),
    ("local parts", "a."),
    ("addresses without an end", "a@b."),
    ("spaces", " "),
    ("one word", "a"),
    ("capitals", "A"),
    ("names", "Anna Smith "),
    ("initials", "J. "),
    ("particles", "de la "),
    ("colons", ":"),
    ("hexadecimal pairs", "ab:"),
    ("words of context", "ssn passport card born "),
    ("streets", "12 High Street, "),
    ("words before a street", "Street Street Rua "),
    ("quotes", "\"'"),
    ("escapes", "\\n"),
    ("Han", "王先生路"),
    ("Devanagari", "श्री राजेश "),
    ("degrees", "1\u{b0}"),
    ("hosts", "x.com/ab"),
];
const PROSE: &str = "When the committee met on Tuesday, Margaret Ellison reported that the new building on Harbour Street would open in \
    September, three months later than planned. \"We are waiting for the windows,\" she said, \"and for the permit.\" Costs have risen to \
    4.2 million dollars, and the board asked for a second opinion. Questions may be sent to building@town.example or by telephone to \
    (312) 555-0188 between nine and five. The minutes of the last meeting, of which 240 copies had been printed, were approved with one \
    change: in paragraph 12 the word annual is replaced by yearly. No other business was brought forward, and the meeting closed at ten. ";

fn time(scanner: &Scanner, text: &str, detectors: DetectorSet) -> Duration {
    let once = || {
        let start = processor_time();
        std::hint::black_box(scanner.scan(&Text::new(std::hint::black_box(text)), detectors));
        processor_time().saturating_sub(start)
    };
    (0..3).map(|_| once()).min().unwrap_or_default()
}

/// The time that this thread has used: on Linux without what other programs take.
fn processor_time() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let used = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let used = used.and_then(|used| used.split(' ').next()?.parse().ok());
    used.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

fn personal() -> DetectorSet {
    Detector::ALL.iter().copied().filter(|detector| detector.group() == Group::Personal).collect()
}

#[test]
fn four_times_the_text_takes_about_four_times_as_long() {
    let start = Instant::now();
    let scanner = Scanner::new();
    println!("tables: {:?}", start.elapsed());
    let size = if cfg!(debug_assertions) { 4 } else { 64 } * 1024;
    for (name, unit) in UNITS {
        let text = |size: usize| unit.repeat(size / unit.len());
        let (small, large) =
            (time(&scanner, &text(size), personal()), time(&scanner, &text(4 * size), personal()));
        println!("{name}: {:.1} us per KB", large.as_secs_f64() * 1e6 / (4 * size) as f64 * 1024.0);
        // Quadratic time would make it sixteen times; a few milliseconds are noise.
        assert!(
            large < small * 10 + Duration::from_millis(30),
            "{name}: {small:?} for {size} bytes, {large:?} for four times as many"
        );
    }
    let text = PROSE.repeat(40);
    let [whole, none] = [personal(), DetectorSet::default()].map(|detectors| {
        time(&scanner, &text, detectors).as_secs_f64() * 1e6 / text.len() as f64 * 1024.0
    });
    println!("prose: {whole:.1} us per KB, of which normalising {none:.1}");
}
