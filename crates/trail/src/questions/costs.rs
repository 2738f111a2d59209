//! Costs in the columns of FOCUS 1.2, the FinOps open cost and usage specification.

use super::error::QuestionError;
use super::parameters::Parameters;
use super::scope::Scope;
use super::table::{Cell, Table};
use super::usage::{Bucket, Usage, filters, range};
use super::zone;
use crate::ledger::{DIMENSIONS, SUMS, Store};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// The columns, by the names of FOCUS 1.2; those that begin with `x_` are ours, as FOCUS asks.
pub const FOCUS_COLUMNS: [&str; 44] = [
    "AvailabilityZone",
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingAccountType",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceId",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingCurrency",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "ServiceSubcategory",
    "SkuId",
    "SkuPriceId",
    "SubAccountId",
    "SubAccountName",
    "SubAccountType",
    "Tags",
    "x_Requests",
];

/// One row of costs before it is written.
struct Charge<'c> {
    day: i64,
    group: &'c [String],
    sums: &'c [i64],
}

/// Answers a question about costs: a row a day of UTC for each tenant, team, consumer, provider, model and route.
///
/// The prices are the catalogue's, so that a vendor's invoice can be compared with them; all four costs of FOCUS are the same amount.
/// What has no price is in `usage` (`unpriced`).
///
/// Parameters: `from` (needed), `to`, `zone` (in which these are read), and any column of `usage` as a filter.
///
/// # Errors
///
/// The question has parameters or values that are not there, or the ledger cannot be read.
pub async fn costs(
    store: &mut impl Store,
    parameters: Parameters<'_>,
    scope: &Scope,
    now_s: i64,
) -> Result<Table, QuestionError> {
    let mut known = vec!["from", "to", "zone", "format"];
    known.extend(DIMENSIONS);
    parameters.only(&known)?;
    let (start_s, end_s, _) = range(parameters, now_s)?;
    let question = Usage {
        start_s,
        end_s,
        zone: TimeZone::UTC,
        bucket: Bucket::Day,
        group_by: DIMENSIONS.to_vec(),
        filters: filters(parameters),
    };
    let sums = question.sums(store, scope).await?;
    let rows =
        sums.iter().filter_map(|((day, group), (_, sums))| Charge { day: *day, group, sums }.row());
    Ok(Table { columns: FOCUS_COLUMNS.to_vec(), rows: rows.collect() })
}

impl Charge<'_> {
    fn sum(&self, name: &str) -> i64 {
        let of = SUMS.iter().zip(self.sums).find(|(sum, _)| **sum == name);
        of.map_or(0, |(_, value)| *value)
    }

    fn of(&self, dimension: &str) -> &str {
        let of = DIMENSIONS.iter().zip(self.group).find(|(known, _)| **known == dimension);
        of.map_or("", |(_, value)| value)
    }

    /// None if nothing was used: what was refused is no charge.
    fn row(&self) -> Option<Vec<Cell>> {
        let tokens = self.sum("input_tokens").saturating_add(self.sum("output_tokens"));
        let cost = self.sum("cost_nano_usd");
        if tokens == 0 && cost == 0 {
            return None;
        }
        let cells = FOCUS_COLUMNS.iter().map(|column| self.cell(column, tokens, cost));
        Some(cells.collect())
    }

    fn cell(&self, column: &str, tokens: i64, cost: i64) -> Cell {
        let text = |text: &str| Cell::Text(text.to_owned());
        let start_s = self.day.saturating_mul(86_400);
        let time = |unix_s: i64| zone::written(unix_s, 0).map_or(Cell::Null, Cell::Text);
        let month = zone::month_of(start_s);
        match column {
            "BilledCost" | "ContractedCost" | "EffectiveCost" | "ListCost" => Cell::NanoUsd(cost),
            "BillingAccountId" | "BillingAccountName" => text("postern"),
            "BillingAccountType" => text("Gateway"),
            "BillingCurrency" | "PricingCurrency" => text("USD"),
            "BillingPeriodStart" => month.map_or(Cell::Null, |(start, _)| time(start)),
            "BillingPeriodEnd" => month.map_or(Cell::Null, |(_, end)| time(end)),
            "ChargeCategory" => text("Usage"),
            "ChargeDescription" => Cell::Text(format!("Tokens of {}", self.of("model"))),
            "ChargeFrequency" => text("Usage-Based"),
            "ChargePeriodStart" => time(start_s),
            "ChargePeriodEnd" => time(start_s.saturating_add(86_400)),
            "ConsumedQuantity" | "PricingQuantity" => Cell::Integer(tokens),
            "ConsumedUnit" | "PricingUnit" => text("Tokens"),
            "InvoiceIssuerName" | "ProviderName" | "PublisherName" => Cell::of(self.of("provider")),
            "PricingCategory" => text("Standard"),
            "ResourceId" | "ResourceName" | "SkuId" => Cell::of(self.of("model")),
            "ResourceType" => text("Model"),
            "ServiceCategory" => text("AI and Machine Learning"),
            "ServiceName" => text("Generative AI"),
            "ServiceSubcategory" => text("Generative AI"),
            "SubAccountId" | "SubAccountName" => Cell::of(self.of("tenant")),
            "SubAccountType" if !self.of("tenant").is_empty() => text("Tenant"),
            "Tags" => self.tags(),
            "x_Requests" => Cell::Integer(self.sum("requests")),
            _ => Cell::Null,
        }
    }

    fn tags(&self) -> Cell {
        let tags = ["consumer", "team", "route"].into_iter();
        let tags = tags.map(|name| (name.to_owned(), self.of(name).to_owned()));
        let tags: BTreeMap<_, _> = tags.filter(|(_, value)| !value.is_empty()).collect();
        if tags.is_empty() { Cell::Null } else { Cell::Tags(tags) }
    }
}
