//! The recorded decisions on a request, made again from what is recorded of their inputs, with the policies of that time.
//!
//! A record has no content and no secrets, so some decisions cannot be made again, or only in part: what is missing is said by name.

mod access;
mod caller;
mod guard;
mod limit;
mod policies;
mod route;
#[cfg(test)]
mod tests;

use crate::cli::Replay;
use crate::deployment::Deployment;
use crate::key;
use crate::ledger::Ledger;
use anyhow::{Context, Result, bail};
use policies::PoliciesOfThen;
use postern_dialect::percent_encoded;
use postern_trail::Record;

/// What became of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replayed {
    /// It is the same again.
    Equal(String),
    /// It is another one.
    Different { recorded: String, again: String },
    /// It cannot be made again: what is missing.
    Missing(String),
}

impl Replayed {
    /// Compares two decisions that are written alike.
    fn compare(recorded: String, again: String) -> Self {
        if recorded == again { Self::Equal(recorded) } else { Self::Different { recorded, again } }
    }
}

/// Prints each decision; fails if one is different.
pub fn replay(deployment: &Deployment, options: &Replay) -> Result<()> {
    let mut ledger = Ledger::open(deployment, &options.ledger)?;
    let path = format!("requests/{}", percent_encoded(&options.request_id));
    let answer = ledger.get(&path, "", key::now_unix_s()?.saturating_mul(1_000))?;
    let record = Record::from_json(&answer.body).context("its record cannot be read")?;
    let then = PoliciesOfThen::find(deployment, &record, options.git)?;
    println!("policies  {}", then.place);
    let mut differs = false;
    for (decision, replayed) in decisions(&record, &then)? {
        match replayed {
            Replayed::Equal(what) => println!("{decision:<10}equal: {what}"),
            Replayed::Different { recorded, again } => {
                differs = true;
                println!("{decision:<10}different: {again}; recorded: {recorded}");
            }
            Replayed::Missing(why) => println!("{decision:<10}not replayed: {why}"),
        }
    }
    if differs { bail!("not every decision is equal") } else { Ok(()) }
}

fn decisions(record: &Record, then: &PoliciesOfThen) -> Result<Vec<(&'static str, Replayed)>> {
    let caller = caller::of(record, &then.policies);
    let mut all = vec![("auth", caller::replay(record, caller.as_ref()))];
    all.extend(route::replay(record, &then.policies).map(|replayed| ("route", replayed)));
    let access = access::replay(record, then, caller.as_ref())?;
    all.extend(access.into_iter().map(|replayed| ("access", replayed)));
    let limits = limit::replay(record, &then.policies, caller.as_ref());
    all.extend(limits.into_iter().map(|replayed| ("limit", replayed)));
    let found = guard::replay(record, &then.policies);
    all.extend(found.into_iter().map(|replayed| ("guardrail", replayed)));
    Ok(all)
}
