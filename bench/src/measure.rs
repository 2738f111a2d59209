//! The measurements: each answers one question, direct and through the gateway where both make sense.

mod auth;
mod cancel;
mod cold;
mod connections;
mod crossings;
mod guardrail;
mod instances;
mod latency;
mod limits;
mod memory;
mod overload;
mod stages;
mod streaming;
mod translation;
mod wrappers;

use crate::gateway::Gateway;
use crate::report::Figure;
use anyhow::Result;
use clap::ValueEnum;
use serde::Serialize;
use std::time::Duration;

/// The names of measurements.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Name {
    /// At one connection
    Latency,
    /// At 16 connections
    Throughput,
    /// At one connection, a longer answer
    Embeddings,
    /// Time to the first chunk, and no batching
    Streaming,
    /// What each stage costs
    Stages,
    /// Calls of the host by name, and its allocations, a request
    Crossings,
    /// Another dialect than the vendor's, and a long context
    Translation,
    /// Keys, tokens, decisions
    Auth,
    /// Tokens, requests and money, in the key-value store and in Redis
    Limits,
    /// What every detector costs, on requests and on streams
    Guardrail,
    /// What a guardrail before the built-in one costs
    Wrappers,
    /// From the start of the process to the first answer
    ColdStart,
    /// The first request after the instance has been dropped
    ColdInstance,
    /// Resident memory of the host
    Memory,
    /// Memory with a thousand open streams
    Crowd,
    /// What an instance takes, by stage
    Instances,
    /// From a client's leaving to the vendor's seeing it
    Cancel,
    /// Ten times as many requests as the host takes
    Overload,
    /// Thousands of silent, slow and half-open connections
    Connections,
}

/// The lengths and repetitions, which are part of the results.
#[derive(Clone, Serialize)]
pub struct Effort {
    /// Time of a closed loop, for direct and through each.
    pub loop_ms: u64,
    /// The warm-up before it.
    pub warm_up_ms: u64,
    /// The parts of a loop, direct and through in turn, so that a change of the machine affects both.
    pub rounds: u32,
    /// Short streams, for the time to the first chunk.
    pub short_streams: u32,
    /// Streams of 40 chunks 5 ms apart.
    pub long_streams: u32,
    /// Requests with `server-timing`.
    pub timed_requests: u64,
    /// Repetitions of cold measurements.
    pub cold_repetitions: u32,
    /// The requests after which memory is read first, and last.
    pub memory_requests: (u64, u64),
    /// Clients that leave, of each kind.
    pub cancels: u32,
    /// Streams that the host takes, a tenth of those that ask.
    pub streams_at_once: usize,
    /// Silent connections of each kind at once.
    pub silent_connections: usize,
    /// Requests of other clients meanwhile.
    pub asked_meanwhile: usize,
}

impl Effort {
    pub fn full() -> Self {
        Self {
            loop_ms: 8_000,
            warm_up_ms: 2_000,
            rounds: 4,
            short_streams: 1_000,
            long_streams: 25,
            timed_requests: 3_000,
            cold_repetitions: 10,
            memory_requests: (10_000, 50_000),
            cancels: 100,
            streams_at_once: 500,
            silent_connections: 2_000,
            asked_meanwhile: 200,
        }
    }

    /// For a quick check. The figures are those of a machine that has not warmed up.
    pub fn quick() -> Self {
        Self {
            loop_ms: 2_000,
            warm_up_ms: 500,
            rounds: 2,
            short_streams: 100,
            long_streams: 5,
            timed_requests: 500,
            cold_repetitions: 3,
            memory_requests: (1_000, 5_000),
            cancels: 50,
            streams_at_once: 100,
            silent_connections: 200,
            asked_meanwhile: 50,
        }
    }

    fn round(&self) -> Duration {
        Duration::from_millis(self.loop_ms / u64::from(self.rounds.max(1)))
    }

    fn round_warm_up(&self) -> Duration {
        Duration::from_millis(self.warm_up_ms / u64::from(self.rounds.max(1)))
    }
}

impl Name {
    /// Checks its requirements, before anything is measured.
    pub fn check(self) -> Result<()> {
        match self {
            Self::Limits => limits::check(),
            Self::Crossings => crossings::check(),
            _ => Ok(()),
        }
    }

    /// Why it says nothing of Spin, if so.
    pub fn not_on_spin(self) -> Option<&'static str> {
        match self {
            Self::ColdStart => Some("the cache of compiled components is Spin's own"),
            Self::ColdInstance => Some("sets a flag of our host's spare instances"),
            Self::Overload | Self::Connections => Some("sets caps that only our host has"),
            Self::Crowd => Some("Spin's pool is too small for it, as docs/spin.md says"),
            Self::Crossings => Some("counts with a build of our host"),
            Self::Instances => Some("reads the mappings of our host's process"),
            Self::Latency
            | Self::Throughput
            | Self::Embeddings
            | Self::Streaming
            | Self::Stages
            | Self::Translation
            | Self::Auth
            | Self::Limits
            | Self::Guardrail
            | Self::Wrappers
            | Self::Memory
            | Self::Cancel => None,
        }
    }

    /// Measures, on a separate host.
    pub async fn measure(self, gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
        match self {
            Self::Latency => latency::latency(gateway, effort).await,
            Self::Throughput => latency::throughput(gateway, effort).await,
            Self::Embeddings => latency::embeddings(gateway, effort).await,
            Self::Streaming => streaming::streaming(gateway, effort).await,
            Self::Stages => stages::stages(gateway, effort).await,
            Self::Crossings => crossings::crossings(gateway, effort).await,
            Self::Translation => translation::translation(gateway, effort).await,
            Self::Auth => auth::auth(gateway, effort).await,
            Self::Limits => limits::limits(gateway, effort).await,
            Self::Guardrail => guardrail::guardrail(gateway, effort).await,
            Self::Wrappers => wrappers::wrappers(gateway, effort).await,
            Self::ColdStart => cold::start(gateway, effort).await,
            Self::ColdInstance => cold::instance(gateway, effort).await,
            Self::Memory => memory::memory(gateway, effort).await,
            Self::Crowd => memory::crowd(gateway).await,
            Self::Instances => instances::instances(gateway, effort).await,
            Self::Cancel => cancel::cancel(gateway, effort).await,
            Self::Overload => overload::overload(gateway, effort).await,
            Self::Connections => connections::connections(gateway, effort).await,
        }
    }
}
