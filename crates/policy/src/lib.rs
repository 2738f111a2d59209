//! Policies as code: as written, then as used.
