//! `plans.toml`: how much callers may use in which period.

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

/// The time zone of days and months if the file names none.
const DEFAULT_TIME_ZONE: &str = "UTC";

/// One customer has at least a /64 (RFC 6177, 2) and can use any address in it.
const DEFAULT_IPV6_PREFIX_BITS: u8 = 64;

/// All plans, the limits that apply to every plan, and where use is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plans {
    by_name: BTreeMap<String, Plan>,
    default_plan: Option<String>,
    limits_for_all: Vec<Limit>,
    time_zone: String,
    ipv6_prefix_bits: u8,
    redis_url: Option<String>,
}

/// How much callers with this plan may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its name, unique among the plans.
    pub name: String,
    /// Its limits in the order they are written, at least one; a request needs the admission of all.
    pub limits: Vec<Limit>,
    /// Whether requests are admitted while the counters are unavailable; limits of money refuse even then.
    pub admits_without_store: bool,
    /// The cap on the answer for a request without one, in tokens; `None` means the model's cap.
    pub answer_tokens: Option<u64>,
}

/// How much of a unit may be used in a period, and whose use is counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The scopes by which use is counted: requests with the same value of each are counted together. Sorted, each once, at least one.
    pub scopes: Vec<Scope>,
    /// The unit that is counted.
    pub unit: LimitUnit,
    /// The period; `None` for [`LimitUnit::ConcurrentRequests`], and only for that unit.
    pub period: Option<Period>,
    /// Where the period begins.
    pub window: Window,
    /// How much, at least 1: requests, tokens, nano-dollars (10^-9 US dollars) or concurrent requests.
    pub amount: u64,
    /// The requested models and aliases to which it applies, at least one; `None` means all.
    pub models: Option<Vec<ModelPattern>>,
    /// The percentage of the amount from which callers are warned, 1 to 99.
    pub warn_at_percent: Option<u8>,
    /// The model or alias that is used instead of a refusal.
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
    /// Reads the text of `plans.toml`; without the file there are no limits.
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

    /// The plan of this name, or the default plan for a caller without a plan; `None` for an unknown name.
    #[must_use]
    pub fn plan(&self, name: Option<&str>) -> Option<&Plan> {
        self.by_name.get(name.or(self.default_plan.as_deref())?)
    }

    /// All plans, by name.
    pub fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.by_name.values()
    }

    /// The limits that apply to every request, whatever its plan.
    #[must_use]
    pub fn limits_for_all(&self) -> &[Limit] {
        &self.limits_for_all
    }

    /// The time zone of calendar days and months, by its IANA name.
    #[must_use]
    pub fn time_zone(&self) -> &str {
        &self.time_zone
    }

    /// How many leading bits of an IPv6 address a limit by address distinguishes.
    #[must_use]
    pub fn ipv6_prefix_bits(&self) -> u8 {
        self.ipv6_prefix_bits
    }

    /// The address of the Redis that counts, without credentials.
    #[must_use]
    pub fn redis_url(&self) -> Option<&str> {
        self.redis_url.as_deref()
    }

    /// The names of all claims by which limits count.
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
