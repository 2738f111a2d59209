//! Legacy completions: <https://platform.openai.com/docs/api-reference/completions/object>.

use super::close::chat::{Form, Left, whole};
use super::close::raw::Raw;
use super::close::{Cut, Ending};
use super::find::FindTexts;
use super::found::Found;
use super::head::Head;
use super::mark::When;
use crate::Facts;
use crate::json::Node;
use postern_types::provider::{Place, TextKind};
use serde_json::json;
use std::collections::BTreeSet;
use std::mem;

pub(super) struct Completions {
    head: Head,
    /// The choices that were seen.
    choices: BTreeSet<u32>,
    left: Left,
}

impl FindTexts for Completions {
    fn event(&mut self, data: Option<&Node<'_>>, found: &mut Found<'_>) {
        let Some(data) = data else { return found.end_if(|_| true) };
        self.head.see(data);
        self.whole(data, found);
        let mut is_frame = data.get("usage").is_some();
        for (number, choice) in data.list("choices") {
            let index = choice.index_of("index").unwrap_or(number);
            is_frame |= self.choices.insert(index);
            if choice.get("finish_reason").is_some() {
                is_frame = true;
                found.end_if(|place| place.choice == index);
            }
        }
        if is_frame {
            found.frame();
        }
    }

    fn whole(&mut self, answer: &Node<'_>, found: &mut Found<'_>) {
        for (number, choice) in answer.list("choices") {
            let index = choice.index_of("index").unwrap_or(number);
            let place = Place::new(TextKind::Text, index);
            if let Some(text) = choice.get("text") {
                found.say(place, text);
            }
            if let Some(logprobs) = choice.get("logprobs") {
                found.void(place, logprobs, "null", When::Touched);
            }
        }
    }

    fn delta(&self, at: Place, text: &str, _: u64) -> Option<String> {
        let choice =
            json!({ "text": text, "index": at.choice, "logprobs": null, "finish_reason": null });
        Some(self.head.event(OBJECT, choice))
    }

    fn left(&mut self, event: &Node<'_>, _: &str) {
        self.left.see(event);
    }

    fn close(&mut self, ending: &mut Ending<'_>) {
        let mut left = mem::take(&mut self.left);
        let form = Form {
            object: OBJECT,
            head: &self.head,
            begun: json!({ "text": "" }),
            nothing: json!({ "text": "" }),
            delta: &|at, text| self.delta(at, text, 0),
        };
        left.close(&form, ending);
    }

    fn cut(&self, answer: Raw<'_>, cut: &Cut<'_>) -> String {
        whole(answer, cut)
    }
}

const OBJECT: &str = "text_completion";

impl Completions {
    pub fn new(facts: &Facts) -> Self {
        Completions { head: Head::default(), choices: BTreeSet::new(), left: Left::new(facts) }
    }
}
