//! Every wrong policy has a golden error: `invalid/x.cedar` beside `x.err`.
//!
//! `UPDATE_GOLDEN=1 cargo test -p postern-authorization` writes the errors as they are now: review their wording like
//! code.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use postern_authorization::{Authorization, Problem, SCHEMA};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> = files.filter(|path| path.extension().unwrap() == "cedar").collect();
    cases.sort();
    cases
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().fold(String::new(), |mut lines, problem| {
        writeln!(lines, "{problem}").unwrap();
        lines
    })
}

/// The text of each block of this language.
fn blocks<'t>(reference: &'t str, language: &str) -> Vec<&'t str> {
    let blocks = reference.split("```").skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

fn reference() -> String {
    fs::read_to_string(root().join("docs/authorization.md")).unwrap()
}

#[test]
fn every_wrong_policy_has_its_golden_error() {
    let mut differing = String::new();
    let cases = cases();
    assert!(cases.len() >= 15, "only {} cases were found", cases.len());
    for case in cases {
        let text = fs::read_to_string(&case).unwrap();
        let Err(problems) = Authorization::from_cedar(&text) else {
            panic!("{} was accepted", case.display());
        };
        let (golden, said) = (case.with_extension("err"), lines(&problems));
        if env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&golden, said).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != said {
            writeln!(differing, "{}:\n{said}", case.display()).unwrap();
        }
    }
    assert!(differing.is_empty(), "these differ from their .err:\n{differing}");
}

#[test]
fn the_same_file_gets_the_same_problems_every_time() {
    for case in cases() {
        let text = fs::read_to_string(&case).unwrap();
        let said = || lines(&Authorization::from_cedar(&text).unwrap_err());
        let first = said();
        assert!((0..5).all(|_| said() == first), "{}", case.display());
    }
}

#[test]
fn the_shipped_policies_are_right_and_so_are_their_examples() {
    for file in ["policies/authorization.cedar", "tests/policies/authorization.cedar"] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        Authorization::from_cedar(&text).unwrap_or_else(|found| panic!("{}", lines(&found)));
    }
    let text = fs::read_to_string(root().join("policies/authorization.cedar")).unwrap();
    let (policies, examples) = text.split_once("// --- Examples").unwrap();
    let uncommented: Vec<_> =
        examples.lines().skip(1).map(|line| line.strip_prefix("// ").unwrap_or(line)).collect();
    let uncommented = format!("{policies}{}", uncommented.join("\n"));
    let with_examples = Authorization::from_cedar(&uncommented);
    let with_examples = with_examples.unwrap_or_else(|found| panic!("{}", lines(&found)));
    assert_eq!(with_examples.policies().len(), 11);
}

#[test]
fn the_reference_shows_the_schema_as_it_is() {
    assert_eq!(blocks(&reference(), "cedarschema"), [SCHEMA]);
}

#[test]
fn the_examples_of_the_reference_are_right() {
    let reference = reference();
    let examples = blocks(&reference, "cedar");
    assert!(examples.len() >= 3, "only {} examples", examples.len());
    for example in examples {
        let read = Authorization::from_cedar(example);
        read.unwrap_or_else(|found| panic!("{}in\n{example}", lines(&found)));
    }
}

#[test]
fn the_reference_shows_errors_as_they_are() {
    let golden: String = cases()
        .iter()
        .map(|case| fs::read_to_string(case.with_extension("err")).unwrap())
        .collect();
    let reference = reference();
    let shown: Vec<_> = blocks(&reference, "text").into_iter().flat_map(str::lines).collect();
    let errors = shown.iter().filter(|line| line.starts_with("authorization.cedar"));
    assert!(errors.clone().count() >= 4, "the reference shows too few errors");
    for line in errors {
        assert!(golden.lines().any(|golden| golden == *line), "no golden error: {line}");
    }
}
