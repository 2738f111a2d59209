//! A decision as JSON, for the record and for people. It has names of policies, numbers and no text of the request.

use crate::decision::{BreakerState, Candidate, RouteDecision};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Told<'d> {
    strategy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    complexity: Option<u8>,
    /// What the complexity is made of.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    complexity_points: BTreeMap<&'static str, u8>,
    /// Those that may serve, best first.
    order: Vec<Eligible<'d>>,
    /// Those that filters have removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    removed: Vec<Removed<'d>>,
    /// Candidates that are not listed.
    #[serde(skip_serializing_if = "is_zero")]
    left_out: usize,
}

#[derive(Serialize)]
struct Eligible<'d> {
    deployment: &'d str,
    model: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<&'d str>,
    by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    breaker: Option<&'static str>,
}

#[derive(Serialize)]
struct Removed<'d> {
    deployment: &'d str,
    model: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<&'d str>,
    filter: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl RouteDecision<'_> {
    /// The decision as a JSON object, with at most so many candidates of either kind.
    #[must_use]
    pub fn to_json(&self, most: usize) -> String {
        let eligible = self.order.iter().filter_map(|place| self.candidates.get(*place));
        let removed = || self.candidates.iter().filter(|one| one.removed.is_some());
        let points = self.complexity.iter().flat_map(|complexity| complexity.points);
        let told = Told {
            strategy: self.strategy().as_str(),
            version: self.route.and_then(|route| route.version.as_deref()),
            note: self.note(),
            complexity: self.complexity.map(|complexity| complexity.score),
            complexity_points: points.filter(|(_, points)| *points > 0).collect(),
            order: eligible.take(most).map(Self::eligible).collect(),
            removed: removed().take(most).filter_map(Self::removed).collect(),
            left_out: self.order.len().saturating_sub(most)
                + removed().count().saturating_sub(most),
        };
        // Serializing strings and numbers cannot fail.
        serde_json::to_string(&told).unwrap_or_default()
    }

    /// What is not as usual.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        let notes = [
            self.trouble,
            self.is_unobserved.then_some("nothing is observed: tried as written"),
            self.are_all_open.then_some("all breakers are open: tried as written"),
        ];
        let notes: Vec<_> = notes.into_iter().flatten().collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    fn eligible<'d>(candidate: &'d Candidate<'_>) -> Eligible<'d> {
        Eligible {
            deployment: &candidate.choice.deployment.name,
            model: &candidate.choice.model.name,
            route: candidate.route.map(|route| route.alias.as_str()),
            by: candidate.score.to_string(),
            breaker: match candidate.breaker {
                BreakerState::Closed => None,
                BreakerState::HalfOpen => Some("half-open"),
                BreakerState::Open { .. } => Some("open"),
            },
        }
    }

    fn removed<'d>(candidate: &'d Candidate<'_>) -> Option<Removed<'d>> {
        let filter = candidate.removed?;
        Some(Removed {
            deployment: &candidate.choice.deployment.name,
            model: &candidate.choice.model.name,
            route: candidate.route.map(|route| route.alias.as_str()),
            filter: filter.as_str(),
            why: filter.why(),
        })
    }
}
