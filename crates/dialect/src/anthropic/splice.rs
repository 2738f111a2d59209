//! Says a client's request to a vendor that speaks the same dialect: the client's own bytes, but for splices.

use crate::chat::Losses;
use crate::json::Scanner;
use crate::openai::refusal::Refusal;
use crate::{Edit, Facts, Operation, Span, Spliced, Vendor};
use postern_fault::Fault;
use serde_json::Value;

/// The version of the API that is spoken: <https://platform.claude.com/docs/en/api/versioning>.
const VERSION: &str = "2023-06-01";

/// Where an operation is asked for, appended to the vendor's base URL. A vendor's own path for chats that ends in
/// `:rawPredict` (Anthropic's models on Vertex) ends in `:streamRawPredict` for a stream.
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

/// The headers of the dialect: its version, unless that stands in the body.
pub fn headers(vendor: &Vendor) -> Vec<(&'static str, String)> {
    match vendor.quirks.anthropic_version_in_body {
        Some(_) => Vec::new(),
        None => vec![("anthropic-version", VERSION.to_owned())],
    }
}

/// A request in its client's own bytes.
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

/// Splice in the vendor's name for the model. Where the version stands in the body, it takes the place of the model of a
/// chat, which stands in the path (a count of tokens keeps its model, as `anthropic-sdk-python`'s Vertex client does it).
///
/// # Errors
/// A body of which `facts` were not read: only then is it not JSON any more.
pub fn splice(vendor: &Vendor, facts: &Facts, body: &str) -> Result<Vec<Edit>, Fault> {
    let model = || Value::from(vendor.model.as_str()).to_string();
    let Some(version) = &vendor.quirks.anthropic_version_in_body else {
        let differs = vendor.model != facts.model;
        let edit = Edit { span: facts.model_span, replacement: model() };
        return Ok(differs.then_some(edit).into_iter().collect());
    };
    let members = Members::find(body).map_err(|refusal| refusal.into_fault(body))?;
    let member = format!(r#""anthropic_version":{}"#, Value::from(version.as_str()));
    // The client's own word for the version is not the vendor's.
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

/// Where members of the body stand: key and value, and the same with the comma that goes when the member goes.
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

/// Past the comma that follows a member, if one does.
fn after_comma(body: &str, end: u32) -> u32 {
    let rest = body.get(end as usize..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start().len();
    match rest.trim_start().starts_with(',') {
        true => u32::try_from(blank + 1).map_or(end, |more| end.saturating_add(more)),
        false => end,
    }
}
