//! The parsed policies, and their decisions.

use std::sync::atomic::{AtomicU64, Ordering};

use cedar_policy::{Authorizer, EntityUid, Policy as CedarPolicy, PolicySet};
use sha2::{Digest, Sha256};

use crate::SCHEMA;
use crate::context_attributes::ContextAttributes;
use crate::decision::Decision;
use crate::entities::Question;
use crate::facts::{Action, Context, Principal, Resource};
use crate::policy::{Policy, index, numbered};
use crate::problem::Problem;
use crate::schema;
use crate::statements::{self, Statement};
use crate::validate;

/// The policies of a gateway, ready to decide.
#[derive(Debug)]
pub struct Authorization {
    set: PolicySet,
    policies: Vec<Policy>,
    context_attributes: ContextAttributes,
    /// A number that no other parsed policies of this program have.
    serial: u64,
}

impl Authorization {
    /// Parses the text and validates it strictly against the schema.
    ///
    /// # Errors
    ///
    /// Every problem of the file. Besides Cedar's findings: no policy, templates, ids that are empty, longer than 128
    /// characters or taken, a policy that can never apply, and sizes out of bounds.
    pub fn from_cedar(text: &str) -> Result<Self, Vec<Problem>> {
        let (authorization, mut problems) = Self::read(text)?;
        problems.extend(validate::ids(&authorization.set, &authorization.policies));
        let Self { set, policies, .. } = &authorization;
        problems.extend(validate::problems(text, set, policies));
        problems.extend(validate::gateways(authorization.names()));
        problems.sort_by_key(|problem| problem.line);
        if problems.is_empty() { Ok(authorization) } else { Err(problems) }
    }

    /// Parses the text only: for an instance that knows by its [`Authorization::fingerprint`] that it was validated.
    ///
    /// # Errors
    ///
    /// What cannot be parsed.
    pub fn from_validated(text: &str) -> Result<Self, Vec<Problem>> {
        let (authorization, problems) = Self::read(text)?;
        if problems.is_empty() { Ok(authorization) } else { Err(problems) }
    }

    /// The SHA-256, in lower-case hexadecimal, of the text and of everything it is validated against.
    #[must_use]
    pub fn fingerprint(text: &str) -> String {
        let mut hash = Sha256::new();
        for part in [schema::version().as_str(), SCHEMA, text] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        hex::encode(hash.finalize())
    }

    /// Whether the principal may do this. An action that no policy permits is refused, and so is one that a failing
    /// `forbid` might forbid, and an action on the other kind of resource.
    #[must_use]
    pub fn decide(
        &self,
        principal: &Principal,
        action: Action,
        resource: &Resource,
        context: &Context,
    ) -> Decision {
        if action.is_on_model() != matches!(resource, Resource::Model { .. }) {
            let other = if action.is_on_model() { "gateway" } else { "model" };
            return Decision::refused(format!("{} is no action on a {other}", action.as_str()));
        }
        match Question::new(principal, action, resource, context, self.context_attributes) {
            Ok(question) => self.answer(&question),
            Err(error) => Decision::refused(format!("the question cannot be asked: {error}")),
        }
    }

    fn answer(&self, Question { request, entities }: &Question) -> Decision {
        let response = Authorizer::new().is_authorized(request, &self.set, entities);
        let diagnostics = response.diagnostics();
        let mut deciding: Vec<usize> = diagnostics.reason().filter_map(index).collect();
        let mut allowed = response.decision() == cedar_policy::Decision::Allow;
        let mut errors = Vec::new();
        for error in diagnostics.errors() {
            let cedar_policy::AuthorizationError::PolicyEvaluationError(error) = error;
            let of = index(error.policy_id()).and_then(|at| Some((at, self.policies.get(at)?)));
            let forbids = of.is_none_or(|(_, policy)| policy.forbids);
            if forbids && allowed {
                // The permitting policies do not count any more.
                (allowed, deciding) = (false, Vec::new());
            }
            deciding.extend(of.filter(|_| forbids).map(|(at, _)| at));
            let id = of.map_or("a policy", |(_, policy)| policy.id.as_str());
            errors.push(format!("{id}: {}", error.inner()));
        }
        deciding.sort_unstable();
        errors.sort_unstable();
        let policies = deciding.iter().filter_map(|at| self.policies.get(*at));
        Decision { allowed, policies: policies.map(|policy| policy.id.clone()).collect(), errors }
    }

    /// The attributes of the context that any policy reads.
    #[must_use]
    pub fn context_attributes(&self) -> ContextAttributes {
        self.context_attributes
    }

    /// All policies, in the order of the file.
    #[must_use]
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// All entities that a policy names, as type and name: `("Model", "gpt-4o")`.
    pub fn names(&self) -> impl Iterator<Item = (&Policy, String, String)> {
        let each = self.set.policies().flat_map(|policy| {
            let of = index(policy.id()).and_then(|at| self.policies.get(at));
            let name = move |uid: EntityUid| {
                Some((of?, uid.type_name().to_string(), uid.id().unescaped().to_owned()))
            };
            policy.entity_literals().into_iter().filter_map(name)
        });
        each.filter(|(_, kind, _)| kind != "Action")
    }

    /// Distinguishes these policies from all others that this program has parsed, even from the same text.
    pub(crate) fn serial(&self) -> u64 {
        self.serial
    }

    /// The policies that can be parsed, and the problems of the others.
    fn read(text: &str) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        static SERIAL: AtomicU64 = AtomicU64::new(0);
        let statements = statements::split(text)?;
        let (set, policies, problems) = match whole(text, &statements) {
            Some((set, policies)) => (set, policies, Vec::new()),
            None => one_by_one(text, &statements),
        };
        let (context_attributes, serial) =
            (ContextAttributes::of(text), SERIAL.fetch_add(1, Ordering::Relaxed));
        Ok((Self { set, policies, context_attributes, serial }, problems))
    }
}

/// Parses all policies at once, which takes a fifth of the time. None if anything is wrong.
fn whole(text: &str, statements: &[Statement<'_>]) -> Option<(PolicySet, Vec<Policy>)> {
    let set: PolicySet = text.parse().ok()?;
    let mut policies = Vec::with_capacity(statements.len());
    for (at, statement) in statements.iter().enumerate() {
        policies.push(Policy::of(set.policy(&numbered(at))?, statement, 0));
    }
    (set.num_of_policies() == policies.len()).then_some((set, policies))
}

/// Parses each policy separately, so that a problem of one hides none of the others.
fn one_by_one(text: &str, statements: &[Statement<'_>]) -> (PolicySet, Vec<Policy>, Vec<Problem>) {
    let (mut set, mut policies, mut problems) = (PolicySet::new(), Vec::new(), Vec::new());
    for statement in statements {
        match CedarPolicy::parse(Some(numbered(policies.len())), statement.text) {
            Ok(policy) => {
                policies.push(Policy::of(&policy, statement, statement.start));
                if let Err(error) = set.add(policy) {
                    problems.push(Problem::at(statement.line, error.to_string()));
                }
            }
            Err(errors) => problems.extend(validate::unparsed(text, statement, &errors)),
        }
    }
    if problems.is_empty() {
        let message =
            "the file cannot be parsed, though each policy can; write one `;` behind each policy";
        problems.push(Problem::of_file(message));
    }
    (set, policies, problems)
}
