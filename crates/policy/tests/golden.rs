//! Every wrong policy has a golden error, and every right one is read.
//!
//! A case is a folder of policy files. Files that a case does not have are those of `valid/minimal`, unless its file
//! `absent` names them. `UPDATE_GOLDEN=1 cargo test -p postern-policy` writes the errors as they are now: review
//! their wording like code.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use postern_policy::{Policies, Problems, check_all, stray_file};

fn cases(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(kind);
    let mut cases: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn if_present(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        text => text.map(Some),
    }
}

/// The names of what is in a folder, if it is there.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> = entries.map(|entry| name_of(&entry.unwrap().path())).collect();
    names.sort();
    names
}

fn check(case: &Path) -> Result<Policies, Problems> {
    let minimal = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/valid/minimal");
    let absent = if_present(&case.join("absent")).unwrap().unwrap_or_default();
    let policies = check_all(|file| match if_present(&case.join(file))? {
        None if absent.lines().any(|line| line == file) => Ok(None),
        None => if_present(&minimal.join(file)),
        text => Ok(text),
    });
    let mut files = names_in(case);
    files.extend(names_in(&case.join("packs")).into_iter().map(|file| format!("packs/{file}")));
    let stray: Vec<_> = files.iter().filter_map(|file| stray_file(file)).collect();
    match policies {
        Ok(policies) if stray.is_empty() => Ok(policies),
        Ok(_) => Err(Problems(stray)),
        Err(problems) => Err(Problems(problems.0.into_iter().chain(stray).collect())),
    }
}

#[test]
fn every_wrong_policy_has_its_golden_error() {
    let mut differing = Vec::new();
    let cases = cases("invalid");
    assert!(cases.len() >= 25, "only {} cases were found", cases.len());
    for case in cases {
        let Err(problems) = check(&case) else {
            panic!("{} was accepted", case.display());
        };
        let golden = case.join("expected.err");
        let said = format!("{problems}\n");
        if env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&golden, said).unwrap();
        } else if if_present(&golden).unwrap().as_ref() != Some(&said) {
            differing.push(format!("{}:\n{said}", name_of(&case)));
        }
    }
    assert!(
        differing.is_empty(),
        "these differ from their expected.err:\n{}",
        differing.join("\n")
    );
}

#[test]
fn every_right_policy_is_read() {
    for case in cases("valid") {
        if let Err(problems) = check(&case) {
            panic!("{} was refused:\n{problems}", name_of(&case));
        }
    }
}

#[test]
fn no_error_repeats_a_credential() {
    // Every credential in the cases has this in it.
    const SECRET: &str = "Hunter2";
    let mut cases_with_a_secret = 0;
    for case in cases("invalid") {
        let holds = |entry: io::Result<fs::DirEntry>| {
            let path = entry.unwrap().path();
            name_of(&path) != "expected.err"
                && fs::read_to_string(path).unwrap_or_default().contains(SECRET)
        };
        cases_with_a_secret += usize::from(fs::read_dir(&case).unwrap().any(holds));
        let said = check(&case).unwrap_err().to_string();
        assert!(!said.contains(SECRET), "{}: {said}", name_of(&case));
    }
    assert!(cases_with_a_secret >= 5, "only {cases_with_a_secret} cases have a credential");
}

#[test]
fn the_shipped_policies_are_read() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let policies = check_all(|file| if_present(&shipped.join(file)));
    let policies = policies.unwrap_or_else(|problems| panic!("{problems}"));
    assert!(policies.consumers.by_name("local-dev").unwrap().unwrap().may_use("sandbox"));
    let plan = policies.consumers.by_name("local-dev").unwrap().unwrap().plan.clone();
    assert_eq!(policies.plans.plan(plan.as_deref()).unwrap().limits.len(), 4);
    assert!(policies.catalogue.route("with-fallback").is_some());
    assert_eq!(policies.issuers.iter().count(), 0, "nobody's tokens are believed as shipped");
    let rules = policies.guardrails.rules().map(|rule| (rule.name.as_str(), rule.action.as_str()));
    let expected = [
        ("anonymise-default-chat", "anonymise"),
        ("flag-personal-data", "flag"),
        ("flag-secrets", "flag"),
        ("flag-injection", "flag"),
        ("flag-leaked-instructions", "flag"),
    ];
    assert_eq!(rules.collect::<Vec<_>>(), expected, "on by default");
}

