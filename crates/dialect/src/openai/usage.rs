//! Reads what an answer cost: <https://platform.openai.com/docs/api-reference/chat/object#chat-object-usage>.

use crate::Usage;
use crate::json::{Error, Scanner, Type};

/// More than any answer can cost: the largest contexts are a few million tokens, for at most 128 choices.
const MAX_TOKENS: u64 = 1_000_000_000;

/// The counts as the vendor says them. An outer none: the vendor says no sensible count.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    prompt: Option<u64>,
    completion: Option<u64>,
    total: Option<u64>,
    cached: Option<u64>,
    cache_write: Option<u64>,
    audio_in: Option<u64>,
    reasoning: Option<u64>,
    audio_out: Option<u64>,
    absurd: bool,
}

/// Read a `usage` object. None: it has no count of the prompt, or a count that cannot be.
///
/// # Errors
/// What is not JSON.
pub(super) fn read(scanner: &mut Scanner<'_>) -> Result<Option<Usage>, Error> {
    let mut counts = Counts::default();
    scanner.object()?;
    while let Some(key) = scanner.key()? {
        match key.decode().as_deref() {
            Some("prompt_tokens") => counts.prompt = counts.read_count(scanner)?,
            Some("completion_tokens") => counts.completion = counts.read_count(scanner)?,
            Some("total_tokens") => counts.total = counts.read_count(scanner)?,
            Some("prompt_tokens_details") => {
                let [cached, cache_write, audio] = counts.read_details(
                    scanner,
                    ["cached_tokens", "cache_write_tokens", "audio_tokens"],
                )?;
                counts.cached = cached.or(counts.cached);
                (counts.cache_write, counts.audio_in) = (cache_write, audio);
            }
            // DeepSeek: <https://api-docs.deepseek.com/guides/kv_cache>.
            Some("prompt_cache_hit_tokens") => {
                let hit = counts.read_count(scanner)?;
                counts.cached = counts.cached.or(hit);
            }
            Some("completion_tokens_details") => {
                [counts.reasoning, counts.audio_out] =
                    counts.read_details(scanner, ["reasoning_tokens", "audio_tokens"])?;
            }
            _ => drop(scanner.skip()?),
        }
    }
    Ok(counts.into_usage())
}

impl Counts {
    /// `null` is no count.
    fn read_count(&mut self, scanner: &mut Scanner<'_>) -> Result<Option<u64>, Error> {
        let count = match scanner.peek()? {
            Type::Null => return scanner.null().map(|()| None),
            Type::Number => scanner.number()?.parse().ok().filter(|count| *count <= MAX_TOKENS),
            _ => scanner.skip().map(|_| None)?,
        };
        self.absurd |= count.is_none();
        Ok(count)
    }

    /// The counts of these names in an object.
    fn read_details<const N: usize>(
        &mut self,
        scanner: &mut Scanner<'_>,
        names: [&str; N],
    ) -> Result<[Option<u64>; N], Error> {
        let mut found = [None; N];
        match scanner.peek()? {
            Type::Object => {}
            Type::Null => return scanner.null().map(|()| found),
            _ => {
                self.absurd = true;
                return scanner.skip().map(|_| found);
            }
        }
        scanner.object()?;
        while let Some(key) = scanner.key()? {
            let key = key.decode();
            let place =
                names.iter().zip(&mut found).find(|(name, _)| key.as_deref() == Some(**name));
            match place {
                Some((_, place)) => *place = self.read_count(scanner)?,
                None => drop(scanner.skip()?),
            }
        }
        Ok(found)
    }

    fn into_usage(self) -> Option<Usage> {
        let input_tokens = self.prompt.filter(|_| !self.absurd)?;
        let completion = self.completion.unwrap_or_default();
        let reasoning_tokens = self.reasoning.unwrap_or_default();
        // OpenAI counts reasoning within the completion; xAI beside it, which its total shows.
        let beside = self.total == Some(input_tokens + completion + reasoning_tokens);
        let usage = Usage {
            input_tokens,
            cached_input_tokens: self.cached.unwrap_or_default(),
            cache_write_tokens: self.cache_write.unwrap_or_default(),
            output_tokens: if beside { completion + reasoning_tokens } else { completion },
            reasoning_tokens,
            audio_input_tokens: self.audio_in.unwrap_or_default(),
            audio_output_tokens: self.audio_out.unwrap_or_default(),
            estimated: false,
        };
        let of_input =
            [usage.cached_input_tokens, usage.cache_write_tokens, usage.audio_input_tokens];
        let of_output = [usage.reasoning_tokens, usage.audio_output_tokens];
        let sensible = of_input.into_iter().all(|count| count <= usage.input_tokens)
            && of_output.into_iter().all(|count| count <= usage.output_tokens);
        sensible.then_some(usage)
    }
}
