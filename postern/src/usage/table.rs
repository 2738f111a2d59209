//! A report of the meter, as a table for people.

use crate::columns;
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

/// A limit and its numbers.
#[derive(Debug)]
pub struct Row {
    /// The caller's plan.
    pub plan: Option<String>,
    cells: [String; 6],
}

impl Row {
    /// Whether two rows are equal.
    pub fn is_same(&self, other: &Self) -> bool {
        self.cells == other.cells
    }
}

const HEAD: [&str; 6] = ["LIMIT", "FOR", "USED", "RESERVED", "LEFT", "RESETS"];

#[derive(Deserialize)]
struct Report {
    plan: Option<String>,
    limits: Vec<Line>,
}

/// A limit as in `postern_meter::report`.
#[derive(Deserialize)]
struct Line {
    r#for: String,
    unit: String,
    per: Option<String>,
    window: Option<String>,
    models: Option<Vec<String>>,
    amount: Value,
    used: Option<Value>,
    reserved: Option<Value>,
    left: Option<Value>,
    resets_at: Option<String>,
}

/// The lines of a report.
pub fn rows(report: &str) -> Result<Vec<Row>> {
    let report: Report = serde_json::from_str(report).context("a report of another version")?;
    let row = |line| Row { plan: report.plan.clone(), cells: cells(line) };
    Ok(report.limits.into_iter().map(row).collect())
}

fn cells(line: Line) -> [String; 6] {
    let number = |value: Option<Value>| value.as_ref().map_or("unreadable".to_owned(), text);
    let limit = [
        Some(format!("{} {}", text(&line.amount), line.unit)),
        line.per.map(|per| format!("per {per}")),
        line.window.filter(|window| window == "rolling"),
        line.models.map(|models| format!("of {}", models.join(", "))),
    ];
    let limit: Vec<_> = limit.into_iter().flatten().collect();
    [
        limit.join(" "),
        line.r#for,
        number(line.used),
        number(line.reserved),
        number(line.left),
        line.resets_at.unwrap_or_else(|| "-".to_owned()),
    ]
}

/// Money is a text, so that no digit is lost.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Prints them below the column names, in aligned columns.
pub fn print(rows: &[Row]) {
    if rows.is_empty() {
        println!("no limits");
        return;
    }
    columns::print(&HEAD, rows.iter().map(|row| row.cells.as_slice()));
}
