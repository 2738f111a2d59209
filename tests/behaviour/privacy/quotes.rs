//! Every place in every vendor's errors that can quote our credential or the prompt.

use postern_tests::fleet::{ROWS, variables_to};
use postern_tests::upstream::WORD;
use postern_tests::vendors::credentials as known;
use postern_tests::{Gateway, Options, Upstream, marker};
use serde_json::json;

/// The places of text in each provider's errors; `headers`, `text` and `stream` apply to all.
const PLACES: [(&str, &[&str]); 6] = [
    (
        "openai",
        &[
            "/error/message",
            "/error/type",
            "/error/param",
            "/error/code",
            "/error/innererror/code",
            "/error/innererror/content_filter_result/a",
        ],
    ),
    ("openai-responses", &["/error/message", "/error/type", "/error/param", "/error/code"]),
    (
        "anthropic",
        &["/error/message", "/error/type", "/error/details/error_code", "/request_id", "/type"],
    ),
    ("bedrock", &["/message", "/__type"]),
    (
        "google",
        &[
            "/error/message",
            "/error/status",
            "/error/details/0/reason",
            "/error/details/0/metadata/a",
            "/error/details/0/@type",
        ],
    ),
    ("cohere", &["/message", "/id"]),
];

const STATUSES: [u16; 5] = [400, 401, 403, 429, 500];

const SECRETS: [&str; 6] = [
    known::OPENAI_KEY,
    known::ANTHROPIC_KEY,
    known::AWS_ACCESS_KEY_ID,
    known::AWS_SESSION_TOKEN,
    known::GOOGLE_KEY,
    known::COHERE_KEY,
];

/// Plain, escaped for a URL, and within base64.
fn spellings() -> Vec<String> {
    use base64::Engine;
    let base64 = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
    let middle = |text: String| text[4..text.len() - 6].to_owned();
    let of = |secret: &&str| {
        let url: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        [
            (*secret).to_owned(),
            url,
            middle(base64((*secret).to_owned())),
            middle(base64(format!("Bearer {secret}"))[12..].to_owned()),
        ]
    };
    SECRETS.iter().flat_map(of).collect()
}

fn gateway(vendor: &Upstream) -> (Gateway, tempfile::TempDir) {
    let policies = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(policies.path().join(name), text).unwrap();
    write("consumers.toml", "[[consumer]]\nname = \"tester\"\nmodels = [\"*\"]\n");
    write("authorization.cedar", "permit (principal, action, resource);\n");
    write("gateway.toml", "[headers]\nto_clients = [\"x-vendor-extra\"]\n");
    let models = ROWS.map(|row| {
        let provider = row.provider;
        format!(
            "[[provider]]\nname = \"{provider}\"{}\n[[model]]\nname = \"{provider}\"\ncapabilities = [\"chat\", \"tools\", \"vision\", \"files\", \"audio\", \"json_schema\"]\n\
             max_output_tokens = 100\n[[model.deployment]]\nprovider = \"{provider}\"\nupstream_model = \"m\"\n",
            row.policy
        )
    });
    let rankers = ["openai", "cohere"].map(|provider| {
        format!(
            "[[model]]\nname = \"{provider}-ranker\"\ncapabilities = [\"rerank\"]\n\
             [[model.deployment]]\nprovider = \"{provider}\"\nupstream_model = \"m\"\n"
        )
    });
    write("models.toml", &(models.concat() + &rankers.concat()));
    let variables = variables_to(|_| vendor.origin());
    let options =
        Options { variables, policies: Some(policies.path().to_owned()), ..Options::default() };
    (Gateway::start(&options), policies)
}

/// A question in this client's dialect.
fn question(path: &str, model: &str, prompt: &str, stream: bool) -> String {
    let body = match path {
        "/v1/responses" => json!({ "model": model, "input": prompt, "stream": stream }),
        _ => json!({ "model": model, "max_tokens": 5, "stream": stream,
            "messages": [{ "role": "user", "content": prompt }] }),
    };
    body.to_string()
}

#[tokio::test]
async fn no_vendors_error_brings_our_credential_to_a_client_or_the_prompt_to_the_log() {
    let vendor = Upstream::quoting();
    let (gateway, _policies) = gateway(&vendor);
    let key = gateway.issue_key("tester");
    let (mut asked, mut quoted) = (0, 0);
    let spellings = spellings();
    for (provider, places) in PLACES {
        let everywhere = ["headers", "text", "stream"];
        for place in places.iter().chain(&everywhere) {
            for (status, path) in STATUSES
                .iter()
                .zip(["/v1/chat/completions", "/v1/messages", "/v1/responses"].into_iter().cycle())
            {
                let prompt = format!("QUOTE {status} {place}; {WORD}");
                let id = marker();
                let streams = *place == "stream";
                let call = gateway.call("POST", path).key(key.expose());
                let call = call.body(question(path, provider, &prompt, streams));
                let answer = call.header("x-request-id", id.as_str()).send().await;
                let said = format!("{:?} {}", answer.headers, answer.text());
                let cell = format!("{provider} {place} {status} {path}");
                assert!(answer.status >= 400 || streams, "{cell}: {said}");
                for secret in &spellings {
                    assert!(!said.contains(secret), "{cell}: {secret} is in {said}");
                }
                gateway.log_line(&id).await;
                asked += 1;
                quoted += usize::from(said.contains("[masked]"));
            }
        }
    }
    assert!(asked > 150 && quoted > 10, "{quoted} of {asked} quote what was masked");
    let log = gateway.log();
    for secret in spellings.iter().map(String::as_str).chain([WORD]) {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}

#[tokio::test]
async fn no_answer_that_passes_unread_brings_our_credential_to_a_client() {
    let vendor = Upstream::quoting();
    let (gateway, _policies) = gateway(&vendor);
    let key = gateway.issue_key("tester");
    let prompt = format!("QUOTE 200 success; {WORD}");
    let messages = json!([{ "role": "user", "content": prompt }]);
    let ranking = |model: &str| json!({ "model": model, "query": prompt, "documents": ["a", "b"] });
    for (path, body) in [
        ("/v1/messages/count_tokens", json!({ "model": "anthropic", "messages": messages })),
        ("/v1/rerank", ranking("openai-ranker")),
        ("/v1/rerank", ranking("cohere-ranker")),
    ] {
        let call = gateway.call("POST", path).key(key.expose()).body(body.to_string());
        let answer = call.send().await;
        let said = format!("{:?} {}", answer.headers, answer.text());
        assert_eq!(answer.status, 200, "{path}: {said}");
        assert!(said.contains("[masked]"), "{path}: nothing was masked in {said}");
        for secret in spellings() {
            assert!(!said.contains(&secret), "{path}: {secret} is in {said}");
        }
    }
}
