//! Schemas that the vendor cannot hold to: closed, loosened with a word in the description, or no longer strict.

use super::Repair;
use crate::Dialect;
use crate::json::{Node, Value};
use crate::schema::{ANTHROPIC, OPENAI, Rule};

impl Repair<'_> {
    pub(super) fn schemas(&mut self, request: &Node<'_>) {
        match self.vendor.dialect {
            Dialect::Anthropic => {
                let format = request.at(&["output_config", "format"]);
                self.schema(ANTHROPIC, "output_config.format", format, "schema", None);
                for (at, tool) in request.list("tools") {
                    self.strict(
                        ANTHROPIC,
                        &format!("tools[{at}].strict"),
                        Some(tool),
                        "input_schema",
                    );
                }
            }
            Dialect::Responses => {
                let format = request.at(&["text", "format"]);
                self.strict(OPENAI, "text.format", format, "schema");
                for (at, tool) in request.list("tools") {
                    self.strict(OPENAI, &format!("tools[{at}].strict"), Some(tool), "parameters");
                }
            }
            _ if self.vendor.quirks.no_json_schema => {}
            _ => {
                let format = request.at(&["response_format", "json_schema"]);
                self.strict(OPENAI, "response_format", format, "schema");
                for (at, tool) in request.list("tools") {
                    let path = format!("tools[{at}].function.strict");
                    self.strict(OPENAI, &path, tool.get("function"), "parameters");
                }
            }
        }
    }

    /// The schema beside a `strict` that is true.
    fn strict(&mut self, rule: Rule, path: &str, holder: Option<&Node<'_>>, member: &str) {
        let Some(holder) = holder else { return };
        // `get` returns no booleans.
        let Value::Object(members) = &holder.value else { return };
        let strict = members.iter().rev().find(|(name, _)| name == "strict").map(|(_, node)| node);
        let strict = strict.filter(|node| node.span.of(self.body) == Some("true"));
        if strict.is_some() {
            self.schema(rule, path, Some(holder), member, strict);
        }
    }

    fn schema(
        &mut self,
        rule: Rule,
        path: &str,
        holder: Option<&Node<'_>>,
        member: &str,
        strict: Option<&Node<'_>>,
    ) {
        let Some(node) = holder.and_then(|holder| holder.get(member)) else { return };
        let written = node.span.of(self.body).unwrap_or_default();
        let Ok(mut schema) = serde_json::from_str::<serde_json::Value>(written) else { return };
        let before = schema.clone();
        match rule.fit(&mut schema) {
            Ok(loosened) => {
                rule.tell(path, &loosened, self.losses);
                if schema != before {
                    self.replace(node, schema.to_string());
                }
            }
            // Where nothing can be made less strict, the vendor says itself what it does not take.
            Err(why) => {
                if let Some(strict) = strict {
                    self.losses.add(path, rule.not_exact(&why));
                    self.replace(strict, "false".to_owned());
                }
            }
        }
    }
}
