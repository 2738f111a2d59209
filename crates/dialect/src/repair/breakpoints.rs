//! OpenAI's marks of what is worth caching, for a model that is too old for them.

use super::Repair;
use crate::Dialect;
use crate::json::Node;
use crate::openai::breakpoint;

impl Repair<'_> {
    pub(super) fn breakpoints(&mut self, request: &Node<'_>) {
        if !breakpoint::lacks(&self.vendor.model) || !self.body.contains(breakpoint::NAME) {
            return;
        }
        let list = if self.vendor.dialect == Dialect::Responses { "input" } else { "messages" };
        for (at, message) in request.list(list) {
            for (part, content) in message.list("content") {
                if content.get(breakpoint::NAME).is_some() {
                    let path = format!("{list}[{at}].content[{part}].{}", breakpoint::NAME);
                    self.losses.add(path, "the model is too old for it, and caches by itself");
                    self.leave_out(content, |name| name == breakpoint::NAME);
                }
            }
        }
    }
}
