//! Reads the usage of an answer: <https://platform.openai.com/docs/api-reference/chat/object#chat-object-usage>.

use crate::json::{Error, Scanner};
use crate::usage::{Count, Said, lenient};
use crate::{Operation, Usage};
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Counts {
    prompt_tokens: Count,
    completion_tokens: Count,
    total_tokens: Count,
    /// DeepSeek's field: <https://api-docs.deepseek.com/guides/kv_cache>.
    prompt_cache_hit_tokens: Count,
    #[serde(deserialize_with = "lenient")]
    prompt_tokens_details: OfPrompt,
    #[serde(deserialize_with = "lenient")]
    completion_tokens_details: OfCompletion,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct OfPrompt {
    cached_tokens: Count,
    cache_write_tokens: Count,
    audio_tokens: Count,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct OfCompletion {
    reasoning_tokens: Count,
    audio_tokens: Count,
}

/// Reads a `usage` object. None: it has no possible count of the prompt or of the completion.
///
/// # Errors
/// A value that is not JSON.
pub(super) fn read(
    operation: Operation,
    scanner: &mut Scanner<'_>,
) -> Result<Option<Usage>, Error> {
    let counts = serde_json::from_str(scanner.skip_text()?).unwrap_or_default();
    Ok(Counts::said(counts, operation).usage())
}

impl Counts {
    fn said(self, operation: Operation) -> Said {
        let (prompt, completion) = (self.prompt_tokens_details, self.completion_tokens_details);
        let reasoning = completion.reasoning_tokens;
        let beside = Count::sum([self.prompt_tokens, self.completion_tokens, reasoning]);
        let output = match operation {
            // These operations generate no tokens.
            Operation::Embeddings | Operation::Rerank => self.completion_tokens.or(Count::Of(0)),
            // OpenAI counts reasoning within the completion; xAI counts it separately, as its total shows.
            _ if beside == self.total_tokens && self.completion_tokens.get().is_some() => {
                Count::sum([self.completion_tokens, reasoning])
            }
            _ => self.completion_tokens,
        };
        Said {
            input: self.prompt_tokens,
            output,
            total: self.total_tokens,
            cached: prompt.cached_tokens.or(self.prompt_cache_hit_tokens),
            cache_write: prompt.cache_write_tokens,
            reasoning,
            audio_input: prompt.audio_tokens,
            audio_output: completion.audio_tokens,
        }
    }
}
