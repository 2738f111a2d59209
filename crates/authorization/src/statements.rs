//! The file split into its statements, before anything parses them: each is parsed on its own, so that one mistake
//! hides no other, and what would be too deep for the stack of a component is not parsed at all.

use std::iter;

use crate::problem::Problem;

/// The longest file, as of every policy file.
const MAX_BYTES: usize = 1024 * 1024;

/// The most policies; a decision evaluates each of them.
const MAX_POLICIES: usize = 2_000;

/// The maximum depth of a policy: open brackets, `if`s, and the operators between two `&&`, `||` or `,`. Parsing and
/// evaluating recurse with them, at up to 60 KB of stack each (measured with cedar-policy 4.14, unoptimised; optimised
/// code needs a fraction), and a component has one mebibyte of stack and no guard but a trap. Policies written by
/// people have six.
const MAX_DEPTH: usize = 24;

/// The most `&&` and `||` of one policy; a chain of them is evaluated one by one, and needs little stack.
const MAX_CONDITIONS: usize = 256;

/// One policy as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Statement<'t> {
    /// The offset of its first token, in bytes.
    pub(crate) start: usize,
    /// The line of its first token, counted from 1.
    pub(crate) line: u32,
    /// From its first token to its `;`, or to the end of the file if it has none.
    pub(crate) text: &'t str,
}

impl Statement<'_> {
    /// Its text without annotations and comments, in one line of at most this many characters and `...`.
    pub(crate) fn head(&self, characters: usize) -> String {
        let mut is_name = false;
        let is_annotation = |token: &Token<'_>| {
            let begins = matches!(token.kind, Kind::Word("permit" | "forbid")) && !is_name;
            is_name = token.kind == Kind::Sign('@');
            !begins
        };
        let (mut head, mut end) = (String::new(), None);
        for token in tokens(self.text).skip_while(is_annotation) {
            if end.is_some_and(|end| token.start > end) {
                head.push(' ');
            }
            head.push_str(self.text.get(token.start..token.end).unwrap_or_default());
            end = Some(token.end);
            if let Some((cut, _)) = head.char_indices().nth(characters) {
                head.truncate(cut);
                head.push_str("...");
                break;
            }
        }
        head.replace(['\n', '\r'], " ")
    }
}

/// Splits the file.
///
/// # Errors
///
/// Everything over a bound; and that there is no policy, since then every request would be refused.
pub(crate) fn split(text: &str) -> Result<Vec<Statement<'_>>, Vec<Problem>> {
    if text.len() > MAX_BYTES {
        let bytes = text.len();
        let message = format!("the file has {bytes} bytes, over the {MAX_BYTES} that it may have");
        return Err(vec![Problem::of_file(message)]);
    }
    let lines = Lines::of(text);
    let (mut statements, mut problems) = (Vec::new(), Vec::new());
    let mut tokens = tokens(text).peekable();
    while let Some(first) = tokens.peek().map(|token| token.start) {
        let line = lines.line_of(first);
        let (end, size) = Size::until_semicolon(&mut tokens);
        problems.extend(size.problem(line));
        let text = text.get(first..end).unwrap_or_default();
        statements.push(Statement { start: first, line, text });
    }
    let message = match statements.len() {
        0 => {
            "no policy is written, so nobody could call; write one, docs/authorization.md says how"
        }
        count if count > MAX_POLICIES => {
            "there are over 2000 policies; write one for many names, with sets, teams and roles"
        }
        _ => "",
    };
    if !message.is_empty() {
        problems.push(Problem::of_file(message));
    }
    if problems.is_empty() { Ok(statements) } else { Err(problems) }
}

/// The size of a statement.
#[derive(Default)]
struct Size {
    depth: usize,
    conditions: usize,
    /// The brackets that are open.
    open: Vec<Level>,
}

/// The pending operators inside of a bracket.
#[derive(Default)]
struct Level {
    ifs: usize,
    operators: usize,
}

impl Size {
    fn until_semicolon<'t>(tokens: &mut impl Iterator<Item = Token<'t>>) -> (usize, Self) {
        let (mut end, mut size) = (0, Self::default());
        for token in tokens {
            end = token.end;
            if token.kind == Kind::Sign(';') {
                break;
            }
            size.add(token.kind);
        }
        (end, size)
    }

    fn add(&mut self, kind: Kind<'_>) {
        match kind {
            Kind::Sign('(' | '[' | '{') => self.open.push(Level::default()),
            Kind::Sign(')' | ']' | '}') => drop(self.open.pop()),
            Kind::Sign('&' | '|') => self.conditions += 1,
            _ => {}
        }
        if let Some(level) = self.open.last_mut() {
            match kind {
                Kind::Sign('&' | '|' | ',') => level.operators = 0,
                Kind::Sign('(' | '[' | '{' | ')' | ']' | '}' | ':' | '@') | Kind::Text => {}
                Kind::Word("if") => level.ifs += 1,
                Kind::Word("has" | "in" | "is" | "like") | Kind::Sign(_) => level.operators += 1,
                Kind::Word(_) => {}
            }
        }
        // Over the bound it is refused in any case, and is not counted further.
        if self.depth <= MAX_DEPTH {
            let depth = self.open.iter().map(|level| 1 + level.ifs + level.operators).sum();
            self.depth = self.depth.max(depth);
        }
    }

    fn problem(&self, line: u32) -> Option<Problem> {
        let message = if self.depth > MAX_DEPTH {
            format!(
                "the policy is over {MAX_DEPTH} brackets, `if`s and operators deep; split it, or compare with sets: `[1, 2].contains(x)`"
            )
        } else if self.conditions > MAX_CONDITIONS {
            format!(
                "the policy has {} `&&` and `||`, over the {MAX_CONDITIONS} that it may have; split it, or compare with sets: `[1, 2].contains(x)`",
                self.conditions
            )
        } else {
            return None;
        };
        Some(Problem::at(line, message))
    }
}

