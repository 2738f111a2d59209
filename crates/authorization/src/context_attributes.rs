//! The attributes of a request's context that the policies read: no others need to be known, or to be part of a cache's
//! key.

use crate::statements::{Kind, tokens};

/// The attributes of `context` that any policy reads; all of them if in doubt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "one for each attribute of the schema")]
pub struct ContextAttributes {
    /// `context.now`.
    pub now: bool,
    /// `context.ip`.
    pub ip: bool,
    /// `context.client`.
    pub client: bool,
    /// `context.stream`.
    pub stream: bool,
    /// `context.tools`.
    pub tools: bool,
    /// `context.output_cap_tokens`.
    pub output_cap_tokens: bool,
    /// `context.body_bytes`.
    pub body_bytes: bool,
}

impl ContextAttributes {
    /// Every attribute.
    pub const ALL: Self = Self {
        now: true,
        ip: true,
        client: true,
        stream: true,
        tools: true,
        output_cap_tokens: true,
        body_bytes: true,
    };

    /// Finds the attributes in the words of the text.
    ///
    /// A policy reaches the context only by the word `context`, and its attributes only by `context.ip` and `context
    /// has ip`; anything else after the word (`context["ip"]`, `f(context)`) counts as all.
    pub(crate) fn of(text: &str) -> Self {
        let mut attributes = Self::default();
        let mut kinds = tokens(text).map(|token| token.kind);
        while let Some(kind) = kinds.next() {
            if kind != Kind::Word("context") {
                continue;
            }
            let read = match kinds.next() {
                Some(Kind::Sign('.') | Kind::Word("has")) => kinds.next(),
                _ => None,
            };
            let Some(attribute) = read.and_then(|kind| attributes.attribute(kind)) else {
                return Self::ALL;
            };
            *attribute = true;
        }
        attributes
    }

    fn attribute(&mut self, kind: Kind<'_>) -> Option<&mut bool> {
        let Kind::Word(word) = kind else { return None };
        match word {
            "now" => Some(&mut self.now),
            "ip" => Some(&mut self.ip),
            "client" => Some(&mut self.client),
            "stream" => Some(&mut self.stream),
            "tools" => Some(&mut self.tools),
            "output_cap_tokens" => Some(&mut self.output_cap_tokens),
            "body_bytes" => Some(&mut self.body_bytes),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_what_is_read_and_what_is_asked_for() {
        let ip = ContextAttributes { ip: true, ..ContextAttributes::default() };
        assert_eq!(
            ContextAttributes::of("when { context has ip && context // x\n . ip.isLoopback() }"),
            ip
        );
        let two = ContextAttributes { tools: true, now: true, ..ContextAttributes::default() };
        assert_eq!(
            ContextAttributes::of("{ context.tools > 0 } { context.now < datetime(\"x\") }"),
            two
        );
    }

    #[test]
    fn sees_nothing_in_strings_and_comments() {
        let text = "@id(\"context.ip\") permit(principal, action, resource); // context.now";
        assert_eq!(ContextAttributes::of(text), ContextAttributes::default());
    }

    #[test]
    fn counts_what_it_cannot_tell_as_all() {
        for text in ["context[\"ip\"]", "context has \"ip\"", "x == context", "context.colour"] {
            assert_eq!(ContextAttributes::of(text), ContextAttributes::ALL, "{text}");
        }
    }
}
