//! A record as the gateway hands it over, made into one that is kept. What a client chose becomes a name only if it looks like one.

use super::{
    AccessDecision, AttemptEnd, AttemptRecord, FaultLabel, FoundCategory, LimitUse, LimitsUsed,
    Party, Principal, Record, RefusedDeployment, RequestOutcome, SpanId, StageTime, TextDirection,
    TokenCounts, TraceId, TraceIds,
};
use crate::name::Name;
use postern_types::guardrail::Finding;
use postern_types::recorder::{
    AttemptEnding, RecordedAccess, RecordedAttempt, RecordedCaller, RecordedFault, RecordedLimits,
    RequestEnding, RequestRecord, StageDuration, TraceContext,
};
use postern_types::{Blame, FaultKind, Operation, Usage};

impl From<RequestRecord> for Record {
    fn from(given: RequestRecord) -> Self {
        let attempts: Vec<_> = given.attempts.into_iter().map(attempt).collect();
        let findings = (given.found_in_request.into_iter())
            .map(|finding| found(finding, TextDirection::Request))
            .chain(given.found_in_answer.into_iter().map(|it| found(it, TextDirection::Answer)));
        Record {
            shadow_of: given.shadow_of.map(|id| Name::from_client(&id)),
            duration_us: given.duration_us,
            first_token_us: given.first_token_us,
            trace: trace(&given.trace),
            caller: given.caller.map(principal),
            credential_id: given.credential_id.map(|id| Name::of_identity(&id)),
            operation: given.operation.map(|operation| policy(word_of_operation(operation))),
            dialect: given.client.map(|dialect| policy(dialect.as_str())),
            requested_model: given.model.map(|model| Name::from_client(&model)),
            route: given.route.map(|route| policy(&route)),
            stream: given.stream,
            outcome: outcome(given.ending),
            status: given.status,
            early_head: given.early_head,
            fault: given.fault.map(fault),
            access: given.access.map(access),
            attempts,
            tokens: given.usage.map(tokens),
            cost_nano_usd: given.cost_nano_usd,
            limits: given.limits.map(limits),
            findings: findings.collect(),
            losses: given.losses.iter().map(|path| Name::from_client(path)).collect(),
            losses_left_out: given.losses_left_out,
            stages: given.stages.into_iter().map(stage).collect(),
            request_bytes: given.request_bytes,
            response_bytes: given.response_bytes,
            ..Record::new(Name::from_client(&given.id), given.started_unix_ms)
        }
    }
}

fn policy(text: &str) -> Name {
    Name::from_policy(text)
}

fn names(texts: &[String]) -> Vec<Name> {
    texts.iter().map(|text| policy(text)).collect()
}

fn outcome(ending: RequestEnding) -> RequestOutcome {
    match ending {
        RequestEnding::Complete => RequestOutcome::Complete,
        RequestEnding::Refused => RequestOutcome::Refused,
        RequestEnding::Cut => RequestOutcome::Cut,
        RequestEnding::ClientGone => RequestOutcome::ClientGone,
    }
}

/// None: its ids are not those of W3C's trace context.
fn trace(given: &TraceContext) -> Option<TraceIds> {
    Some(TraceIds {
        trace_id: TraceId::from_hex(&given.trace_id).ok()?,
        span_id: SpanId::from_hex(&given.span_id).ok()?,
        parent_span_id: given.parent_span_id.as_deref().and_then(|id| SpanId::from_hex(id).ok()),
        sampled: given.sampled,
    })
}

fn principal(given: RecordedCaller) -> Principal {
    let identity = |text: Option<String>| text.map(|text| Name::of_identity(&text));
    Principal {
        consumer: Name::of_identity(&given.consumer),
        team: identity(given.team),
        tenant: identity(given.tenant),
        plan: identity(given.plan),
        issuer: identity(given.issuer),
    }
}

fn fault(given: RecordedFault) -> FaultLabel {
    FaultLabel {
        kind: policy(word_of_fault(given.kind)),
        party: party(given.kind, given.blame),
        code: given.code.map(|code| Name::from_client(&code)),
        param: given.param.map(|param| Name::from_client(&param)),
    }
}

