//! Each capability has its refusal twin: a stage that asks for what it was not granted does not start, by name.
//!
//! The twins are the shipped stages. Some have one grant taken away; the others are the `provider`, which parses foreign
//! bytes and may reach nothing, made to import one thing more. With the grant, each of them starts: the grant alone
//! makes the difference.

mod network;
mod twins;
