#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use super::*;
use postern_detect::{DetectorSet, Scanner, Text};
use std::collections::HashSet;

#[test]
fn an_original_has_one_placeholder_and_no_two_have_the_same() {
    let mut vault = Vault::default();
    for detector in Detector::ALL {
        for number in 0..400 {
            let original = format!("original {detector:?} {number}");
            let first = vault.placeholder(*detector, &original, |_| false);
            assert_eq!(vault.placeholder(*detector, &original, |_| false), first);
        }
    }
    let all: HashSet<&str> = vault.entries.iter().map(|entry| &*entry.placeholder).collect();
    assert_eq!(all.len(), Detector::ALL.len() * 400);
}

#[test]
fn what_stands_in_the_request_is_no_placeholder() {
    let mut vault = Vault::default();
    let taken = |text: &str| text == "anon001@example.com";
    assert_eq!(vault.placeholder(Detector::Email, "a@b.de", taken), "anon002@example.com");
}

#[test]
fn check_digits_hold() {
    assert_eq!(numbers::card(1), "9999 0000 0000 0012");
    let iban = numbers::iban(1).replace(' ', "");
    let moved = format!("{}{}", &iban[4..], &iban[..4]);
    let rest = moved.chars().fold(0_u32, |rest, character| {
        let value = character.to_digit(36).unwrap();
        (rest * if value > 9 { 100 } else { 10 } + value) % 97
    });
    assert_eq!(rest, 1, "{iban}");
}

#[test]
fn a_name_is_known_by_its_parts_and_a_number_by_its_digits() {
    let mut vault = Vault::default();
    vault.placeholder(Detector::PersonName, "Anna Maria Schmidt", |_| false);
    vault.placeholder(Detector::PaymentCard, "4111-1111-1111-1111", |_| false);
    let entries = vault.into_entries();
    let original = |placeholder: &str| {
        entries.iter().find(|entry| entry.placeholder == placeholder).map(|entry| &*entry.original)
    };
    let name = entries[0].placeholder.split_once(' ').unwrap();
    assert_eq!(original(name.0), Some("Anna"));
    assert_eq!(original(name.1), Some("Schmidt"));
    assert_eq!(original("9999000000000012"), Some("4111111111111111"));
}

/// A tool that checks its arguments accepts placeholders.
#[test]
fn a_placeholder_is_of_its_originals_type() {
    let scanner = Scanner::new();
    let samples = [
        (Detector::Email, "a@b.de", "write to "),
        (Detector::Phone, "+49 30 123456", "phone: "),
        (Detector::BankAccount, "DE89 3704 0044 0532 0130 00", "IBAN "),
        (Detector::NetworkAddress, "10.1.2.3", "from "),
        (Detector::NetworkAddress, "a4:83:e7:01:02:03", "MAC "),
    ];
    for (detector, original, before) in samples {
        let placeholder = Vault::default().placeholder(detector, original, |_| false);
        let said = format!("{before}{placeholder}.");
        let found = scanner.scan(&Text::new(&said), DetectorSet::all());
        assert!(found.iter().any(|finding| finding.detector == detector), "{said}");
    }
}
