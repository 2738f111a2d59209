//! Reads a TOML document key by key and collects every problem with its line.
//!
//! A key that was not read is unknown, and so a problem.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A document while it is read: its name, its text, and its problems.
pub struct Document<'t> {
    name: String,
    text: &'t str,
    problems: RefCell<Vec<(usize, String)>>,
}

impl<'t> Document<'t> {
    /// `name` is the document's name in problems, usually its file name.
    pub fn new(name: impl Into<String>, text: &'t str) -> Self {
        Self { name: name.into(), text, problems: RefCell::default() }
    }

    /// Parses the text; `None` if it is not TOML, with the parser's error as the problem.
    pub fn parse(&self) -> Option<Spanned<DeTable<'t>>> {
        match DeTable::parse(self.text) {
            Ok(table) => Some(table),
            Err(error) => {
                self.problem(error.span().unwrap_or(0..0), "", error.message());
                None
            }
        }
    }

    /// Records a problem at `span`.
    pub fn problem(&self, span: Range<usize>, place: &str, text: impl Display) {
        let line = self.line(span.start);
        let place = if place.is_empty() { String::new() } else { format!("{place}: ") };
        self.problems.borrow_mut().push((line, format!("{}:{line}: {place}{text}", self.name)));
    }

    /// All problems, in the order of the document.
    pub fn into_problems(self) -> Vec<String> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|(line, _)| *line);
        problems.into_iter().map(|(_, text)| text).collect()
    }

    fn line(&self, offset: usize) -> usize {
        self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
    }
}

/// One table: each key is taken once, and [`Table::finish`] refuses the rest.
pub struct Table<'d, 't> {
    document: &'d Document<'t>,
    place: String,
    span: Range<usize>,
    entries: BTreeMap<&'d str, (Range<usize>, &'d Spanned<DeValue<'t>>)>,
}

impl<'d, 't> Table<'d, 't> {
    /// The document's outermost table.
    pub fn root(document: &'d Document<'t>, table: &'d Spanned<DeTable<'t>>) -> Self {
        Self::new(document, String::new(), table.span(), table.get_ref())
    }