/// What policy refuses is no one's mistake.
fn party(kind: FaultKind, blame: Blame) -> Party {
    match (kind, blame) {
        (_, Blame::Vendor) => Party::Vendor,
        (_, Blame::Gateway) => Party::Gateway,
        (FaultKind::RateLimited | FaultKind::ContentFiltered | FaultKind::Forbidden, _) => {
            Party::Policy
        }
        (_, Blame::Caller) => Party::Caller,
    }
}

fn access(given: RecordedAccess) -> AccessDecision {
    AccessDecision {
        actions: names(&given.actions),
        allowed: given.allowed,
        policies: names(&given.policies),
        refused: (given.refused.into_iter())
            .map(|refused| RefusedDeployment {
                deployment: refused.deployment.map(|name| policy(&name)),
                policies: names(&refused.policies),
            })
            .collect(),
    }
}

fn attempt(given: RecordedAttempt) -> AttemptRecord {
    AttemptRecord {
        question: given.is_question,
        deployment: policy(&given.deployment),
        provider: policy(&given.provider),
        model: policy(&given.model),
        region: given.region.map(|region| policy(&region)),
        outcome: match given.ending {
            AttemptEnding::Answered => AttemptEnd::Answered,
            AttemptEnding::Failed => AttemptEnd::Failed,
            AttemptEnding::Cancelled => AttemptEnd::Cancelled,
        },
        started_us: given.started_us,
        duration_us: given.duration_us,
        first_token_us: given.first_token_us,
        status: given.status,
        fault: given.fault.map(fault),
        tokens: given.usage.map(tokens),
        cost_nano_usd: given.cost_nano_usd,
    }
}

fn tokens(given: Usage) -> TokenCounts {
    TokenCounts {
        input: given.input_tokens,
        cached_input: given.cached_input_tokens,
        cache_write: given.cache_write_tokens,
        output: given.output_tokens,
        reasoning: given.reasoning_tokens,
        audio_input: given.audio_input_tokens,
        audio_output: given.audio_output_tokens,
        estimated: given.estimated,
    }
}

fn limits(given: RecordedLimits) -> LimitsUsed {
    LimitsUsed {
        used: (given.settlements.into_iter())
            .map(|one| LimitUse {
                limit: policy(&one.limit),
                unit: policy(&one.unit),
                reserved: one.reserved,
                settled: one.settled,
            })
            .collect(),
        refused_by: given.refused_by.map(|limit| policy(&limit)),
        downgraded_to: given.downgraded_to.map(|model| policy(&model)),
        uncounted: given.uncounted,
    }
}

fn found(given: Finding, direction: TextDirection) -> FoundCategory {
    FoundCategory {
        direction,
        detector: policy(&given.detector),
        form: (!given.form.is_empty()).then(|| policy(&given.form)),
        rule: policy(&given.rule),
        action: policy(given.action.as_str()),
        count: given.count,
    }
}

fn stage(given: StageDuration) -> StageTime {
    StageTime {
        stage: policy(&given.stage),
        started_us: given.started_us,
        duration_us: given.duration_us,
    }
}

fn word_of_operation(operation: Operation) -> &'static str {
    match operation {
        Operation::Chat => "chat",
        Operation::Completions => "completions",
        Operation::Embeddings => "embeddings",
        Operation::CountTokens => "count_tokens",
        Operation::Rerank => "rerank",
        Operation::Transcribe => "transcribe",
        Operation::Translate => "translate",
        Operation::Speak => "speak",
        Operation::GenerateImages => "generate_images",
        Operation::EditImages => "edit_images",
        Operation::VaryImages => "vary_images",
    }
}

fn word_of_fault(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::InvalidRequest => "invalid_request",
        FaultKind::Unauthenticated => "unauthenticated",
        FaultKind::Forbidden => "forbidden",
        FaultKind::ModelNotFound => "model_not_found",
        FaultKind::NoEligibleDeployment => "no_eligible_deployment",
        FaultKind::TooLarge => "too_large",
        FaultKind::ContentFiltered => "content_filtered",
        FaultKind::RateLimited => "rate_limited",
        FaultKind::Overloaded => "overloaded",
        FaultKind::UpstreamUnreachable => "upstream_unreachable",
        FaultKind::UpstreamTimeout => "upstream_timeout",
        FaultKind::UpstreamFailed => "upstream_failed",
        FaultKind::UpstreamInvalid => "upstream_invalid",
        FaultKind::NotConfigured => "not_configured",
        FaultKind::Unavailable => "unavailable",
    }
}
