//! What was decided about access, for the log and for the recorder.

use postern_types::Deployment;
use postern_types::auth::{Action, Decision};
use postern_types::recorder::{RecordedAccess, RefusedUse as Recorded};
use serde::Serialize;

/// The number of refused deployments that are named; an alias has a handful.
const MAX_REFUSED: usize = 16;

/// The decisions of authorization.
#[derive(Default, Clone, Serialize)]
pub struct Access {
    actions: Vec<&'static str>,
    /// At least one deployment is allowed.
    allowed: bool,
    /// The policies that allowed the first one, by their ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policies: Vec<String>,
    /// The refused deployments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<RefusedUse>,
}

/// A deployment that this caller may not use for this request, or the gateway itself.
#[derive(Clone, Serialize)]
struct RefusedUse {
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment: Option<String>,
    /// The policies that forbid it; none: no policy permits it.
    policies: Vec<String>,
}

impl Access {
    /// Nothing is decided yet about these actions.
    pub fn of(actions: &[Action]) -> Self {
        let actions = actions.iter().map(|action| action.as_str()).collect();
        Self { actions, ..Self::default() }
    }

    /// The decision on a deployment, or on the gateway.
    pub fn decided(&mut self, deployment: Option<&Deployment>, decision: &Decision) {
        if decision.denied.is_none() {
            if !self.allowed {
                self.policies.clone_from(&decision.policies);
            }
            self.allowed = true;
        } else if self.refused.len() < MAX_REFUSED {
            self.refused.push(RefusedUse {
                deployment: deployment.map(|deployment| deployment.name.clone()),
                policies: decision.policies.clone(),
            });
        }
    }
}

impl From<Access> for RecordedAccess {
    fn from(access: Access) -> Self {
        let refused =
            |one: RefusedUse| Recorded { deployment: one.deployment, policies: one.policies };
        RecordedAccess {
            actions: access.actions.into_iter().map(str::to_owned).collect(),
            allowed: access.allowed,
            policies: access.policies,
            refused: access.refused.into_iter().map(refused).collect(),
        }
    }
}
