use crate::world::{Asked, asked, catalogue, model, provider};
use postern_fault::Kind;
use postern_policy::Catalogue;
use postern_types::Operation;

fn world() -> Catalogue {
    let models = [
        provider("eu", "region = \"eu\"\nmax_data_class = \"confidential\""),
        provider("us", "region = \"us\"\nmax_data_class = \"internal\""),
        provider("anywhere", ""),
        model("small", "context_tokens = 1_000\nmax_output_tokens = 100", &["eu", "us"]),
        model(
            "large",
            "capabilities = [\"chat\", \"tools\", \"vision\"]\ncontext_tokens = 100_000\nmax_output_tokens = 10_000",
            &["us", "anywhere"],
        ),
        model("listening", "capabilities = [\"chat\", \"audio\"]", &["eu"]),
        model("vectors", "capabilities = [\"embeddings\"]", &["eu"]),
    ];
    let routes = r#"
[[route]]
alias = "both"
models = ["small", "large"]
[[route]]
alias = "in-eu"
regions = ["eu"]
models = ["both", "listening"]
"#;
    catalogue(&models, routes)
}

/// A request, what is asked for, and what serves it.
type Row = (&'static str, fn(&mut Asked), &'static str, &'static [&'static str]);

const ALL: &[&str] = &["eu/small", "us/small", "us/large", "anywhere/large"];

const ROWS: &[Row] = &[
    ("nothing to filter", |asked| asked.caller.data_class = Some("public".into()), "both", ALL),
    (
        "tools",
        |asked| (asked.facts.tools, asked.caller.data_class) = (1, Some("public".into())),
        "both",
        &["us/large", "anywhere/large"],
    ),
    (
        "a caller's region",
        |asked| {
            asked.caller.data_class = Some("public".into());
            asked.caller.regions = Some(vec!["eu".into()]);
        },
        "both",
        &["eu/small"],
    ),
    (
        "a route's region, over a nested route",
        |asked| asked.caller.data_class = Some("public".into()),
        "in-eu",
        &["eu/small", "eu/listening"],
    ),
    (
        "a class",
        |asked| asked.caller.data_class = Some("confidential".into()),
        "both",
        &["eu/small", "anywhere/large"],
    ),
    (
        "the highest class",
        |asked| asked.caller.data_class = Some("restricted".into()),
        "both",
        &["anywhere/large"],
    ),
    ("no class may be any", |asked| asked.caller.data_class = None, "both", &["anywhere/large"]),
    (
        "a prompt that is too long for one",
        |asked| {
            asked.caller.data_class = Some("public".into());
            asked.signals.prompt_tokens = 2_002;
        },
        "both",
        &["us/large", "anywhere/large"],
    ),
    (
        "a prompt that may be too long for one is left to the exact count",
        |asked| {
            asked.caller.data_class = Some("public".into());
            asked.signals.prompt_tokens = 2_001;
        },
        "both",
        ALL,
    ),
    (
        "a prompt that is too long for all is left to the exact count",
        |asked| {
            asked.caller.data_class = Some("public".into());
            asked.signals.prompt_tokens = 1_000_000;
        },
        "both",
        ALL,
    ),
    (
        "a cap over that of one",
        |asked| {
            asked.caller.data_class = Some("public".into());
            asked.facts.output_cap_tokens = Some(101);
        },
        "both",
        &["us/large", "anywhere/large"],
    ),
];

#[test]
fn only_deployments_that_may_serve_a_request_do() {
    let world = world();
    for (what, change, name, expected) in ROWS {
        let mut asked = asked();
        change(&mut asked);
        assert_eq!(asked.order(&world, name), *expected, "{what}");
    }
}

#[test]
fn says_which_filter_has_removed_what() {
    let world = world();
    let mut asked = asked();
    asked.caller.data_class = Some("public".to_owned());
    asked.caller.regions = Some(vec!["eu".to_owned()]);
    asked.facts.tools = 1;
    let fault = asked.fault(&world, "both");
    assert_eq!(
        (fault.kind, fault.code.as_deref()),
        (Kind::NoEligibleDeployment, Some("no_eligible_deployment"))
    );
    assert_eq!(fault.param.as_deref(), Some("model"));
    assert_eq!(
        fault.public,
        "no deployment of `both` may serve this request: capability (the request needs `tools`: ask another model, or leave that out) removed 2: eu/small, us/small; region (your requests may go to eu) removed 2: us/large, anywhere/large"
    );
    assert_eq!(
        fault.private.as_deref(),
        Some(
            "capability removed 2 (eu/small, us/small); region removed 2 (us/large, anywhere/large)"
        )
    );
}

#[test]
fn names_no_deployment_of_a_model_that_the_caller_may_not_request() {
    let world = world();
    let mut asked = asked();
    asked.caller.models = vec!["both".to_owned(), "small".to_owned()];
    asked.facts.audio = 1;
    let fault = asked.fault(&world, "both");
    assert!(fault.public.contains("removed 4: eu/small, us/small and 2 more"), "{}", fault.public);
    assert!(!fault.public.contains("large"), "{}", fault.public);
    asked.caller.models = vec!["both".to_owned()];
    let fault = asked.fault(&world, "both");
    assert!(fault.public.ends_with("removed 4"), "{}", fault.public);
}

#[test]
fn what_does_not_exist_and_what_is_not_allowed_is_the_same() {
    let world = world();
    let mut asked = asked();
    asked.caller.models = vec!["small".to_owned()];
    let (hidden, absent) = (asked.fault(&world, "large"), asked.fault(&world, "none!"));
    assert_eq!(absent.public.replace("none!", "large"), hidden.public);
    assert_eq!((absent.kind, absent.code), (Kind::ModelNotFound, hidden.code));
}

#[test]
fn another_operation_is_the_wrong_path_and_no_matter_of_eligibility() {
    let world = world();
    for (operation, name, offers) in
        [(Operation::Embeddings, "small", "embeddings"), (Operation::Chat, "vectors", "chat")]
    {
        let mut asked = asked();
        asked.facts.operation = operation;
        let fault = asked.fault(&world, name);
        assert_eq!(fault.kind, Kind::InvalidRequest);
        assert_eq!(fault.code.as_deref(), Some("unsupported_operation"));
        assert!(fault.public.contains(&format!("does not offer {offers}")), "{fault}");
    }
}

#[test]
fn a_decision_says_all_of_this_as_json() {
    let world = world();
    let mut asked = asked();
    asked.caller.data_class = Some("internal".to_owned());
    asked.caller.regions = Some(vec!["eu".to_owned()]);
    let json = asked.with(&world, "both", |decision| decision.unwrap().to_json(2));
    let told: serde_json::Value = serde_json::from_str(&json).unwrap();
    let expected = serde_json::json!({
        "strategy": "ordered",
        "order": [{ "deployment": "eu/small", "model": "small", "route": "both", "by": "as written" }],
        "removed": [
            { "deployment": "us/small", "model": "small", "route": "both", "filter": "region", "why": "of the caller" },
            { "deployment": "us/large", "model": "large", "route": "both", "filter": "region", "why": "of the caller" },
        ],
        "left_out": 1,
    });
    assert_eq!(told, expected);
}
