//! How long each group of detectors takes: `speed`, on prose, code and unfriendly texts.

use postern_detect::{Detector, DetectorSet, Group, Scanner, Text};

/// Nanoseconds that this process had a processor: on a busy machine the clock on the wall says something else.
fn processor_ns() -> f64 {
    let statistics = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    statistics.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0.0)
}

/// How much memory this process has.
fn resident_kb() -> i64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<i64>().ok()).unwrap_or(0) * 4
}

fn main() {
    let (started, memory) = (processor_ns(), resident_kb());
    let scanner = Scanner::new();
    println!("tables: {:.1} ms, {} KB", (processor_ns() - started) / 1e6, resident_kb() - memory);
    for (name, text) in &texts() {
        let rounds = (4_000_000 / text.len() / 2).clamp(1, 4_000);
        let per_kb = |work: &dyn Fn()| {
            work();
            let started = processor_ns();
            (0..rounds).for_each(|_| work());
            (processor_ns() - started) / 1e3 / (rounds * text.len()) as f64 * 1_024.0
        };
        let normalised = Text::new(text);
        print!("{name}: text {:.2} us/KB", per_kb(&|| drop(Text::new(text))));
        for group in [Group::Personal, Group::Secret, Group::Injection, Group::Moderation] {
            let detectors: DetectorSet = Detector::ALL
                .iter()
                .copied()
                .filter(|detector| detector.group() == group)
                .collect();
            print!(", {group:?} {:.2}", per_kb(&|| drop(scanner.scan(&normalised, detectors))));
        }
        println!();
    }
}

/// Friendly texts, and texts that only repeat what a check begins at.
fn texts() -> Vec<(String, String)> {
    let prose = "The committee met on Thursday to discuss the budget for the coming year, and nobody was surprised that the talks went on until late in the evening. \
        A new library will open near the station; its staff hope that children and their parents will use it. Please send me the report when you have time.\n";
    let code = "fn main() { let total: u32 = items.iter().map(|item| item.count).sum(); println!(\"{total}\"); } // see https://docs.test/key\n";
    let mut texts: Vec<(String, String)> = vec![
        ("prose 400 KB".to_owned(), prose.repeat(400_000 / prose.len())),
        ("prose 4 KB".to_owned(), prose.repeat(4_096 / prose.len())),
        ("code 400 KB".to_owned(), code.repeat(400_000 / code.len())),
    ];
    let parts = [
        "7",
        "@",
        " ",
        "a",
        "\"'",
        ".",
        "-",
        "sk-",
        "-sk-",
        "-eyJ",
        "key ",
        "password=",
        "password: ",
        "token",
        "a://",
        "a://u:p@",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "PuTTY-User-Key-File-",
        "Bearer a",
        "Basic ",
        "AKIA",
        "SG.",
        "xoxb-1-",
        ":AA",
        "Q~",
        "the password is ",
        " -p",
        "curl -u ",
        "IDENTIFIED BY '",
        "secret\": \"",
        "密码",
        "pw=\"",
        "value",
        "key=",
        "kill you ",
    ];
    texts.extend(
        parts.map(|part| (format!("1 MB of {part:?}"), part.repeat(1_000_000 / part.len()))),
    );
    texts
}
