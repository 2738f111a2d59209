//! What a body may look like, by a small notation: strict at every depth, as the vendors are.
//!
//! ```text
//! Chat                          a record: `!` after a name demands it
//!   model! text
//!   messages! [Message]+        a list; `+` refuses an empty one
//!   temperature number(0..2)|null
//! Message by role               the tag `role` says which fields there are
//!   user                        `by type or message`: without the tag it is a message
//!     content! text|[Part]
//! Block one                     exactly one of the fields (Bedrock's and Google's unions)
//!   text text
//! ```
//!
//! Types: `text`, `word` (the name of a tool), `base64`, `bytes` (base64 in either alphabet), `bool`, `int`, `int(1..8)`, `number`, `object`, `any`, `null`,
//! `"a literal"`, `[T]`, `{T}` for a map, `T|U`. A line `...` lets other fields pass.

mod parse;

use serde_json::{Map, Value};
use std::collections::HashMap;

/// The shapes of a dialect, by their names.
pub(super) struct Shapes(HashMap<String, Shape>);

enum Shape {
    Record(Fields),
    By { tag: String, default: Option<String>, variants: Vec<(Vec<String>, Fields)> },
    One(Fields),
}

#[derive(Default)]
struct Fields {
    open: bool,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    demanded: bool,
    kind: Kind,
}

enum Kind {
    Any,
    Text,
    Word,
    Base64,
    Bytes,
    Bool,
    Object,
    Null,
    Integer(Option<(f64, f64)>),
    Number(Option<(f64, f64)>),
    Literal(String),
    List(Box<Kind>, bool),
    Map(Box<Kind>),
    Named(String),
    Either(Vec<Kind>),
}

/// One step on the way to a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// The first thing that is wrong with a body.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Problem {
    /// Of the field, itself included.
    pub path: Vec<Step>,
    pub fault: Fault,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fault {
    Unknown,
    Missing,
    Empty,
    /// What is expected, and what was found.
    Kind(String, &'static str),
    /// What was found, and what may stand there.
    Word(String, Vec<String>),
    /// The bounds, and what was found.
    Range(f64, f64, f64),
    /// So many members of a union are set.
    Union(usize),
}

impl Problem {
    fn new(fault: Fault) -> Self {
        Self { path: Vec::new(), fault }
    }

    fn under(mut self, step: Step) -> Self {
        self.path.insert(0, step);
        self
    }

    /// The path with dots: `messages.0.content`.
    pub fn dotted(&self) -> String {
        let steps = self.path.iter().map(|step| match step {
            Step::Key(key) => key.clone(),
            Step::Index(index) => index.to_string(),
        });
        steps.collect::<Vec<_>>().join(".")
    }

    /// The path with brackets: `messages[0].content`.
    pub fn bracketed(&self) -> String {
        let mut path = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) if path.is_empty() => path.push_str(key),
                Step::Key(key) => path.push_str(&format!(".{key}")),
                Step::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }

    /// The name of the field.
    pub fn name(&self) -> String {
        match self.path.last() {
            Some(Step::Key(key)) => key.clone(),
            Some(Step::Index(index)) => index.to_string(),
            None => String::new(),
        }
    }

    /// The same, of what the field is in.
    pub fn parent(&self) -> Self {
        let path = self.path[..self.path.len().saturating_sub(1)].to_vec();
        Self { path, fault: self.fault.clone() }
    }
}

type Checked = Result<(), Problem>;

impl Shapes {
    /// # Panics
    ///
    /// When the notation has a mistake.
    pub fn parse(notation: &str) -> Self {
        Self(parse::shapes(notation))
    }

