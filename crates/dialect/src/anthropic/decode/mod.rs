//! Decodes a client's request into the hub: <https://platform.claude.com/docs/en/api/messages>.

mod block;
mod message;
mod object;
mod settings;
mod source;
mod tool;

use super::thread;
use crate::Dialect;
use crate::chat::{Losses, Message, Request, Role, Sampling};
use object::{Written, lose, object, required};
use postern_fault::Fault;
use serde_json::Number;
use serde_json::value::RawValue;

object!(Body<'a> {
    model "model": String,
    messages "messages": Vec<&'a RawValue>,
    system "system": Written<'a>,
    max_tokens "max_tokens": u64,
    stop_sequences "stop_sequences": Vec<String>,
    stream "stream": bool,
    temperature "temperature": Number,
    top_p "top_p": Number,
    top_k "top_k": Number,
    tools "tools": Vec<&'a RawValue>,
    tool_choice "tool_choice": &'a RawValue,
    thinking "thinking": &'a RawValue,
    output_config "output_config": &'a RawValue,
    output_format "output_format": &'a RawValue,
    metadata "metadata": &'a RawValue,
    service_tier "service_tier": String,
    cache_control "cache_control": &'a RawValue,
    thread "thread": &'a RawValue,
    // Clients of cloud vendors put it into the body; the vendor's own version replaces it.
    version "anthropic_version": String,
});

/// Decodes a request for a chat or a token count. Fields that the hub has no place for are noted as losses.
///
/// # Errors
/// A body that is not JSON, and a field that is missing or of the wrong type. Messages name fields, never a text of the
/// request.
pub fn decode(body: &str) -> Result<(Request, Losses), Fault> {
    let mut losses = Losses::default();
    let mut body: Body<'_> = serde_json::from_str(body).map_err(|error| unreadable(&error))?;
    let model = required(body.model.take(), "", "model").map_err(unrooted)?;
    if body.thread.is_some() {
        return Err(thread::unsupported());
    }
    let mut request = Request {
        max_output_tokens: body.max_tokens,
        stop: body.stop_sequences.take().unwrap_or_default(),
        sampling: Sampling {
            temperature: body.temperature.take(),
            top_p: body.top_p.take(),
            top_k: body.top_k.take(),
            ..Sampling::default()
        },
        service_tier: body.service_tier.take(),
        stream: body.stream.unwrap_or(false),
        ..Request::new(Dialect::Anthropic, model)
    };
    fill(&mut request, body, &mut losses)?;
    Ok((request, losses))
}

fn fill(request: &mut Request, body: Body<'_>, losses: &mut Losses) -> Result<(), Fault> {
    if let Some(system) = body.system {
        let parts = block::parts(system, "system", losses)?;
        let (path, role) = ("system".to_owned(), Role::System);
        request.messages.push(Message { path, role, parts, name: None });
    }
    let messages = required(body.messages, "", "messages").map_err(unrooted)?;
    for (index, raw) in messages.into_iter().enumerate() {
        message::decode(raw, format!("messages[{index}]"), &mut request.messages, losses)?;
    }
    for (index, raw) in body.tools.into_iter().flatten().enumerate() {
        request.tools.push(tool::decode(raw, format!("tools[{index}]"), losses)?);
    }
    if let Some(choice) = body.tool_choice {
        tool::choice(choice, request, losses)?;
    }
    settings::thinking(body.thinking, request, losses)?;
    settings::output(body.output_config, body.output_format, request, losses)?;
    settings::metadata(body.metadata, request, losses)?;
    if let Some(cache) = body.cache_control {
        request.cache = Some(block::marker(cache, "cache_control", losses)?);
    }
    lose(body.unknown, "", losses);
    Ok(())
}

fn unreadable(error: &serde_json::Error) -> Fault {
    let (line, column) = (error.line(), error.column());
    let public = match error.is_data() {
        true => format!("the body has a value of the wrong type at line {line} column {column}"),
        false => format!("the body is not JSON: see line {line} column {column}"),
    };
    Fault::new(postern_fault::Kind::InvalidRequest, public).with_code("invalid_type")
}

/// A path at the top has no leading dot.
fn unrooted(fault: Fault) -> Fault {
    let param = fault.param.map(|param| param.trim_start_matches('.').to_owned());
    Fault { public: fault.public.replacen("`.", "`", 1), param, ..fault }
}
