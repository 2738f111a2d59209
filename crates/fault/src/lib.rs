//! What went wrong: kind, public and private words, blame, retry.
