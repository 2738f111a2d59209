//! Chat completions: ids of calls for a server that takes them in one form only.

use super::Repair;
use crate::json::Node;
use crate::openai::call_id::of_nine;

impl Repair<'_> {
    pub(super) fn call_ids(&mut self, request: &Node<'_>) {
        if !self.vendor.quirks.nine_letter_call_ids {
            return;
        }
        let mut ids = Vec::new();
        for (_, message) in request.list("messages") {
            ids.extend(message.get("tool_call_id"));
            ids.extend(message.list("tool_calls").filter_map(|(_, call)| call.get("id")));
        }
        for node in ids {
            let id = node.text();
            let sent = of_nine(&id);
            if !id.is_empty() && sent != id {
                self.replace(node, format!("\"{sent}\""));
            }
        }
    }
}
