//! Every client's dialect against every vendor's, through the whole gateway.
//!
//! The vendors are the fakes of `postern_tests::vendors`: they refuse what the vendor would refuse, and all tell the
//! same story, so that a client must see the same from every vendor. The table of `docs/dialects.md` is made here.

mod agents;
mod client;
mod losses;
mod matrix;
mod others;
mod stage;
mod table;
