//! The bodies of the guardrail's fuzz targets. A test of its crate (`crates/guard/tests/fuzz.rs`) runs them on adversarial texts.
//!
//! As in `lib.rs`, the last byte of the data says how the rest is cut or repeated.

use postern_detect::{DetectorSet, Scanner, Text};
use postern_dialect::{Dialect, Operation, translate};
use postern_guard::{Answer, Guard};
use postern_policy::{Action, Callers, Directions, Guardrails, Rule, RuleSet};
use postern_types::Caller;
use postern_types::guardrail::{Finding, Piece};
use postern_types::provider::{Place, TextKind};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::new);

/// Every detector, each with a guard that flags, changes, or ends.
static GUARDS: LazyLock<Vec<Guard>> = LazyLock::new(|| {
    [Action::Flag, Action::Redact, Action::Anonymise, Action::Block].map(guard).into()
});

/// The most bytes of a text that is scanned for its time.
const MOST_BYTES: usize = 2 << 20;
/// How many times longer the long text is than the short one.
const LONGER: usize = 8;
/// How many times as much of the time a byte of the long text may take: caches and other programs vary it, and a quadratic search
/// takes eight times as much.
const SLOWER: u32 = 4;
/// Less time than this says nothing.
const FLOOR: Duration = Duration::from_millis(20);

/// Scanning takes linear time, however the data is repeated.
pub fn guardrail_time(data: &[u8]) {
    time_is_linear(data, MOST_BYTES);
}

/// Scanning takes linear time for texts of up to so many bytes.
pub fn time_is_linear(data: &[u8], most: usize) {
    let (how, unit) = split(data);
    if unit.is_empty() {
        return;
    }
    let (short, long) = (repeated(&unit, how, most / LONGER), repeated(&unit, how, most));
    // Another program may take its share of the caches, but not at every try.
    let times = (0..4).map(|_| (cost(&short), cost(&long)));
    let limit = |short: Duration| short * LONGER as u32 * SLOWER + FLOOR;
    let slow: Vec<_> = times.take_while(|(short, long)| *long > limit(*short)).collect();
    assert!(slow.len() < 4, "{} and {} bytes of {unit:?} take {slow:?}", short.len(), long.len());
}

fn cost(text: &str) -> Duration {
    let start = processor_time();
    SCANNER.scan(&Text::new(text), DetectorSet::all());
    processor_time().saturating_sub(start)
}

/// The time that this thread has used: on Linux without what other programs take.
fn processor_time() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    // The kernel counts the time of a thread when it gives up the processor, and else by slices of up to 24 ms.
    std::thread::yield_now();
    let used = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let used = used.and_then(|used| used.split(' ').next()?.parse().ok());
    used.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

/// The unit again and again: whole, between spaces or lines, or first its first half and then its second half again and again.
fn repeated(unit: &str, how: usize, bytes: usize) -> String {
    let half = unit.floor_char_boundary(unit.len() / 2);
    let (first, second) = unit.split_at(half);
    let times = |unit: &str, bytes: usize| unit.repeat(bytes / unit.len().max(1) + 1);
    match how % 4 {
        1 => times(&format!("{unit} "), bytes),
        2 => times(&format!("{unit}\n"), bytes),
        3 => times(first, bytes / 2) + &times(second, bytes / 2),
        _ => times(unit, bytes),
    }
}

/// A request that may pass is still a request, and the same segments can be read from it.
pub fn guardrail_request(data: &[u8]) {
    let (how, text) = split(data);
    let half = text.floor_char_boundary(text.len() / 2);
    let body = json!({"model": "m", "messages": [
        {"role": "system", "content": &text[..half]},
        {"role": "user", "content": text},
        {"role": "assistant", "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "f", "arguments": json!({"a": text}).to_string()}},
        ]},
        {"role": "tool", "tool_call_id": "1", "content": &text[half..]},
    ]});
    let read = |body: String| {
        let read =
            translate::read(Dialect::OpenAi, Operation::Chat, &body).expect("it is a request");
        read.into_prompt(body)
    };
    let prompt = read(body.to_string());
    let guard = &GUARDS[how % GUARDS.len()];
    let Ok(verdict) = guard.check(&caller(), &prompt, None) else { return };
    let edited = prompt.apply(&verdict.edits).expect("the edits fit the body");
    serde_json::from_str::<Value>(&edited.body).expect("an edited body is JSON");
    assert_eq!(read(edited.body).segments.len(), prompt.segments.len());
}

