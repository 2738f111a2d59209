//! Figures with their targets: a table for people, a file for machines.

use serde::Serialize;
use std::fmt::Write as _;

/// The target of a figure.
#[derive(Clone, Copy)]
pub enum Target {
    /// Through the gateway minus direct.
    AddedAtMost(f64),
    /// Through the gateway.
    AtMost(f64),
    /// Through the gateway.
    AtLeast(f64),
}

/// One line of the table.
#[derive(Serialize)]
pub struct Figure {
    name: String,
    unit: &'static str,
    direct: Option<f64>,
    through: f64,
    added: Option<f64>,
    target: Option<String>,
    met: Option<bool>,
    /// In the unit of the figure; only if the target is missed.
    missed_by: Option<f64>,
    note: Option<String>,
}

impl Figure {
    /// A figure of the gateway alone.
    pub fn new(name: impl Into<String>, unit: &'static str, through: f64) -> Self {
        Self {
            name: name.into(),
            unit,
            direct: None,
            through,
            added: None,
            target: None,
            met: None,
            missed_by: None,
            note: None,
        }
    }

    /// With a direct figure, whose difference is the gateway's cost.
    pub fn over(mut self, direct: f64) -> Self {
        self.added = Some(self.through - direct);
        self.beside(direct)
    }

    /// With a direct figure, whose difference means nothing.
    pub fn beside(mut self, direct: f64) -> Self {
        self.direct = Some(direct);
        self
    }

    /// As a figure of Spin. Targets are our host's.
    pub fn on_spin(self) -> Self {
        let name = format!("on Spin: {}", self.name);
        Self { name, target: None, met: None, missed_by: None, ..self }
    }

    /// Compares it with its target.
    pub fn reaching(mut self, target: Target) -> Self {
        let added = self.added.unwrap_or(self.through);
        let (text, missed_by) = match target {
            Target::AddedAtMost(limit) => {
                (format!("added <= {}", limit_written(limit)), added - limit)
            }
            Target::AtMost(limit) => (format!("<= {}", limit_written(limit)), self.through - limit),
            Target::AtLeast(limit) => {
                (format!(">= {}", limit_written(limit)), limit - self.through)
            }
        };
        self.target = Some(text);
        self.met = Some(missed_by <= 0.0);
        self.missed_by = Some(missed_by).filter(|by| *by > 0.0);
        self
    }

    /// With a note for its readers.
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// With a further note.
    pub fn also_noted(mut self, note: &str) -> Self {
        self.note = Some(match self.note.take().filter(|before| !before.is_empty()) {
            Some(before) => format!("{before}; {note}"),
            None => note.to_owned(),
        });
        self
    }

    fn row(&self) -> [String; 6] {
        let number = |value: Option<f64>| value.map(written).unwrap_or_default();
        let verdict = match (self.met, self.missed_by) {
            (Some(true), _) => "met".to_owned(),
            (_, Some(by)) => format!("missed by {}", written(by)),
            _ => String::new(),
        };
        let target = match &self.target {
            Some(target) => format!("{target}: {verdict}"),
            None => String::new(),
        };
        [
            format!("{} ({})", self.name, self.unit),
            number(self.direct),
            written(self.through),
            number(self.added),
            target,
            self.note.clone().unwrap_or_default(),
        ]
    }
}

/// The limit as given, to a thousandth: some limits are themselves measured.
fn limit_written(limit: f64) -> f64 {
    (limit * 1e3).round() / 1e3
}

/// To three significant digits.
fn written(value: f64) -> String {
    match value.abs() {
        magnitude if magnitude >= 100.0 => format!("{value:.0}"),
        magnitude if magnitude >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}

/// Every figure, in aligned columns.
pub fn table(figures: &[Figure]) -> String {
    let head = ["", "direct", "through", "added", "target", "note"].map(str::to_owned);
    let rows: Vec<_> = [head].into_iter().chain(figures.iter().map(Figure::row)).collect();
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            let padding = " ".repeat(width - cell.chars().count());
            // Numbers to the right, text to the left. Writing to a String cannot fail.
            let _ = match column {
                1..=3 => write!(line, "{padding}{cell}  "),
                _ => write!(line, "{cell}{padding}  "),
            };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(figure: &Figure) -> (Option<bool>, Option<f64>) {
        (figure.met, figure.missed_by)
    }

    #[test]
    fn judges_what_the_gateway_adds() {
        let figure = |through| Figure::new("p50", "ms", through).over(1.0);
        let met = figure(1.5).reaching(Target::AddedAtMost(0.5));
        assert_eq!(verdict(&met), (Some(true), None));
        let missed = figure(2.0).reaching(Target::AddedAtMost(0.5));
        assert_eq!(verdict(&missed), (Some(false), Some(0.5)));
    }

    #[test]
    fn judges_a_floor_the_other_way_round() {
        let figure = |through| Figure::new("rate", "requests/s", through).beside(9.0);
        assert_eq!(verdict(&figure(2.0).reaching(Target::AtLeast(2.0))), (Some(true), None));
        assert_eq!(verdict(&figure(1.5).reaching(Target::AtLeast(2.0))), (Some(false), Some(0.5)));
        assert_eq!(verdict(&figure(3.0).reaching(Target::AtMost(2.0))), (Some(false), Some(1.0)));
    }

    #[test]
    fn a_missed_target_is_seen_in_the_table() {
        let missed = Figure::new("p50", "ms", 2.0).over(1.0).reaching(Target::AddedAtMost(0.5));
        let text = table(&[missed]);
        assert!(text.contains("added <= 0.5: missed by 0.500"), "{text}");
        assert_eq!(text.lines().count(), 2);
    }
}
