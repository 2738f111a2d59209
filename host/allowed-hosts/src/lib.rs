//! `allowed_outbound_hosts` of a manifest: which hosts a component may reach, decided as Spin decides
//! (<https://spinframework.dev/manifest-reference>).
//!
//! [`AllowedHosts`] is what holds for a component whose variables have values. [`allows_as_written`] is the same rule for what is
//! written, before there are any.

mod entry;
mod template;
mod written;

pub use entry::{AllowedHosts, check};
pub use template::{Template, is_variable_name};
pub use written::allows_as_written;
