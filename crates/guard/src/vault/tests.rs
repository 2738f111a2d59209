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
        for number in 0..1_200 {
            let original = format!("original {detector:?} {number}");
            let first = vault.placeholder(*detector, &original, &Taken::of(""));
            assert_eq!(vault.placeholder(*detector, &original, &Taken::of("")), first);
        }
    }
    let all: HashSet<String> =
        vault.entries.iter().map(|entry| entry.placeholder.to_lowercase()).collect();
    assert_eq!(all.len(), Detector::ALL.len() * 1_200);
}

#[test]
fn what_stands_in_the_request_is_no_placeholder() {
    let mut vault = Vault::default();
    let taken = Taken::of("Anon001@Example.com, +447700900001 and Voskindal, 9999-0000-0000-0012");
    let mut made = |detector, original| vault.placeholder(detector, original, &taken);
    assert_eq!(made(Detector::Email, "a@b.de"), "anon002@example.com");
    assert_eq!(made(Detector::Phone, "+49 30 1"), "+44 7700 900002");
    assert_eq!(made(Detector::PaymentCard, "4111"), "9999 0000 0000 0020");
    for number in 0..300 {
        let original = format!("Jane Doe{number}");
        let name = vault.placeholder(Detector::PersonName, &original, &taken);
        assert!(!name.contains("Voskindal"), "{name}");
    }
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
    vault.placeholder(Detector::PersonName, "Anna Maria Schmidt", &Taken::of(""));
    vault.placeholder(Detector::PaymentCard, "4111-1111-1111-1111", &Taken::of(""));
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
        let placeholder = Vault::default().placeholder(detector, original, &Taken::of(""));
        let said = format!("{before}{placeholder}.");
        let found = scanner.scan(&Text::new(&said), DetectorSet::all());
        assert!(found.iter().any(|finding| finding.detector == detector), "{said}");
    }
}

/// A log has as many addresses as it likes.
#[test]
fn addresses_and_numbers_that_run_out_stay_apart() {
    let mut vault = Vault::default();
    let taken = Taken::of("");
    let originals = (0..2_000).map(|number| format!("10.0.{}.{}", number / 250, number % 250));
    let made: HashSet<String> = originals
        .map(|original| vault.placeholder(Detector::NetworkAddress, &original, &taken))
        .collect();
    assert_eq!(made.len(), 2_000);
}
