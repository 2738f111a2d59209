//! The times and results of a run, printed at its end.

use super::libtest::{Ended, Outcome};
use std::time::{Duration, Instant};

/// The number of slowest tests that are named.
const SLOWEST: usize = 10;

/// The results of one step.
#[derive(Default)]
pub struct Report {
    /// The time that cargo took to compile.
    pub compile: Duration,
    /// All tests that ended, each with the program it is of.
    pub tests: Vec<(String, Ended)>,
}

impl Report {
    /// How many tests passed or failed.
    pub fn ran(&self) -> usize {
        self.tests.iter().filter(|(_, ended)| ended.outcome != Outcome::Ignored).count()
    }

    /// Counts the time of this work as compilation.
    pub fn compiling<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.compile += start.elapsed();
        result
    }
}

/// One line of the summary.
pub struct Row {
    pub step: String,
    pub passed: bool,
    pub took: Duration,
    pub report: Report,
}

/// Prints the times of each step (compiling and running apart), the slowest tests, and the skipped tests.
pub fn print(rows: &[Row], total: Duration) {
    println!("{:<14} {:>8} {:>8} {:>8}  tests", "step", "compile", "run", "all");
    for row in rows {
        println!("{}", line(row));
    }
    println!("all steps took {:.0} s", total.as_secs_f64());
    let tests: Vec<_> = rows.iter().flat_map(|row| &row.report.tests).collect();
    for (program, ended) in &tests {
        if let Some(reason) = ended.skipped() {
            println!("skipped: {program} {}: {reason}", ended.name);
        }
        if ended.outcome == Outcome::Ignored {
            println!("ignored: {program} {}: {}", ended.name, ended.output.trim());
        }
    }
    let mut slowest: Vec<_> = tests.iter().filter(|(_, ended)| ended.seconds > 0.0).collect();
    slowest.sort_by(|(_, a), (_, b)| b.seconds.total_cmp(&a.seconds));
    if !slowest.is_empty() {
        println!("slowest tests:");
    }
    for (program, ended) in slowest.into_iter().take(SLOWEST) {
        println!("{:>8.1} s  {program} {}", ended.seconds, ended.name);
    }
}

fn line(row: &Row) -> String {
    let compile = row.report.compile;
    let run = row.took.saturating_sub(compile);
    let seconds = |duration: Duration| format!("{:.1} s", duration.as_secs_f64());
    let count = |outcome| row.report.tests.iter().filter(|(_, e)| e.outcome == outcome).count();
    let tests = match row.report.tests.len() {
        0 => String::new(),
        _ => format!(
            "{} passed, {} failed, {} ignored",
            count(Outcome::Passed),
            count(Outcome::Failed),
            count(Outcome::Ignored)
        ),
    };
    let word = if row.passed { "" } else { "FAILED " };
    let [compile, run, all] = [compile, run, row.took].map(seconds);
    format!("{:<14} {compile:>8} {run:>8} {all:>8}  {word}{tests}", row.step).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_compiling_from_running_and_counts_the_tests() {
        let ended =
            |outcome| Ended { name: "a".to_owned(), outcome, seconds: 1.0, output: String::new() };
        let outcomes = [Outcome::Passed, Outcome::Passed, Outcome::Ignored];
        let tests = outcomes.map(|outcome| ("program".to_owned(), ended(outcome))).into();
        let report = Report { compile: Duration::from_secs(3), tests };
        let row =
            Row { step: "unit".to_owned(), passed: false, took: Duration::from_secs(5), report };
        let line = line(&row);
        for part in ["unit", "3.0 s", "2.0 s", "5.0 s", "FAILED", "2 passed, 0 failed, 1 ignored"] {
            assert!(line.contains(part), "{line}");
        }
    }
}
