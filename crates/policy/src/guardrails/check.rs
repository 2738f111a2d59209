//! From `guardrails.toml` and packs as written to [`Guardrails`].

use std::collections::BTreeSet;
use std::io;
use std::ops::RangeInclusive;

use toml::Spanned;

use super::list::Lists;
use super::written::{self, HOLD_BACK_CHARACTERS, HOLD_BACK_MS, PACKS, Written};
use super::{Guardrails, Rule, RuleSet, ask, hidden, pack_file, pattern, rule, validation};
use crate::GUARDRAILS_FILE;
use crate::grants::Said;
use crate::problem::Problems;
use crate::reading::{
    Label, Report, Seen, Table, at_least_one, name, nearest, shown, whole_number,
};

/// Less would let the beginning of an address leave; more is a page of text.
const HOLD_BACK_CHARACTERS_BOUNDS: RangeInclusive<u64> = 64..=4_096;

/// Less is shorter than a slow model's pause between chunks; more makes an answer seem to hang.
const HOLD_BACK_MS_BOUNDS: RangeInclusive<u64> = 100..=10_000;

/// Each finding is compared with the rules of each file one by one, so their number is bounded.
const MAX_RULES: usize = 1_000;

/// The packs that Postern ships.
const SHIPPED_PACKS: [&str; 4] = ["gdpr", "hipaa", "pci-dss", "eu-ai-act-transparency"];

/// The top of a file.
const TOP: Label<'_> = Label { what: "", name: None };

/// A pack that exists, with its text.
struct Pack {
    name: String,
    file: String,
    text: String,
}

/// A file, as far as it could be read.
struct File<'t> {
    pack: Option<&'t str>,
    file: &'t str,
    report: Report<'t>,
    /// `None` if it is not TOML.
    written: Option<Written<'t>>,
}

