//! Takes the prompt off an answer that repeats it.
//!
//! Spin's own models give back the prompt and the answer as one text, and count both as the prompt's tokens (Spin's
//! `crates/llm-local/src/llama.rs`); hosts that ask a server elsewhere give the answer alone.

/// Marks of a template that a tokenizer takes for its own and does not give back.
const MARKS: [&str; 2] = ["<s>", "</s>"];

/// What follows `prompt` in `text`, if `text` begins with all of it. Spaces need not agree: tokenizers move them.
pub(super) fn after_echo<'t>(prompt: &str, text: &'t str) -> Option<&'t str> {
    let mut said = text.char_indices().filter(|(_, c)| !c.is_whitespace());
    let mut end = 0;
    for expected in visible(prompt) {
        let (at, c) = said.next()?;
        if c != expected {
            return None;
        }
        end = at + c.len_utf8();
    }
    text.get(end..)
}

fn visible(prompt: &str) -> impl Iterator<Item = char> {
    let mut rest = prompt;
    std::iter::from_fn(move || {
        while let Some(after) = MARKS.iter().find_map(|mark| rest.strip_prefix(mark)) {
            rest = after;
        }
        let mut chars = rest.chars();
        let c = chars.next()?;
        rest = chars.as_str();
        Some(c)
    })
    .filter(|c| !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_follows_the_prompt_is_the_answer() {
        let prompt = "[INST] Hi [/INST] Hello </s><s>[INST] Bye [/INST]";
        let text = " [INST] Hi [/INST] Hello  [INST] Bye [/INST] See you";
        assert_eq!(after_echo(prompt, text), Some(" See you"));
        assert_eq!(after_echo("User: Hi\n\nAssistant:", "User: Hi\n\nAssistant:"), Some(""));
    }

    #[test]
    fn an_answer_that_only_begins_alike_is_left_as_it_is() {
        assert_eq!(after_echo("User: Hi\n\nAssistant:", "User: Hi"), None);
        assert_eq!(after_echo("User: Hi\n\nAssistant:", "Hello"), None);
        assert_eq!(after_echo("a", ""), None);
    }

    proptest! {
        #[test]
        fn an_echo_of_any_prompt_is_taken_off(prompt in "[^<]*\\S", answer in any::<String>()) {
            let text = format!("{prompt}{answer}");
            prop_assert_eq!(after_echo(&prompt, &text), Some(answer.as_str()));
        }

        #[test]
        fn no_text_makes_it_fail(prompt in any::<String>(), text in any::<String>()) {
            let _ = after_echo(&prompt, &text);
        }
    }
}
