//! Responses: thoughts of other vendors, which OpenAI can neither open nor look up.

use super::Repair;
use crate::Dialect;
use crate::chat::Sealed;
use crate::json::Node;
use crate::json::without;

impl Repair<'_> {
    pub(super) fn input(&mut self, request: &Node<'_>) {
        let items = request.get("input").map(Node::items).unwrap_or_default();
        let gone: Vec<bool> = items.iter().map(is_foreign).collect();
        for (at, _) in gone.iter().enumerate().filter(|(_, gone)| **gone) {
            self.losses.add(format!("input[{at}]"), "these thoughts are of another maker's");
        }
        let spans: Vec<_> = items.iter().map(|item| item.span).collect();
        self.edits.extend(without(&spans, |at| gone.get(at).copied().unwrap_or_default()));
    }
}

/// Whether it is a thought that another maker has sealed, or that this gateway wrote of another maker's words.
fn is_foreign(item: &Node<'_>) -> bool {
    if item.text_of("type") != "reasoning" {
        return false;
    }
    let sealed = item.text_of("encrypted_content");
    match sealed.is_empty() {
        // OpenAI's own ids have one `_`.
        true => item.text_of("id").matches('_').count() > 1,
        false => Sealed::from_text(Dialect::Responses, &sealed).maker != Dialect::Responses,
    }
}
