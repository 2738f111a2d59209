//! The command line of `cargo xtask bench`.

use crate::measure::{Effort, Name};
use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use postern_spin::Spin;
use std::env;
use std::path::PathBuf;

/// Measures what the gateway costs on this machine, against a direct baseline in the same run.
#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
pub struct Options {
    /// Short, to see whether it works: these figures are no result
    #[arg(long)]
    quick: bool,
    /// Measures this alone; may be given several times
    #[arg(long, value_name = "NAME")]
    only: Vec<Name>,
    /// How long a loop of `latency`, `throughput` and `embeddings` lasts, for a profiler
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: Option<u64>,
    /// Where `results.json`, the log of the host and its compiled components go
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    pub output: PathBuf,
    /// The host; `POSTERN_HOST` says it otherwise
    #[arg(long, value_name = "FILE")]
    host: Option<PathBuf>,
    /// Measures on Spin too, beside the host: the program of Spin 4.1 or later
    #[arg(long, value_name = "FILE")]
    spin: Option<PathBuf>,
}

impl Options {
    pub fn effort(&self) -> Effort {
        let mut effort = if self.quick { Effort::quick() } else { Effort::full() };
        if let Some(seconds) = self.seconds {
            effort.loop_ms = seconds.saturating_mul(1_000);
        }
        effort
    }

    /// The measurements, ordered by their length.
    pub fn names(&self) -> Vec<Name> {
        let all = Name::value_variants().iter().copied();
        all.filter(|name| self.only.is_empty() || self.only.contains(name)).collect()
    }

    /// Whether nothing is left out or cut short.
    pub fn complete(&self) -> bool {
        !self.quick && self.only.is_empty() && self.seconds.is_none()
    }

    pub fn spin(&self) -> Option<Spin> {
        self.spin.as_ref().map(Spin::at)
    }

    pub fn host(&self) -> Result<PathBuf> {
        let given = self.host.clone().or_else(|| env::var_os("POSTERN_HOST").map(PathBuf::from));
        given.context("no host: run this as `cargo xtask bench`, or give --host FILE")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use std::fs;
    use std::path::Path;

    #[test]
    fn the_command_is_consistent() {
        Options::command().debug_assert();
    }

    /// `cargo xtask` shows it without building this program. `UPDATE_GOLDEN=1` writes it.
    #[test]
    fn xtask_shows_the_help_of_this_program() {
        let help = Options::try_parse_from(["x", "--help"]).err().unwrap().to_string();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../xtask/help/bench.txt");
        if env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&file, &help).unwrap();
        }
        assert_eq!(fs::read_to_string(file).unwrap_or_default(), help, "UPDATE_GOLDEN=1 writes it");
    }

    #[test]
    fn measures_everything_unless_told_otherwise() {
        let names = |words: &[&str]| Options::try_parse_from(words).unwrap().names().len();
        assert_eq!(names(&["x"]), Name::value_variants().len());
        assert_eq!(names(&["x", "--only", "cold-start", "--only", "memory"]), 2);
        assert!(Options::try_parse_from(["x", "--only", "nothing"]).is_err());
    }
}
