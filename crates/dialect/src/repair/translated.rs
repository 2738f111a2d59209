//! Repairs that edits of the client's bytes cannot make, since the answer has to be undone as well: such a request is translated,
//! although client and vendor speak one dialect.

use crate::json::Node;
use crate::schema::ANTHROPIC;
use crate::{Dialect, Facts, Operation, Vendor};

/// Whether a request has something that only a translation repairs.
pub(crate) fn needs_translation(vendor: &Vendor, facts: &Facts, body: &str) -> bool {
    if facts.operation != Operation::Chat {
        return false;
    }
    match vendor.dialect {
        // Functions of one string, whose calls come back as calls of custom tools.
        Dialect::OpenAi if vendor.quirks.no_custom_tools && body.contains("custom") => {
            Node::read(body).is_ok_and(|request| has_custom_tools(&request))
        }
        // A tool that must be called, whose arguments come back as the answer.
        Dialect::Anthropic if body.contains("\"output_config\"") => {
            Node::read(body).is_ok_and(|request| is_misfit(vendor, &request, body))
        }
        _ => false,
    }
}

fn has_custom_tools(request: &Node<'_>) -> bool {
    let is_custom = |(_, tool): (u32, &Node<'_>)| tool.text_of("type") == "custom";
    request.list("tools").any(is_custom)
        || request.list("messages").any(|(_, message)| message.list("tool_calls").any(is_custom))
}

/// Whether the schema of the answer is one that the model cannot hold to.
fn is_misfit(vendor: &Vendor, request: &Node<'_>, body: &str) -> bool {
    let Some(schema) = request.at(&["output_config", "format", "schema"]) else { return false };
    let lacks = |name: &str| vendor.quirks.unsupported.iter().any(|refused| refused == name);
    if lacks("output_format") {
        return true;
    }
    let written = schema.span.of(body).unwrap_or_default();
    serde_json::from_str(written).is_ok_and(|mut schema| ANTHROPIC.fit(&mut schema).is_err())
}
