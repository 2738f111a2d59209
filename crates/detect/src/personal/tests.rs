//! Tests of what is found and what is not, by form.

use crate::{Detector, DetectorSet, Group, Scanner, Text};
use std::sync::LazyLock;

static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::new);

/// The forms found in a text, with their text.
fn found(text: &str) -> Vec<String> {
    let personal =
        Detector::ALL.iter().copied().filter(|detector| detector.group() == Group::Personal);
    let findings = SCANNER.scan(&Text::new(text), personal.collect::<DetectorSet>());
    findings
        .iter()
        .map(|found| {
            format!(
                "{}/{}: {}",
                found.detector.as_str(),
                found.form,
                text.get(found.span.clone()).unwrap_or_default()
            )
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

#[test]
fn finds_national_numbers_by_their_check_digits() {
    let table = [
        ("ITIN 912-70-1234", "us_itin"),
        ("SIN: 046 454 286", "ca_sin"),
        ("CURP HEGG560427MVZRRL04", "mx_curp"),
        ("CPF 529.982.247-25", "br_cpf"),
        ("CNPJ 11.222.333/0001-81", "br_cnpj"),
        ("CUIT 20-17254359-7", "ar_cuil"),
        ("RUT 12.531.909-2", "cl_rut"),
        ("NI number AB 12 34 56 C", "uk_nino"),
        ("NHS number 943 476 5919", "uk_nhs"),
        ("Steuer-ID 86095742719", "de_tax_id"),
        ("Rentenversicherungsnummer 15 070649 C 103", "de_social"),
        ("numéro de sécurité sociale 2 55 08 14 168 025 38", "fr_nir"),
        ("DNI 12345678Z", "es_dni"),
        ("NIE X1234567L", "es_nie"),
        ("codice fiscale RSSMRA85T10A562S", "it_fiscal_code"),
        ("BSN 111222333", "nl_bsn"),
        ("PESEL 44051401359", "pl_pesel"),
        ("NIP 123-456-32-18", "pl_nip"),
        ("rijksregisternummer 85.07.30-033.28", "be_national"),
        ("NIF 123456789", "pt_nif"),
        ("AHV 756.9217.0769.85", "ch_ahv"),
        ("personnummer 811228-9874", "se_personal_number"),
        ("henkilötunnus 131052-308T", "fi_personal_code"),
        ("CPR 070761-4285", "dk_cpr"),
        ("Aadhaar 2341 2341 2346", "in_aadhaar"),
        ("PAN ABCPE1234F", "in_pan"),
        ("身份证 11010519491231002X", "cn_resident_id"),
        ("주민번호 850101-1234567", "kr_resident"),
        ("TFN 123 456 782", "au_tfn"),
        ("NRIC S1234567D", "sg_nric"),
        ("ID number 8001015009087", "za_identity"),
        ("TC kimlik 10000000146", "tr_identity"),
    ];
    let is_missed = |(text, form): &(&str, &str)| {
        let start = format!("national_id/{form}:");
        !found(text).iter().any(|found| found.starts_with(&start))
    };
    let missed: Vec<_> = table.iter().filter(|row| is_missed(row)).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn refuses_numbers_whose_check_digit_is_wrong() {
    let table = [
        "046 454 287",
        "529.982.247-26",
        "12345678A",
        "RSSMRA85T10A562T",
        "756.9217.0769.84",
        "2341 2341 2347",
        "666-12-3456",
        "131052-308U",
        "11010519491231002Y",
        "IBAN DE89 3704 0044 0532 0130 01",
        "4111 1111 1111 1112",
    ];
    let checked = ["national_id", "bank_account/iban", "payment_card"];
    for text in table {
        let found = found(text);
        assert!(
            !found.iter().any(|found| checked.iter().any(|name| found.starts_with(name))),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn believes_a_label_where_the_check_digit_is_wrong() {
    for text in [
        "SSN: 666-12-3456",
        "NINO: QQ123456C",
        "PESEL 44051401358",
        "my Aadhaar number is 2341 2341 2347",
        "Ausweisnummer L01X00T47",
    ] {
        let found = found(text);
        assert!(
            found.iter().any(|found| found.starts_with("national_id/labelled: ")),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn a_finding_depends_on_its_surroundings_only() {
    let texts = [
        "Patient Maria Lopez, born on 12 March 1980, MRN 4482913, lives at 48 Willow Lane, Burlington, VT 05401. Call (312) 555-0188.",
        "IBAN DE89 3704 0044 0532 0130 00, card 4111 1111 1111 1111, passport no. C01X00T47, plate number AB12 CDE, from 203.0.113.7",
    ];
    let far = "Nothing of note happened on that day, and nobody asked. ".repeat(6);
    for text in texts {
        let (alone, surrounded) = (found(text), found(&format!("{far}{text} {far}")));
        assert_eq!(alone, surrounded);
    }
}