    fn new(
        document: &'d Document<'t>,
        place: String,
        span: Range<usize>,
        table: &'d DeTable<'t>,
    ) -> Self {
        let entries = table
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), (key.span(), value)))
            .collect();
        Self { document, place, span, entries }
    }

    /// Where the table starts, for problems that show later.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Records a problem of the table as a whole.
    pub fn problem(&self, text: impl Display) {
        self.document.problem(self.span.clone(), &self.place, text);
    }

    /// Whether the key exists and is still unread.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Takes a string.
    pub fn string(&mut self, key: &str) -> Option<String> {
        self.take(key, "a string", |value| value.as_str().map(str::to_owned))
    }

    /// Takes a required string.
    pub fn required_string(&mut self, key: &str) -> Option<String> {
        if !self.has(key) {
            self.problem(format_args!("`{key}` is missing"));
        }
        self.string(key)
    }

    /// Takes a boolean.
    pub fn boolean(&mut self, key: &str) -> Option<bool> {
        self.take(key, "true or false", |value| match value {
            DeValue::Boolean(value) => Some(*value),
            _ => None,
        })
    }

    /// Takes a whole number.
    pub fn integer(&mut self, key: &str) -> Option<i64> {
        self.take(key, "a whole number", |value| {
            let value = value.as_integer()?;
            i64::from_str_radix(value.as_str(), value.radix()).ok()
        })
    }

    /// Takes a list of strings; an absent one is empty.
    pub fn strings(&mut self, key: &str) -> Vec<String> {
        let read = |value: &DeValue| -> Option<Vec<String>> {
            value
                .as_array()?
                .iter()
                .map(|item| item.get_ref().as_str().map(str::to_owned))
                .collect()
        };
        self.take(key, "a list of strings", read).unwrap_or_default()
    }

    /// Takes a table of strings; an absent one is empty.
    pub fn string_map(&mut self, key: &str) -> BTreeMap<String, String> {
        let read = |value: &DeValue| -> Option<BTreeMap<String, String>> {
            let pairs = value.as_table()?.iter();
            pairs
                .map(|(key, value)| {
                    Some((key.get_ref().to_string(), value.get_ref().as_str()?.to_owned()))
                })
                .collect()
        };
        self.take(key, "a table of strings", read).unwrap_or_default()
    }

    /// Takes a table.
    pub fn table(&mut self, key: &str) -> Option<Table<'d, 't>> {
        let (span, value) = self.entries.remove(key)?;
        let place = self.place_of(key);
        match value.get_ref() {
            DeValue::Table(table) => Some(Table::new(self.document, place, span, table)),
            _ => {
                self.document.problem(span, &self.place, format_args!("`{key}` must be a table"));
                None
            }
        }
    }

    /// Takes a table of tables, such as `[component.*]`, with each one's name.
    pub fn tables(&mut self, key: &str) -> Vec<(String, Table<'d, 't>)> {
        let Some(mut outer) = self.table(key) else { return Vec::new() };
        let names: Vec<String> = outer.entries.keys().map(|name| (*name).to_owned()).collect();
        names.into_iter().filter_map(|name| outer.table(&name).map(|table| (name, table))).collect()
    }

    /// Takes an array of tables, such as `[[trigger.http]]`.
    pub fn array(&mut self, key: &str) -> Vec<Table<'d, 't>> {
        let Some((span, value)) = self.entries.remove(key) else { return Vec::new() };
        let place = self.place_of(key);
        let Some(items) = value.get_ref().as_array() else {
            self.document.problem(
                span,
                &self.place,
                format_args!("`{key}` must be an array of tables"),
            );
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::Table(table) => {
                    tables.push(Table::new(self.document, place.clone(), item.span(), table))
                }
                _ => self.document.problem(item.span(), &place, "each item must be a table"),
            }
        }
        tables
    }

    /// Takes a key that may have several types, which the caller distinguishes.
    pub fn value(&mut self, key: &str) -> Option<Value<'d, 't>> {
        let (span, value) = self.entries.remove(key)?;
        let place = self.place_of(key);
        Some(Value { document: self.document, place, span, value: value.get_ref() })
    }

    /// The keys that are still unread.
    pub fn keys(&self) -> Vec<String> {
        self.entries.keys().map(|key| (*key).to_owned()).collect()
    }

    /// Ignores a key that has no meaning at run time.
    pub fn ignore(&mut self, key: &str) {
        self.entries.remove(key);
    }

    /// Refuses a key by name, if it exists, with the reason.
    pub fn refuse(&mut self, key: &str, reason: &str) {
        if let Some((span, _)) = self.entries.remove(key) {
            self.document.problem(span, &self.place, format_args!("`{key}`: {reason}"));
        }
    }

    /// Refuses unread keys.
    pub fn finish(self) {
        for (key, (span, _)) in &self.entries {
            self.document.problem(
                span.clone(),
                &self.place,
                format_args!("the key `{key}` is unknown"),
            );
        }
    }

    fn place_of(&self, key: &str) -> String {
        let bare =
            key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        let key = if bare { key.to_owned() } else { format!("\"{key}\"") };
        if self.place.is_empty() { key } else { format!("{}.{key}", self.place) }
    }

    fn take<T>(
        &mut self,
        key: &str,
        expected: &str,
        read: impl Fn(&DeValue) -> Option<T>,
    ) -> Option<T> {
        let (span, value) = self.entries.remove(key)?;
        let read = read(value.get_ref());
        if read.is_none() {
            self.document.problem(span, &self.place, format_args!("`{key}` must be {expected}"));
        }
        read
    }
}

/// A value of any type.
pub struct Value<'d, 't> {
    document: &'d Document<'t>,
    place: String,
    span: Range<usize>,
    value: &'d DeValue<'t>,
}

impl<'d, 't> Value<'d, 't> {
    /// The value as a string.
    pub fn as_str(&self) -> Option<&'d str> {
        self.value.as_str()
    }

    /// The value as a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        self.value.as_bool()
    }

    /// The value as a list of strings.
    pub fn as_strings(&self) -> Option<Vec<&'d str>> {
        self.value.as_array()?.iter().map(|item| item.get_ref().as_str()).collect()
    }

    /// The value as a table.
    pub fn as_table(&self) -> Option<Table<'d, 't>> {
        let table = self.value.as_table()?;
        Some(Table::new(self.document, self.place.clone(), self.span.clone(), table))
    }

    /// The items of the value as a list.
    pub fn as_items(&self) -> Option<Vec<Value<'d, 't>>> {
        let item = |item: &'d Spanned<DeValue<'t>>| Value {
            document: self.document,
            place: self.place.clone(),
            span: item.span(),
            value: item.get_ref(),
        };
        Some(self.value.as_array()?.iter().map(item).collect())
    }

    /// Records a problem of the value.
    pub fn problem(&self, text: impl Display) {
        self.document.problem(self.span.clone(), &self.place, text);
    }
}
