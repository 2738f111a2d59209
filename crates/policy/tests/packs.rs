//! The packs that are shipped: each is right by itself and with all others, and every rule cites what it serves.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use postern_policy::{Action, Guardrails, Problems, Rule, check_pack, pack_file};
use regex_automata::nfa::thompson::pikevm::PikeVM;

/// How the rules of each pack cite.
const LAWS: [(&str, &str); 4] = [
    ("eu-ai-act-transparency", "EU AI Act "),
    ("gdpr", "GDPR "),
    ("hipaa", "45 CFR 164."),
    ("pci-dss", "PCI DSS v4.0.1 Req. "),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies")
}

fn text(pack: &str) -> String {
    fs::read_to_string(folder().join(pack_file(pack))).unwrap()
}

/// The rules and lists of one pack.
fn pack(name: &str) -> Guardrails {
    let own = format!("packs = [\"{name}\"]");
    let read = Guardrails::from_toml(Some(&own), |name| Ok(Some(text(name))));
    read.unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn every_pack_of_the_folder_is_right_and_known_here() {
    let files = fs::read_dir(folder().join("packs")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let names: BTreeSet<_> = names.map(|name| name.replace(".toml", "")).collect();
    let known: BTreeSet<_> = LAWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names, known);
    for (name, _) in LAWS {
        assert_eq!(check_pack(name, &text(name)), Problems::default());
    }
}

#[test]
fn all_packs_hold_together_with_the_shipped_rules() {
    let names: Vec<_> = LAWS.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let own = fs::read_to_string(folder().join("guardrails.toml")).unwrap();
    let own = format!("packs = [{}]\n{own}", names.join(", "));
    let read = Guardrails::from_toml(Some(&own), |name| Ok(Some(text(name))));
    let read = read.unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(read.rule_sets.len(), 5);
}

#[test]
fn every_rule_cites_its_law_and_every_pack_says_what_it_cannot_do() {
    for (name, law) in LAWS {
        let text = text(name);
        let header: String = text.lines().take_while(|line| line.starts_with('#')).collect();
        assert!(header.contains("What it cannot do") && header.contains("https://"), "{name}");
        for rule in pack(name).rules() {
            assert!(!rule.cites.is_empty(), "{name}: {} cites nothing", rule.name);
            let cites_law = |cite: &String| cite.starts_with(law) && cite.len() > law.len();
            assert!(rule.cites.iter().all(cites_law), "{name}: {} {:?}", rule.name, rule.cites);
            assert!(!rule.fails_open, "{name}: {} fails open", rule.name);
        }
        for list in pack(name).lists {
            let detector = format!("list:{}", list.name);
            let is_used = pack(name).rules().any(|rule| rule.detectors.contains(&detector));
            assert!(is_used, "{name}: no rule names {detector}");
        }
    }
}

#[test]
fn every_identifier_of_the_safe_harbor_that_is_text_has_a_detector_of_its_own() {
    let detectors = [
        ('A', "person_name"),
        ('B', "address"),
        ('C', "personal_date"),
        ('D', "phone"),
        ('E', "phone"),
        ('F', "email"),
        ('G', "national_id"),
        ('H', "medical_id"),
        ('I', "medical_id"),
        ('J', "bank_account"),
        ('K', "licence"),
        ('L', "vehicle_id"),
        ('M', "device_id"),
        ('N', "profile_url"),
        ('O', "network_address"),
        ('P', "list:hipaa-biometrics"),
        ('R', "list:hipaa-other-codes"),
    ];
    let hipaa = pack("hipaa");
    for (letter, detector) in detectors {
        let cite = format!("45 CFR 164.514(b)(2)(i)({letter})");
        let rules: Vec<&Rule> = hipaa.rules().filter(|rule| rule.cites.contains(&cite)).collect();
        assert_eq!(rules.len(), 1, "{cite}");
        assert!(rules[0].detectors.contains(detector), "{cite}: {:?}", rules[0].detectors);
        assert!(rules[0].action >= Action::Anonymise && rules[0].directions.request, "{cite}");
    }
    assert!(
        text("hipaa").contains("# - (Q) It does not read full-face photographs"),
        "no text, and said so"
    );
}

#[test]
fn all_personal_data_is_covered_by_the_packs_of_privacy() {
    for name in ["gdpr", "hipaa"] {
        let covered: BTreeSet<_> = pack(name)
            .rules()
            .filter(|rule| rule.action >= Action::Anonymise && rule.directions.request)
            .flat_map(|rule| rule.detectors.clone())
            .collect();
        for (detector, group) in postern_policy::DETECTORS {
            let is_data = group.marks_data();
            assert!(!is_data || covered.contains(*detector), "{name} leaves out {detector}");
        }
    }
}

#[test]
fn a_card_number_never_leaves_and_authentication_data_is_refused() {
    let pci = pack("pci-dss");
    let of = |detector: &str, request: bool| {
        let rules = pci.rules().filter(|rule| rule.detectors.contains(detector));
        let goes = |rule: &&Rule| {
            if request { rule.directions.request } else { rule.directions.answer }
        };
        rules.filter(goes).map(|rule| rule.action).max()
    };
    for list in ["list:pci-track-data", "list:pci-verification-codes", "list:pci-pins"] {
        assert_eq!((of(list, true), of(list, false)), (Some(Action::Block), Some(Action::Redact)));
    }
    assert_eq!(of("payment_card", true), Some(Action::Mask));
    assert_eq!(of("payment_card", false), Some(Action::Mask));
}

/// Whether a pattern of a list matches in a text.
fn finds(pack_name: &str, list: &str, text: &str) -> bool {
    let lists = pack(pack_name).lists;
    let list = lists.iter().find(|each| each.name == list).unwrap();
    list.patterns.iter().any(|pattern| {
        let machine = PikeVM::new(pattern).unwrap();
        machine.is_match(&mut machine.create_cache(), text)
    })
}

/// A pack, a list of it, texts that the list is for, and texts that it is not for.
type Case = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const CASES: &[Case] = &[
    (
        "hipaa",
        "hipaa-zip-codes",
        &["ZIP 12345", "zip code: 12345-6789", "Zipcode: 02139"],
        &["zip 123456", "unzip 12345", "a zip file of 12345 bytes: 1234", "12345"],
    ),
    (
        "hipaa",
        "hipaa-ages",
        &["a 92-year-old man", "101 years old", "aged 95", "Age: 90", "90 y/o", "age of 117"],
        &["an 89-year-old man", "92 patients", "aged 45", "190 years old", "a page 95"],
    ),
    (
        "hipaa",
        "hipaa-biometrics",
        &["fingerprint template: Rk1SACAyMAABIAAAASwB", "Iris hash = 9f86d081884c7d65"],
        &["The fingerprint template is stored on the card", "a face embedding model"],
    ),
    (
        "hipaa",
        "hipaa-other-codes",
        &["Study ID: ABC-0042", "encounter number 998877", "claim #A12345", "subject no. 1042"],
        &["the study identified 42 patients", "in this case number one", "sample size 120"],
    ),
    (
        "pci-dss",
        "pci-track-data",
        &[
            "%B4111111111111111^DOE/JANE^30121010000000000000?",
            ";4111111111111111=30121010000000000?",
            "4111111111111111=3012101",
        ],
        &["x=4111111111111111", "B1^2^3", "12 = 30121010"],
    ),
    (
        "pci-dss",
        "pci-verification-codes",
        &["CVV 123", "cvc2: 1234", "the security code is 987", "card verification value=321"],
        &["CVV", "the code is 987", "security code 12345", "a CVV has 3 digits"],
    ),
    (
        "pci-dss",
        "pci-pins",
        &["my PIN is 1234", "card pin: 123456", "PIN block 041234FFFFFFFFFF"],
        &["GPIO pin 1234", "pin 13 of the board", "my pin is broken", "pin the message 1234"],
    ),
];

#[test]
fn patterns_of_packs_find_what_they_are_for() {
    for (pack, list, right, wrong) in CASES {
        for text in *right {
            assert!(finds(pack, list, text), "{list} misses {text}");
        }
        for text in *wrong {
            assert!(!finds(pack, list, text), "{list} mistakes {text}");
        }
    }
}
