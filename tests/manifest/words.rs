//! Names and prose use the words of ARCHITECTURE.md's glossary, and nouns where pronouns would do.

use postern_tests::manifest::repository;
use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Pronouns in place of a noun: the caller, a client, a request.
const PRONOUNS: [&str; 5] = ["anybody", "everybody", "nobody", "somebody", "whoever"];

/// The folders that are checked, and the extensions of their files.
const FOLDERS: [&str; 12] = [
    "bench",
    "components",
    "crates",
    "docs",
    "fuzz",
    "host",
    "policies",
    "postern",
    "tests",
    "wit",
    "xtask",
    ".",
];

/// Folders with input for tests, and with other programs' files.
const SKIPPED: [&str; 5] = ["invalid", "node_modules", "target", "fixtures", ".git"];

/// The words that are refused.
struct Refused {
    /// In prose, and as a part of a name.
    words: BTreeSet<String>,
    /// As the name of a type.
    types: BTreeSet<String>,
}

impl Refused {
    /// The last column of the glossary: words, and names of types in backticks.
    fn of_glossary(architecture: &str) -> Self {
        let (_, glossary) = architecture.split_once("## Glossary").expect("a glossary");
        let glossary = glossary.split("\n## ").next().unwrap();
        let rows = glossary.lines().filter(|line| line.starts_with("| ")).skip(1);
        let cells = rows.map(|row| row.trim_end_matches('|').rsplit('|').next().unwrap().trim());
        let cells: Vec<_> =
            cells.flat_map(|cell| cell.split(", ")).filter(|cell| !cell.is_empty()).collect();
        let (types, words): (Vec<&str>, Vec<&str>) =
            cells.into_iter().partition(|cell| cell.starts_with('`'));
        let words = words.into_iter().chain(PRONOUNS).map(str::to_owned).collect();
        let types = types.into_iter().map(|name| name.trim_matches('`').to_owned()).collect();
        Self { words, types }
    }

    /// The refused words of a text.
    fn in_prose<'t>(&'t self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let words = text.split(|letter: char| !letter.is_alphabetic());
        words.filter(|word| self.has(word))
    }

    /// Whether a word is refused, also in the plural.
    fn has(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        let singular = word.strip_suffix("es").or_else(|| word.strip_suffix('s')).unwrap_or(&word);
        [word.as_str(), singular].iter().any(|word| self.words.contains(*word))
    }

    /// Whether a name has a refused word in it, or is that of a refused type.
    fn names(&self, name: &str) -> bool {
        let mut parts = vec![String::new()];
        for letter in name.chars() {
            if letter == '_' || letter.is_uppercase() {
                parts.push(String::new());
            }
            parts.last_mut().unwrap().push(letter);
        }
        self.types.contains(name) || parts.iter().any(|part| self.has(part.trim_matches('_')))
    }
}

/// All names in code, without strings and comments.
fn names(stream: TokenStream) -> Vec<String> {
    let names = stream.into_iter().map(|tree| match tree {
        TokenTree::Group(group) => names(group.stream()),
        TokenTree::Ident(name) => vec![name.to_string()],
        TokenTree::Punct(_) | TokenTree::Literal(_) => Vec::new(),
    });
    names.flatten().collect()
}

/// The lines that are comments.
fn comments<'t>(text: &'t str, mark: &'static str) -> impl Iterator<Item = &'t str> {
    text.lines().map(str::trim_start).filter(move |line| line.starts_with(mark))
}

/// A document without its blocks of code and without code in its lines.
fn prose(document: &str) -> String {
    let outside: String = document.split("```").step_by(2).collect();
    outside.split('`').step_by(2).collect()
}

/// The refused words of a file, as they are written.
fn found(refused: &Refused, path: &Path, text: &str) -> BTreeSet<String> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let of_lines =
        |mark| comments(text, mark).flat_map(|line| refused.in_prose(line)).map(str::to_owned);
    match extension {
        "md" => refused.in_prose(&prose(text)).map(str::to_owned).collect(),
        "wit" => refused.in_prose(text).map(str::to_owned).collect(),
        "cedar" => of_lines("//").collect(),
        "toml" => of_lines("#").collect(),
        _ => {
            let stream = text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let names = names(stream).into_iter().filter(|name| refused.names(name));
            of_lines("//").chain(names).collect()
        }
    }
}

/// The files of a folder that are checked.
fn files(folder: &Path, is_root: bool) -> Vec<PathBuf> {
    const EXTENSIONS: [&str; 5] = ["cedar", "md", "rs", "toml", "wit"];
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files = Vec::new();
    for path in entries {
        let name = path.file_name().unwrap().to_str().unwrap();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if path.is_dir() && !is_root && !SKIPPED.contains(&name) {
            files.extend(self::files(&path, false));
        } else if path.is_file() && extension.is_some_and(|name| EXTENSIONS.contains(&name)) {
            files.push(path);
        }
    }
    files
}

#[test]
fn names_and_prose_have_the_words_of_the_glossary() {
    let root = repository();
    let architecture = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let refused = Refused::of_glossary(&architecture);
    assert!(refused.words.contains("errand") && refused.types.contains("Hold"), "the glossary");
    let mut wrong = String::new();
    for path in FOLDERS.iter().flat_map(|folder| files(&root.join(folder), *folder == ".")) {
        let file = path.strip_prefix(root).unwrap().to_str().unwrap().trim_start_matches("./");
        // The changelog has the names of its time, and this file has the words.
        let is_of_words = ["CHANGELOG.md", "tests/manifest/words.rs"].contains(&file);
        if is_of_words {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        // The glossary itself names them.
        let text = if file == "ARCHITECTURE.md" { without_glossary(&text) } else { text };
        for word in found(&refused, &path, &text) {
            wrong += &format!("{file}: {word}\n");
        }
    }
    assert!(wrong.is_empty(), "write the glossary's word (ARCHITECTURE.md), or a noun:\n{wrong}");
}

fn without_glossary(architecture: &str) -> String {
    let (before, glossary) = architecture.split_once("## Glossary").unwrap();
    let (_, after) = glossary.split_once("\n## ").unwrap();
    format!("{before}{after}")
}

#[test]
fn a_refused_word_is_found_wherever_it_is_written() {
    let row = "\n## Glossary\n\n| word | not |\n|---|---|\n| lease | `Ticket` |\n| call | errand, wish |\n\n## Next\n";
    let refused = Refused::of_glossary(row);
    for (file, text) in [
        ("a.rs", "/// An errand.\nfn f() {}"),
        ("a.rs", "fn f() {\n    // Whoever calls.\n}"),
        ("a.rs", "fn lets_nobody_in() {}"),
        ("a.rs", "struct ErrandOfAuth;"),
        ("a.rs", "struct Ticket;"),
        ("a.md", "Two wishes.\n"),
        ("a.wit", "record errand {}"),
        ("a.toml", "# Somebody's.\n"),
        ("a.cedar", "// Everybody may.\n"),
    ] {
        assert_eq!(found(&refused, Path::new(file), text).len(), 1, "{file}: {text}");
    }
    for (file, text) in [
        ("a.rs", "const TEXT: &str = \"whoever has no errand\";"),
        ("a.rs", "/// A ticket of the railway, and a leased body.\nfn ticket() {}"),
        ("a.md", "As in `nobody`:\n```text\nnobody\n```\n"),
        ("a.toml", "name = \"nobody\"\n"),
    ] {
        assert_eq!(found(&refused, Path::new(file), text), BTreeSet::new(), "{file}: {text}");
    }
}
