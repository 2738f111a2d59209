//! From TOML to [`PlanPrice`].

use super::charge::Charge;
use super::charge_check::charges;
use super::plan::{Package, PlanPrice, SeatPrice};
use super::shadow::is_shadowed;
use crate::calendar::Billing;
use crate::money::NanoUsd;
use crate::reading::{Fields, Problem, Problems, Report, shown};
use postern_policy::is_name;
use std::ops::RangeInclusive;
use toml::de::DeTable;

/// The digits after the point of an amount of US dollars: nano-dollars.
const USD_DECIMALS: usize = 9;
/// The highest price of a month, a seat or a package, in nano-dollars: a million dollars.
const MAX_NANO_USD: u64 = 1_000_000_000_000_000;
/// The most seats that are included.
const SEATS: RangeInclusive<u64> = 1..=1_000_000;
/// The longest trial, in days.
const TRIAL_DAYS: RangeInclusive<u64> = 1..=365;
/// Ten years.
const VALID_DAYS: RangeInclusive<u64> = 1..=3_650;

const CURRENCIES: &[(&str, ())] = &[("USD", ())];
const BILLINGS: &[(&str, Billing)] =
    &[("anniversary", Billing::Anniversary), ("calendar_month", Billing::CalendarMonth)];

impl PlanPrice {
    /// Reads the TOML of one plan's price.
    ///
    /// # Errors
    ///
    /// All problems of the text, each with its line and what to write instead.
    pub fn from_toml(text: &str) -> Result<Self, Problems> {
        read(text)
    }
}

fn read(text: &str) -> Result<PlanPrice, Problems> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut report = Report::new(text);
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        report.problem(&span, format!("not TOML: {}", error.message()));
    }
    if let Some(problems) = report.into_problems() {
        return Err(problems);
    }
    let mut report = Report::new(text);
    let price = plan(&mut report, Fields::root(&document));
    match (report.into_problems(), price) {
        (Some(problems), _) => Err(problems),
        (None, Some(price)) => Ok(price),
        // A price is only left out for a problem.
        (None, None) => Err(Problems(Vec::<Problem>::new())),
    }
}

fn plan(report: &mut Report<'_>, mut fields: Fields<'_>) -> Option<PlanPrice> {
    fields.word(report, "currency", CURRENCIES);
    let plan = name(report, &mut fields);
    let billing = fields.word(report, "billing", BILLINGS);
    let needs_approval = fields.boolean(report, "needs_approval");
    let trial_days = fields.whole(report, "trial_days", TRIAL_DAYS);
    let month = usd(report, &mut fields, "usd_per_month", 0);
    let seat = seat(report, &mut fields);
    let charge_tables = fields.tables(report, "charge", "charge");
    let prepaid_tables = fields.tables(report, "prepaid", "prepaid");
    let prepaid_only = fields.boolean(report, "prepaid_only").unwrap_or(false);
    let has_price = ["usd_per_month", "usd_per_seat_per_month", "charge"];
    if !has_price.iter().any(|key| fields.has(key)) {
        let message = "the plan has no price; write `usd_per_month = 0` if it is free";
        fields.problem(report, "plan", message);
    }
    if prepaid_only && prepaid_tables.is_empty() {
        let message = "`prepaid_only` needs credits on sale; write a [[prepaid]], or take it out";
        fields.problem(report, "prepaid_only", message);
    }
    fields.finish(report);
    let charges = unshadowed(report, charge_tables);
    let prepaid = prepaid_tables.into_iter().filter_map(|table| package(report, table)).collect();
    Some(PlanPrice {
        plan: plan?,
        billing: billing.unwrap_or_default(),
        needs_approval: needs_approval.unwrap_or(false),
        trial_days: trial_days.and_then(|days| u32::try_from(days).ok()).unwrap_or(0),
        month: month.unwrap_or(NanoUsd::ZERO),
        seat,
        charges,
        prepaid,
        prepaid_only,
    })
}

fn name(report: &mut Report<'_>, fields: &mut Fields<'_>) -> Option<String> {
    if !fields.has("plan") {
        fields.text(report, "plan");
        fields.problem(report, "plan", "`plan` is missing; write the name of a plan of plans.toml");
        return None;
    }
    let name = fields.text(report, "plan")?;
    if !is_name(name) {
        let message = format!(
            "`plan` is {}; write 1 to 64 lower-case letters, digits, `.`, `_` and `-`",
            shown(name)
        );
        fields.problem(report, "plan", &message);
    }
    Some(name.to_owned())
}

fn usd(
    report: &mut Report<'_>,
    fields: &mut Fields<'_>,
    key: &'static str,
    least: u64,
) -> Option<NanoUsd> {
    let nano_usd = fields.decimal(report, key, USD_DECIMALS, least..=MAX_NANO_USD)?;
    i64::try_from(nano_usd).ok().map(NanoUsd::from_nano_usd)
}

fn seat(report: &mut Report<'_>, fields: &mut Fields<'_>) -> Option<SeatPrice> {
    let month = usd(report, fields, "usd_per_seat_per_month", 0);
    let included = fields.whole(report, "included_seats", SEATS);
    if fields.has("included_seats") && !fields.has("usd_per_seat_per_month") {
        let message =
            "`included_seats` needs the price of the others; write `usd_per_seat_per_month`";
        fields.problem(report, "included_seats", message);
    }
    let included = included.and_then(|seats| u32::try_from(seats).ok()).unwrap_or(0);
    Some(SeatPrice { month: month?, included })
}

/// The charges; one that never counts is a problem.
fn unshadowed(report: &mut Report<'_>, tables: Vec<Fields<'_>>) -> Vec<Charge> {
    let mut all = Vec::new();
    for (mut table, number) in tables.into_iter().zip(1_u32..) {
        let before = report.count();
        let read = charges(report, &mut table, number);
        let is_whole = report.count() == before && !read.is_empty();
        if is_whole && read.iter().all(|charge| is_shadowed(charge, &all)) {
            let message = "earlier charges count all of this; write the narrower `models` first";
            table.problem(report, "models", message);
        }
        table.finish(report);
        all.extend(read);
    }
    all
}

fn package(report: &mut Report<'_>, mut fields: Fields<'_>) -> Option<Package> {
    let credit = usd(report, &mut fields, "credit_usd", 1);
    if !fields.has("credit_usd") {
        let message = "`credit_usd` is missing; write what the credits pay for";
        fields.problem(report, "credit_usd", message);
    }
    let price = usd(report, &mut fields, "price_usd", 0);
    let valid_days = fields.whole(report, "valid_days", VALID_DAYS);
    if price > credit && credit.is_some() {
        let message = "`price_usd` is over `credit_usd`; credits cost at most what they pay for";
        fields.problem(report, "price_usd", message);
    }
    fields.finish(report);
    let valid_days = valid_days.and_then(|days| u32::try_from(days).ok());
    Some(Package { credit: credit?, price: price.unwrap_or(credit?), valid_days })
}
