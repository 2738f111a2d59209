//! What the stages get: checked, resolved, in integers.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use postern_policy::{
    BasePath, BaseUrl, Capability, Catalogue, Consumers, Credential, DEFAULT_DEADLINES, Deadlines,
    Dialect, EndpointError, Gateway, ImageRule, Issuers, Named, Plans, Provider, Quirks,
    REASONING_DEADLINES, SetDeadlines, Strategy, Tokenizer, Transport,
};
use postern_types::{HeaderCredential, ImageArea, ImageTiles, Operation};
use proptest::strategy::Strategy as _;
use proptest::{prop_assert, proptest};

const MODELS: &str = include_str!("../../../policies/models.toml");
const ROUTES: &str = include_str!("../../../policies/routes.toml");
const CALLERS: &str = include_str!("valid/complete/consumers.toml");
const ISSUERS: &str = include_str!("valid/complete/issuers.toml");
const PLANS: &str = include_str!("valid/complete/plans.toml");
const GATEWAY: &str = include_str!("../../../policies/gateway.toml");

/// The rows of vendors, without the hundred models after them.
fn vendors() -> &'static str {
    MODELS.split("# --- OpenAI, and").next().unwrap()
}

fn shipped() -> Catalogue {
    Catalogue::from_toml(MODELS, Some(ROUTES)).unwrap()
}

fn header(name: &str, prefix: &str, variable: &str) -> Credential {
    let [header, prefix, variable] = [name, prefix, variable].map(str::to_owned);
    Credential::Header(HeaderCredential { header, prefix, variable })
}

fn provider_at(base_url: &str) -> std::sync::Arc<Provider> {
    provider(&format!("dialect = \"openai\"\nbase_url = \"{base_url}\""))
}

fn provider(row: &str) -> std::sync::Arc<Provider> {
    let models = format!(
        "[[provider]]\nname = \"p\"\n{row}\n\n\
         [[model]]\nname = \"m\"\ncapabilities = [\"chat\"]\n\
         [[model.deployment]]\nprovider = \"p\"\nupstream_model = \"m\"\n"
    );
    Catalogue::from_toml(&models, None).unwrap().provider("p").unwrap().clone()
}

fn url(base_url: &str, value: Option<&str>) -> Result<String, EndpointError> {
    let value = |_: &str| value.map(str::to_owned);
    Ok(provider_at(base_url).endpoint(value)?.unwrap().url("/models"))
}

#[test]
fn the_shipped_gateway_file_says_the_defaults() {
    assert_eq!(Gateway::from_toml(Some(GATEWAY)).unwrap(), Gateway::default());
    assert_eq!(Gateway::from_toml(None).unwrap(), Gateway::default());
    assert_eq!(Gateway::default().max_request_body_bytes, 10_485_760);
    assert_eq!(Gateway::default().max_binary_request_body_bytes, 26_214_400);
    assert_eq!(Gateway::default().max_response_body_bytes, 67_108_864);
    assert!(Gateway::from_toml(Some("[request]\nstrict = true\n")).unwrap().strict);
}

#[test]
fn prices_become_whole_pico_dollars_per_token() {
    let catalogue = shipped();
    let price = |name| catalogue.model(name).unwrap().deployments.first().unwrap().price;
    let mini = price("gpt-4o-mini").unwrap();
    assert_eq!(mini.input_pico_usd_per_token, 150_000);
    assert_eq!(mini.cached_input_pico_usd_per_token, 75_000);
    assert_eq!(mini.output_pico_usd_per_token, 600_000);
    let embedding = price("text-embedding-3-small").unwrap();
    assert_eq!(embedding.cached_input_pico_usd_per_token, 20_000, "as dear as any other input");
    assert_eq!(embedding.output_pico_usd_per_token, 0);
    assert_eq!(price("sandbox"), None);
}

/// The one model of a file with these lines in it.
fn model(lines: &str) -> std::sync::Arc<postern_policy::Model> {
    let models = format!(
        "[[provider]]\nname = \"p\"\ndialect = \"openai\"\ntransport = \"sandbox\"\n\
         [[model]]\nname = \"m\"\ncapabilities = [\"chat\"]\n{lines}\n\
         [[model.deployment]]\nprovider = \"p\"\nupstream_model = \"m\"\n"
    );
    Catalogue::from_toml(&models, None).unwrap().model("m").unwrap().clone()
}

