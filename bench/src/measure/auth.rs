//! The cost of authentication and authorization: keys, tokens, many consumers, many policies.

use super::Effort;
use super::cold::IDLE;
use super::stages::stage_ns;
use crate::client::{Call, Connection, Server};
use crate::gateway::{CONSUMER, Gateway};
use crate::issuer::{self, Algorithm};
use crate::payload;
use crate::report::{Figure, Target};
use crate::samples::Samples;
use anyhow::{Context, Result};
use http::HeaderValue;
use std::fmt::Write as _;

/// The entries of `server-timing` that are auth's.
const STAGES: [&str; 2] = ["auth", "authorize"];

/// The number of tokens that are presented once each; making them takes longer than verifying them.
const MAX_TOKENS: u64 = 400;

/// The number of consumers of a large company.
const MANY_CONSUMERS: usize = 10_000;

pub async fn auth(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let few = gateway.with_policies(&policies(gateway, 1, 20))?;
    let many = gateway.with_policies(&policies(gateway, MANY_CONSUMERS, 200))?;
    let mut figures = Vec::new();
    let key = of_key(&few, effort).await?;
    let of_many = of_key(&many, effort).await?;
    figures.push(
        Figure::new("API key, warm, decision included, median", "ms", key.median_ms())
            .reaching(Target::AtMost(0.1))
            .noted(spread(&key)),
    );
    figures.push(
        Figure::new(
            "the same with 10,000 consumers and 200 policies, times as long",
            "x",
            of_many.median_ms() / key.median_ms(),
        )
        .reaching(Target::AtMost(2.0))
        .noted(spread(&of_many)),
    );
    for (algorithm, name, limit_ms) in [
        (Algorithm::Es256, "ES256", 2.0),
        (Algorithm::EdDsa, "EdDSA", 1.0),
        (Algorithm::Rs256, "RS256", 1.0),
    ] {
        let new = of_new_tokens(&few, algorithm, effort).await?;
        figures.push(
            Figure::new(format!("{name} token never seen before, median"), "ms", new.median_ms())
                .reaching(Target::AtMost(limit_ms))
                .noted(spread(&new)),
        );
    }
    let known = of_known_token(&few, effort).await?;
    figures.push(
        Figure::new("ES256 token seen before, median", "ms", known.median_ms())
            .reaching(Target::AtMost(0.1))
            .noted(spread(&known)),
    );
    figures.extend(cold(&few, effort).await?);
    figures.push(of_wrong_keys(&few, effort).await?);
    Ok(figures)
}

fn spread(samples: &Samples) -> String {
    format!("p99 {:.3}, {} requests", samples.percentile_ms(99), samples.len())
}

async fn of_key(gateway: &Gateway, effort: &Effort) -> Result<Samples> {
    let running = gateway.start().await?;
    let samples = sampled(&running.server, effort.timed_requests).await;
    running.stop().await?;
    samples
}

async fn of_known_token(gateway: &Gateway, effort: &Effort) -> Result<Samples> {
    let running = gateway.start().await?;
    let server = Server { authorization: bearer(Algorithm::Es256, 0)?, ..running.server.clone() };
    let samples = sampled(&server, effort.timed_requests).await;
    running.stop().await?;
    samples
}

/// Each token is presented once, so that none is cached.
async fn of_new_tokens(
    gateway: &Gateway,
    algorithm: Algorithm,
    effort: &Effort,
) -> Result<Samples> {
    let count = effort.timed_requests.min(MAX_TOKENS);
    let running = gateway.start().await?;
    let mut samples = Samples::default();
    for number in 0..count + count / 10 {
        let authorization = bearer(algorithm, number)?;
        let server = Server { authorization, ..running.server.clone() };
        let one = auth_ns(&mut Connection::open(&server).await?).await?;
        if number >= count / 10 {
            samples.push(one);
        }
    }
    running.stop().await?;
    Ok(samples)
}

/// The first request of an instance, with 20 policies that were checked before.
async fn cold(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let running = gateway.start().await?;
    let mut connection = Connection::open(&running.server).await?;
    auth_ns(&mut connection).await?;
    let mut samples = Samples::default();
    for _ in 0..effort.cold_repetitions {
        tokio::time::sleep(IDLE).await;
        samples.push(auth_ns(&mut connection).await?);
    }
    running.stop().await?;
    Ok(vec![
        Figure::new(
            "API key on a cold instance with 20 policies, median",
            "ms",
            samples.median_ms(),
        )
        .reaching(Target::AtMost(3.0))
        .noted(format!("longest {:.1}", samples.max_ms())),
    ])
}

