//! A request to change, and what is decided about it.

use postern_fault::Fault;
use postern_policy::Catalogue;
use postern_route::{Allowed, Observed, Request, RouteDecision, decide};
use postern_types::router::{Signals, Style};
use postern_types::{Caller, Dialect, Operation, RequestFacts, Span};

/// A request: all that a decision goes by.
#[derive(Clone)]
pub struct Asked {
    pub caller: Caller,
    pub facts: RequestFacts,
    pub signals: Signals,
    pub headers: Vec<(String, String)>,
    pub observed: Observed,
    pub unix_ms: u64,
    pub seed: u64,
}

/// A chat of a caller that may use everything.
pub fn asked() -> Asked {
    Asked {
        caller: Caller {
            consumer: "app".to_owned(),
            team: None,
            tenant: None,
            plan: None,
            roles: Vec::new(),
            models: vec!["*".to_owned()],
            regions: None,
            data_class: None,
            issuer: None,
            claims: Vec::new(),
            credential_id: String::new(),
            token_owner: None,
        },
        facts: RequestFacts {
            client: Dialect::OpenAi,
            operation: Operation::Chat,
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
        },
        signals: Signals {
            prompt_tokens: 100,
            prompt_bytes: 400,
            conversation: None,
            style: Some(Style {
                language: None,
                has_code: false,
                questions: 0,
                reasoning_words: 0,
            }),
            earlier_texts: 0,
        },
        headers: Vec::new(),
        observed: Observed::default(),
        // 2026-11-30T12:00:00Z, a Monday.
        unix_ms: 1_796_040_000_000,
        seed: 1,
    }
}

impl Asked {
    /// Runs a test on the decision.
    pub fn with<T>(
        &self,
        catalogue: &Catalogue,
        name: &str,
        test: impl FnOnce(Result<RouteDecision<'_>, Fault>) -> T,
    ) -> T {
        let allowed = Allowed::of(&self.caller);
        let request = Request {
            name,
            allowed: &allowed,
            facts: &self.facts,
            signals: &self.signals,
            headers: &self.headers,
            observed: &self.observed,
            unix_ms: self.unix_ms,
            seed: self.seed,
        };
        test(decide(catalogue, &request))
    }

    /// The names of the deployments, best first.
    pub fn order(&self, catalogue: &Catalogue, name: &str) -> Vec<String> {
        self.with(catalogue, name, |decision| {
            let decision = decision.unwrap_or_else(|fault| panic!("{name}: {fault}"));
            decision.choices().map(|choice| choice.deployment.name.clone()).collect()
        })
    }

    /// The fault in place of a decision.
    pub fn fault(&self, catalogue: &Catalogue, name: &str) -> Fault {
        self.with(catalogue, name, |decision| match decision {
            Ok(decision) => panic!("{name} is served: {}", decision.to_json(9)),
            Err(fault) => fault,
        })
    }
}

/// A provider `<name>` of this region and class, if there is one.
pub fn provider(name: &str, more: &str) -> String {
    format!(
        "[[provider]]\nname = {name:?}\ndialect = \"openai\"\ntransport = \"sandbox\"\n{more}\n"
    )
}

/// A model that chats, at these providers.
pub fn model(name: &str, more: &str, providers: &[&str]) -> String {
    let deployments = providers.iter().map(|provider| {
        format!("[[model.deployment]]\nprovider = {provider:?}\nupstream_model = {name:?}\n")
    });
    let capabilities = if more.contains("capabilities") { "" } else { "capabilities = [\"chat\"]" };
    format!(
        "[[model]]\nname = {name:?}\n{capabilities}\n{more}\n{}",
        deployments.collect::<String>()
    )
}

pub fn catalogue(models: &[String], routes: &str) -> Catalogue {
    Catalogue::from_toml(&models.concat(), Some(routes))
        .unwrap_or_else(|problems| panic!("{problems}"))
}

impl Asked {
    /// How it is written.
    pub fn style(&mut self) -> &mut Style {
        self.signals.style.as_mut().unwrap()
    }
}
