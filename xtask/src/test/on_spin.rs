//! The tests of the pipeline on Spin: which programs run, and which tests cannot hold there.
//!
//! `POSTERN_SPIN=/path/to/spin cargo xtask test pipeline`. A test that is not in the table runs. A row that no test has, and a test that
//! skips itself without a row, fail: so the table says everything that differs.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// Names the program. The tests read it too.
pub const VARIABLE: &str = "POSTERN_SPIN";

/// The programs that see a gateway. Others test our host itself, or read files.
pub const PROGRAMS: &[&str] = &["behaviour", "capabilities", "dialects", "sdk", "tokenizer"];

/// What cannot hold on Spin 4.1: the program, the test or the beginning of its name that ends in `::`, and the reason.
const SKIPPED: &[(&str, &str, &str)] = &[
    ("behaviour", "drain::", NO_DRAIN),
    (
        "behaviour",
        "overload::a_body_for_which_there_is_no_memory_is_a_503_before_it_is_read",
        SERVER,
    ),
    (
        "behaviour",
        "overload::a_body_that_does_not_come_is_a_408_and_its_connection_is_closed",
        SERVER,
    ),
    (
        "behaviour",
        "overload::a_body_that_is_announced_too_large_is_a_413_and_no_question_of_memory",
        SERVER,
    ),
    ("behaviour", "overload::a_storm_is_logged_once", SERVER),
    (
        "behaviour",
        "overload::in_flight::ten_times_the_processs_cap_is_a_503_each_and_no_failure_of_an_instance",
        SERVER,
    ),
    (
        "behaviour",
        "overload::large_bodies_at_once_are_taken_as_far_as_there_is_memory_and_ten_times_as_many_change_nothing",
        SERVER,
    ),
    ("behaviour", "overload::over_long_answers_at_once_are_read_as_far_as_there_is_memory", SERVER),
    (
        "behaviour",
        "overload::vendor_dies::each_of_500_streams_ends_whole_or_with_an_error_and_has_its_own_text",
        SERVER,
    ),
    (
        "behaviour",
        "readiness::spare::is_used_unless_a_policy_has_changed_since_it_was_made",
        "Spin makes no spare instances",
    ),
    ("behaviour", "egress::a_client_that_leaves_ends_the_vendors_work", UNSEEN),
    (
        "behaviour",
        "limits::exits::a_client_that_leaves_before_the_answer_leaves_nothing_reserved",
        UNSEEN,
    ),
    (
        "behaviour",
        "streaming::a_client_that_leaves_before_the_first_byte_ends_the_vendors_work",
        UNSEEN,
    ),
    (
        "behaviour",
        "streaming::a_client_that_leaves_takes_no_other_request_of_its_instance_along",
        UNSEEN,
    ),
    (
        "behaviour",
        "requests::http::refuses_headers_that_are_too_large",
        "Spin takes heads up to hyper's own bound, and answers more than a hundred headers otherwise",
    ),
];

const NO_DRAIN: &str = "Spin ends at SIGTERM at once, and open requests with it";
const SERVER: &str =
    "sets `[server]`, which is our host's; Spin refuses such a runtime configuration";
const UNSEEN: &str = "Spin does not tell a component that a client has left before the first byte";

/// The program that is named, if one is. A path is from here: tests run in their own folders.
pub fn program() -> Option<OsString> {
    let named = env::var_os(VARIABLE).filter(|path| !path.is_empty())?;
    let has_folder = Path::new(&named).components().count() > 1;
    let absolute = if has_folder { std::path::absolute(&named).ok() } else { None };
    Some(absolute.map_or(named, Into::into))
}

/// The tests of a program that are skipped, each with its reason.
pub type Skips = BTreeMap<String, &'static str>;

/// Those of this program, as `command` starts it.
///
/// # Errors
/// If the program does not list its tests, or the table has a row that no test has.
pub fn skips(name: &str, mut command: Command) -> Result<Skips> {
    let output = command.args(["--list", "--format", "terse"]).output();
    let output = output.with_context(|| format!("cannot list the tests of {name}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let tests: Vec<_> = text.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    of(SKIPPED, name, &tests)
}

fn of(table: &[(&str, &str, &'static str)], name: &str, tests: &[&str]) -> Result<Skips> {
    let mut skips = Skips::new();
    for (_, row, reason) in table.iter().filter(|(program, ..)| *program == name) {
        let is_it = |test: &&&str| **test == *row || row.ends_with("::") && test.starts_with(row);
        let found: Vec<_> = tests.iter().filter(is_it).collect();
        if found.is_empty() {
            bail!("xtask/src/test/on_spin.rs skips `{row}` of {name}, and there is no such test");
        }
        skips.extend(found.into_iter().map(|test| ((*test).to_owned(), *reason)));
    }
    // libtest skips all tests that contain the name.
    let is_caught = |test: &&&str| {
        !skips.contains_key(**test) && skips.keys().any(|skipped| test.contains(skipped.as_str()))
    };
    match tests.iter().find(is_caught) {
        Some(test) => bail!("`{test}` has the name of a skipped test in its own: rename one"),
        None => Ok(skips),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[(&str, &str, &str)] =
        &[("a", "one::x", "why"), ("a", "two::", "because"), ("b", "three", "else")];

    #[test]
    fn skips_the_tests_that_the_table_names_by_name_or_by_folder() {
        let skips = of(TABLE, "a", &["one::x", "one::z", "two::x", "two::y"]).unwrap();
        let expected = [("one::x", "why"), ("two::x", "because"), ("two::y", "because")];
        assert_eq!(skips, expected.map(|(name, why)| (name.to_owned(), why)).into());
    }

    #[test]
    fn refuses_a_row_without_a_test_and_a_test_that_would_be_skipped_by_chance() {
        let error = of(TABLE, "b", &["four"]).unwrap_err().to_string();
        assert!(error.contains("`three`"), "{error}");
        let error = of(TABLE, "b", &["three", "three_again"]).unwrap_err().to_string();
        assert!(error.contains("three_again"), "{error}");
    }

    #[test]
    fn every_row_is_of_a_program_that_runs_and_has_a_reason() {
        for (program, row, reason) in SKIPPED {
            assert!(PROGRAMS.contains(program) && reason.len() > 20, "{row}");
        }
    }
}
