//! Records for tests.

use crate::name::Name;
use crate::record::{
    AttemptEnd, AttemptRecord, FaultLabel, FoundCategory, LimitUse, LimitsUsed, Party, Principal,
    Record, RequestOutcome, SpanId, StageTime, TextDirection, TokenCounts, TraceId, TraceIds,
};

pub(crate) fn name(text: &str) -> Name {
    Name::from_policy(text)
}

pub(crate) fn attempt(provider: &str, model: &str, outcome: AttemptEnd) -> AttemptRecord {
    AttemptRecord {
        question: false,
        deployment: name(&format!("{provider}/{model}")),
        provider: name(provider),
        model: name(model),
        region: Some(name("eu")),
        outcome,
        started_us: 900,
        duration_us: 40_000,
        first_token_us: (outcome == AttemptEnd::Answered).then_some(30_000),
        status: Some(if outcome == AttemptEnd::Answered { 200 } else { 503 }),
        fault: (outcome == AttemptEnd::Failed).then(|| FaultLabel {
            kind: name("overloaded"),
            party: Party::Vendor,
            code: None,
            param: None,
        }),
        tokens: None,
        cost_nano_usd: None,
    }
}

/// A request that was answered at the second attempt.
pub(crate) fn record(id: &str, unix_ms: u64) -> Record {
    let tokens = TokenCounts { input: 120, cached_input: 20, output: 30, ..Default::default() };
    let mut last = attempt("anthropic", "claude-haiku", AttemptEnd::Answered);
    last.tokens = Some(tokens);
    last.cost_nano_usd = Some(270_000);
    Record {
        duration_us: 95_000,
        first_token_us: Some(71_000),
        trace: Some(TraceIds {
            trace_id: TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").unwrap(),
            span_id: SpanId::from_hex("00f067aa0ba902b7").unwrap(),
            parent_span_id: None,
            sampled: true,
        }),
        caller: Some(Principal {
            consumer: name("shop"),
            team: Some(name("web")),
            tenant: Some(name("acme")),
            plan: Some(name("team")),
            issuer: None,
        }),
        credential_id: Some(name("pk_1")),
        operation: Some(name("chat")),
        dialect: Some(name("openai")),
        requested_model: Some(name("default-chat")),
        route: Some(name("default-chat")),
        stream: true,
        outcome: RequestOutcome::Complete,
        status: Some(200),
        attempts: vec![attempt("openai", "gpt-4o-mini", AttemptEnd::Failed), last],
        tokens: Some(tokens),
        cost_nano_usd: Some(270_000),
        limits: Some(LimitsUsed {
            used: vec![LimitUse {
                limit: name("team/key/tokens/minute"),
                unit: name("tokens"),
                reserved: 400,
                settled: 150,
            }],
            ..LimitsUsed::default()
        }),
        findings: vec![FoundCategory {
            direction: TextDirection::Request,
            detector: name("email"),
            form: None,
            rule: name("personal-data"),
            action: name("anonymise"),
            count: 2,
        }],
        stages: vec![StageTime { stage: name("auth"), started_us: 10, duration_us: 60 }],
        request_bytes: 512,
        response_bytes: 2_048,
        ..Record::new(name(id), unix_ms)
    }
}
