//! JSON that is rewritten only where it changes.

use crate::Span;
use crate::json::{Node, Value};
use postern_types::escape;
use std::borrow::Cow;

/// A value as it is written, in an answer that ends early.
#[derive(Debug, Clone, Copy)]
pub struct Raw<'a> {
    text: &'a str,
    /// The offset in it of the first text that is not sent: 0 if it stands before the value, the length of the value if after.
    cut: usize,
}

impl<'a> Raw<'a> {
    pub fn new(text: &'a str, cut: usize) -> Self {
        Raw { text, cut }
    }

    /// A value without a cut.
    pub fn uncut(text: &'a str) -> Self {
        Raw::new(text, text.len())
    }

    /// Whether the value stands after the cut, or contains it.
    pub fn is_behind(self) -> bool {
        self.cut < self.text.len()
    }

    pub fn holds_cut(self) -> bool {
        self.cut > 0 && self.is_behind()
    }

    pub fn as_str(self) -> &'a str {
        self.text
    }

    fn at(self, span: Span) -> Self {
        let text = span.of(self.text).unwrap_or_default();
        Raw { text, cut: self.cut.saturating_sub(span.start as usize).min(text.len()) }
    }

    fn members(self) -> Vec<(Cow<'a, str>, Raw<'a>)> {
        match Node::read(self.text).map(|node| node.value) {
            Ok(Value::Object(members)) => {
                members.into_iter().map(|(name, node)| (name, self.at(node.span))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The elements; empty if it is not an array.
    pub fn items(self) -> Vec<Raw<'a>> {
        match Node::read(self.text).map(|node| node.value) {
            Ok(Value::Array(items)) => items.iter().map(|node| self.at(node.span)).collect(),
            _ => Vec::new(),
        }
    }

    /// The member of this name, `null` included.
    pub fn get(self, name: &str) -> Option<Raw<'a>> {
        let members = self.members();
        members.into_iter().rev().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// The elements of a member.
    pub fn list(self, name: &str) -> Vec<Raw<'a>> {
        self.get(name).map(Raw::items).unwrap_or_default()
    }

    /// The decoded string of this name; empty if there is none.
    pub fn text_of(self, name: &str) -> String {
        let text = |raw: Raw<'a>| Node::read(raw.text).map(|node| node.text().into_owned());
        self.get(name).and_then(|raw| text(raw).ok()).unwrap_or_default()
    }

    /// The object with changed members: those without a value are removed, new ones are appended.
    pub fn with<const N: usize>(self, changes: [(&str, Option<String>); N]) -> String {
        self.with_all(changes.into())
    }

    /// As [`with`](Raw::with). Duplicates of a changed member are merged.
    pub fn with_all(self, mut changes: Vec<(&str, Option<String>)>) -> String {
        let mut written: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
        for (name, value) in self.members() {
            match changes.iter_mut().find(|(other, _)| *other == name) {
                None => written.push((name, value.text.into())),
                Some((_, value)) => written.extend(value.take().map(|value| (name, value.into()))),
            }
        }
        let more = changes.into_iter().filter_map(|(name, value)| Some((name, value?)));
        written.extend(more.map(|(name, value)| (name.into(), value.into())));
        let members: Vec<String> =
            written.iter().map(|(name, value)| format!("{}:{value}", string(name))).collect();
        format!("{{{}}}", members.join(","))
    }
}

/// A string literal.
pub fn string(text: &str) -> String {
    format!("\"{}\"", escape(text))
}

/// An array of written values.
pub fn array<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<T> = items.into_iter().collect();
    format!("[{}]", items.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_change_stays_as_it_was_written() {
        let object = Raw::uncut(r#" { "d":1, "a" : 2.50 , "b\"" : [ 1, 2 ],"c":null, "d":"x" } "#);
        let changed =
            [("c", Some("1".to_owned())), ("d", None), ("e", Some("{}".to_owned())), ("f", None)];
        assert_eq!(object.with(changed), r#"{"a":2.50,"b\"":[ 1, 2 ],"c":1,"e":{}}"#);
        assert_eq!(Raw::uncut("{}").with([("a", Some("1".to_owned()))]), r#"{"a":1}"#);
    }

    #[test]
    fn each_value_knows_on_which_side_of_the_cut_it_is() {
        let text = r#"{"a":["one","two","three"],"b":"four"}"#;
        let answer = Raw::new(text, text.find("wo").unwrap());
        let sides: Vec<_> =
            answer.list("a").iter().map(|raw| (raw.is_behind(), raw.holds_cut())).collect();
        assert_eq!(sides, [(false, false), (true, true), (true, false)]);
        assert!(answer.get("b").is_some_and(|raw| raw.is_behind() && !raw.holds_cut()));
        assert_eq!(answer.text_of("b"), "four");
    }
}
