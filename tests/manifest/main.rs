//! The manifest: valid for Spin, with minimal grants, and with a test for every stage; and the layering, cycles and
//! names of the packages.

mod completeness;
mod cycles;
mod dialects;
mod for_spin;
mod grants;
mod layering;
mod lengths;
mod schema;
mod twins;
mod words;
