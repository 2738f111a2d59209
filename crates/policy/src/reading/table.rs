//! Reads the keys of one table of a file, one by one.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Label, Report, nearest_or_list, shown};

/// A key of the format: its name, and an example of a valid line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) example: &'static str,
}

impl Key {
    pub(crate) const fn new(name: &'static str, example: &'static str) -> Self {
        Self { name, example }
    }
}

/// A table that remembers which keys were read: any other key is unknown.
pub(crate) struct Table<'t> {
    pub(crate) label: Label<'t>,
    pub(crate) span: Range<usize>,
    entries: &'t DeTable<'t>,
    asked: Vec<&'static str>,
}

impl<'t> Table<'t> {
    /// The whole file.
    pub(crate) fn root(document: &'t Spanned<DeTable<'t>>) -> Self {
        let label = Label { what: "", name: None };
        Self::new(label, 0..0, document.get_ref())
    }

    fn new(label: Label<'t>, span: Range<usize>, entries: &'t DeTable<'t>) -> Self {
        Self { label, span, entries, asked: Vec::new() }
    }

    /// The value of a key, if it is present and has the right type; a wrong type is a problem.
    pub(crate) fn optional<T: FromToml<'t>>(
        &mut self,
        report: &mut Report<'_>,
        key: Key,
    ) -> Option<Spanned<T>> {
        let found = self.find(key)?;
        let value = T::from_toml(found.get_ref());
        if value.is_none() {
            self.wrong_type(report, key, found, T::EXPECTED);
        }
        Some(Spanned::new(found.span(), value?))
    }

    /// The value of a required key; its absence is a problem.
    pub(crate) fn required<T: FromToml<'t>>(
        &mut self,
        report: &mut Report<'_>,
        key: Key,
    ) -> Option<Spanned<T>> {
        if self.lacks(report, key) { None } else { self.optional(report, key) }
    }

    /// The texts of a required key: a list of strings, or a single string.
    pub(crate) fn required_texts(
        &mut self,
        report: &mut Report<'_>,
        key: Key,
    ) -> Option<Spanned<Vec<Spanned<&'t str>>>> {
        if self.lacks(report, key) {
            return None;
        }
        let found = self.find(key)?;
        let texts = match found.get_ref().as_str() {
            Some(text) => Some(vec![Spanned::new(found.span(), text)]),
            None => Vec::from_toml(found.get_ref()),
        };
        if texts.is_none() {
            self.wrong_type(report, key, found, "a string or a list of strings");
        }
        Some(Spanned::new(found.span(), texts?))
    }

    /// Whether a key is present, whatever its value.
    pub(crate) fn has(&self, key: Key) -> bool {
        self.entries.contains_key(key.name)
    }

    /// Reports a required key that is absent, and returns whether it is.
    fn lacks(&mut self, report: &mut Report<'_>, key: Key) -> bool {
        let lacks = !self.has(key);
        if lacks {
            self.asked.push(key.name);
            let Key { name, example } = key;
            let message = format!("`{name}` is missing; write for example {example}");
            report.problem(self.label, self.span.clone(), message);
        }
        lacks
    }

    /// The table under a key: `[request]`, or `{ ... }`.
    pub(crate) fn table(
        &mut self,
        report: &mut Report<'_>,
        key: Key,
        what: &'static str,
    ) -> Option<Table<'t>> {
        let found = self.find(key)?;
        let Some(entries) = found.get_ref().as_table() else {
            self.wrong_type(report, key, found, "a table");
            return None;
        };
        let label = Label { what, name: self.label.name };
        Some(Table::new(label, found.span(), entries))
    }

    /// The value of a key that may be a string or a table; another type is a problem.
    pub(crate) fn text_or_table(
        &mut self,
        report: &mut Report<'_>,
        key: Key,
        what: &'static str,
    ) -> Option<TextOrTable<'t>> {
        let found = self.find(key)?;
        if let Some(text) = found.get_ref().as_str() {
            return Some(TextOrTable::Text(Spanned::new(found.span(), text)));
        }
        let Some(entries) = found.get_ref().as_table() else {
            self.wrong_type(report, key, found, "a string or a table");
            return None;
        };
        let label = Label { what, name: self.label.name };
        Some(TextOrTable::Table(Table::new(label, found.span(), entries)))
    }

    /// The tables of a list: `[[consumer]]`. `what` names one of them; messages use its own name if there is a `name_key`, and
    /// otherwise the name of the table that contains it.
    pub(crate) fn tables(
        &mut self,
        report: &mut Report<'_>,
        key: Key,
        what: &'static str,
        name_key: Option<Key>,
    ) -> Vec<Table<'t>> {
        let Some(found) = self.find(key) else {
            return Vec::new();
        };
        let Some(items) = found.get_ref().as_array() else {
            self.wrong_type(report, key, found, "a list of tables");
            return Vec::new();
        };
        let mut tables = Vec::with_capacity(items.len());
        for item in items {
            let Some(entries) = item.get_ref().as_table() else {
                self.wrong_type(report, key, item, "a table");
                continue;
            };
            let name = match name_key {
                Some(key) => entries.get(key.name).and_then(|name| name.get_ref().as_str()),
                None => self.label.name,
            };
            tables.push(Table::new(Label { what, name }, item.span(), entries));
        }
        tables
    }

    /// Reports the unread keys.
    pub(crate) fn finish(self, report: &mut Report<'_>) {
        for key in self.entries.keys() {
            let name: &str = key.get_ref();
            if !self.asked.contains(&name) {
                let known = self.asked.iter().copied();
                let advice = nearest_or_list(name, known, "the keys here are");
                let message = format!("unknown key {}; {advice}", shown(name));
                report.problem(self.label, key.span(), message);
            }
        }
    }

    fn find(&mut self, key: Key) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.push(key.name);
        self.entries.get(key.name)
    }

    fn wrong_type(
        &self,
        report: &mut Report<'_>,
        key: Key,
        found: &Spanned<DeValue<'_>>,
        expected: &str,
    ) {
        let Key { name, example } = key;
        let is = described(found.get_ref());
        let message = format!("`{name}` is {is}, not {expected}; write for example {example}");
        report.problem(self.label, wrong_place(found), message);
    }
}

