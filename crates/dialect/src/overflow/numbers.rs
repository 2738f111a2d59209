//! The numbers in a sentence about a prompt that is too long.

/// How many tokens there are, and how many there may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    pub prompt: Option<u64>,
    /// The cap on the answer, where the sentence is about the sum.
    pub cap: Option<u64>,
    pub most: Option<u64>,
}

/// Where a number stands: behind these words, or before them. All are in lower case.
enum At {
    After(&'static str),
    Before(&'static str),
}
use At::{After, Before};

const MOST: [At; 22] = [
    After("maximum context length is "),
    After("maximum prompt length is "),
    After("maximum context length of "),
    After("maximum context length ("),
    After("maximum context length: "),
    Before(" maximum context length"),
    After("context length is only "),
    After("context length of only "),
    After("context length ("),
    After("context size ("),
    After("context size is "),
    After("tokens allowed ("),
    After("only supports up to "),
    After("max input tokens: "),
    After("model token limit: "),
    After("must be <= "),
    After("allowed input length of "),
    After("exceeds the limit of "),
    After("cannot exceed "),
    After("while limit is "),
    After("input length should be [1, "),
    After(" > "),
];

const PROMPT: [At; 24] = [
    Before(" in the messages"),
    Before(" in the prompt"),
    Before(" in your prompt"),
    Before(" in the input"),
    Before(" of text input"),
    Before(" tokens from the input"),
    Before(" input tokens"),
    Before(" `inputs` tokens"),
    After("input token count ("),
    After("input token count is "),
    After("input token count: "),
    After("prompt contains "),
    After("request contains "),
    After("resulted in "),
    After("prompt is too long: "),
    After("context limit: "),
    After("request ("),
    After("input ("),
    After("input length "),
    After("(requested: "),
    After("received "),
    After("current length is "),
    After("requested about "),
    After("you requested "),
];

const CAP: [At; 5] = [
    Before(" in the completion"),
    Before(" for the completion"),
    Before(" output tokens"),
    Before(" `max_new_tokens`"),
    After(" + "),
];

impl Numbers {
    /// The numbers of a sentence in any vendor's words.
    pub fn of(sentence: &str) -> Self {
        let sentence = sentence.to_lowercase();
        let find = |places: &[At]| places.iter().find_map(|at| at.number(&sentence));
        Numbers { prompt: find(&PROMPT), cap: find(&CAP), most: find(&MOST) }
    }

    /// OpenAI's sentence; none if the most is not known.
    pub fn as_openai_says(self) -> Option<String> {
        let most = self.most?;
        let asked = match (self.prompt, self.cap) {
            (Some(prompt), Some(cap)) => format!(
                "However, you requested {} tokens ({prompt} in the messages, {cap} in the completion). Please reduce the length of the messages or completion.",
                prompt.saturating_add(cap)
            ),
            (Some(prompt), None) => format!(
                "However, your messages resulted in {prompt} tokens. Please reduce the length of the messages."
            ),
            _ => {
                "However, your messages resulted in more. Please reduce the length of the messages."
                    .to_owned()
            }
        };
        Some(format!("This model's maximum context length is {most} tokens. {asked}"))
    }
}

impl At {
    fn number(&self, sentence: &str) -> Option<u64> {
        match self {
            After(words) => {
                let (_, after) = sentence.split_once(words)?;
                let end = after.find(|c| !is_of_number(c)).unwrap_or(after.len());
                parsed(after.get(..end)?)
            }
            Before(words) => sentence.rmatch_indices(words).find_map(|(end, _)| {
                let before = sentence.get(..end)?;
                let start = before.rfind(|c| !is_of_number(c)).map_or(0, |at| at + 1);
                parsed(before.get(start..)?)
            }),
        }
    }
}

/// Some vendors write `128,000`.
fn is_of_number(c: char) -> bool {
    c.is_ascii_digit() || c == ','
}

fn parsed(digits: &str) -> Option<u64> {
    digits.replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::Numbers;

    #[test]
    fn a_sentence_without_numbers_has_none() {
        for sentence in ["", " > ", "prompt is too long: , tokens > 99999999999999999999 maximum"] {
            assert_eq!(Numbers::of(sentence), Numbers::default(), "{sentence}");
        }
    }
}