#[test]
fn a_count_by_the_models_own_tokenizer_is_taken_as_it_is_and_any_other_is_an_estimate() {
    let factor = |lines: &str| (model(lines).tokenizer, model(lines).token_factor_percent);
    let own = Some(Tokenizer::O200kBase);
    assert_eq!(factor("tokenizer = \"o200k_base\""), (own, 100));
    assert_eq!(factor("tokenizer = \"o200k_base\"\ntoken_factor = 1.05"), (own, 105));
    assert_eq!(factor(""), (None, 120));
    assert_eq!(factor("token_factor = 1"), (None, 100));
    assert_eq!(factor("token_factor = 4.00"), (None, 400));
}

#[test]
fn an_image_counts_by_the_rule_of_its_vendor() {
    let rule = |table: &str| model(&format!("image_tokens = {table}")).image_tokens.unwrap();
    let tiles = ImageRule::Tiles(ImageTiles { base_tokens: 85, tile_tokens: 170 });
    assert_eq!(rule("{ rule = \"tiles\", per_tile = 170, base = 85 }"), tiles);
    let patches = ImageRule::Patches(162);
    assert_eq!(rule("{ rule = \"patches\", percent = 162 }"), patches);
    let area = ImageRule::Area(ImageArea { pixels_per_token: 750, max_tokens: 1_600 });
    assert_eq!(rule("{ rule = \"area\", pixels_per_token = 750, max = 1_600 }"), area);
    let google = ImageRule::GoogleTiles(258);
    assert_eq!(rule("{ rule = \"google_tiles\", tokens = 258 }"), google);
    assert_eq!(rule("{ rule = \"fixed\", tokens = 1 }"), ImageRule::Fixed(1));
    assert_eq!(model("").image_tokens, None);
}

#[test]
fn a_name_is_a_model_an_alias_or_nothing() {
    let catalogue = shipped();
    let Some(Named::Model(model)) = catalogue.named("sandbox") else { panic!("no model") };
    assert_eq!(model.owned_by, "sandbox");
    assert!(model.can(Capability::Tools) && !model.can(Capability::Reasoning));
    let Some(Named::Route(route)) = catalogue.named("with-fallback") else { panic!("no route") };
    assert_eq!(route.strategy, Strategy::Ordered);
    let names: Vec<_> = route.models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!(names, ["sandbox-server-error", "sandbox"]);
    assert!(route.can(Capability::Chat) && !route.can(Capability::Tools));
    assert!(catalogue.named("Sandbox").is_none());
}

#[test]
fn the_catalogue_can_be_read_without_routes() {
    let catalogue = Catalogue::from_toml(MODELS, None).unwrap();
    assert_eq!(catalogue.routes().count(), 0);
    assert_eq!(catalogue.models().count(), shipped().models().count());
}

#[test]
fn a_deadline_is_that_of_the_route_or_the_model_or_the_provider_or_the_default() {
    let set = |ms: u32| SetDeadlines { first_token_ms: Some(ms), ..SetDeadlines::default() };
    let none = SetDeadlines::default();
    let cases = [
        ([set(1), set(2), set(3)], 1),
        ([none, set(2), set(3)], 2),
        ([none, none, set(3)], 3),
        ([none, none, none], DEFAULT_DEADLINES.first_token_ms),
    ];
    for (tables, expected) in cases {
        let tables = tables.each_ref();
        let resolved = SetDeadlines::resolved(&tables, false);
        assert_eq!(resolved, Deadlines { first_token_ms: expected, ..DEFAULT_DEADLINES });
        let reasons = SetDeadlines::resolved(&tables, true);
        assert_eq!(reasons.whole_ms, REASONING_DEADLINES.whole_ms);
    }
    // A model that reasons may be silent for minutes, at every provider.
    let shipped = shipped();
    for model in shipped.models().filter(|model| model.can(Capability::Reasoning)) {
        for deployment in &model.deployments {
            let tables = [&model.deadlines, &deployment.provider.deadlines];
            let resolved = SetDeadlines::resolved(&tables, true);
            assert!(resolved.first_token_ms >= 300_000, "{}", deployment.name);
            assert!(resolved.whole_ms >= 600_000, "{}", deployment.name);
            assert!(resolved.between_tokens_ms >= 120_000, "{}", deployment.name);
        }
    }
}