    /// Whether the value is what the shape of this name says.
    pub fn check(&self, name: &str, value: &Value) -> Checked {
        let shape = self.0.get(name).unwrap_or_else(|| panic!("no shape {name}"));
        let Value::Object(object) = value else { return Err(mismatch("an object", value)) };
        match shape {
            Shape::Record(fields) => self.record(fields, object, None),
            Shape::One(fields) => {
                self.record(fields, object, None)?;
                match object.len() {
                    1 => Ok(()),
                    set => Err(Problem::new(Fault::Union(set))),
                }
            }
            Shape::By { tag, default, variants } => {
                let found = match (object.get(tag), default) {
                    (Some(Value::String(found)), _) => found,
                    (None, Some(default)) => default,
                    (None, None) => {
                        return Err(Problem::new(Fault::Missing).under(Step::Key(tag.clone())));
                    }
                    (Some(other), _) => {
                        return Err(mismatch("a string", other).under(Step::Key(tag.clone())));
                    }
                };
                let fields = variants.iter().find(|(names, _)| names.contains(found));
                let Some((_, fields)) = fields else {
                    let known = variants.iter().flat_map(|(names, _)| names.clone()).collect();
                    let fault = Fault::Word(found.clone(), known);
                    return Err(Problem::new(fault).under(Step::Key(tag.clone())));
                };
                self.record(fields, object, Some(tag))
            }
        }
    }

    fn record(&self, fields: &Fields, object: &Map<String, Value>, tag: Option<&str>) -> Checked {
        for (key, value) in object {
            if Some(key.as_str()) == tag {
                continue;
            }
            let at = |problem: Problem| problem.under(Step::Key(key.clone()));
            match fields.fields.iter().find(|field| field.name == *key) {
                Some(field) => self.kind(&field.kind, value).map_err(at)?,
                None if fields.open => {}
                None => return Err(at(Problem::new(Fault::Unknown))),
            }
        }
        let missing = |field: &&Field| field.demanded && !object.contains_key(&field.name);
        match fields.fields.iter().find(missing) {
            Some(field) => Err(Problem::new(Fault::Missing).under(Step::Key(field.name.clone()))),
            None => Ok(()),
        }
    }

    fn kind(&self, kind: &Kind, value: &Value) -> Checked {
        let fits = match kind {
            Kind::Any => true,
            Kind::Text => value.is_string(),
            Kind::Word => value.as_str().is_some_and(is_word),
            Kind::Base64 => value.as_str().is_some_and(|text| super::decoded(text).is_some()),
            Kind::Bytes => value.as_str().is_some_and(|text| super::decoded_bytes(text).is_some()),
            Kind::Bool => value.is_boolean(),
            Kind::Object => value.is_object(),
            Kind::Null => value.is_null(),
            Kind::Integer(bounds) => match value.as_i64() {
                Some(number) => return range(number as f64, *bounds),
                None => false,
            },
            Kind::Number(bounds) => match value.as_f64() {
                Some(number) => return range(number, *bounds),
                None => false,
            },
            Kind::Literal(literal) => match value.as_str() {
                Some(text) if text == literal => true,
                Some(text) => {
                    let fault = Fault::Word(text.to_owned(), vec![literal.clone()]);
                    return Err(Problem::new(fault));
                }
                None => false,
            },
            Kind::List(of, filled) => match value {
                Value::Array(items) if items.is_empty() && *filled => {
                    return Err(Problem::new(Fault::Empty));
                }
                Value::Array(items) => {
                    let mut items = items.iter().enumerate();
                    return items.try_for_each(|(index, item)| {
                        let at = |problem: Problem| problem.under(Step::Index(index));
                        self.kind(of, item).map_err(at)
                    });
                }
                _ => false,
            },
            Kind::Map(of) => match value {
                Value::Object(map) => {
                    return map.iter().try_for_each(|(key, value)| {
                        let at = |problem: Problem| problem.under(Step::Key(key.clone()));
                        self.kind(of, value).map_err(at)
                    });
                }
                _ => false,
            },
            Kind::Named(name) if value.is_object() => return self.check(name, value),
            Kind::Named(_) => false,
            Kind::Either(kinds) => return self.either(kinds, value),
        };
        if fits { Ok(()) } else { Err(mismatch(&kind.words(), value)) }
    }

