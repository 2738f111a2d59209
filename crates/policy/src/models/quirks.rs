//! How a vendor differs from the documentation of the dialect it speaks: data, so that a vendor is a row.

use toml::Spanned;

use crate::base_path;
use crate::reading::{Key, Label, Report, Seen, Table, model_name, name, one_of, shown};
use postern_types::Dialect;

pub(crate) const QUIRKS: Key = Key::new("quirks", "quirks = { developer_role = false }");
const MAX_TOKENS_FIELD: Key = Key::new("max_tokens_field", r#"max_tokens_field = "max_tokens""#);
const DEVELOPER_ROLE: Key = Key::new("developer_role", "developer_role = false");
const STREAM_OPTIONS: Key = Key::new("stream_options", "stream_options = false");
const RESPONSES: Key = Key::new("responses", "responses = true");
const JSON_SCHEMA: Key = Key::new("json_schema", "json_schema = false");
/// The names of the cap on an answer, in all dialects.
const CAPS: [&str; 5] =
    ["max_tokens", "max_completion_tokens", "max_output_tokens", "maxTokens", "maxOutputTokens"];

const UNSUPPORTED: Key = Key::new("unsupported", r#"unsupported = ["service_tier"]"#);
const ANTHROPIC_VERSION: Key =
    Key::new("anthropic_version", r#"anthropic_version = "vertex-2023-10-16""#);
const PATHS: Key = Key::new("paths", r#"paths = { chat = "/deployments/{model}/chat" }"#);
const PATH_KEYS: [Key; 6] = [
    Key::new("chat", r#"chat = "/deployments/{model}/chat/completions?api-version=2024-10-21""#),
    Key::new("responses", r#"responses = "/responses?api-version=preview""#),
    Key::new(
        "embeddings",
        r#"embeddings = "/deployments/{model}/embeddings?api-version=2024-10-21""#,
    ),
    Key::new(
        "completions",
        r#"completions = "/deployments/{model}/completions?api-version=2024-10-21""#,
    ),
    Key::new("rerank", r#"rerank = "/rerank""#),
    Key::new("count_tokens", r#"count_tokens = "/models/count-tokens:rawPredict""#),
];

/// The two names that OpenAI's dialect has for the cap on an answer.
const MAX_TOKENS_FIELDS: &[(&str, &str)] =
    &[("max_tokens", "max_tokens"), ("max_completion_tokens", "max_completion_tokens")];

/// How a vendor, or one of its models, differs from the dialect it speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quirks {
    /// The one name it has for the cap on an answer: `max_tokens` or `max_completion_tokens`. None: both.
    pub max_tokens_field: Option<String>,
    /// It has the developer role.
    pub developer_role: bool,
    /// It takes `stream_options`.
    pub stream_options: bool,
    /// It also serves OpenAI's Responses.
    pub responses: bool,
    /// It has JSON schemas, not only JSON mode.
    pub json_schema: bool,
    /// Fields of the dialect, by the dialect's names, that it refuses.
    pub unsupported: Vec<String>,
    /// Paths other than the dialect's.
    pub paths: Paths,
    /// The body has no model, the path does, and this is the body's `anthropic_version`.
    pub anthropic_version: Option<String>,
}

/// The paths of a vendor that has others than its dialect. Each begins with a slash, stands behind the base path, may
/// have a query, and has `{model}` where the model's name goes, percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "each is the path of the operation of its name")]
pub struct Paths {
    pub chat: Option<String>,
    pub responses: Option<String>,
    pub embeddings: Option<String>,
    pub completions: Option<String>,
    pub rerank: Option<String>,
    pub count_tokens: Option<String>,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            max_tokens_field: None,
            developer_role: true,
            stream_options: true,
            responses: false,
            json_schema: true,
            unsupported: Vec::new(),
            paths: Paths::default(),
            anthropic_version: None,
        }
    }
}

/// `quirks = { ... }` as written.
pub(crate) struct Written<'t> {
    label: Label<'t>,
    max_tokens_field: Option<Spanned<&'t str>>,
    developer_role: Option<Spanned<bool>>,
    stream_options: Option<Spanned<bool>>,
    responses: Option<Spanned<bool>>,
    json_schema: Option<Spanned<bool>>,
    unsupported: Option<Spanned<Vec<Spanned<&'t str>>>>,
    anthropic_version: Option<Spanned<&'t str>>,
    /// The values of [`PATH_KEYS`], in their order, with the label of their table.
    paths: Option<(Label<'t>, [Option<Spanned<&'t str>>; 6])>,
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
            unsupported: table.optional(report, UNSUPPORTED),
            anthropic_version: table.optional(report, ANTHROPIC_VERSION),
            paths: table.table(report, PATHS, what_paths).map(|mut paths| {
                let label = paths.label;
                let values = PATH_KEYS.map(|key| paths.optional(report, key));
                paths.finish(report);
                (label, values)
            }),
        };
        table.finish(report);
        Some(quirks)
    }
}

/// The quirks of a row: what it says over what holds above it.
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
    let says = |flag: &Option<Spanned<bool>>, above: bool| {
        flag.as_ref().map_or(above, |flag| *flag.get_ref())
    };
    let field = written.max_tokens_field.as_ref().and_then(|value| {
        one_of(report, written.label, MAX_TOKENS_FIELD, value, MAX_TOKENS_FIELDS)
    });
    let version = written.anthropic_version.as_ref();
    let version = version.and_then(|value| name(report, written.label, ANTHROPIC_VERSION, value));
    Quirks {
        max_tokens_field: field.map(str::to_owned).or_else(|| above.max_tokens_field.clone()),
        developer_role: says(&written.developer_role, above.developer_role),
        stream_options: says(&written.stream_options, above.stream_options),
        responses: says(&written.responses, above.responses),
        json_schema: says(&written.json_schema, above.json_schema),
        unsupported: unsupported(report, written, &above.unsupported),
        paths: paths(report, written, &above.paths),
        anthropic_version: version.or_else(|| above.anthropic_version.clone()),
    }
}