/// An answer gets the same verdict, however it is cut.
pub fn guardrail_answer(data: &[u8]) {
    let (how, text) = split(data);
    for guard in GUARDS.iter() {
        let whole = seen(guard, &text, text.len().max(1));
        let cut = seen(guard, &text, how);
        assert_eq!((&whole.findings, &whole.stopped), (&cut.findings, &cut.stopped));
        assert!(
            whole.stopped.is_some() || whole.text == cut.text,
            "{} and {}",
            whole.text,
            cut.text
        );
    }
}

/// What a client sees of an answer.
struct Seen {
    text: String,
    /// Each detector with its form and the number of its findings.
    findings: Vec<(String, String, u32)>,
    /// The detector that ended it.
    stopped: Option<String>,
}

fn seen(guard: &Guard, text: &str, size: usize) -> Seen {
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]}).to_string();
    let prompt = translate::read(Dialect::OpenAi, Operation::Chat, &body)
        .expect("a request")
        .into_prompt(body);
    let memo = guard
        .check(&caller(), &prompt, None)
        .expect("it may pass")
        .memo
        .expect("answers are guarded");
    let mut answer = Answer::new(guard, &memo).expect("it is a memo");
    let mut seen = Seen { text: String::new(), findings: Vec::new(), stopped: None };
    let mut rest = text;
    loop {
        let at = (size..rest.len()).find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(at);
        let ended = rest.is_empty();
        let at = Place::new(TextKind::Text, 0);
        let released = answer.push(&[Piece { at, text: piece.to_owned(), ended }]);
        released.findings.into_iter().for_each(|finding| seen.count(finding));
        if let Some(stop) = released.stop {
            seen.stopped = Some(stop.detector);
            break;
        }
        seen.text += released.edits.first().map_or(piece, |edit| &edit.text);
        if ended {
            break;
        }
        rest = after;
    }
    seen.findings.sort();
    seen
}

impl Seen {
    fn count(&mut self, finding: Finding) {
        let same = |known: &&mut (String, String, u32)| {
            known.0 == finding.detector && known.1 == finding.form
        };
        match self.findings.iter_mut().find(same) {
            Some((.., count)) => *count += finding.count,
            None => self.findings.push((finding.detector, finding.form, finding.count)),
        }
    }
}

fn guard(action: Action) -> Guard {
    let rule = Rule {
        name: "r".to_owned(),
        detectors: postern_detect::Detector::ALL
            .iter()
            .map(|one| one.as_str().to_owned())
            .collect(),
        directions: Directions { request: true, answer: true },
        roles: None,
        models: None,
        callers: Callers::default(),
        min_confidence: 0,
        action,
        ask: None,
        message: None,
        disclaimer: None,
        cites: Vec::new(),
        fails_open: false,
    };
    let rule_sets = vec![RuleSet { pack: None, rules: vec![rule] }];
    Guard::new(&SCANNER, &Guardrails { rule_sets, ..Guardrails::default() })
}

fn caller() -> Caller {
    Caller {
        consumer: "app".to_owned(),
        team: None,
        tenant: None,
        plan: None,
        roles: Vec::new(),
        models: Vec::new(),
        regions: None,
        data_class: None,
        issuer: None,
        claims: Vec::new(),
        credential_id: String::new(),
        token_owner: None,
    }
}

/// How the text is cut or repeated, and the text.
fn split(data: &[u8]) -> (usize, Cow<'_, str>) {
    let (how, rest) = data.split_last().map_or((1, data), |(how, rest)| (*how, rest));
    (usize::from(how).max(1), String::from_utf8_lossy(rest))
}
