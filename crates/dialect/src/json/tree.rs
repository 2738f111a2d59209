//! A JSON text as a tree in which every value has its position.

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
    /// `null` or a boolean.
    Other,
}

impl<'a> Node<'a> {
    /// Reads a complete text. Half surrogate pairs are accepted.
    ///
    /// # Errors
    /// The position at which the text is not JSON or is nested too deeply.
    pub fn read(text: &'a str) -> Result<Self, Error> {
        let mut scanner = Scanner::lenient(text);
        let node = Self::next(&mut scanner)?;
        scanner.end()?;
        Ok(node)
    }

    /// The scanner's depth bounds the recursion.
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

    /// The last member of this name, as in JavaScript. None if it is `null`, or if this is not an object.
    pub fn get(&self, name: &str) -> Option<&Node<'a>> {
        let Value::Object(members) = &self.value else { return None };
        let mut found = members.iter().rev().filter(|(key, _)| key == name);
        found.next().map(|(_, node)| node).filter(|node| !matches!(node.value, Value::Other))
    }

    /// The value at a path of members.
    pub fn at(&self, path: &[&str]) -> Option<&Node<'a>> {
        path.iter().try_fold(self, |node, name| node.get(name))
    }

    /// The elements; empty if this is not an array.
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

    /// The decoded string; empty for any other type.
    pub fn text(&self) -> Cow<'a, str> {
        match &self.value {
            Value::String(text) => text.said(),
            _ => Cow::Borrowed(""),
        }
    }

    /// The decoded string of this name; empty if there is none.
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

    /// The number of this name, if it can be an index.
    pub fn index_of(&self, name: &str) -> Option<u32> {
        self.get(name)?.number()?.try_into().ok()
    }
}
