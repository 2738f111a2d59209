//! The fingerprint of a request's instructions.

use super::Fingerprint;
use super::roll::{Last, Roller, SENTENCE, WINDOW, is_counted, weight};
use crate::part;
use crate::rules;
use postern_detect::Text;
use postern_detect::words::{Word, hash_of, words};
use postern_policy::Speaker;
use postern_types::{Prompt, Segment, SegmentKind};
use rustc_hash::FxHashSet as HashSet;
use std::ops::Range;
use std::sync::LazyLock;

/// The most windows of instructions that a fingerprint has. Of longer instructions every second, third, ... window is kept.
const MAX_INSTRUCTIONS: usize = 1_536;
/// The most windows of other text of the operator.
const MAX_PASSAGES: usize = 512;
/// The most short instructions.
const MAX_SENTENCES: usize = 256;

/// How many words of a window or a sentence must not be those of every prompt ("You are a helpful assistant").
const OWN_WORDS: usize = 3;

/// The words that prompts have in common.
static GENERIC: LazyLock<HashSet<u64>> = LazyLock::new(|| hashes(include_str!("generic.txt")));
/// What tells a model what to do, in ten languages.
static DIRECTIVE: LazyLock<Directive> = LazyLock::new(Directive::new);
/// Those of languages without spaces.
const DIRECTIVE_PARTS: [&str; 15] = [
    "不要",
    "必须",
    "用户",
    "助手",
    "回答",
    "回复",
    "始终",
    "禁止",
    "你是",
    "您是",
    "ユーザー",
    "必ず",
    "答え",
    "アシスタント",
    "てください",
];

fn hashes(list: &str) -> HashSet<u64> {
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).map(|word| hash_of(&Text::fold(word))).collect()
}

/// The words of sentences that tell a model what to do.
struct Directive {
    words: HashSet<u64>,
    /// How they begin: a word, or two.
    beginnings: HashSet<(u64, Option<u64>)>,
}

impl Directive {
    fn new() -> Self {
        let mut directive = Directive { words: HashSet::default(), beginnings: HashSet::default() };
        let lines = include_str!("directive.txt").lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            match line.strip_prefix('^') {
                None => directive.words.extend(hashes(line)),
                Some(line) => directive.beginnings.extend(line.split('^').filter_map(|one| {
                    let folded = Text::fold(one);
                    let mut words = words(&folded).map(|word| word.hash);
                    Some((words.next()?, words.next()))
                })),
            }
        }
        directive
    }

    /// Whether a sentence tells the model what to do.
    fn is(&self, text: &Text<'_>, sentence: &[Word]) -> bool {
        let (Some(first), Some(last)) = (sentence.first(), sentence.last()) else { return false };
        let second = sentence.get(1).map(|word| word.hash);
        let said = text.folded().get(first.range.start..last.range.end).unwrap_or_default();
        self.beginnings.contains(&(first.hash, None))
            || self.beginnings.contains(&(first.hash, second))
            || sentence.iter().any(|word| self.words.contains(&word.hash))
            || last.is_character && DIRECTIVE_PARTS.iter().any(|part| said.contains(part))
    }
}

/// What the instructions say.
#[derive(Default)]
struct Said {
    instructions: Vec<u64>,
    passages: Vec<u64>,
    sentences: Vec<u64>,
    lengths: u32,
}

impl Fingerprint {
    /// The fingerprint of the operator's instructions; `None` if there are none to hide.
    pub fn of(prompt: &Prompt) -> Option<Fingerprint> {
        let mut said = Said::default();
        for segment in prompt.segments.iter().filter(|segment| is_hidden(segment)) {
            for part in part::of(*segment, &prompt.body) {
                said.push(&Text::new(&part.text));
            }
        }
        said.shorten();
        if said.is_empty() {
            return None;
        }
        said.forget_known(prompt);
        let Said { instructions, passages, sentences, lengths } = &said;
        (!said.is_empty()).then(|| Fingerprint::new([instructions, passages], sentences, *lengths))
    }
}

/// Whether a segment is the operator's text. Schemas are not: answers follow them, and tools are named to users.
fn is_hidden(segment: &Segment) -> bool {
    rules::speaker(segment) == Some(Speaker::System) && !is_schema(segment)
}

/// Whether a segment has what the user knows.
fn is_known(segment: &Segment) -> bool {
    matches!(rules::speaker(segment), Some(Speaker::User | Speaker::Tool)) || is_schema(segment)
}

fn is_schema(segment: &Segment) -> bool {
    matches!(segment.kind, SegmentKind::ToolSchema | SegmentKind::AnswerSchema)
}

impl Said {
    fn is_empty(&self) -> bool {
        self.instructions.is_empty() && self.passages.is_empty() && self.sentences.is_empty()
    }

    /// Adds a text of the operator.
    fn push(&mut self, text: &Text<'_>) {
        let mut quoted = quoted(text.folded()).into_iter().peekable();
        let mut run = Vec::new();
        for word in words(text.folded()).filter(|word| is_counted(text, word)) {
            while quoted.next_if(|range| range.end <= word.range.start).is_some() {
                self.push_run(text, &std::mem::take(&mut run));
            }
            if quoted.peek().is_none_or(|range| word.range.start < range.start) {
                run.push(word);
            }
        }
        self.push_run(text, &run);
    }

