//! No tokens at all.

use crate::Usage;
use crate::provider::Decoded;

#[allow(clippy::derivable_impls)] // The type is generated.
impl Default for Usage {
    fn default() -> Self {
        Usage {
            input_tokens: 0,
            cached_input_tokens: 0,
            cache_write_tokens: 0,
            output_tokens: 0,
            reasoning_tokens: 0,
            audio_input_tokens: 0,
            audio_output_tokens: 0,
            estimated: false,
        }
    }
}

#[allow(clippy::derivable_impls)] // The type is generated.
impl Default for Decoded {
    fn default() -> Self {
        Decoded {
            output: String::new(),
            segments: Vec::new(),
            usage: None,
            done: false,
            begun: false,
            ids: Vec::new(),
        }
    }
}
