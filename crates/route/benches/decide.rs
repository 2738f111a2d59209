//! How long a decision among 200 deployments takes: `cargo bench -p postern-route`.
//!
//! Each strategy, with conditions, regions, a nested route and everything observed; warm, median of many.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use postern_policy::Catalogue;
use postern_route::resilience::BreakerPolicy;
use postern_route::{Allowed, Ended, Observed, Request, decide};
use postern_types::router::{Signals, Style};
use postern_types::{Caller, Dialect, Operation, RequestFacts, Span};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

const STRATEGIES: [&str; 7] =
    ["ordered", "weighted", "cheapest", "fastest", "least_loaded", "sticky", "complexity"];
const ROUNDS: usize = 2_000;

fn main() {
    let (models, routes) = policies();
    let catalogue = Catalogue::from_toml(&models, Some(&routes)).unwrap();
    let mut observed = Observed::default();
    let policy = BreakerPolicy::default();
    for model in catalogue.models() {
        for (place, deployment) in model.deployments.iter().enumerate() {
            observed.begin(&deployment.name, 1_000, &policy);
            let first_token_ms = Some(100 + place as u64 * 7);
            let ended = Ended::Answered { first_token_ms, answer_ms: 2_000, tokens: 100 };
            observed.end(&deployment.name, &ended, 1_000, &policy);
        }
    }
    let caller = caller();
    let allowed = Allowed::of(&caller);
    let (facts, signals) = (facts(), signals());
    for name in STRATEGIES {
        let mut times = Vec::with_capacity(ROUNDS);
        for round in 0..ROUNDS {
            let began = Instant::now();
            let decision = decide(
                &catalogue,
                &Request {
                    name,
                    allowed: &allowed,
                    facts: &facts,
                    signals: &signals,
                    headers: &[],
                    observed: &observed,
                    unix_ms: 2_000,
                    seed: round as u64,
                },
            );
            times.push(began.elapsed().as_nanos());
            assert_eq!(black_box(decision).unwrap().candidates.len(), 200);
        }
        times.sort_unstable();
        let at = |part: usize| times.get(ROUNDS * part / 100).copied().unwrap_or_default();
        println!("{name:<13} median {:>6} ns   p99 {:>6} ns", at(50), at(99));
    }
}

/// 40 models of 5 deployments, half of them behind a nested route.
fn policies() -> (String, String) {
    let mut models = String::new();
    for provider in 0..5 {
        let region = ["eu", "us"][provider % 2];
        writeln!(models, "[[provider]]\nname = \"p{provider}\"\ndialect = \"openai\"\ntransport = \"sandbox\"\nregion = {region:?}\nmax_data_class = \"internal\"").unwrap();
    }
    for model in 0..40 {
        writeln!(models, "[[model]]\nname = \"model-{model}\"\ncapabilities = [\"chat\", \"tools\"]\ncontext_tokens = 128_000\nmax_output_tokens = 8_000").unwrap();
        for provider in 0..5 {
            let price = model * 5 + provider;
            writeln!(models, "[[model.deployment]]\nprovider = \"p{provider}\"\nupstream_model = \"model-{model}\"\ninput_usd_per_million_tokens = 0.{price}1\noutput_usd_per_million_tokens = 1.{price}").unwrap();
        }
    }
    let mut routes = String::new();
    let nested: Vec<_> = (20..40).map(|model| format!("\"model-{model}\"")).collect();
    writeln!(
        routes,
        "[[route]]\nalias = \"nested\"\nstrategy = \"cheapest\"\nmodels = [{}]",
        nested.join(", ")
    )
    .unwrap();
    for strategy in STRATEGIES {
        writeln!(
            routes,
            "[[route]]\nalias = {strategy:?}\nstrategy = {strategy:?}\nregions = [\"eu\", \"us\"]"
        )
        .unwrap();
        for model in 0..20 {
            writeln!(
                routes,
                "[[route.target]]\nmodel = \"model-{model}\"\nwhen = {{ min_prompt_tokens = 1 }}"
            )
            .unwrap();
        }
        writeln!(routes, "[[route.target]]\nmodel = \"nested\"").unwrap();
    }
    (models, routes)
}

fn caller() -> Caller {
    Caller {
        consumer: "c".to_owned(),
        team: None,
        tenant: None,
        plan: None,
        roles: Vec::new(),
        models: vec!["*".to_owned()],
        regions: Some(vec!["eu".to_owned(), "us".to_owned()]),
        data_class: Some("public".to_owned()),
        issuer: None,
        claims: Vec::new(),
        credential_id: String::new(),
        token_owner: None,
    }
}

fn facts() -> RequestFacts {
    RequestFacts {
        client: Dialect::OpenAi,
        operation: Operation::Chat,
        model: String::new(),
        model_span: Span { start: 0, end: 0 },
        stream: false,
        usage_in_stream: false,
        output_cap_tokens: Some(500),
        thinking_tokens: None,
        expected_answer_tokens: None,
        choices: 1,
        answers: 1,
        texts: 1,
        tools: 1,
        images: 0,
        audio: 0,
        documents: 0,
    }
}

fn signals() -> Signals {
    Signals {
        prompt_tokens: 1_000,
        prompt_bytes: 4_000,
        conversation: Some(7),
        style: Some(Style {
            language: Some("en".to_owned()),
            has_code: false,
            questions: 1,
            reasoning_words: 1,
        }),
        earlier_texts: 0,
    }
}
