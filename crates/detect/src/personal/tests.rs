//! What is found and what is not, by form.

use crate::{DetectorSet, Scanner, Text};

/// The forms found in a text, with what they cover.
fn found(text: &str) -> Vec<String> {
    let findings = Scanner::new().scan(&Text::new(text), DetectorSet::all());
    findings
        .iter()
        .map(|found| {
            format!("{}/{}: {}", found.detector.as_str(), found.form, &text[found.span.clone()])
        })
        .collect()
}

#[test]
fn finds_structured_identifiers() {
    let table = [
        ("write to jane.doe+x@mail.example.co.uk.", "email/address: jane.doe+x@mail.example.co.uk"),
        ("my card is 4111 1111 1111 1111 ok", "payment_card/visa: 4111 1111 1111 1111"),
        ("amex 378282246310005", "payment_card/amex: 378282246310005"),
        ("IBAN DE89 3704 0044 0532 0130 00.", "bank_account/iban: DE89 3704 0044 0532 0130 00"),
        ("host fe80::1ff:fe23:4567:890a up", "network_address/ipv6: fe80::1ff:fe23:4567:890a"),
        ("from 192.168.10.77:8080", "network_address/ipv4: 192.168.10.77"),
        ("00:1B:44:11:3A:B7", "network_address/mac: 00:1B:44:11:3A:B7"),
        ("call +44 20 7946 0958 now", "phone/e164: +44 20 7946 0958"),
        ("SSN: 536-22-8943", "national_id/us_ssn: 536-22-8943"),
        ("身份证号11010519491231002X。", "national_id/cn_resident_id: 11010519491231002X"),
        ("(415) 555-2671", "phone/us_ca: (415) 555-2671"),
        ("RSSMRA85T10A562S", "national_id/it_fiscal_code: RSSMRA85T10A562S"),
        ("Tel. 030 / 12345678", "phone/national: 030 / 12345678"),
    ];
    for (text, expected) in table {
        assert_eq!(found(text), [expected], "{text}");
    }
}

#[test]
fn leaves_what_only_looks_like_an_identifier() {
    let table = [
        "version 10.0.19041.1",
        "550e8400-e29b-41d4-a716-446655440000",
        "git@github.com:org/repo.git",
        "std::io::Error a::b",
        "order number 4111111111111111",
        "at 12:30:45 on 2023-05-06",
        "http://user:pass@host.com/",
        "logo@2x.png",
        "127.0.0.1 and ::1",
        "$1,234,567.89",
        "4111 1111 1111 1112",
    ];
    for text in table {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}
