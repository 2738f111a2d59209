//! Repairs of a client's own bytes, for a vendor that speaks the same dialect and refuses what the client wrote.
//!
//! The encoders make the same repairs where a request is translated. Here they are edits: all other bytes stay as they are.

mod betas;
mod breakpoints;
mod call_ids;
mod cap;
mod conversation;
mod input;
mod names;
mod schemas;
mod thinking;
mod translated;

pub(crate) use translated::needs_translation;

use crate::chat::Losses;
use crate::json::Node;
use crate::{Dialect, Edit, Facts, Memo, Operation, Span, Vendor};
use postern_fault::Fault;

/// A request that is repaired.
struct Repair<'a> {
    vendor: &'a Vendor,
    body: &'a str,
    edits: Vec<Edit>,
    /// The members of the request that are left out.
    gone: Vec<String>,
    /// Those of `output_config`.
    gone_of_output: Vec<&'static str>,
    /// The form of the answer, moved into `output_config`.
    format: Option<String>,
    /// Messages that added tools are left out.
    tools_are_lost: bool,
    losses: &'a mut Losses,
    memo: &'a mut Memo,
}

/// Adds to the `edits` of a request those that repair it.
///
/// # Errors
/// What cannot be repaired, by its place.
pub(crate) fn repair(
    vendor: &Vendor,
    facts: &Facts,
    body: &str,
    mut edits: Vec<Edit>,
    losses: &mut Losses,
    memo: &mut Memo,
) -> Result<Vec<Edit>, Fault> {
    let is_chat = matches!(facts.operation, Operation::Chat | Operation::CountTokens);
    if !is_chat && facts.operation != Operation::Completions {
        return Ok(edits);
    }
    // It was read before, so it is JSON.
    let Ok(request) = Node::read(body) else { return Ok(edits) };
    let mut repair = Repair::new(vendor, body, losses, memo);
    repair.cap(&request);
    if is_chat {
        repair.chat(&request)?;
    }
    repair.leave_out_gone(&request);
    // What is left out need not be repaired.
    let is_free = |edit: &Edit| {
        !edits
            .iter()
            .any(|other| other.span.start < edit.span.end && edit.span.start < other.span.end)
    };
    let repairs: Vec<Edit> = outermost(repair.edits).into_iter().filter(is_free).collect();
    edits.extend(repairs);
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    Ok(edits)
}

/// What only a beta allows in a body that was translated: the hub carries what only Anthropic knows, but the client's headers do not
/// go with such a body, so no beta does.
///
/// # Errors
/// What cannot be repaired, by its place.
pub(crate) fn repair_translated(
    vendor: &Vendor,
    body: String,
    losses: &mut Losses,
    memo: &mut Memo,
) -> Result<String, Fault> {
    if vendor.dialect != Dialect::Anthropic || vendor.quirks.betas.is_none() {
        return Ok(body);
    }
    let Ok(request) = Node::read(&body) else { return Ok(body) };
    let mut vendor = vendor.clone();
    vendor.quirks.betas = Some(Vec::new());
    let mut repair = Repair::new(&vendor, &body, losses, memo);
    repair.beta_settings(&request)?;
    repair.conversation(&request)?;
    repair.beta_tools(&request)?;
    repair.leave_out_gone(&request);
    let edits = outermost(repair.edits);
    Ok(crate::apply(&body, &edits).unwrap_or(body))
}

/// The edits in order, without those within what another one takes out. What is inserted at a bound is not within.
fn outermost(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort_by_key(|edit| {
        let Span { start, end } = edit.span;
        (start, start != end, std::cmp::Reverse(end))
    });
    let mut done = 0;
    edits.retain(|edit| {
        let is_outer = edit.span.start >= done;
        done = done.max(edit.span.end);
        is_outer
    });
    edits
}

impl<'a> Repair<'a> {
    fn new(vendor: &'a Vendor, body: &'a str, losses: &'a mut Losses, memo: &'a mut Memo) -> Self {
        Repair {
            vendor,
            body,
            edits: Vec::new(),
            gone: Vec::new(),
            gone_of_output: Vec::new(),
            format: None,
            tools_are_lost: false,
            losses,
            memo,
        }
    }
}

impl Repair<'_> {
    fn chat(&mut self, request: &Node<'_>) -> Result<(), Fault> {
        self.names(request);
        match self.vendor.dialect {
            Dialect::Anthropic => {
                self.beta_settings(request)?;
                self.conversation(request)?;
                self.beta_tools(request)?;
                self.budget(request);
                self.refused(request);
            }
            Dialect::Responses => {
                self.input(request);
                self.breakpoints(request);
                self.refused(request);
            }
            _ => {
                self.call_ids(request);
                self.breakpoints(request);
            }
        }
        self.effort(request);
        self.schemas(request);
        Ok(())
    }

    fn insert(&mut self, at: u32, text: String) {
        self.edits.push(Edit { span: Span { start: at, end: at }, replacement: text });
    }

    fn replace(&mut self, node: &Node<'_>, with: String) {
        self.edits.push(Edit { span: node.span, replacement: with });
    }
}
