//! The cap on an answer, by whichever name it is written.
//!
//! A cap is a whole number of at least 1: some servers take 0 or less for "no limit". A name of another dialect is refused,
//! for servers that speak this one may obey it all the same (llama.cpp lets `n_predict` overrule `max_tokens`), and nobody
//! here would have counted it.

use super::field;
use super::refusal::{Refusal, invalid};
use crate::json::{Scanner, Text, Type};

const ANY: (u64, u64) = (1, u64::MAX);

/// Names for the cap in any dialect or server, in small letters and without the marks between words.
const NAMES: [&str; 16] = [
    // OpenAI's: chat and completions, chat, Responses.
    "maxtokens",
    "maxcompletiontokens",
    "maxoutputtokens",
    // Anthropic's completions, Titan's and Llama's on Bedrock.
    "maxtokenstosample",
    "maxtokencount",
    "maxgenlen",
    // Hugging Face's, llama.cpp's, Ollama's.
    "maxnewtokens",
    "maxlength",
    "npredict",
    "numpredict",
    // Servers that speak OpenAI's dialect and others.
    "maxgeneratedtokens",
    "maxgentokens",
    "maxresponsetokens",
    "maxanswertokens",
    "maxdecodetokens",
    "maxresponseoutputtokens",
];

/// The value of the field `param`.
pub(crate) fn read(scanner: &mut Scanner<'_>, param: &str) -> Result<Option<u64>, Refusal> {
    field::whole_number(scanner, param, ANY)
}

/// How often an answer is made: `n` and `best_of`.
pub(crate) fn times(scanner: &mut Scanner<'_>, param: &str) -> Result<u32, Refusal> {
    let times = field::whole_number(scanner, param, (1, u32::MAX.into()))?;
    Ok(times.and_then(|times| u32::try_from(times).ok()).unwrap_or(1))
}

/// Refuses a member that is a cap by a name that is not `own`, unless it is null. For members that are not read here.
pub(crate) fn refuse_other_name(
    key: &Text<'_>,
    own: &str,
    scanner: &mut Scanner<'_>,
) -> Result<(), Refusal> {
    let Some(name) = key.decode() else { return Ok(()) };
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let plain: String = letters.map(|letter| letter.to_ascii_lowercase()).take(32).collect();
    let Some(known) = NAMES.iter().find(|known| **known == plain) else { return Ok(()) };
    if scanner.peek()? == Type::Null {
        return Ok(());
    }
    // The name as the client wrote it may be of any length.
    let shown = if name.len() <= 64 { name.as_ref() } else { known };
    let public = format!("`{shown}` is not the cap on an answer here: write `{own}`");
    Err(invalid(shown, "unknown_parameter", public))
}