/// A file with its commented lines of TOML taken as they would be without the comment.
fn uncommented(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("# ") {
        Some(commented) if commented.starts_with(['[', ']']) || commented.contains(" = ") => {
            format!("{commented}\n")
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn the_commented_examples_of_the_shipped_policies_are_right() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let policies = check_all(|file| {
        let text = if_present(&shipped.join(file))?;
        let has_examples =
            ["consumers.toml", "issuers.toml", "plans.toml", "guardrails.toml"].contains(&file);
        Ok(text.map(|text| if has_examples { uncommented(&text) } else { text }))
    });
    let policies = policies.unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(policies.issuers.iter().count(), 4);
    assert_eq!(
        policies.consumers.by_name("search-service").unwrap().unwrap().issuers,
        ["corporate"]
    );
    assert_eq!(policies.consumers.keys().count(), 1);
    let plans: Vec<_> = policies.plans.plans().map(|plan| plan.name.as_str()).collect();
    assert_eq!(plans, ["developer", "team", "trial"]);
    assert_eq!(policies.plans.limits_for_all().len(), 1);
    let sets: Vec<_> = policies.guardrails.rule_sets.iter().map(|set| set.rules.len()).collect();
    assert!(sets.len() == 5 && sets.first() == Some(&15), "{sets:?}");
    assert_eq!(postern_policy::warnings(&policies), [""; 0]);
}

#[test]
fn the_reference_shows_errors_as_they_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let reference = fs::read_to_string(root.join("../../docs/policies.md")).unwrap();
    let mut shown = 0;
    for block in reference.split("```text\n").skip(1) {
        for line in block.split("```").next().unwrap().lines() {
            let is_golden = cases("invalid").iter().any(|case| {
                let golden = fs::read_to_string(case.join("expected.err")).unwrap();
                golden.lines().any(|golden| golden == line)
            });
            assert!(is_golden, "docs/policies.md shows what is no golden error: {line}");
            shown += 1;
        }
    }
    assert!(shown >= 5, "docs/policies.md shows only {shown} errors");
}

/// Reads the examples of guardrails, and gives the others.
fn guardrails_of_the_reference(blocks: Vec<&str>) -> Vec<&str> {
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let (guardrails, others): (Vec<&str>, Vec<&str>) =
        blocks.into_iter().partition(|block| is_of_guardrails(block));
    assert!(!guardrails.is_empty(), "examples are missing");
    for guardrails in guardrails {
        let pack = |name: &str| if_present(&packs.join(postern_policy::pack_file(name)));
        let read = postern_policy::Guardrails::from_toml(Some(guardrails), pack);
        read.unwrap_or_else(|problems| panic!("{problems}\nin\n{guardrails}"));
    }
    others
}

/// Reads the examples of routes, and gives the others.
fn routes_of_the_reference(blocks: Vec<&str>) -> Vec<&str> {
    let (routes, others): (Vec<&str>, Vec<&str>) =
        blocks.into_iter().partition(|block| block.contains("[[route]]"));
    assert!(!routes.is_empty(), "examples are missing");
    let models: String = ["gpt-4o-mini", "gpt-4o", "claude-haiku-4-5"]
        .map(|name| {
            format!(
                "[[model]]\nname = {name:?}\ncapabilities = [\"chat\"]\n[[model.deployment]]\nprovider = \"p\"\nupstream_model = \"m\"\n"
            )
        })
        .concat();
    let models = format!(
        "[[provider]]\nname = \"p\"\ndialect = \"openai\"\ntransport = \"sandbox\"\n{models}"
    );
    for routes in routes {
        let read = postern_policy::Catalogue::from_toml(&models, Some(routes));
        read.unwrap_or_else(|problems| panic!("{problems}\nin\n{routes}"));
    }
    others
}

fn is_of_guardrails(block: &str) -> bool {
    block.contains("[[rule]]") || block.contains("[[validation]]")
}

#[test]
fn the_examples_of_the_reference_are_right() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let reference = fs::read_to_string(root.join("../../docs/policies.md")).unwrap();
    let blocks = reference.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    // What goes into the manifest is no policy.
    let blocks = blocks.filter(|block| !block.contains("[component."));
    let (gateways, blocks): (Vec<&str>, Vec<&str>) =
        blocks.partition(|block| block.starts_with("[request]"));
    assert!(!gateways.is_empty(), "examples are missing");
    for gateway in gateways {
        let read = postern_policy::Gateway::from_toml(Some(gateway));
        read.unwrap_or_else(|problems| panic!("{problems}\nin\n{gateway}"));
    }
    let blocks = guardrails_of_the_reference(blocks).into_iter();
    let (callers, blocks): (Vec<&str>, Vec<&str>) =
        blocks.partition(|block| block.contains("[[issuer]]") || block.contains("[[consumer]]"));
    let (whole, of_a_model): (Vec<&str>, Vec<&str>) = routes_of_the_reference(blocks)
        .into_iter()
        .partition(|block| !block.trim_start().starts_with("[[model.deployment]]"));
    assert!(whole.len() >= 4 && !of_a_model.is_empty(), "examples are missing");
    let (plans, whole): (Vec<&str>, Vec<&str>) = whole
        .into_iter()
        .partition(|block| block.contains("[[plan]]") || block.contains("[[limit]]"));
    assert!(!plans.is_empty(), "examples are missing");
    for plans in plans {
        let read = postern_policy::Plans::from_toml(Some(plans));
        read.unwrap_or_else(|problems| panic!("{problems}\nin\n{plans}"));
    }
    // A deployment alone stands below a model of its own, at a provider of its own.
    let below = "[[provider]]\nname = \"openai\"\ndialect = \"openai\"\nbase_url = \"https://a.example\"\n\
                 [[model]]\nname = \"m\"\ncapabilities = [\"chat\"]\n";
    let models = format!("{}{below}{}", whole.concat(), of_a_model.concat());
    let catalogue = postern_policy::Catalogue::from_toml(&models, None);
    catalogue.unwrap_or_else(|problems| panic!("{problems}\nin\n{models}"));
    let (issuers, consumers): (Vec<&str>, Vec<&str>) =
        callers.into_iter().partition(|block| block.contains("[[issuer]]"));
    assert!(!issuers.is_empty() && !consumers.is_empty(), "examples are missing");
    let issuers = issuers.concat();
    let read = postern_policy::Issuers::from_toml(Some(&issuers));
    read.unwrap_or_else(|problems| panic!("{problems}\nin\n{issuers}"));
    let consumers = consumers.concat();
    let read = postern_policy::Consumers::from_toml(&consumers);
    read.unwrap_or_else(|problems| panic!("{problems}\nin\n{consumers}"));
}
