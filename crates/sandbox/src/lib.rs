//! What a vendor would answer, without one.
