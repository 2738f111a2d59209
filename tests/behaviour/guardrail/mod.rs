//! What is said passes the rules of `guardrails.toml`, both ways.
//!
//! Stages: gateway, guardrail.

mod answers;
mod requests;
mod setup;