/// Reads `guardrails.toml` and the packs that it names; invalid entries are left out. `refer` checks a file's references to
/// other policy files.
pub(crate) fn read(
    text: &str,
    pack: impl Fn(&str) -> io::Result<Option<String>>,
    refer: impl FnMut(&mut Report<'_>, &[Said]),
) -> (Guardrails, Problems) {
    let mut guardrails = Guardrails::default();
    let mut own = Report::new(GUARDRAILS_FILE, text);
    let Some(document) = own.parse() else {
        return (guardrails, own.into_problems());
    };
    let written = Written::own(&mut own, Table::root(&document));
    hold_back(&mut own, &written, &mut guardrails);
    guardrails.originals =
        written.originals.as_ref().and_then(|originals| originals.check(&mut own));
    if let Some(questions) = ask::max_questions(&mut own, &written) {
        guardrails.max_questions = questions;
    }
    let packs = packs(&mut own, &written, pack);
    let own = File { pack: None, file: GUARDRAILS_FILE, report: own, written: Some(written) };
    let mut reports: Vec<_> =
        packs.iter().map(|pack| Report::new(&pack.file, &pack.text)).collect();
    let documents: Vec<_> = reports.iter_mut().map(Report::parse).collect();
    let mut files = vec![own];
    for ((pack, mut report), document) in packs.iter().zip(reports).zip(&documents) {
        let written =
            document.as_ref().map(|document| read_pack(&mut report, Table::root(document)));
        files.push(File { pack: Some(&pack.name), file: &pack.file, report, written });
    }
    let problems = check(files, &mut guardrails, refer);
    (guardrails, problems)
}

/// The problems of a pack by itself.
pub(super) fn pack_alone(name: &str, text: &str) -> Problems {
    let file = pack_file(name);
    let mut report = Report::new(&file, text);
    let Some(document) = report.parse() else {
        return report.into_problems();
    };
    let written = Some(read_pack(&mut report, Table::root(&document)));
    let file = File { pack: Some(name), file: &file, report, written };
    check(vec![file], &mut Guardrails::default(), |_, _| ())
}

fn read_pack<'t>(report: &mut Report<'_>, root: Table<'t>) -> Written<'t> {
    let written = Written::pack(report, root);
    if written.rules.is_empty() && written.validations.is_empty() && report.is_clean() {
        let message = "no [[rule]] and no [[validation]] is in this pack, so it does nothing; write one, or remove the pack";
        report.problem(TOP, 0..0, message);
    }
    written
}

/// Checks all files together: a rule of one may name a list of another.
fn check(
    mut files: Vec<File<'_>>,
    guardrails: &mut Guardrails,
    mut refer: impl FnMut(&mut Report<'_>, &[Said]),
) -> Problems {
    let held_back = usize::try_from(guardrails.hold_back_characters).unwrap_or(usize::MAX);
    let max_bytes = pattern::max_match_bytes(held_back);
    let mut lists = Lists::default();
    for File { file, report, written, .. } in &mut files {
        for list in written.iter().flat_map(|written| &written.lists) {
            lists.add(report, file, list, max_bytes);
        }
    }
    // A list may be in a file that is not TOML, which is reported separately.
    let are_all_there = files.iter().all(|file| file.written.is_some());
    let places = are_all_there.then_some(&lists.places);
    let mut compiled_bytes = 0;
    for File { pack, report, written, .. } in &mut files {
        let mut said = Vec::new();
        let validations = written.iter().flat_map(|written| &written.validations);
        let validations =
            validation::check_all(report, validations, &mut compiled_bytes, &mut said);
        guardrails.validations.extend(validations);
        let written = written.as_ref().map(|written| written.rules.as_slice());
        let rules = rules(report, written.unwrap_or_default(), places, &mut said);
        refer(report, &said);
        guardrails.rule_sets.push(RuleSet { pack: pack.map(str::to_owned), rules });
    }
    guardrails.lists = lists.right;
    let problems = files.into_iter().map(|file| file.report.into_problems());
    problems.fold(Problems::default(), Problems::and)
}

/// The valid rules of a file.
fn rules(
    report: &mut Report<'_>,
    written: &[written::Rule<'_>],
    lists: super::detectors::Places<'_>,
    said: &mut Vec<Said>,
) -> Vec<Rule> {
    if let Some(first) = written.get(MAX_RULES) {
        let message =
            format!("there are {} rules in this file; write at most {MAX_RULES}", written.len());
        report.problem(first.label, first.span.clone(), message);
        return Vec::new();
    }
    let mut names = Seen::default();
    for one in written {
        if let Some(name) = &one.name {
            names.note(report, one.label, name, "a rule of this name", "rename or remove");
        }
    }
    let checked: Vec<_> = written.iter().map(|one| rule::check(report, one, lists, said)).collect();
    let pairs = written.iter().zip(&checked).filter_map(|(one, rule)| Some((one, rule.as_ref()?)));
    hidden::check(report, &pairs.collect::<Vec<_>>());
    checked.into_iter().flatten().collect()
}

fn hold_back(report: &mut Report<'_>, written: &Written<'_>, guardrails: &mut Guardrails) {
    let Some(stream) = &written.stream else { return };
    let mut number = |key, value: &Option<Spanned<i128>>, bounds| {
        let number = whole_number(report, stream.label, key, value.as_ref()?, bounds)?;
        u32::try_from(number).ok()
    };
    let characters = &stream.hold_back_characters;
    if let Some(characters) = number(HOLD_BACK_CHARACTERS, characters, HOLD_BACK_CHARACTERS_BOUNDS)
    {
        guardrails.hold_back_characters = characters;
    }
    if let Some(ms) = number(HOLD_BACK_MS, &stream.hold_back_ms, HOLD_BACK_MS_BOUNDS) {
        guardrails.hold_back_ms = ms;
    }
}

/// The packs that are named and exist.
fn packs(
    report: &mut Report<'_>,
    written: &Written<'_>,
    read: impl Fn(&str) -> io::Result<Option<String>>,
) -> Vec<Pack> {
    let Some(list) = &written.packs else { return Vec::new() };
    at_least_one(report, TOP, PACKS, list);
    let mut seen = Seen::default();
    let mut taken = BTreeSet::new();
    let mut packs = Vec::new();
    for value in list.get_ref() {
        let what = format!("the pack {}", shown(value.get_ref()));
        seen.note(report, TOP, value, &what, "remove");
        let Some(name) = name(report, TOP, PACKS, value) else { continue };
        if !taken.insert(name.clone()) {
            continue;
        }
        let file = pack_file(&name);
        match read(&name) {
            Ok(Some(text)) => packs.push(Pack { name, file, text }),
            Ok(None) => report.problem(TOP, value.span(), no_pack(&name, &file)),
            Err(error) => {
                let message = format!(
                    "`packs` names {}, and {file} cannot be read: {error}; make it a readable UTF-8 file",
                    shown(&name)
                );
                report.problem(TOP, value.span(), message);
            }
        }
    }
    packs
}

fn no_pack(name: &str, file: &str) -> String {
    let advice = match nearest(name, SHIPPED_PACKS.into_iter()) {
        Some(near) if near != name => format!("did you mean {near:?}?"),
        _ => format!(
            "write that file, or one of those that are shipped: {}",
            SHIPPED_PACKS.join(", ")
        ),
    };
    format!("`packs` names {}, and there is no file {file}; {advice}", shown(name))
}
