//! Measures each step: `cargo test --release -p postern-detect stages -- --ignored --nocapture`. `STAGES_TEXT=PATH` measures another
//! text.

use super::*;
use std::time::Instant;

const PROSE: &str = "When the committee met on Tuesday, Margaret Ellison reported that the new building on Harbour Street would open in \
    September, three months later than planned. \"We are waiting for the windows,\" she said, \"and for the permit.\" Costs have risen to \
    4.2 million dollars, and the board asked for a second opinion. Questions may be sent to building@town.example or by telephone to \
    (312) 555-0188 between nine and five. The minutes of the last meeting, of which 240 copies had been printed, were approved with one \
    change: in paragraph 12 the word annual is replaced by yearly. No other business was brought forward, and the meeting closed at ten. ";

fn time<T>(name: &str, bytes: usize, run: impl Fn() -> T) {
    let once = || {
        let start = Instant::now();
        std::hint::black_box(run());
        start.elapsed().as_secs_f64() * 1e6
    };
    let least = (0..20).map(|_| once()).fold(f64::MAX, f64::min);
    println!("{name}: {least:.0} us, {:.2} us per KB", least / bytes as f64 * 1024.0);
}

#[test]
#[ignore = "prints times"]
fn stages() {
    time("lexicon", 1024, cue::Lexicon::new);
    time("names", 1024, name::Names::new);
    time("months", 1024, date::Months::new);
    time("all tables", 1024, Tables::new);
    let tables = Tables::new();
    println!("words of context: {} bytes", tables.lexicon.memory_usage());
    let long = match std::env::var("STAGES_TEXT") {
        Ok(path) => std::fs::read_to_string(path).unwrap_or_default(),
        Err(_) => PROSE.repeat(20),
    };
    time("normalise", long.len(), || Text::new(&long));
    let text = Text::new(&long);
    let size = long.len();
    time("cues", size, || tables.lexicon.cues(&text));
    time("starts", size, || view::starts(text.plain()));
    let (cues, starts) = (tables.lexicon.cues(&text), view::starts(text.plain()));
    println!("{} cues, {} words, {size} bytes", cues.len(), starts.words.len());
    let (words, capitals) = (&starts.words[..], &starts.capitals[..]);
    let view = View { text: text.plain(), cues: &cues, words, capitals };
    time("rows", size, || tables.rows.find(&view, &mut Vec::new()));
    time("phone", size, || phone::find(&view, &mut Vec::new()));
    time("iban", size, || bank::find_ibans(&view, &mut Vec::new()));
    time("network", size, || network::find(&view, &mut Vec::new()));
    time("coded", size, || coded::find(&view, &mut Vec::new()));
    time("coordinates", size, || coordinates::find(&view, &mut Vec::new()));
    time("dates", size, || tables.months.find(&view, &mut Vec::new()));
    time("profile", size, || profile::find(&view, &mut Vec::new()));
    time("address", size, || address::find(&view, &mut Vec::new()));
    time("email", size, || email::find(&view, &mut Vec::new()));
    let all = tables.all(&view, DetectorSet::all());
    println!("{} findings", all.len());
    time("resolve", size, || resolve::keep_best(&mut all.clone()));
    time("name", size, || tables.names.find(&view, &mut Vec::new()));
}