/// The place of a wrong value; for a list, of its first entry that is not a string.
fn wrong_place(value: &Spanned<DeValue<'_>>) -> Range<usize> {
    let items = value.get_ref().as_array().into_iter().flatten();
    let place = items.filter(|item| !item.get_ref().is_str()).map(Spanned::span).next();
    place.unwrap_or_else(|| value.span())
}

/// A value that is written as a string or as a table.
pub(crate) enum TextOrTable<'t> {
    Text(Spanned<&'t str>),
    Table(Table<'t>),
}

/// Describes a wrong value: a list by its first entry that is not a string, a table only by its type.
fn described(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the string {}", shown(text)),
        DeValue::Integer(number) => format!("the number {}", number.as_str()),
        DeValue::Float(number) => format!("the number {}", number.as_str()),
        DeValue::Boolean(truth) => format!("the boolean {truth}"),
        DeValue::Datetime(time) => format!("the time {time}"),
        DeValue::Array(items) => {
            items.iter().find(|item| !item.get_ref().is_str()).map_or("a list".to_owned(), |item| {
                format!("a list with {}", described(item.get_ref()))
            })
        }
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// A type that can be read from a TOML value.
pub(crate) trait FromToml<'t>: Sized {
    const EXPECTED: &'static str;
    fn from_toml(value: &'t DeValue<'t>) -> Option<Self>;
}

impl<'t> FromToml<'t> for &'t str {
    const EXPECTED: &'static str = "a string";
    fn from_toml(value: &'t DeValue<'t>) -> Option<Self> {
        value.as_str()
    }
}

impl<'t> FromToml<'t> for Vec<Spanned<&'t str>> {
    const EXPECTED: &'static str = "a list of strings";
    fn from_toml(value: &'t DeValue<'t>) -> Option<Self> {
        let text = |item: &'t Spanned<DeValue<'t>>| {
            Some(Spanned::new(item.span(), item.get_ref().as_str()?))
        };
        value.as_array()?.iter().map(text).collect()
    }
}

impl<'t> FromToml<'t> for bool {
    const EXPECTED: &'static str = "true or false";
    fn from_toml(value: &'t DeValue<'t>) -> Option<Self> {
        value.as_bool()
    }
}

impl<'t> FromToml<'t> for i128 {
    const EXPECTED: &'static str = "a whole number";
    fn from_toml(value: &'t DeValue<'t>) -> Option<Self> {
        let number = value.as_integer()?;
        i128::from_str_radix(number.as_str(), number.radix()).ok()
    }
}

/// A point in time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instant {
    /// Whole seconds since 1970-01-01T00:00:00Z; fractions are dropped.
    pub(crate) unix_s: u64,
}

impl<'t> FromToml<'t> for Instant {
    const EXPECTED: &'static str = "a date and time after 1970 with its offset";
    fn from_toml(value: &'t DeValue<'t>) -> Option<Self> {
        // TOML 1.0 writes an offset date-time as in RFC 3339.
        let moment: jiff::Timestamp = value.as_datetime()?.to_string().parse().ok()?;
        Some(Self { unix_s: u64::try_from(moment.as_second()).ok()? })
    }
}

/// A decimal number as written, so that binary floating point loses no digit of an amount.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decimal<'t>(pub(crate) &'t str);

impl<'t> FromToml<'t> for Decimal<'t> {
    const EXPECTED: &'static str = "a decimal number";
    fn from_toml(value: &'t DeValue<'t>) -> Option<Self> {
        match value {
            DeValue::Integer(number) if number.radix() == 10 => Some(Self(number.as_str())),
            DeValue::Float(number) => Some(Self(number.as_str())),
            _ => None,
        }
    }
}
