//! Reading a file as it is written: every key with its type and position, every problem noted.
//!
//! The document is walked by hand, because a serde derive stops at a file's first unknown key or wrong type.

mod checks;
mod decimal;
mod report;
mod table;
mod wording;

pub use checks::is_name;
pub(crate) use checks::{
    Seen, at_least_one, is_model_byte, is_variable_name, model_name, name, one_of, upstream_model,
    variable_name, whole_number,
};
pub(crate) use decimal::DecimalError;
pub use report::MAX_STAGE_FILE_BYTES;
pub(crate) use report::{Label, Report};
pub(crate) use table::{Decimal, Instant, Key, Table, TextOrTable};
pub(crate) use wording::{nearest, nearest_or_list, shown};
