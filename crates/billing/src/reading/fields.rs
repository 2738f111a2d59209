//! Reads the keys of one table.

use super::decimal::scaled;
use super::problems::Report;
use std::ops::{Range, RangeInclusive};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The longest part of a value that a message repeats.
const MAX_SHOWN: usize = 60;

/// A table that remembers which keys were asked for: any other is unknown.
pub(crate) struct Fields<'t> {
    /// It begins messages: `charge 2: `.
    label: String,
    span: Range<usize>,
    table: &'t DeTable<'t>,
    asked: Vec<&'static str>,
}

impl<'t> Fields<'t> {
    pub(crate) fn root(document: &'t Spanned<DeTable<'t>>) -> Self {
        Self::of(String::new(), 0..0, document.get_ref())
    }

    fn of(label: String, span: Range<usize>, table: &'t DeTable<'t>) -> Self {
        Self { label, span, table, asked: Vec::new() }
    }

    /// Notes a problem of a key, or of the whole table if it has no such key.
    pub(crate) fn problem(&self, report: &mut Report<'_>, key: &str, message: &str) {
        let found = self.table.get(key).map(Spanned::span);
        let span = found.unwrap_or_else(|| self.span.clone());
        report.problem(&span, format!("{}{message}", self.label));
    }

    /// Takes a key for a known one, without reading it.
    pub(crate) fn know(&mut self, key: &'static str) {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
    }

    /// Whether a key is there, whatever its value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(crate) fn text(&mut self, report: &mut Report<'_>, key: &'static str) -> Option<&'t str> {
        self.typed(report, key, "a string; write it in quotes", DeValue::as_str)
    }

    pub(crate) fn boolean(&mut self, report: &mut Report<'_>, key: &'static str) -> Option<bool> {
        self.typed(report, key, "true or false; write one of them without quotes", DeValue::as_bool)
    }

    /// One word of a list.
    pub(crate) fn word<T: Copy>(
        &mut self,
        report: &mut Report<'_>,
        key: &'static str,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        let given = self.text(report, key)?;
        let found = words.iter().find(|(word, _)| *word == given);
        if found.is_none() {
            let words: Vec<_> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
            let message =
                format!("`{key}` cannot be {}; write {}", shown(given), words.join(" or "));
            self.problem(report, key, &message);
        }
        found.map(|(_, value)| *value)
    }

    /// A whole number within bounds.
    pub(crate) fn whole(
        &mut self,
        report: &mut Report<'_>,
        key: &'static str,
        bounds: RangeInclusive<u64>,
    ) -> Option<u64> {
        self.decimal(report, key, 0, bounds)
    }

    /// A decimal number times 10 to the power of `decimals`, within bounds of that.
    pub(crate) fn decimal(
        &mut self,
        report: &mut Report<'_>,
        key: &'static str,
        decimals: usize,
        bounds: RangeInclusive<u64>,
    ) -> Option<u64> {
        let written =
            self.typed(report, key, "a number; write it without quotes, such as 0.15", |value| {
                match value {
                    DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str()),
                    DeValue::Float(number) => Some(number.as_str()),
                    _ => None,
                }
            })?;
        let number = scaled(written, decimals).and_then(|number| {
            let unit = 10_u64.checked_pow(u32::try_from(decimals).unwrap_or(0)).unwrap_or(1);
            let outside =
                || format!("write a number {} to {}", low(&bounds, unit), bounds.end() / unit);
            if bounds.contains(&number) { Ok(number) } else { Err(outside()) }
        });
        if let Err(remedy) = &number {
            self.problem(report, key, &format!("`{key}` is {}; {remedy}", cut(written)));
        }
        number.ok()
    }

    /// A list of strings; none if the key is absent.
    pub(crate) fn texts(
        &mut self,
        report: &mut Report<'_>,
        key: &'static str,
    ) -> Option<Vec<&'t str>> {
        let list =
            self.typed(report, key, "a list of strings; write them in brackets", |value| {
                value
                    .as_array()?
                    .iter()
                    .map(|item| item.get_ref().as_str())
                    .collect::<Option<Vec<_>>>()
            })?;
        if list.is_empty() {
            self.problem(report, key, &format!("`{key}` is empty; leave it out, or name one"));
        }
        Some(list)
    }

    /// A list of tables; `label` begins the messages about each, with its number.
    pub(crate) fn tables(
        &mut self,
        report: &mut Report<'_>,
        key: &'static str,
        label: &str,
    ) -> Vec<Fields<'t>> {
        let tables = self.typed(
            report,
            key,
            "a list of tables; write each below its name in two brackets",
            |value| {
                let table = |item: &'t Spanned<DeValue<'t>>| {
                    Some((item.span(), item.get_ref().as_table()?))
                };
                value.as_array()?.iter().map(table).collect::<Option<Vec<_>>>()
            },
        );
        let numbered = tables.into_iter().flatten().zip(1..);
        let of = |((span, table), number): ((Range<usize>, &'t DeTable<'t>), u32)| {
            Fields::of(format!("{}{label} {number}: ", self.label), span, table)
        };
        numbered.map(of).collect()
    }

    /// Reports the keys that were not asked for.
    pub(crate) fn finish(self, report: &mut Report<'_>) {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if !self.asked.contains(&name) {
                let near = self.asked.iter().min_by_key(|asked| strsim::osa_distance(name, asked));
                let near = near.filter(|near| strsim::osa_distance(name, near) <= name.len() / 3);
                let advice = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the keys here are {}", self.asked.join(", ")),
                };
                let message = format!("{}unknown key {}; {advice}", self.label, shown(name));
                report.problem(&key.span(), message);
            }
        }
    }

    fn typed<T>(
        &mut self,
        report: &mut Report<'_>,
        key: &'static str,
        expected: &str,
        read: impl Fn(&'t DeValue<'t>) -> Option<T>,
    ) -> Option<T> {
        self.know(key);
        let value = read(self.table.get(key)?.get_ref());
        if value.is_none() {
            self.problem(report, key, &format!("`{key}` is not {expected}"));
        }
        value
    }
}

/// The low bound; one that is above 0 and below a unit is said in words.
fn low(bounds: &RangeInclusive<u64>, unit: u64) -> String {
    match bounds.start() {
        low if low % unit == 0 => format!("from {}", low / unit),
        _ => "over 0, up".to_owned(),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_SHOWN).collect()
}

/// A value as a message may repeat it.
pub(crate) fn shown(text: &str) -> String {
    format!("{:?}", cut(text))
}
