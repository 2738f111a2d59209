use super::ForeignCall;
use crate::Recorder;
use postern_types::HeaderCredential;
use postern_types::delegation::{
    BasicCredential, DelegatedCall, FormPost, HashFunction, Mac, Post, Sealing, Signing, Unsealing,
};

const POLICY: &str = r#"
[audit]
key_variable = "audit_key"

[opentelemetry]
endpoint = "{{ otel_base_url }}/otlp/"
signals = ["traces", "logs"]
[[opentelemetry.header]]
name = "dd-api-key"
variable = "datadog_api_key"
[[opentelemetry.header]]
name = "authorization"
variable = "otel_token"
prefix = "Bearer "
[[opentelemetry.header]]
name = "dd-source"
value = "llmobs"

[[webhook]]
name = "on-call"
url = "https://hooks.example.com/postern"
signing_key = "webhook_key"
[[webhook]]
name = "chat"
url = "{{ slack_url }}"
format = "slack"
"#;

/// URL; the credentials as header, prefix, variable.
fn post(url: &str, credentials: &[(&str, &str, &str)]) -> DelegatedCall {
    let credential = |(header, prefix, variable): &(&str, &str, &str)| HeaderCredential {
        header: (*header).to_owned(),
        prefix: (*prefix).to_owned(),
        variable: (*variable).to_owned(),
    };
    DelegatedCall::Post(Post {
        url: url.to_owned(),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        credentials: credentials.iter().map(credential).collect(),
        body: b"{}".to_vec(),
        deadline_ms: 1_000,
    })
}

fn sign(variable: &str) -> DelegatedCall {
    DelegatedCall::Sign(Signing { variable: variable.to_owned(), message: String::new() })
}

fn mac(variable: &str) -> DelegatedCall {
    let (variable, message) = (variable.to_owned(), String::new());
    DelegatedCall::Mac(Mac { variable, hash: HashFunction::Sha256, message })
}

const TRACES: &str = "{{ otel_base_url }}/otlp/v1/traces";
const DATADOG: (&str, &str, &str) = ("dd-api-key", "", "datadog_api_key");
const TOKEN: (&str, &str, &str) = ("authorization", "Bearer ", "otel_token");

#[test]
fn calls_that_policy_names_are_permitted() {
    let policy = Recorder::from_toml(Some(POLICY)).unwrap();
    for call in [
        post(TRACES, &[]),
        post(TRACES, &[DATADOG, TOKEN]),
        post("{{ otel_base_url }}/otlp/v1/logs", &[TOKEN]),
        post("https://hooks.example.com/postern", &[]),
        post("{{ slack_url }}", &[]),
        sign("audit_key"),
        mac("webhook_key"),
    ] {
        assert_eq!(policy.permits(&call), Ok(()), "{call:?}");
    }
}

#[test]
fn a_post_goes_to_no_other_host_path_or_variable() {
    let policy = Recorder::from_toml(Some(POLICY)).unwrap();
    for url in [
        "",
        "https://api.openai.com/v1/traces",
        "{{ openai_base_url }}/v1/traces",
        "{{ otel_base_url }}",
        "{{ otel_base_url }}/otlp/",
        "{{ otel_base_url }}/otlp/v1/metrics",
        "{{ otel_base_url }}/otlp/v1/traces/",
        "{{ otel_base_url }}/otlp/v1/traces?a=b",
        "{{ otel_base_url }}/otlp.example.com/v1/traces",
        "{{ slack_url }}/v1/traces",
        "https://hooks.example.com/postern/",
        "http://hooks.example.com/postern",
        "https://hooks.example.com/postern@example.com",
        "HTTPS://hooks.example.com/postern",
    ] {
        let refused = Err(ForeignCall::Url(url.to_owned()));
        assert_eq!(policy.permits(&post(url, &[])), refused, "{url}");
    }
}

#[test]
fn a_post_carries_no_other_secret() {
    let policy = Recorder::from_toml(Some(POLICY)).unwrap();
    for (url, credential) in [
        (TRACES, ("dd-api-key", "", "openai_api_key")),
        (TRACES, ("authorization", "", "otel_token")),
        (TRACES, ("authorization", "Bearer ", "datadog_api_key")),
        (TRACES, ("x-other", "", "datadog_api_key")),
        (TRACES, ("dd-source", "llmobs", "")),
        ("https://hooks.example.com/postern", DATADOG),
        ("https://hooks.example.com/postern", ("authorization", "", "webhook_key")),
        ("{{ slack_url }}", TOKEN),
    ] {
        let refused = policy.permits(&post(url, &[credential]));
        assert!(matches!(refused, Err(ForeignCall::Credential { .. })), "{url} {credential:?}");
        let among = policy.permits(&post(url, &[DATADOG, credential]));
        assert!(matches!(among, Err(ForeignCall::Credential { .. })), "{url} {credential:?}");
    }
}

#[test]
fn keys_are_used_for_their_own_work() {
    let policy = Recorder::from_toml(Some(POLICY)).unwrap();
    for variable in ["", "webhook_key", "openai_api_key", "guardrail_key", "AUDIT_KEY"] {
        let refused = Err(ForeignCall::SigningKey(variable.to_owned()));
        assert_eq!(policy.permits(&sign(variable)), refused);
    }
    for variable in ["", "audit_key", "issuer_key", "datadog_api_key", "slack_url"] {
        let refused = Err(ForeignCall::MacKey(variable.to_owned()));
        assert_eq!(policy.permits(&mac(variable)), refused);
    }
}

#[test]
fn nothing_else_is_done_for_the_recorder() {
    let policy = Recorder::from_toml(Some(POLICY)).unwrap();
    let text = || "audit_key".to_owned();
    let credential = BasicCredential { user: text(), variable: text() };
    let url = "https://hooks.example.com/postern".to_owned();
    for call in [
        DelegatedCall::Form(FormPost { url, credential, body: text(), deadline_ms: 1 }),
        DelegatedCall::Seal(Sealing { variable: text(), text: text(), context: text() }),
        DelegatedCall::Unseal(Unsealing { variable: text(), sealed: text(), context: text() }),
    ] {
        assert_eq!(policy.permits(&call), Err(ForeignCall::Kind), "{call:?}");
    }
}

#[test]
fn without_a_file_nothing_is_permitted() {
    let policy = Recorder::default();
    for call in [post(TRACES, &[]), post("", &[]), sign(""), mac("")] {
        assert!(policy.permits(&call).is_err(), "{call:?}");
    }
}
