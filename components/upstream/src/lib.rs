//! Reach the vendor, with its credential.
