//! API keys: how one is made, recognised, hashed and recorded.
