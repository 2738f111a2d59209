//! Invoices as CSV (RFC 4180), for spreadsheets that take a cell for a formula.

use super::state::Invoice;
use crate::calendar::rfc_3339;

/// What begins a formula: ASCII, as OWASP lists it (CSV injection), and its full-width forms.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// What ends a cell in some program's settings.
const SEPARATORS: [char; 4] = [',', ';', '|', '\t'];

const COLUMNS: [&str; 13] = [
    "invoice",
    "state",
    "customer",
    "line",
    "kind",
    "description",
    "period_start",
    "period_end",
    "quantity",
    "unit",
    "price",
    "amount_usd",
    "total_usd",
];

/// A row for each line, with the columns' names first. The columns of numbers are exact, and have no text of others.
pub fn csv(invoice: &Invoice) -> String {
    let mut text = COLUMNS.join(",");
    text.push_str("\r\n");
    for line in &invoice.lines {
        let cells = [
            quoted(&invoice.number),
            quoted(invoice.state.as_str()),
            quoted(&invoice.customer.name),
            quoted(&line.key),
            quoted(line.kind.as_str()),
            quoted(&line.description),
            rfc_3339(line.period.start_s),
            rfc_3339(line.period.end_s),
            line.quantity.to_string(),
            quoted(line.unit.as_str()),
            quoted(&line.price),
            line.amount_usd.to_string(),
            invoice.total_usd.to_string(),
        ];
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", neutral(text).replace('"', "\"\""))
}

/// A text in which nothing begins a formula, also where another program ends a cell: an apostrophe stands before it. Control
/// characters are spaces.
pub fn neutral(text: &str) -> String {
    let (mut neutral, mut is_begin) = (String::with_capacity(text.len() + 1), true);
    for sign in text.chars() {
        // Not yet begun: what spreadsheets skip, and quotes.
        let is_skipped = sign.is_whitespace() || sign.is_control() || sign == '"' || sign == '\'';
        if is_begin && FORMULA.contains(&sign) {
            neutral.push('\'');
        }
        is_begin = is_begin && is_skipped
            || SEPARATORS.contains(&sign)
            || matches!(sign, '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{85}');
        neutral.push(if sign.is_control() { ' ' } else { sign });
    }
    neutral
}
