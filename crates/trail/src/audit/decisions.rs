//! The decisions of a request, as links.

use super::event::AuditEvent;
use crate::name::Name;
use crate::record::{AccessDecision, LimitsUsed, Party, Record};

/// The decisions on a request, in the order in which they are made: who may, how much, what was found.
pub fn decisions(record: &Record) -> Vec<AuditEvent> {
    let digest = record.policy_digest.clone().unwrap_or_else(|| Name::from_policy("unknown"));
    let of = Decisions { record, digest };
    let mut events = Vec::new();
    match &record.access {
        Some(access) => of.access(access, &mut events),
        None => events.extend(of.refused_caller()),
    }
    events.extend(record.limits.as_ref().and_then(|limits| of.limit(limits)));
    of.findings(&mut events);
    events
}

struct Decisions<'r> {
    record: &'r Record,
    digest: Name,
}

impl Decisions<'_> {
    fn event(
        &self,
        access: &AccessDecision,
        deployment: Option<&Name>,
        allowed: bool,
        policies: &[Name],
    ) -> AuditEvent {
        AuditEvent::Access {
            request_id: self.record.request_id.clone(),
            consumer: self.record.caller.as_ref().map(|caller| caller.consumer.clone()),
            credential_id: self.record.credential_id.clone(),
            actions: access.actions.clone(),
            deployment: deployment.cloned(),
            allowed,
            policies: policies.to_vec(),
            policy_digest: self.digest.clone(),
        }
    }

    fn access(&self, access: &AccessDecision, events: &mut Vec<AuditEvent>) {
        if access.allowed {
            events.push(self.event(access, None, true, &access.policies));
        }
        for refused in &access.refused {
            let deployment = refused.deployment.as_ref();
            events.push(self.event(access, deployment, false, &refused.policies));
        }
    }

    /// A credential that was not accepted: nothing else was decided.
    fn refused_caller(&self) -> Option<AuditEvent> {
        let fault = self.record.fault.as_ref()?;
        let is_refused = fault.kind.as_str() == "unauthenticated" && self.record.caller.is_none();
        let nothing = AccessDecision {
            actions: Vec::new(),
            allowed: false,
            policies: Vec::new(),
            refused: Vec::new(),
        };
        is_refused.then(|| self.event(&nothing, None, false, &[]))
    }

    /// Nothing is decided about a request that no limit counted.
    fn limit(&self, limits: &LimitsUsed) -> Option<AuditEvent> {
        let consumer = self.record.caller.as_ref()?.consumer.clone();
        let of_policy = |fault: &crate::record::FaultLabel| fault.party == Party::Policy;
        let is_refused =
            limits.refused_by.is_some() && self.record.fault.as_ref().is_some_and(of_policy);
        if limits.used.is_empty() && limits.refused_by.is_none() {
            return None;
        }
        let most = |unit: &str| {
            let of_unit = limits.used.iter().filter(|limit| limit.unit.as_str() == unit);
            of_unit.map(|limit| limit.reserved).max().unwrap_or(0)
        };
        Some(AuditEvent::Limit {
            request_id: self.record.request_id.clone(),
            consumer,
            admitted: !is_refused,
            limit: limits.refused_by.clone(),
            reserved_tokens: most("tokens"),
            reserved_nano_usd: most("nano_usd"),
            policy_digest: self.digest.clone(),
        })
    }

    fn findings(&self, events: &mut Vec<AuditEvent>) {
        events.extend(self.record.findings.iter().map(|found| AuditEvent::Guardrail {
            request_id: self.record.request_id.clone(),
            direction: found.direction,
            detector: found.detector.clone(),
            rule: found.rule.clone(),
            action: found.action.clone(),
            count: found.count,
            policy_digest: self.digest.clone(),
        }));
    }
}
