//! Pictures: the description as the model rewrote it (<https://platform.openai.com/docs/api-reference/images/object>,
//! `revised_prompt`).

use super::close::raw::{Raw, string};
use super::close::{Cut, Ending, guardrail};
use super::find::FindTexts;
use super::found::Found;
use crate::json::Node;
use postern_types::provider::{Place, TextKind};

#[derive(Default)]
pub(super) struct Pictures {
    /// The number of pictures in a stream so far.
    count: u32,
}

const PROMPT: &str = "revised_prompt";

impl FindTexts for Pictures {
    fn event(&mut self, data: Option<&Node<'_>>, found: &mut Found<'_>) {
        let Some(prompt) = data.and_then(|data| data.get(PROMPT)) else { return };
        found.complete(Place::new(TextKind::Text, 0).in_content(self.count), prompt);
        self.count = self.count.saturating_add(1);
    }

    fn whole(&mut self, answer: &Node<'_>, found: &mut Found<'_>) {
        for (number, picture) in answer.list("data") {
            if let Some(prompt) = picture.get(PROMPT) {
                found.say(Place::new(TextKind::Text, 0).in_content(number), prompt);
            }
        }
    }

    fn delta(&self, _: Place, _: &str, _: u64) -> Option<String> {
        None
    }

    fn left(&mut self, _: &Node<'_>, _: &str) {}

    /// No event of pictures ends them early but an error, which OpenAI's SDKs raise.
    fn close(&mut self, ending: &mut Ending<'_>) {
        let message = string(&ending.notice.message);
        let why = guardrail(ending.notice);
        let error = format!(
            r#"{{"type":"invalid_request_error","code":"content_filter","param":null,"message":{message}}}"#
        );
        ending.event("error", &format!(r#"{{"type":"error","error":{error},"guardrail":{why}}}"#));
    }

    fn cut(&self, answer: Raw<'_>, cut: &Cut<'_>) -> String {
        let nothing = Some("[]".to_owned());
        answer.with([("data", nothing), ("guardrail", Some(guardrail(cut.notice)))])
    }
}
