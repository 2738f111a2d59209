//! The attributes and permissions of a caller that `consumers.toml` and `issuers.toml` write in the same way.

use std::ops::Range;

use toml::Spanned;

use crate::closed::DataClass;
use crate::consumers::ModelPattern;
use crate::ip_range::IpRange;
use crate::reading::{Key, Label, Report, Seen, at_least_one, name, one_of, shown};

pub(crate) const TEAM: Key = Key::new("team", r#"team = "search""#);
pub(crate) const TENANT: Key = Key::new("tenant", r#"tenant = "acme""#);
pub(crate) const PLAN: Key = Key::new("plan", r#"plan = "team""#);
pub(crate) const ROLES: Key = Key::new("roles", r#"roles = ["developer"]"#);
pub(crate) const MODELS: Key = Key::new("models", r#"models = ["*"]"#);
pub(crate) const REGIONS: Key = Key::new("regions", r#"regions = ["eu"]"#);
pub(crate) const DATA_CLASS: Key = Key::new("data_class", r#"data_class = "internal""#);
pub(crate) const ISSUERS: Key = Key::new("issuers", r#"issuers = ["corporate"]"#);
pub(crate) const IP_RANGES: Key = Key::new("ip_ranges", r#"ip_ranges = ["10.0.0.0/8"]"#);

/// A list of strings, if it is present.
pub(crate) type Texts<'t> = Option<Spanned<Vec<Spanned<&'t str>>>>;

/// A reference from one file to another, and its place; checked when both have been read.
pub(crate) struct Said {
    pub(crate) what: &'static str,
    pub(crate) name: Option<String>,
    pub(crate) span: Range<usize>,
    pub(crate) of: Other,
}

/// A thing in another file that a reference names.
pub(crate) enum Other {
    /// Models or aliases.
    Models(ModelPattern),
    /// A region of some provider.
    Region(String),
    /// An issuer.
    Issuer(String),
    /// The model or alias that is used instead of a refusal.
    Downgrade(String),
    /// The model or alias that is asked for its opinion.
    Judge(String),
    /// The model or alias that is used instead of a deprecated one.
    Successor(String),
    /// A model or an alias that clients may request.
    Requested(String),
    /// A consumer that may use a preview.
    Previewer(String),
    /// A header of requests that the router gets.
    Header(String),
    /// A claim that an issuer passes on.
    Claim(String),
    /// Money, which needs a model with a price.
    Money,
    /// A plan, with the callers that have it.
    Plan(Holder),
    /// Callers, by one of their attributes.
    Caller(CallerKey, String),
}

/// The attributes by which callers are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallerKey {
    Consumer,
    Team,
    Tenant,
    Role,
}

impl CallerKey {
    /// Its name in messages.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Consumer => "consumer",
            Self::Team => "team",
            Self::Tenant => "tenant",
            Self::Role => "role",
        }
    }
}

/// The callers that have a plan, and the attributes by which its limits can count.
pub(crate) struct Holder {
    /// The plan's name; `None` means the default plan.
    pub(crate) plan: Option<String>,
    /// Whether they have a team.
    pub(crate) has_team: bool,
    /// Whether they have a tenant.
    pub(crate) has_tenant: bool,
    /// The issuers whose tokens may add attributes.
    pub(crate) issuers: Vec<String>,
}

impl Said {
    pub(crate) fn new(label: Label<'_>, span: Range<usize>, of: Other) -> Self {
        Self { what: label.what, name: label.name.map(str::to_owned), span, of }
    }

    pub(crate) fn label(&self) -> Label<'_> {
        Label { what: self.what, name: self.name.as_deref() }
    }
}

/// Patterns of names of models and aliases, at least one.
pub(crate) fn models(
    report: &mut Report<'_>,
    label: Label<'_>,
    list: &Texts<'_>,
    said: &mut Vec<Said>,
) -> Option<Vec<ModelPattern>> {
    let list = list.as_ref()?;
    at_least_one(report, label, MODELS, list);
    let mut patterns = Vec::with_capacity(list.get_ref().len());
    for model in list.get_ref() {
        let text = *model.get_ref();
        let Some(pattern) = ModelPattern::parse(text) else {
            let message = format!(
                "`models` has {}; write a name of models.toml or routes.toml, or the beginning of names with one `*` behind it, for example \"gpt-*\"",
                shown(text)
            );
            report.problem(label, model.span(), message);
            continue;
        };
        said.push(Said::new(label, model.span(), Other::Models(pattern.clone())));
        patterns.push(pattern);
    }
    Some(patterns)
}

/// Names, each once.
pub(crate) fn roles(report: &mut Report<'_>, label: Label<'_>, list: &Texts<'_>) -> Vec<String> {
    names(report, label, ROLES, "role", list).map(|(role, _)| role).collect()
}

/// Names of regions, each once, at least one; `None` if the key is absent, which means any region.
pub(crate) fn regions(
    report: &mut Report<'_>,
    label: Label<'_>,
    list: &Texts<'_>,
    said: &mut Vec<Said>,
) -> Option<Vec<String>> {
    at_least_one(report, label, REGIONS, list.as_ref()?);
    let mut regions = Vec::new();
    for (region, span) in names(report, label, REGIONS, "region", list) {
        said.push(Said::new(label, span, Other::Region(region.clone())));
        regions.push(region);
    }
    Some(regions)
}

/// Names of issuers, each once.
pub(crate) fn issuers(
    report: &mut Report<'_>,
    label: Label<'_>,
    list: &Texts<'_>,
    said: &mut Vec<Said>,
) -> Vec<String> {
    let mut issuers = Vec::new();
    for (issuer, span) in names(report, label, ISSUERS, "issuer", list) {
        said.push(Said::new(label, span, Other::Issuer(issuer.clone())));
        issuers.push(issuer);
    }
    issuers
}

fn names(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    what: &str,
    list: &Texts<'_>,
) -> impl Iterator<Item = (String, Range<usize>)> {
    let mut seen = Seen::default();
    let mut names = Vec::new();
    for value in list.iter().flat_map(Spanned::get_ref) {
        let what = format!("the {what} {}", shown(value.get_ref()));
        seen.note(report, label, value, &what, "remove");
        names.extend(name(report, label, key, value).map(|name| (name, value.span())));
    }
    names.into_iter()
}

/// Addresses and ranges of them, each once.
///
/// An empty list would refuse every address where it restricts, so it is a problem.
pub(crate) fn ip_ranges(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    list: &Texts<'_>,
) -> Vec<IpRange> {
    let Some(list) = list else {
        return Vec::new();
    };
    at_least_one(report, label, key, list);
    let mut ranges = Vec::with_capacity(list.get_ref().len());
    for written in list.get_ref() {
        match written.get_ref().parse::<IpRange>() {
            Ok(range) => ranges.push(range),
            Err(error) => report.problem(label, written.span(), format!("`{}`: {error}", key.name)),
        }
    }
    ranges
}

/// How confidential the caller's data is.
pub(crate) fn data_class(
    report: &mut Report<'_>,
    label: Label<'_>,
    value: &Option<Spanned<&str>>,
) -> Option<DataClass> {
    one_of(report, label, DATA_CLASS, value.as_ref()?, DataClass::WORDS)
}
