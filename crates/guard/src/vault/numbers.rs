//! Placeholders that are numbers, with correct check digits.

use super::Entry;

/// <https://www.ofcom.org.uk/phones-and-broadband/phone-numbers/numbers-for-drama>: for films and books, never assigned.
pub fn phone(number: u32) -> String {
    format!("+44 7700 900{:03}", number % 1_000)
}

/// No issuer has numbers that begin with 9999 (ISO/IEC 7812-1: 9 is for national use).
pub fn card(number: u32) -> String {
    let body = format!("99990000{number:07}");
    let digit = luhn(&body);
    let digits = format!("{body}{digit}");
    grouped(&digits, 4, ' ')
}

/// An IBAN of a bank that does not exist.
pub fn iban(number: u32) -> String {
    let account = format!("ANON{number:014}");
    // ISO 7064, MOD 97-10, over the account, the country and two zeros; letters count from 10.
    let mut rest = 0_u32;
    for byte in account.bytes().chain(*b"GB00") {
        let value = match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            _ => u32::from(byte - b'A') + 10,
        };
        rest = (rest * if value > 9 { 100 } else { 10 } + value) % 97;
    }
    grouped(&format!("GB{:02}{account}", 98 - rest), 4, ' ')
}

/// RFC 5737, RFC 3849 and RFC 7042, 2.1.2.
pub fn network_address(number: u32, original: &str) -> String {
    if original.contains('.') && !original.contains(':') {
        let net = match number / 150 % 3 {
            0 => "192.0.2",
            1 => "198.51.100",
            _ => "203.0.113",
        };
        return format!("{net}.{}", 100 + number % 150);
    }
    match original.matches([':', '-']).count() == 5 && original.len() == 17 {
        true => format!("00:00:5E:00:53:{:02X}", number % 256),
        false => format!("2001:db8::a{number:03x}"),
    }
}

/// A date so long ago that it is no living person's.
pub fn date(number: u32) -> String {
    let (year, rest) = (1801 + number / 336 % 99, number % 336);
    format!("{year}-{:02}-{:02}", rest / 28 + 1, rest % 28 + 1)
}

/// The same number without separators and with other separators.
pub fn variants(entry: &Entry) -> Vec<Entry> {
    let is_separator = |character: char| character == ' ' || character == '-';
    let is_number = entry.placeholder.contains(' ')
        && entry.placeholder.chars().all(|character| {
            character.is_ascii_digit()
                || character.is_ascii_uppercase()
                || is_separator(character)
                || character == '+'
        });
    if !is_number {
        return Vec::new();
    }
    let with = |text: &str, separator: &str| {
        let groups: Vec<&str> =
            text.split(is_separator).filter(|group| !group.is_empty()).collect();
        groups.join(separator)
    };
    ["", "-"]
        .into_iter()
        .map(|separator| Entry {
            placeholder: with(&entry.placeholder, separator),
            original: match entry.original.contains(is_separator) {
                true => with(&entry.original, separator),
                false => entry.original.clone(),
            },
        })
        .collect()
}

/// The check digit of ISO/IEC 7812-1, annex B.
fn luhn(body: &str) -> u32 {
    let sum: u32 = (0..)
        .zip(body.bytes().rev())
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            match (place % 2 == 0, digit * 2) {
                (true, doubled @ 10..) => doubled - 9,
                (true, doubled) => doubled,
                (false, _) => digit,
            }
        })
        .sum();
    (10 - sum % 10) % 10
}

fn grouped(text: &str, size: usize, separator: char) -> String {
    let mut grouped = String::with_capacity(text.len() * 5 / 4);
    for (at, character) in text.chars().enumerate() {
        if at > 0 && at % size == 0 {
            grouped.push(separator);
        }
        grouped.push(character);
    }
    grouped
}
