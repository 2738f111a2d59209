//! What the other programs say of themselves, kept here so that reading it does not build them.
//!
//! Their own tests compare these files with what they say; `UPDATE_GOLDEN=1` has them written.

use crate::cli::Command;
use std::ffi::OsString;

/// The subcommands of the other programs; an action follows those that have some.
const TEXTS: [(&[&str], &str); 19] = [
    (&["check"], include_str!("../help/check.txt")),
    (&["explain"], include_str!("../help/explain.txt")),
    (&["usage"], include_str!("../help/usage.txt")),
    (&["usage", "sums"], include_str!("../help/usage-sums.txt")),
    (&["usage", "requests"], include_str!("../help/usage-requests.txt")),
    (&["usage", "costs"], include_str!("../help/usage-costs.txt")),
    (&["key"], include_str!("../help/key.txt")),
    (&["key", "issue"], include_str!("../help/key-issue.txt")),
    (&["key", "list"], include_str!("../help/key-list.txt")),
    (&["key", "rotate"], include_str!("../help/key-rotate.txt")),
    (&["key", "revoke"], include_str!("../help/key-revoke.txt")),
    (&["audit"], include_str!("../help/audit.txt")),
    (&["audit", "verify"], include_str!("../help/audit-verify.txt")),
    (&["audit", "export"], include_str!("../help/audit-export.txt")),
    (&["audit", "public-key"], include_str!("../help/audit-public-key.txt")),
    (&["replay"], include_str!("../help/replay.txt")),
    (&["erase"], include_str!("../help/erase.txt")),
    (&["manifest"], include_str!("../help/manifest.txt")),
    (&["bench"], include_str!("../help/bench.txt")),
];

/// The text that is asked for, if one is.
pub fn asked(command: &Command) -> Option<&'static str> {
    match command {
        Command::Check(words) => of("check", &words.words),
        Command::Explain(words) => of("explain", &words.words),
        Command::Usage(words) => of("usage", &words.words),
        Command::Key(words) => of("key", &words.words),
        Command::Audit(words) => of("audit", &words.words),
        Command::Replay(words) => of("replay", &words.words),
        Command::Erase(words) => of("erase", &words.words),
        Command::Manifest(words) => of("manifest", &words.words),
        Command::Bench(words) => of("bench", &words.words),
        Command::Up(_)
        | Command::Test(_)
        | Command::Component(_)
        | Command::Wrap(_)
        | Command::Size(_) => None,
    }
}

fn of(subcommand: &str, words: &[OsString]) -> Option<&'static str> {
    let has = |name: &str| words.iter().any(|word| word == name);
    if !has("--help") && !has("-h") {
        return None;
    }
    let of_this = TEXTS.iter().filter(|(names, _)| names.first() == Some(&subcommand));
    // The one of an action is the longer one.
    let fitting = of_this.filter(|(names, _)| names.iter().skip(1).all(|name| has(name)));
    fitting.max_by_key(|(names, _)| names.len()).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::Parser;

    #[test]
    fn help_is_there_without_anything_that_has_to_be_built() {
        for (words, usage) in [
            (&["check", "--help"][..], "postern check"),
            (&["check", "-h"], "postern check"),
            (&["explain", "--model", "m", "--help"], "postern explain"),
            (&["usage", "--help"], "postern usage"),
            (&["usage", "sums", "--help"], "postern usage sums"),
            (&["usage", "requests", "--help"], "postern usage requests"),
            (&["usage", "costs", "--help"], "postern usage costs"),
            (&["key", "--help"], "postern key [OPTIONS] <COMMAND>"),
            (&["key", "issue", "--help"], "postern key issue"),
            (&["key", "--store", "s", "list", "-h"], "postern key list"),
            (&["key", "rotate", "--help"], "postern key rotate"),
            (&["key", "revoke", "--help"], "postern key revoke"),
            (&["audit", "--help"], "postern audit [OPTIONS] <COMMAND>"),
            (&["audit", "verify", "--help"], "postern audit verify"),
            (&["replay", "--help"], "postern replay"),
            (&["erase", "--help"], "postern erase"),
            (&["manifest", "--for", "spin", "-h"], "postern manifest"),
            (&["bench", "--help"], "cargo xtask bench"),
        ] {
            let cli = Cli::try_parse_from([&["x"], words].concat()).unwrap();
            let text = asked(&cli.command).unwrap_or_default();
            assert!(text.contains(&format!("Usage: {usage}")), "{words:?}: {text}");
        }
    }

    #[test]
    fn whatever_else_is_asked_is_the_other_programs() {
        for words in [&["check"][..], &["key", "list"], &["bench", "--only", "memory"]] {
            let cli = Cli::try_parse_from([&["x"], words].concat()).unwrap();
            assert_eq!(asked(&cli.command), None, "{words:?}");
        }
    }
}