    /// Says what is wrong with the alternative that comes nearest: the one that goes deepest.
    fn either(&self, kinds: &[Kind], value: &Value) -> Checked {
        let mut words: Vec<String> = Vec::new();
        let mut nearest: Option<Problem> = None;
        for kind in kinds {
            match self.kind(kind, value) {
                Ok(()) => return Ok(()),
                Err(Problem { path, fault: Fault::Word(_, mut allowed) }) if path.is_empty() => {
                    words.append(&mut allowed);
                }
                Err(problem)
                    if matches!(problem.fault, Fault::Kind(..)) && problem.path.is_empty() => {}
                Err(problem) => nearest = Some(problem),
            }
        }
        if let (Some(text), false) = (value.as_str(), words.is_empty()) {
            return Err(Problem::new(Fault::Word(text.to_owned(), words)));
        }
        let expected: Vec<String> = kinds.iter().map(Kind::words).collect();
        Err(nearest.unwrap_or_else(|| mismatch(&expected.join(" or "), value)))
    }
}

fn range(number: f64, bounds: Option<(f64, f64)>) -> Checked {
    match bounds {
        Some((low, high)) if number < low || number > high => {
            Err(Problem::new(Fault::Range(low, high, number)))
        }
        _ => Ok(()),
    }
}

fn mismatch(expected: &str, value: &Value) -> Problem {
    Problem::new(Fault::Kind(expected.to_owned(), found(value)))
}

/// What it is, in the words of an error.
fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a decimal",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The name of a tool, as all vendors take it.
fn is_word(text: &str) -> bool {
    let usual = |each: char| each.is_ascii_alphanumeric() || each == '_' || each == '-';
    (1..=64).contains(&text.len()) && text.chars().all(usual)
}

impl Kind {
    fn words(&self) -> String {
        match self {
            Kind::Any => "anything".to_owned(),
            Kind::Text => "a string".to_owned(),
            Kind::Word => "a string that matches '^[a-zA-Z0-9_-]{1,64}$'".to_owned(),
            Kind::Base64 | Kind::Bytes => "a base64 string".to_owned(),
            Kind::Bool => "a boolean".to_owned(),
            Kind::Null => "null".to_owned(),
            Kind::Integer(_) => "an integer".to_owned(),
            Kind::Number(_) => "a decimal".to_owned(),
            Kind::Literal(literal) => format!("'{literal}'"),
            Kind::List(of, _) => format!("an array of {}", of.words()),
            Kind::Object | Kind::Map(_) | Kind::Named(_) => "an object".to_owned(),
            Kind::Either(kinds) => kinds.iter().map(Kind::words).collect::<Vec<_>>().join(" or "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOTATION: &str = "
Chat
  model! text
  messages! [Message]+
  temperature number(0..2)|null
  effort \"low\"|\"high\"
Message by role
  user
    content! text|[Part]
Part one
  text text
  image base64
";

    fn problem(value: Value) -> String {
        match Shapes::parse(NOTATION).check("Chat", &value) {
            Ok(()) => String::new(),
            Err(problem) => format!("{}: {:?}", problem.bracketed(), problem.fault),
        }
    }

    #[test]
    fn takes_what_the_notation_says() {
        let parts = json!([{ "text": "a" }, { "image": "AAAA" }]);
        let messages =
            json!([{ "role": "user", "content": parts }, { "role": "user", "content": "b" }]);
        let value =
            json!({ "model": "m", "messages": messages, "temperature": null, "effort": "low" });
        assert_eq!(problem(value), "");
    }

    #[test]
    fn says_where_the_first_mistake_is() {
        let one = |content: Value| json!({ "model": "m", "messages": [{ "role": "user", "content": content }] });
        assert_eq!(problem(json!({ "model": "m" })), "messages: Missing");
        assert_eq!(problem(json!({ "model": "m", "messages": [] })), "messages: Empty");
        assert_eq!(problem(json!({ "x": 1 })), "x: Unknown");
        assert_eq!(
            problem(one(json!([{ "text": 1 }]))),
            "messages[0].content[0].text: Kind(\"a string\", \"an integer\")"
        );
        assert_eq!(
            problem(one(json!([{ "text": "a", "image": "" }]))),
            "messages[0].content[0]: Union(2)"
        );
        assert_eq!(problem(json!({ "temperature": 3 })), "temperature: Range(0.0, 2.0, 3.0)");
        assert_eq!(
            problem(json!({ "effort": "mid" })),
            "effort: Word(\"mid\", [\"low\", \"high\"])"
        );
    }
}