    /// Adds words that follow each other.
    fn push_run(&mut self, text: &Text<'_>, run: &[Word]) {
        let mut roller = Roller::default();
        // For each word: how many before it are instructions, and how many are not every prompt's.
        let (mut told, mut own) = (vec![0], vec![0]);
        for sentence in run.chunk_by(|_, next| !next.begins) {
            let is_told = DIRECTIVE.is(text, sentence);
            for word in sentence {
                roller.push(word);
                let last = |counts: &Vec<usize>| counts.last().copied().unwrap_or(0);
                told.push(last(&told) + usize::from(is_told));
                own.push(last(&own) + usize::from(!GENERIC.contains(&word.hash)));
                if let Some(window) = roller.window()
                    && since(&own, window.words) >= OWN_WORDS
                {
                    let is_told = 2 * since(&told, window.words) >= window.words;
                    if is_told { &mut self.instructions } else { &mut self.passages }
                        .push(window.hash);
                }
            }
            if is_told && since(&own, sentence.len()) >= OWN_WORDS {
                self.push_sentence(sentence, roller.last(sentence.len()));
            }
        }
    }

    fn push_sentence(&mut self, sentence: &[Word], last: Option<Last>) {
        let weight: u32 = sentence.iter().take(WINDOW as usize).map(weight).sum();
        if let Some(last) = last.filter(|_| (SENTENCE..WINDOW).contains(&weight)) {
            self.sentences.push(last.hash);
            self.lengths |= 1 << last.words;
        }
    }

    /// Keeps as many as a fingerprint may have, evenly.
    fn shorten(&mut self) {
        for (hashes, most) in [
            (&mut self.instructions, MAX_INSTRUCTIONS),
            (&mut self.passages, MAX_PASSAGES),
            (&mut self.sentences, MAX_SENTENCES),
        ] {
            let step = hashes.len().div_ceil(most).max(1);
            *hashes = hashes.iter().step_by(step).copied().collect();
        }
    }

    /// Removes what the user knows.
    fn forget_known(&mut self, prompt: &Prompt) {
        let all = [&self.instructions, &self.passages, &self.sentences];
        let hidden: HashSet<u64> = all.into_iter().flatten().copied().collect();
        let mut known = HashSet::default();
        for segment in prompt.segments.iter().filter(|segment| is_known(segment)) {
            for part in part::of(*segment, &prompt.body) {
                known.extend(self.said_in(&Text::new(&part.text), &hidden));
            }
        }
        for hashes in [&mut self.instructions, &mut self.passages, &mut self.sentences] {
            hashes.retain(|hash| !known.contains(hash));
        }
    }

    /// What a text says of what is hidden.
    fn said_in(&self, text: &Text<'_>, hidden: &HashSet<u64>) -> Vec<u64> {
        let mut said = Vec::new();
        let mut roller = Roller::default();
        for word in words(text.folded()).filter(|word| is_counted(text, word)) {
            roller.push(&word);
            let lengths = (1..u32::BITS as usize).filter(|words| self.lengths >> words & 1 == 1);
            let sentences = lengths.filter_map(|words| roller.last(words));
            let hashes = sentences.chain(roller.window()).map(|last| last.hash);
            said.extend(hashes.filter(|hash| hidden.contains(hash)));
        }
        said
    }
}

/// How much a count has grown over the last words.
fn since(counts: &[usize], words: usize) -> usize {
    let before = counts.len().checked_sub(words + 1).and_then(|at| counts.get(at));
    counts.last().copied().unwrap_or(0) - before.copied().unwrap_or(0)
}

/// The longest text in quotation marks, and in a fence of code, in bytes.
const MAX_QUOTED: usize = 400;
const MAX_FENCED: usize = 4_000;

/// The parts of instructions that are meant to be said: quoted within a line, or fenced.
fn quoted(text: &str) -> Vec<Range<usize>> {
    const MARKS: [(&str, &str, usize); 7] = [
        ("```", "```", MAX_FENCED),
        ("\"", "\"", MAX_QUOTED),
        ("\u{201c}", "\u{201d}", MAX_QUOTED),
        ("\u{201e}", "\u{201c}", MAX_QUOTED),
        ("«", "»", MAX_QUOTED),
        ("「", "」", MAX_QUOTED),
        ("『", "』", MAX_QUOTED),
    ];
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let mark = MARKS.iter().find(|(open, ..)| rest.starts_with(open));
        let end = mark.and_then(|(open, close, most)| {
            let inside = rest.get(open.len()..rest.floor_char_boundary(open.len() + most))?;
            let end = inside.find(close)?;
            let is_fence = *open == "```";
            let is_right = is_fence || !inside.get(..end)?.contains('\n');
            is_right.then_some(at + open.len() + end + close.len())
        });
        match end {
            Some(end) => {
                found.push(at..end);
                at = end;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    found
}

#[cfg(test)]
#[test]
fn what_is_quoted_or_fenced_is_known() {
    let of = |text: &str| {
        quoted(text)
            .into_iter()
            .map(|range| text.get(range).unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of("say \"Hello there\" or «Salut», not 5\" or\n\"x"),
        ["\"Hello there\"", "«Salut»"]
    );
    assert_eq!(of("use\n```\na \"b\"\nc\n```\nend"), ["```\na \"b\"\nc\n```"]);
}
