//! A JSON text as a tree in which every value has its place.

use super::{Error, Scanner, Text, Type};
use crate::Span;
use std::borrow::Cow;

/// A value.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub span: Span,
    pub value: Value<'a>,
}

#[derive(Debug)]
pub(crate) enum Value<'a> {
    String(Text<'a>),
    Number(&'a str),
    Array(Vec<Node<'a>>),
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
    /// `null`, or a truth value.
    Other,
}

impl<'a> Node<'a> {
    /// Read a whole text. Half surrogate pairs are passed over.
    ///
    /// # Errors
    /// Where it is not JSON, or is nested too deeply.
    pub fn read(text: &'a str) -> Result<Self, Error> {
        let mut scanner = Scanner::lenient(text);
        let node = Self::next(&mut scanner)?;
        scanner.end()?;
        Ok(node)
    }

    /// Recursion ends at the scanner's depth.
    fn next(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        let kind = scanner.peek()?;
        let start = scanner.at();
        let value = match kind {
            Type::String => Value::String(scanner.string()?),
            Type::Number => Value::Number(scanner.number()?),
            Type::Array => {
                let mut items = Vec::new();
                scanner.array()?;
                while scanner.element()? {
                    items.push(Self::next(scanner)?);
                }
                Value::Array(items)
            }
            Type::Object => {
                let mut members = Vec::new();
                scanner.object()?;
                while let Some(key) = scanner.key()? {
                    members.push((key.decode().unwrap_or_default(), Self::next(scanner)?));
                }
                Value::Object(members)
            }
            Type::Null | Type::Boolean => {
                scanner.skip()?;
                Value::Other
            }
        };
        Ok(Node { span: (start..scanner.at()).into(), value })
    }

    /// The member of this name, the last of them as in JavaScript; none of what is no object, or if it is `null`.
    pub fn get(&self, name: &str) -> Option<&Node<'a>> {
        let Value::Object(members) = &self.value else { return None };
        let mut found = members.iter().rev().filter(|(key, _)| key == name);
        found.next().map(|(_, node)| node).filter(|node| !matches!(node.value, Value::Other))
    }

    /// Along a path of members.
    pub fn at(&self, path: &[&str]) -> Option<&Node<'a>> {
        path.iter().try_fold(self, |node, name| node.get(name))
    }

    /// The elements; none of what is no array.
    pub fn items(&self) -> &[Node<'a>] {
        match &self.value {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The elements of a member, each with its number.
    pub fn list(&self, name: &str) -> impl Iterator<Item = (u32, &Node<'a>)> {
        (0..).zip(self.get(name).map(Node::items).unwrap_or_default())
    }

    /// What a string says; empty for anything else.
    pub fn text(&self) -> Cow<'a, str> {
        match &self.value {
            Value::String(text) => text.said(),
            _ => Cow::Borrowed(""),
        }
    }

    /// What the string of this name says; empty if there is none.
    pub fn text_of(&self, name: &str) -> Cow<'a, str> {
        self.get(name).map(Node::text).unwrap_or_default()
    }

    /// A whole number.
    pub fn number(&self) -> Option<u64> {
        match self.value {
            Value::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// The number of this name, if it is an index.
    pub fn index_of(&self, name: &str) -> Option<u32> {
        self.get(name)?.number()?.try_into().ok()
    }
}