#[test]
fn providers_say_how_they_are_reached() {
    let catalogue = shipped();
    let sandbox = catalogue.provider("sandbox").unwrap();
    assert_eq!(sandbox.transport, Transport::Sandbox);
    assert_eq!(sandbox.endpoint(|_| None), Ok(None));
    assert_eq!(sandbox.deadlines, SetDeadlines::default());
    let openai = catalogue.provider("openai").unwrap();
    assert_eq!((openai.dialect, openai.region.as_deref()), (Dialect::OpenAi, Some("us")));
    let Transport::Upstream { base_url, credential, .. } = &openai.transport else {
        panic!("sandbox")
    };
    assert_eq!(base_url.variable(), Some("openai_base_url"));
    let key = header("authorization", "Bearer ", "openai_api_key");
    assert_eq!(credential.as_ref(), Some(&key));
}

#[test]
fn the_shipped_vendors_are_rows_of_every_dialect() {
    let catalogue = shipped();
    let place = |name: &str| {
        let provider = catalogue.provider(name).unwrap().clone();
        let url = provider.endpoint(|variable| Some(default_of(variable))).unwrap().unwrap();
        format!("{} {}", provider.dialect.as_str(), url.url("/x"))
    };
    assert_eq!(place("openai"), "openai https://api.openai.com/v1/x");
    assert_eq!(place("openai-responses"), "responses https://api.openai.com/v1/x");
    assert_eq!(place("azure"), "openai https://example.openai.azure.com/openai/x");
    assert_eq!(place("anthropic"), "anthropic https://api.anthropic.com/v1/x");
    assert_eq!(place("bedrock"), "bedrock https://bedrock-runtime.us-east-1.amazonaws.com/x");
    assert_eq!(place("google"), "google https://generativelanguage.googleapis.com/v1beta/x");
    let vertex = "https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers";
    assert_eq!(place("vertex"), format!("google {vertex}/google/x"));
    assert_eq!(place("vertex-anthropic"), format!("anthropic {vertex}/anthropic/x"));
    assert_eq!(place("cohere"), "cohere https://api.cohere.com/v2/x");
    assert_eq!(place("groq"), "openai https://api.groq.com/openai/v1/x");
}

/// The value in `spin.toml` of a variable without a setting; `p` for those that must be set.
fn default_of(variable: &str) -> String {
    const MANIFEST: &str = include_str!("../../../spin.toml");
    let line = MANIFEST.lines().find(|line| line.starts_with(&format!("{variable} = {{"))).unwrap();
    let default = line.split('"').nth(1).unwrap();
    if default.is_empty() { "p".to_owned() } else { default.to_owned() }
}

#[test]
fn nothing_but_the_sandbox_is_offered_without_a_credential() {
    let catalogue = shipped();
    for provider in catalogue.providers().filter(|provider| provider.name != "sandbox") {
        let unset = |variable: &str| default_of(variable) == "p";
        assert!(provider.required_variables().any(unset), "{}", provider.name);
    }
}

#[test]
fn a_credential_names_its_variables() {
    let catalogue = shipped();
    let variables = |name: &str| {
        let provider = catalogue.provider(name).unwrap();
        let all: Vec<_> = provider.variables().map(str::to_owned).collect();
        let required: Vec<_> = provider.required_variables().map(str::to_owned).collect();
        (all, required)
    };
    let (all, required) = variables("bedrock");
    assert!(all.contains(&"bedrock_session_token".to_owned()));
    let always = [
        "bedrock_base_url",
        "bedrock_access_key_id",
        "bedrock_secret_access_key",
        "bedrock_region",
    ];
    assert_eq!(required, always);
    let (_, required) = variables("vertex");
    let always = [
        "vertex_base_url",
        "vertex_project",
        "vertex_location",
        "vertex_service_account",
        "vertex_token_url",
    ];
    assert_eq!(required, always);
    let transport = &catalogue.provider("azure").unwrap().transport;
    let Transport::Upstream { credential: Some(credential), .. } = transport else { panic!() };
    let key = header("api-key", "", "azure_api_key");
    assert_eq!(credential, &key);
}

#[test]
fn the_scheme_of_a_key_is_that_of_the_dialects_vendor() {
    for (dialect, (name, prefix)) in [
        ("openai", ("authorization", "Bearer ")),
        ("responses", ("authorization", "Bearer ")),
        ("anthropic", ("x-api-key", "")),
        ("bedrock", ("authorization", "Bearer ")),
        ("google", ("x-goog-api-key", "")),
        ("cohere", ("authorization", "Bearer ")),
    ] {
        let provider = provider(&format!(
            "dialect = \"{dialect}\"\nbase_url = \"https://a.example\"\ncredential = \"k\""
        ));
        let Transport::Upstream { credential, .. } = &provider.transport else { panic!() };
        let expected = header(name, prefix, "k");
        assert_eq!(credential.as_ref(), Some(&expected), "{dialect}");
    }
}

