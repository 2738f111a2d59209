//! What words and signs of a text show: code, questions, reasoning.

/// What was seen in a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) has_code: bool,
    pub(super) questions: u32,
    pub(super) reasoning_words: u32,
}

/// Beginnings of words that ask for more than a look-up, in English, German, French and Spanish, in lower case.
const REASONING: [&str; 40] = [
    "analy",
    "argue",
    "beweis",
    "calcul",
    "compar",
    "contradict",
    "debug",
    "deduc",
    "demostr",
    "deriv",
    "design",
    "diagnos",
    "démontr",
    "entwirf",
    "erkläre",
    "evaluat",
    "explain",
    "explica",
    "explique",
    "hypothes",
    "infer",
    "justif",
    "leite",
    "optimi",
    "optimal",
    "plan",
    "pourquoi",
    "proof",
    "prove",
    "raison",
    "razona",
    "reason",
    "refactor",
    "schritt",
    "solve",
    "step-by-step",
    "trade-off",
    "vergleich",
    "warum",
    "why",
];

/// What lines of programs begin with.
const CODE_BEGINNINGS: [&str; 20] = [
    "```",
    "def ",
    "fn ",
    "pub ",
    "class ",
    "import ",
    "#include",
    "function ",
    "const ",
    "let ",
    "var ",
    "SELECT ",
    "select ",
    "return ",
    "if (",
    "for (",
    "while (",
    "public ",
    "async ",
    "</",
];

/// Lines that have to look like code, if no fence says it.
const CODE_LINES: usize = 2;

pub(super) fn of(text: &str) -> Seen {
    let is_end = |sign: char| matches!(sign, '?' | '？' | '؟' | ';');
    let mut questions = 0_u32;
    let mut before = ' ';
    for sign in text.chars() {
        // "???" is one question; a Greek question mark is one only behind Greek.
        let asks = is_end(sign) && (sign != ';' || is_greek(before)) && before != sign;
        questions = questions.saturating_add(u32::from(asks));
        before = sign;
    }
    let words = text.split(|sign: char| !sign.is_alphanumeric() && sign != '-');
    let reasons = words.filter(|word| is_of_reasoning(word)).count();
    Seen {
        has_code: has_code(text),
        questions,
        reasoning_words: u32::try_from(reasons).unwrap_or(u32::MAX),
    }
}

fn is_greek(sign: char) -> bool {
    matches!(sign, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}')
}

fn is_of_reasoning(word: &str) -> bool {
    // The longest beginning has 12 bytes; lower case of at most so many characters is enough.
    if word.len() < 3 {
        return false;
    }
    let lower: String = word.chars().take(12).flat_map(char::to_lowercase).collect();
    REASONING.iter().any(|beginning| lower.starts_with(beginning))
}

fn has_code(text: &str) -> bool {
    let mut lines = 0;
    for line in text.lines() {
        let line = line.trim_start();
        if line.starts_with("```") {
            return true;
        }
        let begins = CODE_BEGINNINGS.iter().any(|beginning| line.starts_with(beginning));
        let end = line.trim_end();
        let ends = [";", "{", "}", "});", "):", "=> {"].iter().any(|signs| end.ends_with(signs));
        // Prose ends lines with neither braces nor semicolons, and begins few with these words.
        lines += usize::from(ends && line.len() > 1 || begins && (ends || line.contains('(')));
        if lines >= CODE_LINES {
            return true;
        }
    }
    false
}
