//! Which hosts are vendors', and which ones stages reach themselves.

use crate::provisions::Destinations;
use postern_allowed_hosts::allows_as_written;

/// The entries of `allowed_outbound_hosts`, in their order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Divided {
    /// For the stages.
    pub stay: Vec<String>,
    /// For `egress`.
    pub vendors: Vec<String>,
}

/// An entry that stages need stays. All other entries for HTTP are vendors'. A pattern may be both.
pub fn divide(entries: &[String], destinations: &Destinations) -> Divided {
    let mut divided = Divided::default();
    for entry in entries {
        let allows = |origins: &[String]| origins.iter().any(|to| allows_as_written(entry, to));
        let is_any = entry.starts_with("*://");
        let is_http = ["http://", "https://", "{{"].iter().any(|start| entry.starts_with(start));
        let stays = is_any || !is_http || allows(&destinations.others);
        if stays {
            divided.stay.push(entry.clone());
        }
        if is_any || is_http && (!stays || allows(&destinations.vendors)) {
            divided.vendors.push(entry.clone());
        }
    }
    divided
}
