//! How a vendor differs from the documentation of its dialect, as data: adding a vendor needs no code.

use toml::Spanned;

use crate::base_path;
use crate::reading::{Key, Label, Report, Seen, Table, model_name, name, one_of, shown};
use postern_types::{Dialect, Operation, Quirks};

pub(crate) const QUIRKS: Key = Key::new("quirks", "quirks = { developer_role = false }");
const MAX_TOKENS_FIELD: Key = Key::new("max_tokens_field", r#"max_tokens_field = "max_tokens""#);
const DEVELOPER_ROLE: Key = Key::new("developer_role", "developer_role = false");
const STREAM_OPTIONS: Key = Key::new("stream_options", "stream_options = false");
const RESPONSES: Key = Key::new("responses", "responses = true");
const JSON_SCHEMA: Key = Key::new("json_schema", "json_schema = false");
const CUSTOM_TOOLS: Key = Key::new("custom_tools", "custom_tools = false");
const SYSTEM_MESSAGES: Key = Key::new("system_messages", "system_messages = false");
const NINE_LETTER_CALL_IDS: Key = Key::new("nine_letter_call_ids", "nine_letter_call_ids = true");
const IN_MESSAGES: Key =
    Key::new("unsupported_in_messages", r#"unsupported_in_messages = ["refusal"]"#);
/// The names of the cap on an answer, in all dialects.
const CAPS: [&str; 5] =
    ["max_tokens", "max_completion_tokens", "max_output_tokens", "maxTokens", "maxOutputTokens"];

const UNSUPPORTED: Key = Key::new("unsupported", r#"unsupported = ["service_tier"]"#);
const ANTHROPIC_VERSION: Key =
    Key::new("anthropic_version", r#"anthropic_version = "vertex-2023-10-16""#);
const BETAS: Key = Key::new("betas", r#"betas = ["context-1m-2025-08-07"]"#);
const PATHS: Key = Key::new("paths", r#"paths = { chat = "/deployments/{model}/chat" }"#);
/// The keys for a vendor's own paths, each with its operation; Responses have a path separate from other chats.
const PATH_KEYS: [(Key, Option<Operation>); 12] = [
    (
        Key::new(
            "chat",
            r#"chat = "/deployments/{model}/chat/completions?api-version=2024-10-21""#,
        ),
        Some(Operation::Chat),
    ),
    (Key::new("responses", r#"responses = "/responses?api-version=preview""#), None),
    (
        Key::new(
            "embeddings",
            r#"embeddings = "/deployments/{model}/embeddings?api-version=2024-10-21""#,
        ),
        Some(Operation::Embeddings),
    ),
    (
        Key::new(
            "completions",
            r#"completions = "/deployments/{model}/completions?api-version=2024-10-21""#,
        ),
        Some(Operation::Completions),
    ),
    (Key::new("rerank", r#"rerank = "/rerank""#), Some(Operation::Rerank)),
    (
        Key::new("count_tokens", r#"count_tokens = "/models/count-tokens:rawPredict""#),
        Some(Operation::CountTokens),
    ),
    (
        Key::new("transcriptions", r#"transcriptions = "/audio/transcriptions""#),
        Some(Operation::Transcribe),
    ),
    (
        Key::new("translations", r#"translations = "/audio/translations""#),
        Some(Operation::Translate),
    ),
    (Key::new("speech", r#"speech = "/audio/speech""#), Some(Operation::Speak)),
    (
        Key::new("image_generations", r#"image_generations = "/images/generations""#),
        Some(Operation::GenerateImages),
    ),
    (Key::new("image_edits", r#"image_edits = "/images/edits""#), Some(Operation::EditImages)),
    (
        Key::new("image_variations", r#"image_variations = "/images/variations""#),
        Some(Operation::VaryImages),
    ),
];

/// The two names of the cap on an answer in OpenAI's dialect.
const MAX_TOKENS_FIELDS: &[(&str, &str)] =
    &[("max_tokens", "max_tokens"), ("max_completion_tokens", "max_completion_tokens")];

/// `quirks = { ... }` as written.
pub(crate) struct Written<'t> {
    label: Label<'t>,
    max_tokens_field: Option<Spanned<&'t str>>,
    developer_role: Option<Spanned<bool>>,
    stream_options: Option<Spanned<bool>>,
    responses: Option<Spanned<bool>>,
    json_schema: Option<Spanned<bool>>,
    custom_tools: Option<Spanned<bool>>,
    system_messages: Option<Spanned<bool>>,
    nine_letter_call_ids: Option<Spanned<bool>>,
    unsupported_in_messages: Option<Spanned<Vec<Spanned<&'t str>>>>,
    unsupported: Option<Spanned<Vec<Spanned<&'t str>>>>,
    anthropic_version: Option<Spanned<&'t str>>,
    betas: Option<Spanned<Vec<Spanned<&'t str>>>>,
    /// The values of [`PATH_KEYS`], in their order, with the label of their table.
    paths: Option<(Label<'t>, [Option<Spanned<&'t str>>; 12])>,
}

impl<'t> Written<'t> {
    pub(super) fn read(
        report: &mut Report<'_>,
        row: &mut Table<'t>,
        what: &'static str,
        what_paths: &'static str,
    ) -> Option<Self> {
        let mut table = row.table(report, QUIRKS, what)?;
        let quirks = Self {
            label: table.label,
            max_tokens_field: table.optional(report, MAX_TOKENS_FIELD),
            developer_role: table.optional(report, DEVELOPER_ROLE),
            stream_options: table.optional(report, STREAM_OPTIONS),
            responses: table.optional(report, RESPONSES),
            json_schema: table.optional(report, JSON_SCHEMA),
            custom_tools: table.optional(report, CUSTOM_TOOLS),
            system_messages: table.optional(report, SYSTEM_MESSAGES),
            nine_letter_call_ids: table.optional(report, NINE_LETTER_CALL_IDS),
            unsupported_in_messages: table.optional(report, IN_MESSAGES),
            unsupported: table.optional(report, UNSUPPORTED),
            anthropic_version: table.optional(report, ANTHROPIC_VERSION),
            betas: table.optional(report, BETAS),
            paths: table.table(report, PATHS, what_paths).map(|mut paths| {
                let label = paths.label;
                let values = PATH_KEYS.map(|(key, _)| paths.optional(report, key));
                paths.finish(report);
                (label, values)
            }),
        };
        table.finish(report);
        Some(quirks)
    }
}

/// The quirks of a table, which override those above it.
pub(super) fn check(
    report: &mut Report<'_>,
    written: Option<&Written<'_>>,
    above: &Quirks,
    dialect: Option<Dialect>,
) -> Quirks {
    let Some(written) = written else {
        return above.clone();
    };
    if let Some(dialect) = dialect {
        fit_dialect(report, written, dialect);
    }
    let field = written.max_tokens_field.as_ref().and_then(|value| {
        one_of(report, written.label, MAX_TOKENS_FIELD, value, MAX_TOKENS_FIELDS)
    });
    let version = written.anthropic_version.as_ref();
    let version = version.and_then(|value| name(report, written.label, ANTHROPIC_VERSION, value));
    let unsupported = unsupported(report, written, &above.unsupported);
    let (paths, responses_path) = paths(report, written, above);
    let betas = written.betas.as_ref().map(|list| {
        let names = list.get_ref().iter();
        names.filter_map(|value| name(report, written.label, BETAS, value)).collect()
    });
    let in_messages = in_messages(report, written);
    Quirks {
        max_tokens_field: field.map(str::to_owned).or_else(|| above.max_tokens_field.clone()),
        no_developer_role: lacks(&written.developer_role, above.no_developer_role),
        no_stream_options: lacks(&written.stream_options, above.no_stream_options),
        responses: says(&written.responses).unwrap_or(above.responses),
        no_json_schema: lacks(&written.json_schema, above.no_json_schema),
        no_custom_tools: lacks(&written.custom_tools, above.no_custom_tools),
        single_system_message: lacks(&written.system_messages, above.single_system_message),
        nine_letter_call_ids: says(&written.nine_letter_call_ids)
            .unwrap_or(above.nine_letter_call_ids),
        unsupported,
        unsupported_in_messages: in_messages
            .unwrap_or_else(|| above.unsupported_in_messages.clone()),
        paths,
        responses_path,
        anthropic_version_in_body: version.or_else(|| above.anthropic_version_in_body.clone()),
        betas: betas.or_else(|| above.betas.clone()),
    }
}

fn says(flag: &Option<Spanned<bool>>) -> Option<bool> {
    flag.as_ref().map(|flag| *flag.get_ref())
}

/// Whether a vendor lacks a feature, by the flag that says whether it has it.
fn lacks(flag: &Option<Spanned<bool>>, above: bool) -> bool {
    says(flag).map_or(above, |has| !has)
}

/// Reports quirks of another dialect, which would have no effect.
fn fit_dialect(report: &mut Report<'_>, written: &Written<'_>, dialect: Dialect) {
    let of_flag = |flag: &Option<Spanned<bool>>| flag.as_ref().map(Spanned::span);
    let of_text = |text: &Option<Spanned<&str>>| text.as_ref().map(Spanned::span);
    let openai = [Dialect::OpenAi, Dialect::Responses].as_slice();
    let quirks = [
        (MAX_TOKENS_FIELD, of_text(&written.max_tokens_field), openai),
        (DEVELOPER_ROLE, of_flag(&written.developer_role), openai),
        (STREAM_OPTIONS, of_flag(&written.stream_options), openai),
        (RESPONSES, of_flag(&written.responses), openai),
        (CUSTOM_TOOLS, of_flag(&written.custom_tools), &[Dialect::OpenAi]),
        (SYSTEM_MESSAGES, of_flag(&written.system_messages), &[Dialect::OpenAi]),
        (NINE_LETTER_CALL_IDS, of_flag(&written.nine_letter_call_ids), &[Dialect::OpenAi]),
        (
            IN_MESSAGES,
            written.unsupported_in_messages.as_ref().map(Spanned::span),
            &[Dialect::OpenAi],
        ),
        (ANTHROPIC_VERSION, of_text(&written.anthropic_version), &[Dialect::Anthropic]),
        (BETAS, written.betas.as_ref().map(Spanned::span), &[Dialect::Anthropic]),
    ];
    for (key, span, dialects) in quirks {
        let (Some(span), false) = (span, dialects.contains(&dialect)) else { continue };
        let names: Vec<_> = dialects.iter().map(|dialect| dialect.as_str()).collect();
        let message = format!(
            "`{}` has no use with dialect = {:?}, only with {}; remove it",
            key.name,
            dialect.as_str(),
            names.join(" and ")
        );
        report.problem(written.label, span, message);
    }
}

/// The fields of messages that are refused; `None` if the table does not say. Without these nothing would be left of a message.
fn in_messages(report: &mut Report<'_>, written: &Written<'_>) -> Option<Vec<String>> {
    let list = written.unsupported_in_messages.as_ref()?.get_ref();
    let mut seen = Seen::default();
    let mut fields = Vec::new();
    for field in list {
        let what = format!("the field {}", shown(field.get_ref()));
        seen.note(report, written.label, field, &what, "remove");
        if ["role", "content", "tool_calls", "tool_call_id"].contains(field.get_ref()) {
            let message = format!(
                "`unsupported_in_messages` has {}, without which a message says nothing; remove it",
                shown(field.get_ref())
            );
            report.problem(written.label, field.span(), message);
            continue;
        }
        fields.extend(name(report, written.label, IN_MESSAGES, field));
    }
    Some(fields)
}

/// The unsupported fields of the table and of the one above it.
fn unsupported(report: &mut Report<'_>, written: &Written<'_>, above: &[String]) -> Vec<String> {
    let mut fields = above.to_vec();
    let list = written.unsupported.as_ref().map(Spanned::get_ref);
    let mut seen = Seen::default();
    for field in list.into_iter().flatten() {
        let what = format!("the field {}", shown(field.get_ref()));
        seen.note(report, written.label, field, &what, "remove");
        if CAPS.contains(field.get_ref()) {
            let message = format!(
                "`unsupported` has {}, the cap on an answer, which is reserved and so always sent; remove it (`max_tokens_field` says which name a vendor of OpenAI's dialect takes)",
                shown(field.get_ref())
            );
            report.problem(written.label, field.span(), message);
            continue;
        }
        let checked = model_name(report, written.label, UNSUPPORTED, field);
        fields.extend(checked.filter(|field| !above.contains(field)));
    }
    fields
}

/// The paths of operations and of Responses, each from this table or else from the one above it. A path begins with a slash, is
/// appended to the base path, may have a query, and has `{model}` in place of the percent-encoded model name.
fn paths(
    report: &mut Report<'_>,
    written: &Written<'_>,
    above: &Quirks,
) -> (Vec<(Operation, String)>, Option<String>) {
    let (mut paths, mut responses) = (above.paths.clone(), above.responses_path.clone());
    let Some((label, values)) = &written.paths else { return (paths, responses) };
    for ((key, operation), value) in PATH_KEYS.iter().zip(values) {
        let path = value.as_ref().and_then(|value| path(report, *label, *key, value));
        match (operation, path) {
            (Some(operation), Some(path)) => {
                paths.retain(|(each, _)| each != operation);
                paths.push((*operation, path));
            }
            (None, Some(path)) => responses = Some(path),
            (_, None) => {}
        }
    }
    (paths, responses)
}

/// A path with an optional query, in which only `{model}` is variable.
fn path(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    value: &Spanned<&str>,
) -> Option<String> {
    let text = *value.get_ref();
    let filled = text.replace("{model}", "m");
    let (path, query) = filled.split_once('?').unwrap_or((&filled, ""));
    let right = path.starts_with('/')
        && path.len() > 1
        && !path.ends_with('/')
        && base_path::checked(path).is_ok()
        && filled.parse::<http::uri::PathAndQuery>().is_ok()
        && !filled.contains(['{', '}', '#'])
        && !query.contains('?');
    if right {
        return Some(text.to_owned());
    }
    // A query may hold a credential.
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let and_query = if query.is_empty() { "" } else { " and a query (not shown)" };
    let message = format!(
        "`{}` has {}{and_query}, which is no path; begin it with a slash, and write {{model}} where the model's name goes, for example {}",
        key.name,
        shown(path),
        key.example
    );
    report.problem(label, value.span(), message);
    None
}
