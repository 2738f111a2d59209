//! The gateway's behaviour, one folder each. The line `Stages:` of a folder names the stages that it exercises.

mod authorization;
mod browsers;
mod bytes;
mod concurrency;
mod drain;
mod fallback;
mod faults;
mod guardrail;
mod headers;
mod identity;
mod ids;
mod limits;
mod media;
mod models;
mod operator;
mod originals;
mod overload;
mod privacy;
mod readiness;
mod requests;
mod routes;
mod sandbox;
mod store;
mod streaming;
mod tokens;
mod tracing;
