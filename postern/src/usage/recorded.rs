//! What the ledger has: sums, requests and costs, as `/admin/v1/` answers them.

mod rows;

use crate::cli::{Asked, Printed, Recorded, Requests, Sums};
use crate::deployment::Deployment;
use crate::ledger::Ledger;
use anyhow::{Result, bail};
use form_urlencoded::Serializer;
use jiff::Timestamp;
use jiff::tz::Offset;

/// Asks and prints.
pub fn print(deployment: &Deployment, of: &Recorded, now_ms: u64) -> Result<()> {
    match of {
        Recorded::Sums(Sums { asked, by, bucket }) => {
            let more = [("group_by", by.as_deref()), ("bucket", bucket.as_deref())];
            let query = query(asked, &more, now_ms)?;
            table(deployment, asked, "usage", &query, now_ms)
        }
        Recorded::Costs(asked) => {
            let query = query(asked, &[], now_ms)?;
            table(deployment, asked, "costs", &query, now_ms)
        }
        Recorded::Requests(wanted) => requests(deployment, wanted, now_ms),
    }
}

fn table(
    deployment: &Deployment,
    asked: &Asked,
    path: &str,
    query: &str,
    now_ms: u64,
) -> Result<()> {
    let format = if asked.format == Printed::Csv { "csv" } else { "json" };
    let query = format!("{query}&format={format}");
    let answer = Ledger::open(deployment, &asked.ledger)?.get(path, &query, now_ms)?.body;
    match asked.format {
        Printed::Csv => print!("{answer}"),
        Printed::Json => println!("{answer}"),
        Printed::Table => rows::print(&rows::of_table(&answer, path)?),
    }
    Ok(())
}

fn requests(deployment: &Deployment, wanted: &Requests, now_ms: u64) -> Result<()> {
    let asked = &wanted.asked;
    let mut ledger = Ledger::open(deployment, &asked.ledger)?;
    if let Some(id) = &wanted.id {
        let id = postern_dialect::percent_encoded(id);
        println!("{}", ledger.get(&format!("requests/{id}"), "", now_ms)?.body);
        return Ok(());
    }
    let limit = wanted.limit.to_string();
    let query = query(asked, &[("limit", Some(&limit))], now_ms)?;
    let answer = ledger.get("requests", &query, now_ms)?.body;
    match asked.format {
        Printed::Json => println!("{answer}"),
        Printed::Csv => {
            bail!("requests are printed as a table or as JSON; sums and costs have CSV")
        }
        Printed::Table => rows::print(&rows::of_requests(&answer)?),
    }
    Ok(())
}

/// The query for these options.
fn query(asked: &Asked, more: &[(&str, Option<&str>)], now_ms: u64) -> Result<String> {
    // The next second, so that the last one is in the range.
    let now = Timestamp::from_second(i64::try_from(now_ms / 1_000)?.saturating_add(1))?;
    let from = match &asked.from {
        Some(from) => from.clone(),
        None => Offset::UTC.to_datetime(now).date().first_of_month().to_string(),
    };
    let mut query = Serializer::new(String::new());
    query.append_pair("from", &from);
    let given = [("to", asked.to.as_deref()), ("zone", asked.zone.as_deref())];
    // Sums go until now; single requests are asked for by both ends.
    let needs_end = more.iter().any(|(name, _)| *name == "limit") && asked.to.is_none();
    let end = now.to_string();
    let end = needs_end.then_some(("to", Some(end.as_str())));
    for (name, value) in given.iter().chain(more).chain(end.iter()) {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    query.extend_pairs(&asked.filters);
    Ok(query.finish())
}
