//! No function is longer than a reader holds.

use postern_tests::manifest::repository;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::path::PathBuf;

/// Lines of a function from its name to its last brace. Most have a dozen; one of more holds two ideas.
const MOST: usize = 60;

/// The functions of a file, with the line on which each begins and its length in lines.
fn functions(stream: TokenStream, found: &mut Vec<(String, usize, usize)>) {
    let trees: Vec<_> = stream.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        if let TokenTree::Group(group) = tree {
            functions(group.stream(), found);
        }
        let is_fn = matches!(tree, TokenTree::Ident(word) if *word == "fn");
        let Some(TokenTree::Ident(name)) = trees.get(at + 1).filter(|_| is_fn) else { continue };
        if let Some(body) = body(&trees[at..]) {
            let first = name.span().start().line;
            let length = body.span_close().end().line - first + 1;
            found.push((name.to_string(), first, length));
        }
    }
}

/// The block of a function; none if it is only declared.
fn body(trees: &[TokenTree]) -> Option<&Group> {
    let end = trees.iter().find_map(|tree| match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(Some(group)),
        TokenTree::Punct(mark) if mark.as_char() == ';' => Some(None),
        _ => None,
    });
    end.flatten()
}

/// All files of Rust that are written here.
fn files() -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![repository().to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name());
            let is_made = name == "target" || name == "node_modules";
            if name.to_string_lossy().starts_with('.') || is_made {
                continue;
            }
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|ending| ending == "rs") => files.push(path),
                false => {}
            }
        }
    }
    files
}

fn read(text: &str) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    functions(text.parse().unwrap(), &mut found);
    found
}

#[test]
fn no_function_is_longer_than_sixty_lines() {
    let files = files();
    assert!(files.len() > 500, "only {} files were found", files.len());
    let mut long = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for (name, line, length) in read(&text).iter().filter(|(.., length)| *length > MOST) {
            long += &format!("{}:{line}: `{name}` has {length} lines\n", file.display());
        }
    }
    assert!(long.is_empty(), "split these at the ideas that they hold:\n{long}");
}

#[test]
fn a_function_is_measured_wherever_it_stands() {
    let text = "trait T { fn declared(&self) -> [u8; 2]; fn given() {\n} }\nimpl T for S {\n\
                async fn long<F: Fn() -> u8>(f: F)\nwhere F: Copy,\n{\nfn inner() {\n}\n} }\n\
                mod m { const fn c() -> fn(u8) -> u8 {\n\n} }\nfn text() { \"}\n\n\" }";
    let found = read(text);
    let mut found: Vec<_> = found.iter().map(|(name, .., length)| (&**name, *length)).collect();
    found.sort_unstable();
    assert_eq!(found, [("c", 3), ("given", 2), ("inner", 2), ("long", 6), ("text", 3)]);
}
