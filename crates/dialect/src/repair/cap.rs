//! A cap above the model's.

use super::Repair;
use crate::chat::above_the_models;
use crate::json::Node;

/// The names of the cap in the dialects of clients.
const CAPS: [&str; 3] = ["max_tokens", "max_completion_tokens", "max_output_tokens"];

impl Repair<'_> {
    pub(super) fn cap(&mut self, request: &Node<'_>) {
        let Some(most) = self.vendor.max_output_tokens else { return };
        for name in CAPS {
            let Some(node) = request.get(name) else { continue };
            if node.number().is_some_and(|cap| cap > most) {
                self.losses.add(name, above_the_models(most));
                self.replace(node, most.to_string());
                self.budget_below(request, most);
            }
        }
    }

    /// Anthropic's budget for thoughts is less than the cap.
    fn budget_below(&mut self, request: &Node<'_>, most: u64) {
        let budget = request.at(&["thinking", "budget_tokens"]);
        if let Some(node) = budget.filter(|node| node.number().is_some_and(|tokens| tokens >= most))
        {
            self.losses.add("thinking.budget_tokens", above_the_models(most));
            self.replace(node, most.saturating_sub(1).to_string());
        }
    }
}
