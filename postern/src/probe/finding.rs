//! What was found out, as a row of models.toml.

use super::ask::Said;
use std::fmt::Write;

/// The largest part of a reason that is printed beside a quirk.
const MAX_REASON_CHARS: usize = 160;

/// The answer to one question.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What was asked, for people.
    pub asked: &'static str,
    /// The quirk and its value, if the server refuses it.
    pub quirk: Quirk,
    pub said: Said,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    /// A key with its value.
    Key(&'static str, &'static str),
    /// A field of the request.
    Field(&'static str),
    /// A field of messages.
    InMessages(&'static str),
}

/// The quirks to paste, with the server's reasons.
pub fn row(name: &str, findings: &[Finding]) -> String {
    let mut text = format!(
        "# What {name:?} refuses, as it was asked. A field that it ignores is not known by this.\n"
    );
    let unknown = findings.iter().filter_map(|finding| match &finding.said {
        Said::Unknown(why) => Some((finding.asked, why)),
        _ => None,
    });
    for (asked, why) in unknown {
        let _ = writeln!(text, "# not known: {asked}: {}", short(why));
    }
    text.push_str("[provider.quirks]\n");
    let refused: Vec<(Quirk, &str)> = findings
        .iter()
        .filter_map(|finding| match &finding.said {
            Said::Refused(why) => Some((finding.quirk, why.as_str())),
            _ => None,
        })
        .collect();
    for (quirk, why) in &refused {
        if let Quirk::Key(key, value) = quirk {
            let _ = writeln!(text, "{key} = {value} # {}", short(why));
        }
    }
    let fields = |named: fn(Quirk) -> Option<&'static str>| -> Vec<&'static str> {
        refused.iter().filter_map(|(quirk, _)| named(*quirk)).collect()
    };
    let lists = [
        (
            "unsupported",
            fields(|quirk| match quirk {
                Quirk::Field(name) => Some(name),
                _ => None,
            }),
        ),
        (
            "unsupported_in_messages",
            fields(|quirk| match quirk {
                Quirk::InMessages(name) => Some(name),
                _ => None,
            }),
        ),
    ];
    for (key, names) in lists {
        if !names.is_empty() {
            let names: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
            let _ = writeln!(text, "{key} = [{}]", names.join(", "));
        }
    }
    text
}

/// One line of a comment.
fn short(reason: &str) -> String {
    let line: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(MAX_REASON_CHARS) {
        Some((at, _)) => format!("{}...", line.get(..at).unwrap_or_default()),
        None => line,
    }
}
