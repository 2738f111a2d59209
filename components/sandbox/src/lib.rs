//! Stands in for a vendor: answers without network.
