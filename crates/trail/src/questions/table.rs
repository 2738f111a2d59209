//! The answer to a question, as JSON or CSV.

use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A value of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Not known, or not there.
    Null,
    /// A name or a time.
    Text(String),
    /// An exact number.
    Integer(i64),
    /// An exact amount of 10^-9 dollars, written in dollars.
    NanoUsd(i64),
    /// Names and values, as an object.
    Tags(BTreeMap<String, String>),
}

/// Rows under columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns.
    pub columns: Vec<&'static str>,
    /// As many cells each as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

impl Cell {
    /// A name; an empty one is null.
    pub(super) fn of(text: &str) -> Self {
        if text.is_empty() { Cell::Null } else { Cell::Text(text.to_owned()) }
    }

    fn to_json(&self) -> serde_json::Result<Box<RawValue>> {
        match self {
            Cell::Null => RawValue::from_string("null".to_owned()),
            Cell::Text(text) => RawValue::from_string(serde_json::to_string(text)?),
            Cell::Integer(number) => RawValue::from_string(number.to_string()),
            Cell::NanoUsd(nano_usd) => RawValue::from_string(dollars(*nano_usd)),
            Cell::Tags(tags) => RawValue::from_string(serde_json::to_string(tags)?),
        }
    }

    fn to_csv(&self) -> String {
        match self {
            Cell::Null => String::new(),
            Cell::Text(text) => quoted(text),
            Cell::Integer(number) => number.to_string(),
            Cell::NanoUsd(nano_usd) => dollars(*nano_usd),
            Cell::Tags(tags) => quoted(&serde_json::to_string(tags).unwrap_or_default()),
        }
    }
}

/// 10^-9 dollars in dollars, with all digits that are not zero.
fn dollars(nano_usd: i64) -> String {
    let sign = if nano_usd < 0 { "-" } else { "" };
    let nano_usd = nano_usd.unsigned_abs();
    let (whole, part) = (nano_usd / 1_000_000_000, nano_usd % 1_000_000_000);
    let text = format!("{sign}{whole}.{part:09}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A text of CSV (RFC 4180). A spreadsheet would run a text that begins like a formula, so an apostrophe stands before it (OWASP, CSV
/// injection).
fn quoted(text: &str) -> String {
    let begins = text.trim_start_matches([' ', '\u{a0}', '\u{feff}', '"', '\'']);
    let is_formula = text.starts_with(['\t', '\r', '\n'])
        || begins.starts_with(['=', '+', '-', '@', '|', '\t', '＝', '＋', '－', '＠']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', ';', '"', '\n', '\r', '\t', '\'']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

impl Table {
    /// A list of objects.
    pub fn to_json(&self) -> String {
        let rows: Vec<String> = self.rows.iter().map(|row| self.object(row)).collect();
        format!("[{}]", rows.join(","))
    }

    fn object(&self, row: &[Cell]) -> String {
        let member = |(column, cell): (&&str, &Cell)| {
            let value =
                cell.to_json().map_or_else(|_| "null".to_owned(), |json| json.get().to_owned());
            format!("\"{column}\":{value}")
        };
        let members: Vec<_> = self.columns.iter().zip(row).map(member).collect();
        format!("{{{}}}", members.join(","))
    }

    /// Lines of comma-separated values, the names of the columns first, with the line ends of RFC 4180.
    pub fn to_csv(&self) -> String {
        let mut text = self.columns.join(",");
        text.push_str("\r\n");
        for row in &self.rows {
            let cells: Vec<_> = row.iter().map(Cell::to_csv).collect();
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Table, dollars, quoted};

    #[test]
    fn a_spreadsheet_runs_nothing() {
        for (text, written) in [
            ("gpt-4o", "gpt-4o"),
            ("a,b", "\"a,b\""),
            ("say \"a\"", "\"say \"\"a\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("  =1", "\"'  =1\""),
            ("\"=1", "\"'\"\"=1\""),
            ("|cmd", "\"'|cmd\""),
            ("a=1", "a=1"),
            ("＝1", "\"'＝1\""),
        ] {
            assert_eq!(quoted(text), written, "{text}");
        }
    }

    #[test]
    fn money_is_exact() {
        for (nano_usd, text) in [
            (0, "0"),
            (1, "0.000000001"),
            (1_500_000_000, "1.5"),
            (-2_000_000_001, "-2.000000001"),
            (i64::MAX, "9223372036.854775807"),
            (i64::MIN, "-9223372036.854775808"),
        ] {
            assert_eq!(dollars(nano_usd), text);
        }
    }

    #[test]
    fn both_forms_have_the_same_cells() {
        let row = vec![Cell::of("=a"), Cell::Null, Cell::Integer(3), Cell::NanoUsd(5)];
        let table = Table { columns: vec!["a", "b", "c", "d"], rows: vec![row] };
        assert_eq!(table.to_json(), r#"[{"a":"=a","b":null,"c":3,"d":0.000000005}]"#);
        assert_eq!(table.to_csv(), "a,b,c,d\r\n\"'=a\",,3,0.000000005\r\n");
    }
}
