//! What every dialect reads of a vendor's answer.

/// What an answer cost. All counts are tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// All tokens of the prompt, those read from and written to a cache included.
    pub input_tokens: u64,
    /// Those of the input that the vendor read from its cache.
    pub cached_input_tokens: u64,
    /// Those of the input that the vendor wrote to its cache.
    pub cache_write_tokens: u64,
    /// All tokens of the answer, reasoning included.
    pub output_tokens: u64,
    /// Those of the output that were spent on reasoning.
    pub reasoning_tokens: u64,
    /// Those of the input that were audio.
    pub audio_input_tokens: u64,
    /// Those of the output that were audio.
    pub audio_output_tokens: u64,
    /// The vendor gave no count: this one was made here.
    pub estimated: bool,
}

/// What became of a chunk of the vendor's answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decoded {
    /// What the client gets for it; may be empty.
    pub output: String,
    /// The usage, as soon as it is known; the latest one holds.
    pub usage: Option<Usage>,
    /// Nothing more is to come: what the vendor sends after this is not read.
    pub done: bool,
}
