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
    figures.push(
        latency::rate_at_16(&redis, effort, "rate of one hot key on Redis, 16 connections")
            .await?
            .reaching(Target::AtLeast(2_000.0))
            .also_noted(
                "three scopes; client, vendor, gateway and Redis share the cores; direct is the vendor",
            ),
    );
    let unlimited = "rate without limits, 16 connections, for comparison";
    figures.push(latency::rate_at_16(&deployment::unlimited(gateway)?, effort, unlimited).await?);
    figures.push(counters::pairs(server, effort).await?);
    figures.extend(cold::cold(&local, &deployment::unlimited(gateway)?, effort).await?);
    Ok(figures)
}
