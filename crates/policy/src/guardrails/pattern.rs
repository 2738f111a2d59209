//! Checks whether a regular expression can guard a stream.

use regex_automata::nfa::thompson;
use regex_syntax::ast;
use regex_syntax::hir::Hir;

/// The longest match, in bytes: as much context as detectors use.
pub(super) const MAX_MATCH_BYTES: usize = 256;

/// A longer pattern cannot be reviewed.
const MAX_PATTERN_CHARACTERS: usize = 1_000;

/// The most memory of one compiled pattern: each instance of the stage compiles all patterns when it starts. `\w{16}` and an
/// alternation of a hundred words stay below this.
const MAX_COMPILED_BYTES: usize = 512 * 1024;

/// The most memory of the compiled patterns of all lists.
pub(super) const MAX_COMPILED_BYTES_OF_ALL: usize = 4 * 1024 * 1024;

/// The longest term or match, in bytes, of which nothing leaves before it is complete. A quarter of the held text is decided at a
/// time, so a match that begins there must end within the other three quarters.
pub(super) fn max_match_bytes(hold_back_characters: usize) -> usize {
    (hold_back_characters / 4 * 3).min(MAX_MATCH_BYTES)
}

/// The remedy for a match of this length, if there is one.
pub(super) fn longer(bytes: usize) -> &'static str {
    if bytes <= MAX_MATCH_BYTES {
        ", or raise `hold_back_characters` of [stream], of which three quarters are looked at"
    } else {
        ""
    }
}

/// Checks a pattern whose matches may have this many bytes, and returns its compiled size in bytes.
///
/// # Errors
///
/// The problem, and what to write instead.
pub(super) fn check(pattern: &str, max_match_bytes: usize) -> Result<usize, String> {
    let length = pattern.chars().count();
    if length > MAX_PATTERN_CHARACTERS {
        return Err(format!(
            "has {length} characters; write several of at most {MAX_PATTERN_CHARACTERS}"
        ));
    }
    let hir = regex_syntax::parse(pattern).map_err(|error| not_parsed(pattern, &error))?;
    is_bounded(&hir, max_match_bytes)?;
    compiled_bytes(&hir)
}

fn not_parsed(pattern: &str, error: &regex_syntax::Error) -> String {
    let (what, place, remedy) = match error {
        regex_syntax::Error::Parse(error) => {
            let remedy = match error.kind() {
                ast::ErrorKind::UnsupportedLookAround => {
                    "write what stands before or behind as a part of the pattern, or \\b for the border of a word"
                }
                ast::ErrorKind::UnsupportedBackreference => "write what is repeated once more",
                _ => ESCAPE,
            };
            (error.kind().to_string(), error.span().start.offset, remedy)
        }
        regex_syntax::Error::Translate(error) => {
            (error.kind().to_string(), error.span().start.offset, ESCAPE)
        }
        _ => (error.to_string(), 0, ESCAPE),
    };
    let before = pattern.get(..place).unwrap_or_default().chars().count();
    format!("is not a regular expression: {what}, at character {}; {remedy}", before + 1)
}

const ESCAPE: &str = "write the syntax of https://docs.rs/regex/latest/regex/#syntax, with a backslash before a sign that stands for itself";

fn is_bounded(hir: &Hir, max_match_bytes: usize) -> Result<(), String> {
    let properties = hir.properties();
    match (properties.minimum_len(), properties.maximum_len()) {
        (None, _) => Err("matches no text at all; write one that does, or remove it".to_owned()),
        (Some(0), _) => Err(
            "matches the empty text, which is everywhere; write one that needs a character, for example {1,8} in place of *"
                .to_owned(),
        ),
        (_, None) => Err(format!(
            "matches texts of any length, and a stream cannot be held back for so long; write how often at most in place of *, + and {{n,}}, for example .{{0,{}}}",
            max_match_bytes / 8
        )),
        (_, Some(most)) if most > max_match_bytes => Err(format!(
            "matches texts of up to {most} bytes, and at most {max_match_bytes} are looked at; write smaller repetitions (\\w, \\d and . count 4 bytes and [0-9] one; under (?i) some letters count 3, which (?-i:[A-Za-z]) does not){}",
            longer(most)
        )),
        _ => Ok(()),
    }
}

fn compiled_bytes(hir: &Hir) -> Result<usize, String> {
    let config = thompson::Config::new()
        .nfa_size_limit(Some(MAX_COMPILED_BYTES))
        .which_captures(thompson::WhichCaptures::None);
    let compiled = thompson::Compiler::new().configure(config).build_from_hir(hir);
    compiled.map(|compiled| compiled.memory_usage()).map_err(|_| {
        format!(
            "takes more than {} KiB of memory; write smaller repetitions, or fewer signs: [0-9A-Za-z_] in place of \\w, (?i-u:word) in place of (?i:word)",
            MAX_COMPILED_BYTES / 1024
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(pattern: &str) -> String {
        check(pattern, MAX_MATCH_BYTES).unwrap_err()
    }

    #[test]
    fn takes_what_has_a_bounded_length() {
        for pattern in [
            r"\bPRJ-[0-9]{4,8}\b",
            "(?i)project (nightingale|sparrow)",
            r"[A-Z]{2}\d{6}",
            r"^secret$",
            r"(?m)^-----BEGIN .{1,20}-----$",
            r"\p{Greek}{3}",
            r"a.{0,60}b",
            "é{1,100}",
            r"\w{16}",
        ] {
            let checked = check(pattern, MAX_MATCH_BYTES);
            assert!(checked.is_ok(), "{pattern}: {checked:?}");
        }
    }

    #[test]
    fn refuses_what_no_stream_can_be_held_back_for() {
        for (pattern, says) in [
            ("(?<!a)b", "look-around"),
            ("a(?=b)", "look-around"),
            (r"(a)\1", "backreferences"),
            ("(", "unclosed group, at character 1"),
            ("é[", "unclosed character class, at character 2"),
            ("[z-a]", "invalid character class range"),
            (r"\p{Klingon}", "Unicode property not found"),
            ("a{3,2}", "invalid repetition"),
            (&"(".repeat(300), "is not a regular expression"),
            ("", "empty text"),
            ("a*", "empty text"),
            ("(a|b?)", "empty text"),
            (r"\b", "empty text"),
            ("^$", "empty text"),
            ("a.*b", "any length"),
            ("a+", "any length"),
            ("a{2,}", "any length"),
            ("(a{1000}){1000}", "up to 1000000 bytes"),
            ("(((a{1000}){1000}){1000}){1000}", "bytes"),
            (r"[a-z]{257}", "up to 257 bytes"),
            (r".{1,65}", "up to 260 bytes"),
            (r"[^\s\S]", "no text at all"),
            (r"\w{64}", "KiB"),
            (&"a".repeat(1_001), "1001 characters"),
        ] {
            assert!(wrong(pattern).contains(says), "{pattern}: {}", wrong(pattern));
        }
    }

    #[test]
    fn a_shorter_hold_back_bounds_matches_more() {
        assert!(check("[a-z]{64}", 64).is_ok());
        assert!(check("[a-z]{65}", 64).unwrap_err().contains("at most 64"));
    }
}