/// A token: neither white space nor comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'t> {
    pub(crate) kind: Kind<'t>,
    start: usize,
    end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'t> {
    /// An identifier, a keyword or a number.
    Word(&'t str),
    /// A string.
    Text,
    /// Any other character, alone; `||` is one, since an operator is counted once.
    Sign(char),
}

/// The tokens of Cedar's grammar (`cedar-policy-core`, `parser/grammar.lalrpop`), as far as needed here. A text that
/// its lexer refuses yields some tokens, too.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = text;
    iter::from_fn(move || {
        rest = without_comments(rest);
        let (kind, length) = first_token(rest)?;
        let start = text.len() - rest.len();
        rest = rest.get(length..).unwrap_or_default();
        Some(Token { kind, start, end: start + length })
    })
}

fn without_comments(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        let Some(comment) = text.strip_prefix("//") else { return text };
        let end = comment.find(['\n', '\r']).unwrap_or(comment.len());
        text = comment.get(end..).unwrap_or_default();
    }
}

fn first_token(text: &str) -> Option<(Kind<'_>, usize)> {
    let is_of_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let first = text.chars().next()?;
    if first == '"' {
        return Some((Kind::Text, string_length(text)));
    }
    if is_of_word(first) {
        let length = text.find(|character| !is_of_word(character)).unwrap_or(text.len());
        return Some((Kind::Word(text.get(..length)?), length));
    }
    let doubled = ["||", "&&", "==", "!=", "<=", ">=", "::"];
    let length = if doubled.iter().any(|each| text.starts_with(each)) { 2 } else { 0 };
    Some((Kind::Sign(first), length.max(first.len_utf8())))
}

/// The length of the string at the beginning of the text; all of the text if the string is not closed.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The offsets of the lines.
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    /// The line, counted from 1, of an offset in bytes.
    pub(crate) fn line_of(&self, at: usize) -> u32 {
        let before = self.0.partition_point(|newline| *newline < at);
        u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(u32, &str)> {
        split(text).unwrap().iter().map(|each| (each.line, each.text)).collect()
    }

    #[test]
    fn splits_at_semicolons_outside_of_strings_and_comments() {
        let text = "// a; b\n@id(\"a;\\\"b\")\npermit(x); // c;\r\n\nforbid(y) ;\npermit";
        let expected = [(2, "@id(\"a;\\\"b\")\npermit(x);"), (5, "forbid(y) ;"), (6, "permit")];
        assert_eq!(texts(text), expected);
    }

    #[test]
    fn shows_a_policy_in_one_line() {
        let head = |text: &str| split(text).unwrap().remove(0).head(40);
        let text =
            "@permit(\"permit\")\n@id(\"a\")\nforbid (\n  principal, // who\n  action, resource);";
        assert_eq!(head(text), "forbid ( principal, action, resource);");
        assert_eq!(head("permit(\"a\nb\");"), "permit(\"a b\");");
        assert_eq!(head(&"permit ".repeat(9)), format!("{}permi...", "permit ".repeat(5)));
    }

    #[test]
    fn a_comment_ends_where_cedar_ends_it() {
        assert_eq!(texts("// a\rpermit;"), [(1, "permit;")]);
    }

    #[test]
    fn refuses_what_is_too_long_too_deep_or_nothing() {
        let message = |text: &str| split(text).unwrap_err().remove(0).to_string();
        assert!(message(" // nothing").contains("no policy is written"));
        assert!(message(&" ".repeat(MAX_BYTES + 1)).contains("over the 1048576"));
        assert!(message(&"p;".repeat(2_001)).contains("over 2000 policies"));
        for deep in
            ["(".repeat(25), format!("({}", "!".repeat(24)), format!("({}", "if ".repeat(24))]
        {
            assert!(message(&deep).contains("over 24 brackets"), "{deep}");
        }
        assert!(message(&"&&".repeat(257)).contains("has 257 `&&`"));
        let conditions = format!("({});", "a.b == c.d && ".repeat(256));
        assert_eq!(split(&conditions).unwrap().len(), 1, "many conditions are not deep");
        let set = format!("[{}];", "\"a\", ".repeat(5_000));
        assert_eq!(split(&set).unwrap().len(), 1, "a long set is not deep");
    }
}
