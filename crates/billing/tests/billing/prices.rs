//! Prices are read, or refused with the remedy.

use crate::fixtures::{price, usd};
use postern_billing::Billing;
use postern_billing::price::{Package, PlanPrice, Pricing, Rate, SeatPrice, Tier, Unit};
use postern_billing::usage::TokenKind;
use std::path::{Path, PathBuf};

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/prices").join(folder);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|file| file.extension().unwrap() == "toml").collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// `UPDATE_GOLDEN=1 cargo test -p postern-billing` writes the errors as they are now: review their wording like code.
#[test]
fn every_wrong_price_has_its_golden_error() {
    let mut differing = Vec::new();
    for file in files("invalid") {
        let problems = PlanPrice::from_toml(&std::fs::read_to_string(&file).unwrap()).unwrap_err();
        let (golden, text) = (file.with_extension("err"), format!("{problems}\n"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&golden, &text).unwrap();
        }
        if std::fs::read_to_string(&golden).unwrap_or_default() != text {
            differing.push(format!("{}:\n{text}", file.display()));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn every_right_price_is_read() {
    for file in files("valid") {
        price(&std::fs::read_to_string(file).unwrap());
    }
}

#[test]
fn a_price_is_kept_exactly() {
    let read = price(include_str!("../prices/valid/everything.toml"));
    assert_eq!(
        (read.plan.as_str(), read.billing, read.needs_approval, read.trial_days, read.prepaid_only),
        ("team", Billing::CalendarMonth, true, 14, true)
    );
    assert_eq!(read.month, usd("99"));
    assert_eq!(read.seat, Some(SeatPrice { month: usd("12.5"), included: 3 }));
    let packages = [
        Package { credit: usd("100"), price: usd("90"), valid_days: Some(365) },
        Package { credit: usd("10"), price: usd("10"), valid_days: None },
    ];
    assert_eq!(read.prepaid, packages);
    let pricings: Vec<_> = read
        .charges
        .iter()
        .map(|charge| (charge.id.as_str(), charge.unit, &charge.pricing))
        .collect();
    let flat = |rate| Pricing::Flat { included: 0, rate };
    let tier = |up_to, pico_usd| Tier { up_to, rate: Rate::pico_usd_per_token(pico_usd) };
    let tiers =
        vec![tier(Some(1_000_000), 0), tier(Some(10_000_000), 3_000_000), tier(None, 2_500_000)];
    let included = Pricing::Flat { included: 10_000, rate: Rate::nano_usd_per_request(1_000_000) };
    for (at, wanted) in [
        ("1.input", Unit::Tokens, flat(Rate::pico_usd_per_token(150_000))),
        ("1.output", Unit::Tokens, flat(Rate::pico_usd_per_token(600_000))),
        ("1.reasoning", Unit::Tokens, flat(Rate::pico_usd_per_token(700_000))),
        ("2", Unit::Cost, flat(Rate::of_cost(0))),
        ("3", Unit::Requests, flat(Rate::nano_usd_per_request(1))),
        ("4", Unit::Requests, included),
        ("5", Unit::Tokens, Pricing::Graduated(tiers)),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(pricings[at], (wanted.0, wanted.1, &wanted.2));
    }
    assert_eq!(pricings.len(), 7);
    let input = [TokenKind::Input, TokenKind::CachedInput, TokenKind::CacheWrite];
    assert_eq!(read.charges[0].kinds, input);
    assert_eq!(read.charges[1].kinds, [TokenKind::Output]);
}

#[test]
fn no_text_panics() {
    let whole = include_str!("../prices/valid/everything.toml");
    for at in (0..whole.len()).filter(|at| whole.is_char_boundary(*at)) {
        let (begin, end) = whole.split_at(at);
        let _ = PlanPrice::from_toml(begin);
        let _ = PlanPrice::from_toml(end);
    }
}
