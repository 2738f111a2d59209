//! Which deployments serve a request, in which order, and which filter has removed the others. Decided as by the router,
//! with the same crate; what the running gateway has observed is not known here.

use super::{when, who};
use crate::cli::Explain;
use crate::deployment::Deployment;
use anyhow::{Context, Result, anyhow, bail};
use postern_dialect::{media, translate};
use postern_fault::Fault;
use postern_pipeline::called;
use postern_policy::{Catalogue, Policies};
use postern_route::{
    Allowed, Choice, Observed, Request, RouteDecision, decide, lifecycle_headers, signals,
};
use postern_types::router::Signals;
use postern_types::{Caller, Dialect, Operation, RequestFacts, Span};
use std::fs;
use std::io;
use std::path::Path;

/// The candidates that are printed of either kind.
const MAX_PRINTED: usize = 2_000;

/// Prints the decision. Fails if there is none.
pub fn explain(
    file: &Path,
    deployment: &Deployment,
    options: &Explain,
    policies: &Policies,
) -> Result<()> {
    let unix_s = when(options)?;
    let known = match &options.who.consumer {
        // Without a look into the store, which need not be there.
        Some(name) => who::of_consumer(name, policies, unix_s)?,
        None => who::of(&options.who, policies, &deployment.store()?, unix_s)?,
    };
    let caller = &known.identity.caller;
    let path = options.request.path.as_str();
    let (client, operation) =
        called(path).filter(|(_, operation)| !media::is_form(*operation)).with_context(|| {
            format!("--path is {path:?}; write one that takes JSON, for example /v1/messages")
        })?;
    let body = read(file)?;
    let read = translate::read(client, operation, &body)
        .map_err(|fault| anyhow!("the request cannot be read: {}", fault.public))?;
    let prompt = read.into_prompt(body);
    let measured = signals(&prompt, true);
    let headers = headers(options, policies)?;
    let request = Request {
        name: &prompt.facts.model,
        allowed: &Allowed::of(caller),
        facts: &prompt.facts,
        signals: &measured,
        headers: &headers,
        observed: &Observed::default(),
        unix_ms: unix_s.saturating_mul(1_000),
        seed: 0,
    };
    let decision = decide(&policies.catalogue, &request).map_err(refused)?;
    if options.text.json {
        println!("{}", decision.to_json(MAX_PRINTED));
        return Ok(());
    }
    print(caller, &request, &decision);
    Ok(())
}

fn refused(fault: Fault) -> anyhow::Error {
    match fault.private {
        Some(private) => anyhow!("refused by the router: {} ({private})", fault.public),
        None => anyhow!("refused by the router: {}", fault.public),
    }
}

fn read(file: &Path) -> Result<String> {
    if file.as_os_str() == "-" {
        return io::read_to_string(io::stdin()).context("standard input cannot be read as UTF-8");
    }
    fs::read_to_string(file).with_context(|| format!("cannot read {} as UTF-8", file.display()))
}

/// The headers that the gateway would hand to the router.
fn headers(options: &Explain, policies: &Policies) -> Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    for header in &options.request.header {
        let Some((name, value)) = header.split_once(':') else {
            bail!("--header is {header:?}; write it as in \"x-tier: gold\"");
        };
        let name = name.trim().to_ascii_lowercase();
        if !policies.gateway.headers.to_router.contains(&name) {
            println!(
                "note          the header {name} does not reach the router: `to_router` of gateway.toml does not name it"
            );
            continue;
        }
        headers.push((name, value.trim().to_owned()));
    }
    Ok(headers)
}

fn print(caller: &Caller, request: &Request<'_>, decision: &RouteDecision<'_>) {
    let Request { signals, .. } = *request;
    println!("consumer      {}", caller.consumer);
    println!("requested     {}", request.name);
    println!("strategy      {}", decision.strategy().as_str());
    if let Some(version) = decision.route.and_then(|route| route.version.as_ref()) {
        println!("version       {version}");
    }
    let language = signals.style.as_ref().and_then(|style| style.language.as_deref());
    println!(
        "prompt        about {} tokens, language {}",
        signals.prompt_tokens,
        language.unwrap_or("not known")
    );
    if let Some(complexity) = decision.complexity {
        let points = complexity.points.iter().filter(|(_, points)| *points > 0);
        let points: Vec<_> = points.map(|(what, points)| format!("{what} {points}")).collect();
        println!("complexity    {} ({})", complexity.score, points.join(", "));
    }
    if decision.is_unobserved {
        println!("note          nothing is observed: tried as written");
    }
    for (name, value) in lifecycle_headers(decision.lifecycle, request.allowed, request.unix_ms) {
        println!("answered with {name}: {value}");
    }
    let eligible = decision.order.iter().filter_map(|place| decision.candidates.get(*place));
    for (place, candidate) in eligible.enumerate() {
        let name = &candidate.choice.deployment.name;
        println!(
            "{:<14}{name} (model {}; {})",
            place + 1,
            candidate.choice.model.name,
            candidate.score
        );
    }
    for candidate in &decision.candidates {
        let Some(filter) = candidate.removed else { continue };
        let why = filter.why().map(|why| format!(" ({why})")).unwrap_or_default();
        let name = &candidate.choice.deployment.name;
        println!(
            "removed       {name} (model {}) by {}{why}",
            candidate.choice.model.name,
            filter.as_str()
        );
    }
}

/// The deployments of a model or an alias for a request that needs nothing but its operation.
pub fn of_model<'c>(
    catalogue: &'c Catalogue,
    caller: &Caller,
    model: &str,
    unix_s: u64,
) -> Result<Vec<Choice<'c>>> {
    const OPERATIONS: [Operation; 7] = [
        Operation::Chat,
        Operation::Embeddings,
        Operation::Completions,
        Operation::Rerank,
        Operation::Transcribe,
        Operation::Speak,
        Operation::GenerateImages,
    ];
    let allowed = Allowed::of(caller);
    let signals = nothing_said();
    let mut refusal = None;
    for operation in OPERATIONS {
        let facts = facts(operation);
        let request = Request {
            name: model,
            allowed: &allowed,
            facts: &facts,
            signals: &signals,
            headers: &[],
            observed: &Observed::default(),
            unix_ms: unix_s.saturating_mul(1_000),
            seed: 0,
        };
        match decide(catalogue, &request) {
            Ok(decision) => return Ok(decision.choices().collect()),
            Err(fault) if fault.code.as_deref() == Some("unsupported_operation") => {
                refusal.get_or_insert(fault);
            }
            Err(fault) => return Err(refused(fault)),
        }
    }
    refusal.map_or_else(|| Ok(Vec::new()), |fault| Err(refused(fault)))
}

fn facts(operation: Operation) -> RequestFacts {
    RequestFacts {
        client: Dialect::OpenAi,
        operation,
        model: String::new(),
        model_span: Span { start: 0, end: 0 },
        stream: false,
        usage_in_stream: false,
        output_cap_tokens: None,
        thinking_tokens: None,
        expected_answer_tokens: None,
        choices: 1,
        answers: 1,
        texts: 1,
        tools: 0,
        images: 0,
        audio: 0,
        documents: 0,
    }
}

fn nothing_said() -> Signals {
    Signals { prompt_tokens: 0, prompt_bytes: 0, conversation: None, style: None, earlier_texts: 0 }
}
