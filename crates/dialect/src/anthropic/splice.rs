//! Encodes a client's request for a vendor that speaks the same dialect: the client's own bytes, except for splices.

use crate::chat::Losses;
use crate::json::Scanner;
use crate::openai::refusal::Refusal;
use crate::{Edit, Facts, Operation, Span, Spliced, Vendor};
use postern_fault::Fault;
use serde_json::Value;

/// The API version: <https://platform.claude.com/docs/en/api/versioning>.
const VERSION: &str = "2023-06-01";

/// The path of an operation, appended to the vendor's base URL. If a vendor's own path for chats ends in `:rawPredict`
/// (Anthropic's models on Vertex), it ends in `:streamRawPredict` for a stream.
pub fn path(vendor: &Vendor, operation: Operation, stream: bool) -> String {
    let Some(path) = crate::vendor::own_path(&vendor.quirks, operation, &vendor.model) else {
        return match operation {
            Operation::CountTokens => "/messages/count_tokens".to_owned(),
            _ => "/messages".to_owned(),
        };
    };
    match path.strip_suffix(":rawPredict") {
        Some(model) if stream => format!("{model}:streamRawPredict"),
        _ => path,
    }
}

/// The dialect's headers: its version, unless the body has it.
pub fn headers(vendor: &Vendor) -> Vec<(&'static str, String)> {
    match vendor.quirks.anthropic_version_in_body {
        Some(_) => Vec::new(),
        None => vec![("anthropic-version", VERSION.to_owned())],
    }
}

/// A request in the client's own bytes.
///
/// # Errors
/// As [`splice`].
pub(crate) fn pass(
    vendor: &Vendor,
    facts: &Facts,
    body: &str,
    _losses: &mut Losses,
) -> Result<Spliced, Fault> {
    Ok(Spliced {
        path: path(vendor, facts.operation, facts.stream),
        headers: headers(vendor),
        edits: splice(vendor, facts, body)?,
    })
}

/// Splices in the vendor's name for the model. If the version is in the body, it replaces the model of a chat, which is in the
/// path (a token count keeps its model, as in `anthropic-sdk-python`'s Vertex client).
///
/// # Errors
/// A body that `facts` were not read from: only then can it fail to be JSON.
pub fn splice(vendor: &Vendor, facts: &Facts, body: &str) -> Result<Vec<Edit>, Fault> {
    let model = || Value::from(vendor.model.as_str()).to_string();
    let Some(version) = &vendor.quirks.anthropic_version_in_body else {
        let differs = vendor.model != facts.model;
        let edit = Edit { span: facts.model_span, replacement: model() };
        return Ok(differs.then_some(edit).into_iter().collect());
    };
    let members = Members::find(body).map_err(|refusal| refusal.into_fault(body))?;
    let member = format!(r#""anthropic_version":{}"#, Value::from(version.as_str()));
    // The client's version need not be the vendor's.
    let theirs = members.version.map(|(span, _)| Edit { span, replacement: member.clone() });
    let Some((span, alone)) = members.model else { return Ok(theirs.into_iter().collect()) };
    let replacement = match (facts.operation, theirs.is_some()) {
        (Operation::CountTokens, true) => format!(r#""model":{}"#, model()),
        (Operation::CountTokens, false) => format!(r#""model":{},{member}"#, model()),
        (_, false) => member,
        (_, true) => {
            let edit = Edit { span: alone, replacement: String::new() };
            return Ok(sorted(theirs, edit));
        }
    };
    Ok(sorted(theirs, Edit { span, replacement }))
}

fn sorted(first: Option<Edit>, second: Edit) -> Vec<Edit> {
    let mut edits: Vec<Edit> = first.into_iter().chain([second]).collect();
    edits.sort_by_key(|edit| edit.span.start);
    edits
}

/// The spans of members of the body: of key and value, and of the same with the comma that is removed with them.
#[derive(Default)]
struct Members {
    model: Option<(Span, Span)>,
    version: Option<(Span, Span)>,
}

impl Members {
    fn find(body: &str) -> Result<Self, Refusal> {
        let mut scanner = Scanner::new(body);
        let mut members = Members::default();
        crate::openai::read::enter(&mut scanner)?;
        let mut before = None;
        while let Some(key) = scanner.key()? {
            let start = key.span().start;
            let end = scanner.skip()?.end;
            let alone = match before {
                Some(before) => Span { start: before, end },
                None => Span { start, end: after_comma(body, end) },
            };
            let member = Some((Span { start, end }, alone));
            match key.decode().as_deref() {
                Some("model") => members.model = member,
                Some("anthropic_version") => members.version = member,
                _ => {}
            }
            before = Some(end);
        }
        Ok(members)
    }
}

/// The offset after the comma that follows a member, if there is one.
fn after_comma(body: &str, end: u32) -> u32 {
    let rest = body.get(end as usize..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start().len();
    match rest.trim_start().starts_with(',') {
        true => u32::try_from(blank + 1).map_or(end, |more| end.saturating_add(more)),
        false => end,
    }
}
