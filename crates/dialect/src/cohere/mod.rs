//! Cohere's API v2 (<https://docs.cohere.com/v2/reference/chat>).
