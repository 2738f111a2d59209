//! The members of a request and of its messages, by their positions.

use super::refusal::Refusal;
use crate::json::{Scanner, Type};
use crate::{Edit, Span};
use std::borrow::Cow;

/// A member of an object.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub name: Cow<'a, str>,
    /// The span of the key, including its quotes.
    pub key: Span,
    pub value: Span,
    pub text: &'a str,
}

#[derive(Debug)]
pub(super) struct Message<'a> {
    pub span: Span,
    pub members: Vec<Member<'a>>,
}

impl Member<'_> {
    pub fn says_something(&self) -> bool {
        !matches!(self.text, "null" | "{}" | "[]")
    }
}

impl<'a> Message<'a> {
    pub fn member(&self, name: &str) -> Option<&Member<'a>> {
        self.members.iter().rev().find(|member| member.name == name)
    }

    pub fn role(&self) -> &str {
        let role = self.member("role").map_or("", |role| role.text);
        serde_json::from_str(role).unwrap_or_default()
    }
}

pub(super) fn read_messages<'a>(
    scanner: &mut Scanner<'a>,
    body: &'a str,
) -> Result<Vec<Message<'a>>, Refusal> {
    let mut messages = Vec::new();
    scanner.array()?;
    while scanner.element()? {
        let start = scanner.at();
        let mut message = Message { span: Span { start: 0, end: 0 }, members: Vec::new() };
        if scanner.peek()? != Type::Object {
            message.span = scanner.skip()?;
            messages.push(message);
            continue;
        }
        scanner.object()?;
        while let Some(key) = scanner.key()? {
            let value = scanner.skip()?;
            message.members.push(Member {
                name: key.decode().unwrap_or_default(),
                key: key.span(),
                value,
                text: value.of(body).unwrap_or_default(),
            });
        }
        message.span = (start..scanner.at()).into();
        messages.push(message);
    }
    Ok(messages)
}

/// The splices that remove members from an object, each with the comma that would be left.
pub(super) fn removals(
    members: &[Member<'_>],
    mut is_gone: impl FnMut(&Member<'_>) -> bool,
) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut kept_one = false;
    let mut before: Option<&Member<'_>> = None;
    for (at, member) in members.iter().enumerate() {
        let gone = is_gone(member);
        if gone {
            let next = members.get(at + 1);
            let span = match (before, next) {
                (Some(before), _) if kept_one => {
                    Span { start: before.value.end, end: member.value.end }
                }
                (_, Some(next)) => Span { start: member.key.start, end: next.key.start },
                (_, None) => Span { start: member.key.start, end: member.value.end },
            };
            edits.push(Edit { span, replacement: String::new() });
        }
        kept_one |= !gone;
        before = Some(member);
    }
    edits
}
