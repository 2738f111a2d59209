//! Questions to the ledger: usage, requests and costs.
//!
//! A question is made of the parameters of a URL, and an answer is a table. What cannot be asked is refused with what can be.

mod costs;
mod cursor;
mod error;
mod parameters;
mod requests;
mod scope;
mod table;
mod usage;
mod zone;

pub use costs::{FOCUS_COLUMNS, costs};
pub use error::QuestionError;
pub use parameters::Parameters;
pub use requests::{MAX_PAGE, RequestPage, request, requests};
pub use scope::Scope;
pub use table::{Cell, Table};
pub use usage::{MAX_ROWS, usage};
pub(crate) use zone::span;
