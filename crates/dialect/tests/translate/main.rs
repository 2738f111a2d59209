//! Every client's dialect to every vendor's and back, as the gateway does it: what must hold whichever two they are.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod begun;
mod beside;
mod beside_words;
mod cuts;
mod faults;
mod fields;
mod fixtures;
mod generated;
mod hub;
mod memo;
mod more_answers;
mod more_repairs;
mod moving;
mod overflow;
mod passing;
mod repairs;
mod round_trips;
mod segments;
mod servers;
mod streams;
mod strict;
mod trials;
mod usage;
