//! One type for one thing: a record of the contract is used as it is.

use super::cycles::{sources, word};
use super::layering::packages;
use postern_tests::manifest::repository;
use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;

/// Public types that are called as a record of the contract is, each with what it is besides.
const TWINS: [(&str, &str, &str); 30] = [
    (
        "authorization",
        "Action",
        "an action of Cedar's schema, which also knows what no request does",
    ),
    ("authorization", "Decision", "what Cedar said of one action, with the policies that failed"),
    ("billing", "Action", "of dunning"),
    ("billing", "Decision", "of dunning"),
    ("billing", "Span", "of time, with a plan"),
    ("billing", "Stop", "why nothing is admitted"),
    ("detect", "Finding", "where it stands and why, which no record may say"),
    ("detect", "Target", "what a phrase is said about"),
    ("dialect", "AnswerHead", "with the memo as it is read"),
    ("dialect", "Encoded", "with the memo before it is written"),
    ("dialect", "Role", "of a message in the hub: developers apart from the system"),
    ("fault", "Blame", "of the fault below, which crates use that know no contract"),
    ("fault", "Fault", "with a kind that says whose fault it is"),
    ("form", "Piece", "of a form"),
    ("form", "Rewritten", "a form with other texts"),
    ("identity", "Credential", "what a caller presented, not what the gateway holds"),
    ("meter", "Span", "of time"),
    ("pipeline", "Endpoint", "where clients ask"),
    ("pipeline", "Inbound", "over any body, which is a stream in the contract"),
    ("pipeline", "Outbound", "with a text as its body, which is a stream in the contract"),
    ("pipeline", "OutboundBody", "with the form itself, which is a stream in the contract"),
    ("policy", "Action", "ordered by strictness"),
    ("policy", "Deployment", "with its provider, before a name was asked for"),
    ("policy", "Endpoint", "a URL, in parts that were checked"),
    ("policy", "Transport", "with where it leads to"),
    ("sandbox", "Question", "a request to the sandbox"),
    ("trail", "AdminAnswer", "whose headers are the crate's own"),
    ("trail", "AdminReply", "with what is to be signed, before it is a call"),
    ("trail", "Question", "of an administrator"),
    ("trail", "Signing", "whether an answer is signed, and the signature"),
];

/// The records, variants and enums of the contract, as Rust calls them.
fn records() -> BTreeSet<String> {
    let (mut records, mut folders) = (BTreeSet::new(), vec![repository().join("wit")]);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            let words = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
            records.extend(words.filter_map(|words| match words[..] {
                ["record" | "variant" | "enum", name, "{"] => Some(in_rust(name)),
                _ => None,
            }));
        }
    }
    records
}

/// `image-rule` is `ImageRule`.
fn in_rust(name: &str) -> String {
    let part = |part: &str| part[..1].to_uppercase() + &part[1..];
    name.split('-').map(part).collect()
}

/// The types that are public without restriction.
fn types(stream: TokenStream, found: &mut BTreeSet<String>) {
    let trees: Vec<_> = stream.into_iter().collect();
    for three in trees.windows(3) {
        let [visible, kind, name] = [0, 1, 2].map(|at| word(&three[at]));
        if visible == "pub" && ["struct", "enum"].contains(&kind.as_str()) {
            found.insert(name);
        }
    }
    for tree in trees {
        if let TokenTree::Group(group) = tree {
            types(group.stream(), found);
        }
    }
}

#[test]
fn no_record_of_the_contract_has_a_twin_in_a_crate() {
    let records = records();
    assert!(records.len() > 50 && records.contains("ImageRule"), "{records:?}");
    let mut twins = BTreeSet::new();
    for package in packages().into_values() {
        let Some(package_name) = package.folder.strip_prefix("crates/") else { continue };
        for (_, text) in sources(&repository().join(&package.folder).join("src")) {
            let mut found = BTreeSet::new();
            types(text.parse().unwrap(), &mut found);
            let alike = found.into_iter().filter(|name| records.contains(name));
            twins.extend(alike.map(|name| (package_name.to_owned(), name)));
        }
    }
    let listed: BTreeSet<_> =
        TWINS.iter().map(|(folder, name, _)| ((*folder).to_owned(), (*name).to_owned())).collect();
    let (new, gone) = (&twins - &listed, &listed - &twins);
    assert!(
        new.is_empty(),
        "the contract has a type of this name; use it, or say what this is: {new:?}"
    );
    assert!(gone.is_empty(), "these are gone; take them from the list: {gone:?}");
}
