//! The files of a package have no cycles of use, so that each can be read, and changed, after those it uses.
//!
//! Paths count that begin with `crate`, `super` or `self`. A module and the children that it declares are read
//! together: its `use child::Name` does not count.
//! together: its `use child::Name` does not count.

use super::layering::packages;
use postern_tests::manifest::repository;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The names that lead from a crate to a module: `["server", "head"]`; none to its root.
type Module = Vec<String>;
/// The uses between modules, by their written names.
type Uses = BTreeMap<(Module, Module), BTreeSet<String>>;

/// The contents of a file.
#[derive(Default)]
struct Said {
    /// The module of each path, and the path.
    paths: Vec<(Module, Vec<String>)>,
    /// Modules of tests only.
    tests: Vec<Module>,
}

impl Said {
    fn read(&mut self, stream: TokenStream, module: &Module) {
        let trees: Vec<_> = stream.into_iter().collect();
        let mut at = 0;
        while let Some(tree) = trees.get(at) {
            let [mark, before] = [2, 1]
                .map(|back| at.checked_sub(back).map(|at| word(&trees[at])).unwrap_or_default());
            at += 1;
            match tree {
                TokenTree::Group(group) if before == "#" && is_cfg_test(&group.stream()) => {
                    let ends = |tree: &TokenTree| word(tree) == ";" || is_block(tree);
                    let item = &trees[at..];
                    let length = item.iter().position(ends).map_or(item.len(), |end| end + 1);
                    let named = item[..length].windows(2).find(|two| word(&two[0]) == "mod");
                    self.tests.extend(named.map(|two| child(module, &word(&two[1]))));
                    at += length;
                }
                // A visibility is no use: `pub(in crate::server)`.
                TokenTree::Group(_) if before == "pub" => {}
                TokenTree::Group(group) => {
                    let is_module = is_block(tree) && mark == "mod";
                    let inner = if is_module { child(module, &before) } else { module.clone() };
                    self.read(group.stream(), &inner);
                }
                TokenTree::Ident(name) if mark != ":" || before != ":" => {
                    let name = name.to_string();
                    if ["crate", "super", "self"].contains(&name.as_str()) {
                        at = self.tree(&trees, at, module, vec![name]);
                    }
                }
                _ => {}
            }
        }
    }

    /// Follows a path, or a tree of them, after its first name; returns its end.
    fn tree(
        &mut self,
        trees: &[TokenTree],
        mut at: usize,
        module: &Module,
        mut path: Vec<String>,
    ) -> usize {
        let is_colon = |at: usize| trees.get(at).is_some_and(|tree| word(tree) == ":");
        while is_colon(at) && is_colon(at + 1) {
            match trees.get(at + 2) {
                Some(TokenTree::Ident(name)) => path.push(name.to_string()),
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    let inner: Vec<_> = group.stream().into_iter().collect();
                    for entry in inner.split(|tree| word(tree) == ",") {
                        let Some(TokenTree::Ident(name)) = entry.first() else { continue };
                        let longer = path.iter().cloned().chain([name.to_string()]).collect();
                        self.tree(entry, 1, module, longer);
                    }
                    return at + 3;
                }
                // `*`, or the generics of a function.
                _ => break,
            }
            at += 3;
        }
        if path.len() > 1 {
            self.paths.push((module.clone(), path));
        }
        at
    }
}

/// A name or a mark.
pub fn word(tree: &TokenTree) -> String {
    match tree {
        TokenTree::Ident(_) | TokenTree::Punct(_) => tree.to_string(),
        TokenTree::Group(_) | TokenTree::Literal(_) => String::new(),
    }
}

pub fn is_cfg_test(attribute: &TokenStream) -> bool {
    attribute.to_string().replace(' ', "") == "cfg(test)"
}

