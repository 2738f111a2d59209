//! `plans.toml` as written.

use std::ops::Range;

use toml::Spanned;

use crate::grants::{MODELS, Texts};
use crate::reading::{Decimal, Key, Label, Report, Table};

pub(super) const DEFAULT_PLAN: Key = Key::new("default_plan", r#"default_plan = "free""#);
pub(super) const TIME_ZONE: Key = Key::new("time_zone", r#"time_zone = "Europe/Berlin""#);
pub(super) const IPV6_PREFIX_BITS: Key = Key::new("ipv6_prefix_bits", "ipv6_prefix_bits = 64");
const COUNTERS: Key = Key::new("counters", "[counters]");
pub(super) const REDIS_URL: Key = Key::new("redis_url", r#"redis_url = "redis://10.0.0.5:6379/0""#);
const PLAN: Key = Key::new("plan", "[[plan]]");
const LIMIT: Key = Key::new("limit", "[[limit]]");
pub(super) const NAME: Key = Key::new("name", r#"name = "team""#);
pub(super) const WHEN_STORE_IS_DOWN: Key =
    Key::new("when_store_is_down", r#"when_store_is_down = "refuse""#);
pub(super) const ANSWER_TOKENS: Key = Key::new("answer_tokens", "answer_tokens = 4_096");
pub(super) const LIMITS: Key = Key::new(
    "limits",
    r#"limits = [{ scope = "key", unit = "requests", per = "minute", amount = 600 }]"#,
);
pub(super) const SCOPE: Key = Key::new("scope", r#"scope = "key""#);
pub(super) const UNIT: Key = Key::new("unit", r#"unit = "requests""#);
pub(super) const PER: Key = Key::new("per", r#"per = "minute""#);
pub(super) const WINDOW: Key = Key::new("window", r#"window = "rolling""#);
pub(super) const AMOUNT: Key = Key::new("amount", "amount = 600");
pub(super) const WARN_AT_PERCENT: Key = Key::new("warn_at_percent", "warn_at_percent = 80");
pub(super) const DOWNGRADE_TO: Key = Key::new("downgrade_to", r#"downgrade_to = "gpt-4o-mini""#);

type Text<'t> = Option<Spanned<&'t str>>;
type Number = Option<Spanned<i128>>;

/// The whole file.
pub(super) struct Written<'t> {
    pub(super) default_plan: Text<'t>,
    pub(super) time_zone: Text<'t>,
    pub(super) ipv6_prefix_bits: Number,
    pub(super) counters: Option<Counters<'t>>,
    pub(super) limits: Vec<Limit<'t>>,
    pub(super) plans: Vec<Plan<'t>>,
}

/// `[counters]`.
pub(super) struct Counters<'t> {
    pub(super) label: Label<'t>,
    pub(super) redis_url: Text<'t>,
}

/// `[[plan]]`.
pub(super) struct Plan<'t> {
    pub(super) label: Label<'t>,
    pub(super) name: Text<'t>,
    pub(super) when_store_is_down: Text<'t>,
    pub(super) answer_tokens: Number,
    pub(super) limits: Vec<Limit<'t>>,
}

/// `[[limit]]`, or one of `limits`.
pub(super) struct Limit<'t> {
    pub(super) label: Label<'t>,
    pub(super) span: Range<usize>,
    pub(super) scope: Texts<'t>,
    pub(super) unit: Text<'t>,
    pub(super) per: Text<'t>,
    /// Whether `per` is present, even with a wrong type.
    pub(super) has_per: bool,
    pub(super) window: Text<'t>,
    pub(super) amount: Option<Spanned<Decimal<'t>>>,
    pub(super) models: Texts<'t>,
    pub(super) warn_at_percent: Number,
    pub(super) downgrade_to: Text<'t>,
}

impl<'t> Written<'t> {
    pub(super) fn read(report: &mut Report<'_>, mut root: Table<'t>) -> Self {
        let default_plan = root.optional(report, DEFAULT_PLAN);
        let time_zone = root.optional(report, TIME_ZONE);
        let ipv6_prefix_bits = root.optional(report, IPV6_PREFIX_BITS);
        let counters = root.table(report, COUNTERS, "[counters]");
        let limits = root.tables(report, LIMIT, "[[limit]]", None);
        let plans = root.tables(report, PLAN, "plan", Some(NAME));
        root.finish(report);
        Self {
            default_plan,
            time_zone,
            ipv6_prefix_bits,
            counters: counters.map(|table| Counters::read(report, table)),
            limits: limits.into_iter().map(|table| Limit::read(report, table)).collect(),
            plans: plans.into_iter().map(|table| Plan::read(report, table)).collect(),
        }
    }
}

impl<'t> Counters<'t> {
    fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let counters = Self { label: table.label, redis_url: table.optional(report, REDIS_URL) };
        table.finish(report);
        counters
    }
}

impl<'t> Plan<'t> {
    fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let (label, span) = (table.label, table.span.clone());
        let problems = report.count();
        let limits = table.tables(report, LIMITS, "limit of plan", None);
        if limits.is_empty() && report.count() == problems {
            let message = format!(
                "no limit is in `limits`, and a plan is its limits; write for example {}",
                LIMITS.example
            );
            report.problem(label, span, message);
        }
        let plan = Self {
            label,
            name: table.required(report, NAME),
            when_store_is_down: table.optional(report, WHEN_STORE_IS_DOWN),
            answer_tokens: table.optional(report, ANSWER_TOKENS),
            limits: limits.into_iter().map(|table| Limit::read(report, table)).collect(),
        };
        table.finish(report);
        plan
    }
}

impl<'t> Limit<'t> {
    fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let limit = Self {
            label: table.label,
            span: table.span.clone(),
            scope: table.required_texts(report, SCOPE),
            unit: table.required(report, UNIT),
            has_per: table.has(PER),
            per: table.optional(report, PER),
            window: table.optional(report, WINDOW),
            amount: table.required(report, AMOUNT),
            models: table.optional(report, MODELS),
            warn_at_percent: table.optional(report, WARN_AT_PERCENT),
            downgrade_to: table.optional(report, DOWNGRADE_TO),
        };
        table.finish(report);
        limit
    }
}
