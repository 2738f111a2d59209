//! A decision and its reasons.

use crate::signals::Complexity;
use postern_policy::{Capability, Deployment, Lifecycle, Model, Route, Strategy};
use std::fmt;

/// A deployment that may serve, and its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Choice<'c> {
    pub model: &'c Model,
    pub deployment: &'c Deployment,
}

/// A deployment that a requested name leads to.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'c> {
    /// The deployment.
    pub choice: Choice<'c>,
    /// The route that names its model; `None` if the model itself was requested.
    pub route: Option<&'c Route>,
    /// The filter that removed it.
    pub removed: Option<Filter<'c>>,
    /// What the strategy went by.
    pub score: Score,
    /// What its breaker says.
    pub breaker: BreakerState,
}

/// What a breaker says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// It may be tried.
    Closed,
    /// It has failed, and may be tried by one request, which finds out whether it is back.
    HalfOpen,
    /// It has failed, and is left alone for so long.
    Open {
        /// The time until it may be probed.
        probe_after_ms: u64,
    },
}

/// Why a deployment cannot serve a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter<'c> {
    /// Its model does not do what is asked.
    Operation,
    /// Its model lacks this.
    Capability(Capability),
    /// The target's `when` is not met: this key.
    Condition(&'static str),
    /// It is in no region where the caller's data may go.
    CallerRegion,
    /// It is in no region of this route.
    RouteRegion(&'c [String]),
    /// The caller's data is too confidential for its provider.
    DataClass,
    /// It is a preview for others.
    Preview,
    /// It is not served any more.
    Sunset(&'c Lifecycle),
    /// The prompt is longer than its model's context.
    Context,
    /// Its model's answers are shorter than the client's cap.
    OutputCap,
    /// It has failed lately, and others have not: it may be probed after so long.
    Breaker {
        /// The time until then.
        probe_after_ms: u64,
    },
}

impl Filter<'_> {
    /// Its name in policies' documentation and in decisions.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Filter::Operation => "operation",
            Filter::Capability(_) => "capability",
            Filter::Condition(_) => "condition",
            Filter::CallerRegion | Filter::RouteRegion(_) => "region",
            Filter::DataClass => "data_class",
            Filter::Preview => "preview",
            Filter::Sunset(_) => "sunset",
            Filter::Context => "context",
            Filter::OutputCap => "output_cap",
            Filter::Breaker { .. } => "breaker",
        }
    }
}

/// What a strategy went by; the lower comes first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Score {
    /// The order of the policy.
    Written,
    /// The estimated cost in 10^-12 US dollars, and whether the prompt is cached there; `None` without a price.
    Cost(Option<u128>, bool),
    /// The expected milliseconds to the end of the answer; `None` if nothing is known.
    Milliseconds(Option<u64>),
    /// It is tried first to learn how fast it is.
    Explored,
    /// The requests under way.
    Load(u32),
    /// The place that a hash of caller or conversation gives it.
    Hash(f64),
    /// The most complex prompts that it is for.
    MaxComplexity(u8),
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Score::Written => f.write_str("as written"),
            Score::Cost(Some(pico_usd), cached) => {
                let nano_usd = pico_usd.div_ceil(1_000);
                write!(f, "{nano_usd} nano-dollars{}", if *cached { ", cached" } else { "" })
            }
            Score::Cost(None, _) => f.write_str("no price"),
            Score::Milliseconds(Some(ms)) => write!(f, "{ms} ms"),
            Score::Milliseconds(None) => f.write_str("not observed"),
            Score::Explored => f.write_str("explored"),
            Score::Load(requests) => write!(f, "{requests} under way"),
            Score::Hash(place) => write!(f, "hash {place:.4}"),
            Score::MaxComplexity(most) => write!(f, "up to complexity {most}"),
        }
    }
}

/// Which deployments serve a request, in which order, and why.
#[derive(Debug, Clone)]
pub struct RouteDecision<'c> {
    /// The route that was requested, if it was one.
    pub route: Option<&'c Route>,
    /// All deployments that the requested name leads to, in the order of the policy.
    pub candidates: Vec<Candidate<'c>>,
    /// Those that may serve, best first, by their places among the candidates; never empty.
    pub order: Vec<usize>,
    /// How complex the prompt is, if a strategy asked for it.
    pub complexity: Option<Complexity>,
    /// A strategy that goes by observations had none, and kept the order of the policy.
    pub is_unobserved: bool,
    /// The breakers of all that may serve are open: they are tried as written.
    pub are_all_open: bool,
    /// The probe of the first one is claimed.
    pub(crate) is_probe: bool,
    /// Why the shared state is not known.
    pub trouble: Option<&'static str>,
    /// The lifecycle of the requested name.
    pub lifecycle: &'c Lifecycle,
}

impl<'c> RouteDecision<'c> {
    /// The deployments to try, best first.
    pub fn choices(&self) -> impl Iterator<Item = Choice<'c>> + '_ {
        self.order.iter().filter_map(|place| Some(self.candidates.get(*place)?.choice))
    }

    fn in_order(&self) -> impl Iterator<Item = &Candidate<'c>> {
        self.order.iter().filter_map(|place| self.candidates.get(*place))
    }

    /// The deployment to try first, if that is a probe.
    pub(crate) fn probe(&self) -> Option<&'c Deployment> {
        let first = self.in_order().next()?;
        (first.breaker == BreakerState::HalfOpen).then_some(first.choice.deployment)
    }

    /// Whether the first attempt finds out if its deployment is back.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.is_probe
    }

    /// Those that may be tried although their breakers are not closed.
    pub(crate) fn open(&self) -> impl Iterator<Item = &'c str> {
        let open = self.in_order().filter(|one| one.breaker != BreakerState::Closed);
        open.map(|one| one.choice.deployment.name.as_str())
    }

    /// The strategy of the requested route; a model's deployments are tried as written.
    #[must_use]
    pub fn strategy(&self) -> Strategy {
        self.route.map_or(Strategy::Ordered, |route| route.strategy)
    }
}

impl Filter<'_> {
    /// What it asked for, if its name does not say it.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        match self {
            Filter::Capability(capability) => Some(capability.as_str().to_owned()),
            Filter::Condition(key) => Some((*key).to_owned()),
            Filter::CallerRegion => Some("of the caller".to_owned()),
            Filter::RouteRegion(regions) => Some(format!("of the route: {}", regions.join(", "))),
            Filter::Sunset(lifecycle) => {
                lifecycle.successor.as_ref().map(|successor| format!("successor: {successor}"))
            }
            Filter::Breaker { probe_after_ms } => {
                Some(format!("it has failed; probed after {probe_after_ms} ms at the earliest"))
            }
            Filter::Operation
            | Filter::DataClass
            | Filter::Preview
            | Filter::Context
            | Filter::OutputCap => None,
        }
    }
}
