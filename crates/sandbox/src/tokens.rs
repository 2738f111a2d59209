//! The sandbox's own tokens: a word with the space before it, or a punctuation mark.
//!
//! They can be counted by eye, unlike a vendor's: `max_tokens: 3` of "Hello there, friend" is "Hello there,".

/// Cuts `text` into tokens; joined they are `text` again.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (token, after) = rest.split_at_checked(token_bytes(rest))?;
        rest = after;
        (!token.is_empty()).then_some(token)
    })
}

/// The number of tokens of `text`.
pub(crate) fn count(text: &str) -> u64 {
    tokens(text).count() as u64
}

/// The length of the first token of `text`: spaces, then a run of letters and digits or one punctuation mark.
fn token_bytes(text: &str) -> usize {
    let word = text.trim_start();
    let spaces = text.len() - word.len();
    let letters = word.find(|c: char| !c.is_alphanumeric()).unwrap_or(word.len());
    let sign = word.chars().next().map_or(0, char::len_utf8);
    spaces + letters.max(sign)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_token_is_a_word_with_its_space_or_a_sign() {
        let seen: Vec<_> = tokens("Hello there, 日本 ok?\n").collect();
        assert_eq!(seen, ["Hello", " there", ",", " 日本", " ok", "?", "\n"]);
    }

    proptest! {
        #[test]
        fn tokens_joined_are_the_text(text in any::<String>()) {
            prop_assert_eq!(tokens(&text).collect::<String>(), text);
        }
    }
}
