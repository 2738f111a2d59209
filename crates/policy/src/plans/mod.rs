//! `plans.toml`: how much callers may use, and in how long.

mod amount;
mod check;
mod conflicts;
mod limit;
mod redis;
mod scope;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use crate::PLANS_FILE;
use crate::closed::{LimitUnit, Period, Window};
use crate::consumers::ModelPattern;
use crate::problem::Problems;
use crate::reading::Report;

pub(crate) use check::{Read, read};
pub use scope::Scope;

/// The time zone of days and months where the file names none.
const DEFAULT_TIME_ZONE: &str = "UTC";

/// What one customer has at least (RFC 6177, 2): its addresses are as many as it likes.
const DEFAULT_IPV6_PREFIX_BITS: u8 = 64;

/// All plans, the limits that hold whatever the plan, and where use is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plans {
    by_name: BTreeMap<String, Plan>,
    default_plan: Option<String>,
    limits_for_all: Vec<Limit>,
    time_zone: String,
    ipv6_prefix_bits: u8,
    redis_url: Option<String>,
}

/// How much callers who have this plan may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its name, unique among the plans.
    pub name: String,
    /// Its limits, as they are written; at least one, and all must admit a request.
    pub limits: Vec<Limit>,
    /// Whether requests are admitted while nothing can be counted; limits of money refuse even then.
    pub admits_without_store: bool,
    /// The cap on the answer of a request that names none; none: that of the model.
    pub answer_tokens: Option<u64>,
}

/// How much of something may be used, by whom together, and in how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Whose use is counted together: that of requests which have the same of each. Sorted, each once, at least one.
    pub scopes: Vec<Scope>,
    /// What is counted.
    pub unit: LimitUnit,
    /// In how long; none of [`LimitUnit::ConcurrentRequests`], and of those alone.
    pub period: Option<Period>,
    /// Where the period begins.
    pub window: Window,
    /// How much, at least 1: requests, tokens, nano-dollars (10^-9 US dollars) or concurrent requests.
    pub amount: u64,
    /// For requests of which models and aliases, at least one; none: for all.
    pub models: Option<Vec<ModelPattern>>,
    /// From which part of the amount on callers are warned, 1 to 99.
    pub warn_at_percent: Option<u8>,
    /// The model or alias that is asked in place of a refusal.
    pub downgrade_to: Option<String>,
}

impl Default for Plans {
    fn default() -> Self {
        Self {
            by_name: BTreeMap::new(),
            default_plan: None,
            limits_for_all: Vec::new(),
            time_zone: DEFAULT_TIME_ZONE.to_owned(),
            ipv6_prefix_bits: DEFAULT_IPV6_PREFIX_BITS,
            redis_url: None,
        }
    }
}

impl Plans {
    /// Reads the text of `plans.toml`; without the file nothing is limited.
    ///
    /// # Errors
    ///
    /// All problems of the file.
    pub fn from_toml(text: Option<&str>) -> Result<Self, Problems> {
        let Some(text) = text else {
            return Ok(Self::default());
        };
        let mut report = Report::new(PLANS_FILE, text);
        let read = read(&mut report).unwrap_or_default();
        report.into_problems().or(read.plans)
    }

    /// The plan of this name, or of a caller without a plan the default one; nothing for a name that no plan has.
    #[must_use]
    pub fn plan(&self, name: Option<&str>) -> Option<&Plan> {
        self.by_name.get(name.or(self.default_plan.as_deref())?)
    }

    /// All plans, by name.
    pub fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.by_name.values()
    }

    /// The limits that hold for every request, whatever the plan.
    #[must_use]
    pub fn limits_for_all(&self) -> &[Limit] {
        &self.limits_for_all
    }

    /// The time zone of the calendar's days and months, by its IANA name.
    #[must_use]
    pub fn time_zone(&self) -> &str {
        &self.time_zone
    }

    /// How many bits of an IPv6 address limits by address count by.
    #[must_use]
    pub fn ipv6_prefix_bits(&self) -> u8 {
        self.ipv6_prefix_bits
    }

    /// Where the Redis is that counts, without credentials.
    #[must_use]
    pub fn redis_url(&self) -> Option<&str> {
        self.redis_url.as_deref()
    }

    /// The names of all claims that limits count by.
    #[must_use]
    pub fn claims(&self) -> BTreeSet<&str> {
        let limits = self.plans().flat_map(|plan| &plan.limits).chain(&self.limits_for_all);
        let scopes = limits.flat_map(|limit| &limit.scopes);
        let claims = scopes.filter_map(|scope| match scope {
            Scope::Claim(name) => Some(name.as_str()),
            _ => None,
        });
        claims.collect()
    }
}
