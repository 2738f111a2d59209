//! Members of the request that only a beta allows.

use super::table::Part;
use super::{Repair, member};
use crate::anthropic::thread_unsupported;
use crate::json::{Node, Value, without};
use postern_fault::Fault;

/// Members at the top that are left out.
const AT_TOP: &[(&str, Part)] = &[
    ("speed", Part::Speed),
    ("fallbacks", Part::Fallbacks),
    ("diagnostics", Part::Diagnostics),
    ("user_profile_id", Part::UserProfile),
    ("safeguards", Part::Safeguards),
    ("compaction", Part::CompactionOnDemand),
    // Those that name something are refused before.
    ("mcp_servers", Part::Mcp),
    ("thread", Part::Thread),
];

impl Repair<'_> {
    /// # Errors
    /// Servers, skills or a stored conversation, without which the answer would be another.
    pub(in crate::repair) fn beta_settings(&mut self, request: &Node<'_>) -> Result<(), Fault> {
        if self.vendor.quirks.betas.is_none() {
            return Ok(());
        }
        if request.get("thread").is_some() && self.lacks(Part::Thread).is_some() {
            return Err(thread_unsupported());
        }
        if request.get("mcp_servers").is_some_and(|servers| !servers.items().is_empty()) {
            self.demand(Part::Mcp, || "mcp_servers".to_owned())?;
        }
        if request.at(&["container", "skills"]).is_some() {
            self.demand(Part::Skills, || "container.skills".to_owned())?;
        }
        for (name, part) in AT_TOP {
            let Some(node) = member(request, name) else { continue };
            let is_said = !matches!(node.value, Value::Other) && *part != Part::Mcp;
            if is_said && self.goes(*part, || (*name).to_owned())
                || !is_said && self.lacks(*part).is_some()
            {
                self.gone.push((*name).to_owned());
            }
        }
        self.unscope(request, &String::new);
        self.context_edits(request);
        self.thinking_controls(request);
        self.output(request);
        Ok(())
    }

    fn context_edits(&mut self, request: &Node<'_>) {
        const NAME: &str = "context_management";
        let Some(managed) = member(request, NAME) else { return };
        if matches!(managed.value, Value::Other) && self.lacks(Part::ContextEdits).is_some() {
            self.gone.push(NAME.to_owned());
            return;
        }
        let edits = managed.get("edits").map(Node::items).unwrap_or_default();
        let part = |edit: &Node<'_>| match edit.text_of("type").starts_with("compact") {
            true => Part::Compaction,
            false => Part::ContextEdits,
        };
        let gone: Vec<bool> = edits.iter().map(|edit| self.lacks(part(edit)).is_some()).collect();
        // Without any edit there is nothing to manage.
        if !gone.contains(&false) {
            let part = edits.first().map_or(Part::ContextEdits, part);
            if self.goes(part, || NAME.to_owned()) {
                self.gone.push(NAME.to_owned());
            }
            return;
        }
        for (at, edit) in edits.iter().enumerate() {
            self.goes(part(edit), || format!("{NAME}.edits[{at}]"));
        }
        let spans: Vec<_> = edits.iter().map(|edit| edit.span).collect();
        self.edits.extend(without(&spans, |at| gone.get(at).copied().unwrap_or_default()));
    }

    fn thinking_controls(&mut self, request: &Node<'_>) {
        let Some(thinking) = request.get("thinking") else { return };
        let is_bound = member(thinking, "block_binding").is_some()
            && self.goes(Part::ThinkingBinding, || "thinking.block_binding".to_owned());
        let is_shown = thinking.text_of("display") == "updates"
            && self.goes(Part::ThinkingUpdates, || "thinking.display".to_owned());
        self.leave_out(thinking, |name| {
            (is_bound && name == "block_binding") || (is_shown && name == "display")
        });
    }

    fn output(&mut self, request: &Node<'_>) {
        let config = request.get("output_config");
        if config.is_some_and(|config| member(config, "task_budget").is_some())
            && self.goes(Part::TaskBudget, || "output_config.task_budget".to_owned())
        {
            self.gone_of_output.push("task_budget");
        }
        let Some(format) = member(request, "output_format") else { return };
        if self.lacks(Part::OutputFormat).is_none() {
            return;
        }
        self.gone.push("output_format".to_owned());
        let is_said = config.is_some_and(|config| config.get("format").is_some());
        if !matches!(format.value, Value::Other) && !is_said {
            self.format = format.span.of(self.body).map(str::to_owned);
        }
    }
}