/// Reports quirks of another dialect: they would change nothing.
fn fit_dialect(report: &mut Report<'_>, written: &Written<'_>, dialect: Dialect) {
    let of_flag = |flag: &Option<Spanned<bool>>| flag.as_ref().map(Spanned::span);
    let of_text = |text: &Option<Spanned<&str>>| text.as_ref().map(Spanned::span);
    let openai = [Dialect::OpenAi, Dialect::Responses].as_slice();
    let quirks = [
        (MAX_TOKENS_FIELD, of_text(&written.max_tokens_field), openai),
        (DEVELOPER_ROLE, of_flag(&written.developer_role), openai),
        (STREAM_OPTIONS, of_flag(&written.stream_options), openai),
        (RESPONSES, of_flag(&written.responses), openai),
        (ANTHROPIC_VERSION, of_text(&written.anthropic_version), &[Dialect::Anthropic]),
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

/// The fields of both.
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

/// Path by path: what the row says, else what is said above.
fn paths(report: &mut Report<'_>, written: &Written<'_>, above: &Paths) -> Paths {
    let Some((label, values)) = &written.paths else {
        return above.clone();
    };
    let mut checked = PATH_KEYS
        .iter()
        .zip(values)
        .map(|(key, value)| value.as_ref().and_then(|value| path(report, *label, *key, value)));
    let mut next = |above: &Option<String>| checked.next().flatten().or_else(|| above.clone());
    // In the order of PATH_KEYS.
    Paths {
        chat: next(&above.chat),
        responses: next(&above.responses),
        embeddings: next(&above.embeddings),
        completions: next(&above.completions),
        rerank: next(&above.rerank),
        count_tokens: next(&above.count_tokens),
    }
}

/// A path with an optional query, of which `{model}` is the only part that changes.
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
