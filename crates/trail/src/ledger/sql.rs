//! Statements of both dialects.

use super::value::Value;

/// The dialects of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlDialect {
    /// SQLite 3.35 or newer, and libSQL.
    Sqlite,
    /// PostgreSQL 12 or newer.
    Postgres,
}

impl SqlDialect {
    /// Begins a transaction that writes.
    pub(crate) fn begin(self) -> &'static str {
        match self {
            // At once the only writer: a later change to one can fail halfway.
            SqlDialect::Sqlite => "BEGIN IMMEDIATE",
            SqlDialect::Postgres => "BEGIN",
        }
    }
}

/// A statement as it is put together: what is a value never becomes a part of its text.
#[derive(Debug, Clone)]
pub struct Sql {
    dialect: SqlDialect,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// A statement that begins with this text.
    pub fn new(dialect: SqlDialect, text: &str) -> Self {
        Sql { dialect, text: text.to_owned(), values: Vec::new() }
    }

    /// Appends text of the program.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends a parameter with this value.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.text.push(if self.dialect == SqlDialect::Sqlite { '?' } else { '$' });
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Appends parameters, separated by commas.
    pub fn bind_all(&mut self, values: impl IntoIterator<Item = Value>) -> &mut Self {
        for (at, value) in values.into_iter().enumerate() {
            if at > 0 {
                self.text.push_str(", ");
            }
            self.bind(value);
        }
        self
    }

    /// Appends rows of parameters, each in parentheses.
    pub fn bind_rows(&mut self, rows: impl IntoIterator<Item = Vec<Value>>) -> &mut Self {
        for (at, row) in rows.into_iter().enumerate() {
            self.push(if at > 0 { ", (" } else { "(" }).bind_all(row).push(")");
        }
        self
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its values.
    pub fn values(&self) -> &[Value] {
        &self.values
    }
}
