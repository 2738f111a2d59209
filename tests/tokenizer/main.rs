//! Our counts equal those of the reference `tiktoken`, for any text.

mod fields;
mod texts;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use postern_tests::manifest;
use postern_tokenizer::prompt::unescape;
use postern_tokenizer::{Encoding, count};
use std::env;
use std::ffi::OsString;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

const ENCODINGS: [(&str, Encoding); 2] =
    [("o200k_base", Encoding::O200kBase), ("cl100k_base", Encoding::Cl100kBase)];

/// `POSTERN_PYTHON`, else where `cargo xtask test` puts it.
fn python() -> OsString {
    env::var_os("POSTERN_PYTHON").unwrap_or_else(|| {
        let test = env::current_exe().expect("a program");
        let target = test.ancestors().nth(3).expect("a target directory");
        target.join("venv/bin/python").into()
    })
}

/// In OpenAI's format: a token in base64 and its rank per line.
fn published(encoding: Encoding) -> String {
    let mut file = String::new();
    for (rank, token) in encoding.vocabulary().iter().enumerate() {
        writeln!(file, "{} {rank}", BASE64_STANDARD.encode(token)).expect("a string");
    }
    file
}

/// The reference's counts, a line for each text.
fn reference(texts: &[String]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, encoding) in ENCODINGS {
        let file = folder.path().join(format!("{name}.tiktoken"));
        fs::write(file, published(encoding)).expect("a vocabulary");
    }
    let lines: String = texts.iter().map(|raw| format!("\"{raw}\"\n")).collect();
    let file = folder.path().join("texts");
    fs::write(&file, lines).expect("the texts");
    let python = python();
    assert!(
        Path::new(&python).exists(),
        "{} is not there; run `cargo xtask test`, which installs what the tests need",
        Path::new(&python).display()
    );
    let output = Command::new(python)
        .arg("-B")
        .arg(manifest::repository().join("tests/tokenizer/reference.py"))
        .args([folder.path(), &file])
        .args(ENCODINGS.map(|(name, _)| name))
        .output()
        .expect("the reference");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("numbers")
}

#[test]
fn counts_ten_thousand_texts_as_the_reference_does() {
    let texts = texts::all();
    assert_eq!(texts.len(), 10_000);
    let expected = reference(&texts);
    assert_eq!(expected.lines().count(), texts.len());
    let mut tokens = 0;
    for (raw, expected) in texts.iter().zip(expected.lines()) {
        let text = unescape(raw);
        let ours = ENCODINGS.map(|(_, encoding)| count(encoding, &text));
        let [o200k, cl100k] = ours;
        assert_eq!(format!("{o200k} {cl100k}"), expected, "{raw}");
        tokens += o200k + cl100k;
    }
    assert!(tokens > 500_000, "the texts are too short to prove much: {tokens} tokens");
}