pub fn is_block(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn child(module: &Module, name: &str) -> Module {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// The module of a file below `src`.
fn module_of(file: &str) -> Module {
    let mut names: Module = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    names.pop_if(|name| ["mod", "lib", "main"].contains(&name.as_str()));
    names
}

/// The module with a file that a path leads to.
fn resolved(files: &BTreeMap<Module, &str>, module: &Module, path: &[String]) -> Module {
    let mut to = if path[0] == "crate" { Module::new() } else { module.clone() };
    for name in path {
        match name.as_str() {
            "crate" | "self" => {}
            "super" => drop(to.pop()),
            name if files.contains_key(&child(&to, name)) => to.push(name.to_owned()),
            _ => break,
        }
    }
    while !files.contains_key(&to) && to.pop().is_some() {}
    to
}

fn uses(files: &BTreeMap<Module, &str>, said: &Said) -> Uses {
    let mut uses = Uses::new();
    let is_tests = |module: &Module| said.tests.iter().any(|tests| module.starts_with(tests));
    for (module, path) in said.paths.iter().filter(|(module, _)| !is_tests(module)) {
        let (from, to) = (resolved(files, module, &["self".into()]), resolved(files, module, path));
        if from != to {
            uses.entry((from, to)).or_default().insert(path.join("::"));
        }
    }
    uses
}

/// Every module that is reachable from this one.
fn reached<'u>(uses: &'u Uses, from: &'u Module) -> BTreeSet<&'u Module> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(from) = next.pop() {
        let steps = uses.keys().filter(|(user, _)| user == from).map(|(_, used)| used);
        next.extend(steps.filter(|used| reached.insert(*used)));
    }
    reached
}

/// The cycles of a package, each with its files and their uses of one another.
fn cycles(sources: &[(String, String)]) -> Vec<(BTreeSet<&str>, String)> {
    let files = sources.iter().map(|(file, _)| (module_of(file), file.as_str())).collect();
    let mut said = Said::default();
    for (file, text) in sources {
        let tokens = text.parse().unwrap_or_else(|error| panic!("{file}: {error}"));
        said.read(tokens, &module_of(file));
    }
    let uses = uses(&files, &said);
    let reaches: BTreeMap<_, _> =
        files.keys().map(|module| (module, reached(&uses, module))).collect();
    let ring = |module: &&Module| -> BTreeSet<&Module> {
        let back = reaches[*module].iter().filter(|other| reaches[**other].contains(*module));
        back.copied().collect()
    };
    let rings: BTreeSet<_> = files.keys().map(|module| ring(&module)).collect();
    let shown = |ring: BTreeSet<&Module>| {
        let inside = uses.iter().filter(|((a, b), _)| ring.contains(a) && ring.contains(b));
        let lines = inside.map(|((from, to), names)| {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            format!("  {} uses {}: {}\n", files[from], files[to], names.join(", "))
        });
        let lines = lines.collect();
        (ring.into_iter().map(|module| files[module]).collect(), lines)
    };
    rings.into_iter().filter(|ring| !ring.is_empty()).map(shown).collect()
}

/// The files below `src`; none where a package is made of another's files.
pub fn sources(root: &Path) -> Vec<(String, String)> {
    let mut sources = Vec::new();
    let mut folders: Vec<_> = root.is_dir().then(|| root.to_owned()).into_iter().collect();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let file = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                sources.push((file, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    sources.sort();
    sources
}

#[test]
fn no_files_of_a_package_use_each_other_in_a_ring() {
    let mut found = String::new();
    for package in packages().into_values() {
        let sources = sources(&repository().join(&package.folder).join("src"));
        for (_, lines) in cycles(&sources) {
            found += &format!("{}:\n{lines}", package.folder);
        }
    }
    assert!(
        found.is_empty(),
        "files use each other in a ring; give what both sides need a file of its own:\n{found}"
    );
}

#[test]
fn a_ring_is_found_however_its_files_are_named() {
    const RINGS: [(&str, &str); 7] = [
        ("use crate::b::Name;", "use super::a::Name;"),
        ("use crate::{c, b::{self, Name as Other}};", "fn f() -> crate::a::Name {}"),
        ("pub(crate) use self::deep::{x, y}; use super::b::*;", "const X: u8 = super::a::X;"),
        ("fn f() { print!(\"{}\", crate::b::x()) }", "mod inner { use super::super::a::X; }"),
        ("fn f(x: &[u8; crate::b::X]) {}", "impl super::a::Trait for X {}"),
        ("#[cfg(test)] mod tests; use crate::b::X;", "#[cfg(unix)] use crate::a::X;"),
        ("use crate::c::X;", "use crate::a::X;"),
    ];
    for (a, b) in RINGS {
        let c = "use crate::b::X;";
        let sources =
            [("lib.rs", "mod a; mod b; mod c;"), ("a.rs", a), ("b.rs", b), ("c/mod.rs", c)];
        let sources = sources.map(|(file, text)| (file.to_owned(), text.to_owned()));
        let found = cycles(&sources);
        assert_eq!(found.len(), 1, "{a} {b}");
        let (ring, lines) = &found[0];
        assert!(
            ring.contains("a.rs") && ring.contains("b.rs") && !ring.contains("lib.rs"),
            "{lines}"
        );
        assert!(lines.contains("b.rs uses a.rs: "), "{lines}");
    }
}

#[test]
fn what_is_not_used_makes_no_ring() {
    const NONE: [&str; 7] = [
        "// use crate::a::X;",
        "/// See [`crate::a::X`].\nfn f() {}",
        "const X: &str = \"use crate::a::X; \\\" crate::a::Y\";",
        "const X: &str = r#\"crate::a::X\"#;",
        "#[cfg(test)] mod tests { use crate::a::X; }",
        "pub(in crate::a) fn f() {}",
        "use other::a::X; use ::other::crate_::a; fn f(self: a::X) {}",
    ];
    for b in NONE {
        let sources = [
            ("main.rs", "mod a; mod b;"),
            ("a.rs", "#[cfg(test)] mod tests; use crate::b::X;"),
            ("a/tests.rs", "use super::*; use crate::a::X;"),
            ("b.rs", b),
        ];
        let sources = sources.map(|(file, text)| (file.to_owned(), text.to_owned()));
        assert_eq!(cycles(&sources), [], "{b}");
    }
}