#[test]
fn quirks_of_a_deployment_are_put_over_those_of_its_provider() {
    let models = r#"
[[provider]]
name = "p"
dialect = "openai"
base_url = "https://a.example"
[provider.quirks]
developer_role = false
max_tokens_field = "max_tokens"
unsupported = ["user"]
paths = { chat = "/a/{model}?v=1", embeddings = "/b" }
[[model]]
name = "m"
capabilities = ["chat"]
[[model.deployment]]
provider = "p"
upstream_model = "m"
[[model.deployment]]
provider = "p"
upstream_model = "m"
[model.deployment.quirks]
max_tokens_field = "max_completion_tokens"
responses = true
unsupported = ["temperature", "user"]
paths = { chat = "/c" }
"#;
    let catalogue = Catalogue::from_toml(models, None).unwrap();
    let deployments = &catalogue.model("m").unwrap().deployments;
    let above = Quirks {
        no_developer_role: true,
        max_tokens_field: Some("max_tokens".to_owned()),
        unsupported: vec!["user".to_owned()],
        paths: vec![
            (Operation::Chat, "/a/{model}?v=1".to_owned()),
            (Operation::Embeddings, "/b".to_owned()),
        ],
        ..Quirks::default()
    };
    assert_eq!(deployments[0].quirks, above);
    assert_eq!(deployments[0].provider.quirks, above);
    let over = Quirks {
        max_tokens_field: Some("max_completion_tokens".to_owned()),
        responses: true,
        unsupported: vec!["user".to_owned(), "temperature".to_owned()],
        paths: vec![(Operation::Embeddings, "/b".to_owned()), (Operation::Chat, "/c".to_owned())],
        ..above
    };
    assert_eq!(deployments[1].quirks, over);
}

#[test]
fn variables_of_a_base_path_stay_in_their_place() {
    let path = BasePath::parse("/v1/projects/{{ project }}/locations/{{place}}/").unwrap();
    assert_eq!(path.variables().collect::<Vec<_>>(), ["project", "place"]);
    assert_eq!(BasePath::parse(&path.to_string()), Ok(path.clone()));
    let filled = |value: &str| {
        path.filled(|name| Some(if name == "place" { "eu" } else { value }.to_owned()))
    };
    assert_eq!(
        filled("example.com:p-1"),
        Ok("/v1/projects/example.com:p-1/locations/eu".to_owned())
    );
    for wrong in ["", "..", "a/b", "a?b", "a#b", "a%2fb", "a b"] {
        let error = filled(wrong).unwrap_err();
        assert_eq!(error, EndpointError::PathValue("project".to_owned()), "{wrong}");
    }
    assert!(path.filled(|_| None).is_err());
    assert_eq!(BasePath::parse("").unwrap().filled(|_| None), Ok(String::new()));
}

#[test]
fn a_base_url_has_its_own_path_or_else_the_base_path() {
    let at = |base_url: &str| {
        let row =
            format!("dialect = \"openai\"\nbase_url = \"{base_url}\"\nbase_path = \"/openai/v1\"");
        provider(&row)
            .endpoint(|_| Some("https://a.example".to_owned()))
            .unwrap()
            .unwrap()
            .base_path
    };
    assert_eq!(at("https://a.example"), "/openai/v1");
    assert_eq!(at("{{ origin }}"), "/openai/v1");
    assert_eq!(at("{{ origin }}/v2"), "/v2");
}

#[test]
fn the_origin_of_a_base_url_is_what_must_be_allowed() {
    for (base_url, origin) in [
        ("https://api.example.com:8443/v1", "https://api.example.com:8443"),
        ("{{ origin }}/v1", "{{ origin }}"),
        ("{{origin}}", "{{ origin }}"),
        ("https://{{ host }}:1/v1", "https://{{ host }}:1"),
    ] {
        assert_eq!(BaseUrl::parse(base_url).unwrap().origin(), origin);
    }
}

