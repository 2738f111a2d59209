//! A dialect is one row: adding one touches its folder, the row, and its name in policies.

use super::cycles::{is_block, is_cfg_test, sources, word};
use super::layering::packages;
use postern_tests::manifest::repository;
use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;

/// What the dialects are called in code.
const DIALECTS: [&str; 6] = ["OpenAi", "Responses", "Anthropic", "Bedrock", "Google", "Cohere"];

/// How many dialects a `match` or a list may tell apart before it is a table of them. Where one stands out, or one and its
/// sister do, that is what the code is about.
const MOST: usize = 2;

/// The tables, each with what is in it.
const TABLES: [(&str, &str); 4] = [
    ("crates/types/src/dialect.rs", "what each is called in policies, records and sentences"),
    ("crates/policy/src/conventions.rs", "what its vendors document: paths, keys, what they count"),
    ("crates/dialect/src/codecs.rs", "its functions, and its headers"),
    ("crates/pipeline/src/endpoint.rs", "the paths at which its clients ask"),
];

/// The dialects that a `match`, or a list, tells apart, where they are more than [`MOST`].
fn tables(stream: TokenStream, found: &mut Vec<BTreeSet<String>>) {
    let trees: Vec<_> = stream.into_iter().collect();
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        at += 1;
        let TokenTree::Group(group) = tree else { continue };
        if is_cfg_test(&group.stream()) {
            // Past what only tests have.
            let ends = |tree: &TokenTree| word(tree) == ";" || is_block(tree);
            at += trees[at..].iter().position(ends).map_or(trees.len(), |end| end + 1);
            continue;
        }
        let inner: Vec<_> = group.stream().into_iter().collect();
        let named: BTreeSet<_> = patterns(&inner).into_iter().flat_map(dialects).collect();
        if named.len() > MOST {
            found.push(named);
        }
        tables(group.stream(), found);
    }
}

/// The patterns of a `match`, or else the elements of a list.
fn patterns(trees: &[TokenTree]) -> Vec<&[TokenTree]> {
    let is_arrow = |at: usize| {
        word(&trees[at]) == "=" && trees.get(at + 1).is_some_and(|next| word(next) == ">")
    };
    let arrows: Vec<_> = (0..trees.len()).filter(|at| is_arrow(*at)).collect();
    if arrows.is_empty() {
        let is_list = trees.iter().any(|tree| word(tree) == ",")
            && !trees.iter().any(|tree| word(tree) == ";");
        return if is_list { vec![trees] } else { Vec::new() };
    }
    arrows.iter().map(|arrow| &trees[pattern_start(trees, *arrow)..*arrow]).collect()
}

/// Behind the last comma or block before an arrow: guards and alternatives belong to the pattern.
fn pattern_start(trees: &[TokenTree], arrow: usize) -> usize {
    let ends = |tree: &TokenTree| word(tree) == "," || is_block(tree);
    let before = trees[..arrow].iter().rposition(ends);
    before.map_or(0, |at| at + 1)
}

/// The dialects that are named as such: `Dialect::Cohere`, `Dialect::Cohere`.
fn dialects(trees: &[TokenTree]) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for four in trees.windows(4) {
        let [of, one, two, name] = [0, 1, 2, 3].map(|at| word(&four[at]));
        let is_type = ["Dialect", "Dialect", "Self"].contains(&of.as_str());
        if is_type && one == ":" && two == ":" && DIALECTS.contains(&name.as_str()) {
            named.insert(name);
        }
    }
    for tree in trees {
        if let TokenTree::Group(group) = tree {
            named.extend(dialects(&group.stream().into_iter().collect::<Vec<_>>()));
        }
    }
    named
}

fn found(text: &str) -> Vec<BTreeSet<String>> {
    let mut found = Vec::new();
    tables(text.parse().unwrap(), &mut found);
    found
}

#[test]
fn no_code_but_the_tables_tells_all_dialects_apart() {
    let mut places = BTreeSet::new();
    for package in packages().into_values() {
        let is_of_product = package.folder.starts_with("crates/")
            || package.folder.starts_with("components/")
            || ["host", "postern"].contains(&package.folder.as_str());
        if !is_of_product {
            continue;
        }
        for (file, text) in sources(&repository().join(&package.folder).join("src")) {
            if !file.ends_with("tests.rs") && !found(&text).is_empty() {
                places.insert(format!("{}/src/{file}", package.folder));
            }
        }
    }
    let tables: BTreeSet<_> = TABLES.iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(places, tables, "what depends on the dialect has a column in one of these");
}

#[test]
fn a_table_is_found_however_it_is_written() {
    for text in [
        "fn f() { match x { Dialect::OpenAi => a(), Dialect::Google => b(), Dialect::Cohere => c() } }",
        "fn f() { match x { Dialect::OpenAi | Dialect::Responses => 1, Dialect::Google => 2, _ => 3 } }",
        "fn f() { match (a, b) { (_, Dialect::OpenAi) => {} (Dialect::Google, _) => {} (_, Dialect::Cohere) if x => {} _ => {} } }",
        "const X: [Dialect; 3] = [Dialect::OpenAi, Dialect::Google, Dialect::Cohere];",
        "const X: &[(Dialect, u8)] = &[(Dialect::OpenAi, 1), (Dialect::Google, 2), (Dialect::Cohere, 3)];",
    ] {
        assert!(!found(text).is_empty(), "{text}");
    }
    for text in [
        "fn f() { match x { Dialect::OpenAi | Dialect::Responses => a(), _ => b() } }",
        "fn f() { match x { 1 => Dialect::OpenAi, 2 => Dialect::Google, _ => Dialect::Cohere } }",
        "#[cfg(test)] mod tests { const X: [Dialect; 3] = [Dialect::OpenAi, Dialect::Google, Dialect::Cohere]; }",
    ] {
        assert!(found(text).is_empty(), "{text}");
    }
}
