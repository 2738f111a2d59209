//! Tools and tool choice: <https://ai.google.dev/api/caching#Tool>.

use super::names::Names;
use super::wire::{Declaration, FunctionCallingConfig, Tool, ToolConfig};
use crate::chat::{Field, Losses, Request, ToolChoice, ToolKind};
use crate::{Dialect, Memo};

pub(super) fn encode(
    request: &mut Request,
    names: &mut Names,
    losses: &mut Losses,
    memo: &mut Memo,
) -> (Vec<Tool>, Option<ToolConfig>) {
    let (mut declarations, mut tools) = (Vec::new(), Vec::new());
    let mut strict_tools = false;
    for tool in std::mem::take(&mut request.tools) {
        if tool.cache.is_some() {
            let path = format!("{}.cache_control", tool.path);
            losses.add(path, "Google caches prompts by itself");
        }
        match tool.kind {
            ToolKind::Function { name, description, parameters, strict } => {
                strict_tools |= strict == Some(true);
                declarations.push(Declaration {
                    name: names.sent(name, memo),
                    description,
                    parameters_json_schema: parameters,
                });
            }
            ToolKind::Foreign(Dialect::Google, tool) => tools.push(Tool::Googles(tool)),
            // Custom tools have become functions.
            ToolKind::Custom { .. } => losses.add(tool.path, "Google has functions only"),
            ToolKind::Foreign(maker, _) => {
                losses.add(tool.path, format!("only {} has this tool", maker.maker()));
            }
        }
    }
    let config = choice(request, names, &declarations, strict_tools, losses, memo);
    if !declarations.is_empty() {
        tools.insert(0, Tool::Functions { function_declarations: declarations });
    }
    (tools, config)
}

/// `VALIDATED` is `AUTO` with arguments that follow their schemas, and the only mode in which the model may choose among a
/// subset of the functions (<https://ai.google.dev/gemini-api/docs/function-calling#function-calling-modes>).
fn choice(
    request: &mut Request,
    names: &mut Names,
    declarations: &[Declaration],
    strict: bool,
    losses: &mut Losses,
    memo: &mut Memo,
) -> Option<ToolConfig> {
    let path = request.path(Field::ToolChoice);
    let choice = request.tool_choice.take();
    if declarations.is_empty() {
        if matches!(choice, Some(ToolChoice::Required | ToolChoice::Tool(_))) {
            losses.add(path, "no function is left to call");
        }
        return None;
    }
    if request.parallel_tool_calls == Some(false) {
        let path = request.path(Field::ParallelToolCalls);
        losses.add(path, "Google cannot be kept from several calls at once");
    }
    let (mode, allowed) = match choice {
        None if !strict => return None,
        Some(ToolChoice::Auto) if !strict => ("AUTO", Vec::new()),
        None | Some(ToolChoice::Auto) => ("VALIDATED", Vec::new()),
        Some(ToolChoice::None) => ("NONE", Vec::new()),
        Some(ToolChoice::Required) => ("ANY", Vec::new()),
        Some(ToolChoice::Tool(name)) => ("ANY", vec![name]),
        Some(ToolChoice::Allowed { names, required: true }) => ("ANY", names),
        Some(ToolChoice::Allowed { names, required: false }) => ("VALIDATED", names),
    };
    let allowed_function_names = allowed.into_iter().map(|name| names.sent(name, memo)).collect();
    let function_calling_config = FunctionCallingConfig { mode, allowed_function_names };
    Some(ToolConfig { function_calling_config })
}
