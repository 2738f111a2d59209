//! The gateways that are measured: one that limits in its key-value store, one that limits in Redis, and one that does not.

use crate::gateway::{CONSUMER, Gateway, models};
use anyhow::{Context, Result, bail};
use postern_redis_server::RedisServer;
use std::env;
use std::fs;
use std::path::Path;

/// Where `cargo xtask component limiter-redis` puts it.
const REDIS_BUILD: &str = "target/components/limiter-redis.wasm";

/// Three scopes of three units, none of which is ever reached: the largest amounts that a policy takes.
const THREE_SCOPES: &str = r#"
[[plan]]
name = "bench"
limits = [
  { scope = "key", unit = "requests", per = "minute", amount = 9_000_000_000_000_000 },
  { scope = "team", unit = "tokens", per = "minute", amount = 9_000_000_000_000_000 },
  { scope = "tenant", unit = "usd", per = "month", amount = 9_000_000 },
]
"#;

/// Whether the build for Redis is there.
pub fn check() -> Result<()> {
    if !Path::new(REDIS_BUILD).exists() {
        bail!("{REDIS_BUILD} is not there: run `cargo xtask component limiter-redis`");
    }
    Ok(())
}

/// Counts in the key-value store: a SQLite file.
pub fn local(gateway: &Gateway) -> Result<Gateway> {
    gateway.with_policies(&policies(Some("bench"), THREE_SCOPES.to_owned()))
}

/// Counts in Redis.
pub fn redis(gateway: &Gateway, server: &RedisServer) -> Result<Gateway> {
    let plans = format!("[counters]\nredis_url = {:?}\n{THREE_SCOPES}", server.url());
    gateway.with_policies(&policies(Some("bench"), plans))?.with_manifest(&manifest(&server.url())?)
}

/// The same models and callers, and no limits.
pub fn unlimited(gateway: &Gateway) -> Result<Gateway> {
    gateway.with_policies(&policies(None, String::new()))
}

/// The model's own tokenizer and a price, since a request that costs nothing would reserve no money.
fn policies(plan: Option<&str>, plans: String) -> [(&'static str, String); 3] {
    let price = "input_usd_per_million_tokens = 1.00\noutput_usd_per_million_tokens = 4.00";
    let plan = plan.map(|plan| format!("plan = {plan:?}\n")).unwrap_or_default();
    let consumer = format!(
        "[[consumer]]\nname = {CONSUMER:?}\nteam = \"bench\"\ntenant = \"bench\"\n{plan}models = [\"*\"]\n"
    );
    [
        ("models.toml", models("tokenizer = \"o200k_base\"", price)),
        ("consumers.toml", consumer),
        ("plans.toml", plans),
    ]
}

/// The shipped manifest with the limiter that counts in Redis, which may reach it.
fn manifest(url: &str) -> Result<String> {
    let shipped = fs::read_to_string("spin.toml").context("cannot read spin.toml")?;
    let text = with(&shipped, "target/components/limiter.wasm", REDIS_BUILD)?;
    let granted =
        |sets: &str| format!("{{ component = \"limiter\", inherit_configuration = [{sets}] }}");
    let text = with(
        &text,
        &granted(r#""environment", "files", "key_value_stores""#),
        &granted(r#""environment", "files", "allowed_outbound_hosts""#),
    )?;
    let hosts = "allowed_outbound_hosts = [\n";
    let text = with(&text, hosts, &format!("{hosts}  {url:?},\n"))?;
    // It speaks of this folder, and stands elsewhere.
    let here = env::current_dir()?.display().to_string();
    Ok(text.replace("\"target/components/", &format!("\"{here}/target/components/")))
}

fn with(manifest: &str, from: &str, to: &str) -> Result<String> {
    match manifest.matches(from).count() {
        1 => Ok(manifest.replace(from, to)),
        count => {
            bail!("spin.toml has {from:?} {count} times, not once: the benchmark must follow it")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_what_is_there_once_and_nothing_else() {
        assert_eq!(with("a b c", "b", "x").unwrap(), "a x c");
        assert!(with("a b b", "b", "x").is_err());
        assert!(with("a", "b", "x").is_err());
    }
}
