//! The erasure of a person's traces.

use crate::cli::Erase;
use crate::deployment::Deployment;
use crate::key;
use crate::ledger::Ledger;
use anyhow::Result;
use serde::Deserialize;
use serde_json::json;

/// What was erased.
#[derive(Deserialize)]
struct Erased {
    pseudonym: String,
    keys_destroyed: u64,
    contents_removed: u64,
    requests_pseudonymised: u64,
}

/// Erases, and prints what was.
pub fn erase(deployment: &Deployment, options: &Erase) -> Result<()> {
    let mut ledger = Ledger::open_to_write(deployment, &options.ledger)?;
    let body = json!({ "subject": options.subject }).to_string();
    let now_ms = key::now_unix_s()?.saturating_mul(1_000);
    let answer = ledger.post("erasures", &body, now_ms)?;
    let erased: Erased = serde_json::from_str(&answer.body)?;
    println!("pseudonym               {}", erased.pseudonym);
    println!("keys destroyed          {}", erased.keys_destroyed);
    println!("contents removed        {}", erased.contents_removed);
    println!("requests pseudonymised  {}", erased.requests_pseudonymised);
    println!("The audit stream `administration` has the proof; sums are unchanged.");
    if erased.keys_destroyed == 0 && erased.requests_pseudonymised == 0 {
        eprintln!(
            "note: nothing was known of this subject: is the id written as requests have it?"
        );
    }
    Ok(())
}