/// Does the time of a refusal tell how much of a key is right? Two unknown keys, of which one differs from an issued
/// one in its last characters only, presented in turn. Welch's t of the whole request: beyond 3 in either direction
/// would be a sign.
async fn of_wrong_keys(gateway: &Gateway, effort: &Effort) -> Result<Figure> {
    let running = gateway.start().await?;
    let [near, far] = gateway.wrong_keys();
    let open = |key: String| {
        let server = running.server.clone();
        async move {
            let authorization = HeaderValue::from_str(&format!("Bearer {key}"))?;
            Connection::open(&Server { authorization, ..server }).await
        }
    };
    let (mut near, mut far) = (open(near).await?, open(far).await?);
    let call = Call::chat(payload::chat(None));
    let (mut of_near, mut of_far) = (Samples::default(), Samples::default());
    for request in 0..effort.timed_requests {
        let (one, other) = (near.refused(&call).await?, far.refused(&call).await?);
        if request >= effort.timed_requests / 10 {
            of_near.push(one);
            of_far.push(other);
        }
    }
    running.stop().await?;
    let note = format!(
        "|t| <= 3: no difference seen; medians {:.3} and {:.3} ms",
        of_near.median_ms(),
        of_far.median_ms()
    );
    let t = of_near.welch_t(&of_far).abs();
    Ok(Figure::new(
        "refusal of a key that is nearly right against one that is not, Welch's |t|",
        "",
        t,
    )
    .reaching(Target::AtMost(3.0))
    .noted(note))
}

async fn sampled(server: &Server, count: u64) -> Result<Samples> {
    let mut connection = Connection::open(server).await?;
    let mut samples = Samples::default();
    for request in 0..count + count / 10 {
        let ns = auth_ns(&mut connection).await?;
        if request >= count / 10 {
            samples.push(ns);
        }
    }
    Ok(samples)
}

/// The stage's time for one request, from the gateway's `server-timing`.
async fn auth_ns(connection: &mut Connection) -> Result<u64> {
    let call = Call { timing: true, ..Call::chat(payload::chat(None)) };
    let answer = connection.call(&call).await?;
    STAGES.iter().map(|stage| stage_ns(&answer.headers, stage)).sum()
}

fn bearer(algorithm: Algorithm, number: u64) -> Result<HeaderValue> {
    let token = issuer::token(algorithm, CONSUMER, number).context("no token")?;
    Ok(HeaderValue::from_str(&format!("Bearer {token}"))?)
}

/// This many consumers with a key each, and this many policies: the first permits every caller, and the others read
/// everything and never apply.
fn policies(gateway: &Gateway, consumers: usize, policies: usize) -> [(&'static str, String); 3] {
    let mut of_consumers = format!(
        "[[consumer]]\nname = {CONSUMER:?}\nteam = \"bench\"\nroles = [\"developer\"]\nmodels = [\"*\"]\nissuers = [\"bench\"]\n"
    );
    for number in 1..consumers {
        let _ = write!(
            of_consumers,
            "[[consumer]]\nname = \"consumer-{number}\"\nteam = \"team-{}\"\nmodels = [\"*\"]\n[[consumer.key]]\nid = \"key-{number}\"\nsha256 = \"{number:064x}\"\n",
            number % 100
        );
    }
    let mut cedar = "@id(\"all\") permit (principal, action, resource);\n".to_owned();
    for number in 1..policies {
        let _ = writeln!(
            cedar,
            "@id(\"rule-{number}\") forbid (principal in Team::\"team-{number}\", action == Action::\"chat\", resource) when {{ resource.name like \"model-{number}-*\" && principal.roles.contains(\"role-{number}\") }};"
        );
    }
    let issuers = format!(
        "[[issuer]]\nname = \"bench\"\nissuer = {:?}\naudience = [{:?}]\njwks_url = \"{}{}\"\n",
        issuer::NAME,
        issuer::AUDIENCE,
        gateway.upstream_origin(),
        issuer::PATH
    );
    [("consumers.toml", of_consumers), ("authorization.cedar", cedar), ("issuers.toml", issuers)]
}
