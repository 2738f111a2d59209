//! What it costs to count: tokens, and requests, tokens and money of a key inside a team inside a tenant, in the
//! key-value store and in Redis.
//!
//! What a stage took is what the gateway says in `server-timing`: `limiter` is what a request waits for before it is sent
//! (to count its prompt and to reserve), `settle` what its answer waits for.

mod cold;
mod counters;
mod counting;
mod deployment;
mod stage;

pub use deployment::local;

use super::Effort;
use super::latency;
use crate::gateway::Gateway;
use crate::redis_connection;
use crate::report::{Figure, Target};
use anyhow::Result;
use postern_redis_server::RedisServer;

/// Whether a Redis server and the build for it are there.
pub fn check() -> Result<()> {
    redis_connection::check()?;
    deployment::check()
}

pub async fn limits(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let local = deployment::local(gateway)?;
    let server = RedisServer::start()?;
    let redis = deployment::redis(gateway, &server)?;
    // Compiles the other limiter, if the cache does not have it.
    redis.start().await?.stop().await?;
    let mut figures = counting::counting(&local, effort).await?;
    figures.extend(stage::on_the_local_store(&local, effort).await?);
    figures.extend(stage::on_redis(&redis, &server, effort).await?);
    figures.extend(hot_key(&redis, &server, effort).await?);
    let unlimited = "rate without limits, 16 connections, for comparison";
    figures.push(latency::rate_at_16(&deployment::unlimited(gateway)?, effort, unlimited).await?);
    figures.push(counters::pairs(server, effort).await?);
    figures.extend(cold::cold(&local, &deployment::unlimited(gateway)?, effort).await?);
    Ok(figures)
}

/// The rate of one key, and how many scripts each of its requests takes: calls that come together travel together.
async fn hot_key(redis: &Gateway, server: &RedisServer, effort: &Effort) -> Result<Vec<Figure>> {
    let connection = redis_connection::Connection::to(server)?;
    let before = (connection.scripts()?, connection.requests()?);
    let name = "rate of one hot key on Redis, 16 connections";
    let rate = latency::rate_at_16(redis, effort, name).await?;
    let note =
        "three scopes; client, vendor, gateway and Redis share the cores; direct is the vendor";
    let scripts = connection.scripts()?.saturating_sub(before.0) as f64;
    let requests = connection.requests()?.saturating_sub(before.1).max(1) as f64;
    let each =
        Figure::new("scripts a request, one hot key, 16 connections", "", scripts / requests)
            .reaching(Target::AtMost(2.0))
            .noted("a reservation and a settlement each; warm-up and renewals included");
    Ok(vec![rate.reaching(Target::AtLeast(2_500.0)).also_noted(note), each])
}