#[test]
fn a_base_url_without_a_path_gets_that_of_its_dialect() {
    for (base_url, expected) in [
        ("https://api.example.com", "https://api.example.com/v1/models"),
        ("https://api.example.com/", "https://api.example.com/v1/models"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/models"),
        ("http://[::1]:8080", "http://[::1]:8080/v1/models"),
        ("https://api.example.com/openai/v1/", "https://api.example.com/openai/v1/models"),
    ] {
        assert_eq!(url(base_url, None).as_deref(), Ok(expected));
    }
}

#[test]
fn a_variable_is_put_into_the_base_url() {
    let value = Some("https://api.example.com/");
    assert_eq!(url("{{ origin }}", value).as_deref(), Ok("https://api.example.com/v1/models"));
    assert_eq!(url("{{origin}}/v2", value).as_deref(), Ok("https://api.example.com/v2/models"));
    let port = url("http://127.0.0.1:{{ port }}", Some("9000"));
    assert_eq!(port.as_deref(), Ok("http://127.0.0.1:9000/v1/models"));
}

#[test]
fn a_base_url_is_written_as_it_is_read() {
    for written in ["https://api.example.com/v1", "{{ origin }}", "https://{{ host }}:8443/v1"] {
        let base_url = BaseUrl::parse(written).unwrap();
        assert_eq!(base_url.to_string(), written);
        assert_eq!(BaseUrl::parse(&base_url.to_string()), Ok(base_url));
    }
}

#[test]
fn refuses_a_value_that_makes_no_usable_url() {
    assert_eq!(url("{{ origin }}", None), Err(EndpointError::NoValue("origin".to_owned())));
    assert_eq!(url("{{ origin }}", Some("api.example.com")), Err(EndpointError::Scheme));
    assert_eq!(url("{{ origin }}", Some("https://a:b@c")), Err(EndpointError::UserInfo));
    assert_eq!(url("{{ origin }}", Some("https://c?key=1")), Err(EndpointError::Query));
    let injected = url("https://{{ host }}/v1", Some("a.example/b?c=d#"));
    assert_eq!(injected, Err(EndpointError::Query));
}

/// The shipped text with some characters cut out and others put in.
fn disturbed(text: &'static str) -> impl proptest::strategy::Strategy<Value = String> {
    let spans = proptest::collection::vec(
        (0..text.len(), 0..20_usize, "[\\PC\\n\"\\[\\]{}=.,#]{0,6}"),
        1..4,
    );
    spans.prop_map(move |spans| {
        let mut bytes = text.as_bytes().to_vec();
        for (start, length, put_in) in spans {
            let start = start.min(bytes.len());
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, put_in.bytes());
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_with_lines_of_the_file(text in "[\\PC\\n]{0,200}") {
        let results = [
            Gateway::from_toml(Some(&text)).err(),
            Consumers::from_toml(&text).err(),
            Issuers::from_toml(Some(&text)).err(),
            Plans::from_toml(Some(&text)).err(),
            Catalogue::from_toml(&text, Some(&text)).err(),
        ];
        let lines = text.lines().count() as u32 + 1;
        for problem in results.into_iter().flatten().flat_map(|problems| problems.0) {
            prop_assert!(problem.line.is_none_or(|line| (1..=lines).contains(&line)), "{problem}");
        }
    }

    #[test]
    fn a_disturbed_policy_is_read_or_refused(
        models in disturbed(vendors()),
        routes in disturbed(ROUTES),
        consumers in disturbed(CALLERS),
        issuers in disturbed(ISSUERS),
        plans in disturbed(PLANS),
    ) {
        for problems in [
            Catalogue::from_toml(&models, Some(&routes)).err(),
            Consumers::from_toml(&consumers).err(),
            Issuers::from_toml(Some(&issuers)).err(),
            Plans::from_toml(Some(&plans)).err(),
        ] {
            prop_assert!(problems.is_none_or(|problems| !problems.is_empty()));
        }
    }
}

#[test]
fn nesting_without_end_is_refused() {
    for deep in ["[".repeat(100_000), "{a=".repeat(100_000), "a.".repeat(100_000)] {
        assert!(Gateway::from_toml(Some(&format!("x = {deep}"))).is_err());
        assert!(Gateway::from_toml(Some(&deep)).is_err());
        assert!(Gateway::from_toml(Some(&format!("{deep}a = 1"))).is_err());
    }
    assert!(Gateway::from_toml(Some(&" ".repeat(68_000_000))).is_err());
}
