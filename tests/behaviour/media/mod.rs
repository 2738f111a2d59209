//! Recordings, speech and pictures: bodies that are forms, and answers that are sound.
//!
//! Stages: gateway, provider, upstream, limiter, auth, router.

mod forms;
mod limits;
mod pictures;
mod speech;
mod transcripts;

use postern_keys::Key;
use postern_tests::client::{Answer, Call};
use postern_tests::fleet::variables_to;
use postern_tests::vendors::{Fake, Vendor};
use postern_tests::{Gateway, Options};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// Model, what it can do, and its deployments: provider and model there.
type Row = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const MODELS: [Row; 17] = [
    ("scribe", "transcriptions", &[("openai", "transcribe-fake-text")]),
    ("scribe-cut", "transcriptions", &[("openai", "transcribe-fake-cut")]),
    ("scribe-broken", "transcriptions", &[("openai", "transcribe-fake-midstream-error")]),
    ("scribe-malformed", "transcriptions", &[("openai", "transcribe-fake-malformed")]),
    ("scribe-400", "transcriptions", &[("openai", "transcribe-fake-error-400")]),
    (
        "scribe-again",
        "transcriptions",
        &[("openai", "transcribe-fake-error-500"), ("openai", "transcribe-fake-text")],
    ),
    ("whisper", "transcriptions", &[("openai", "whisper-fake-text")]),
    ("elsewhere", "transcriptions", &[("anthropic", "claude-fake-text")]),
    ("speaker", "speech", &[("openai", "speech-fake-text")]),
    ("speaker-cut", "speech", &[("openai", "speech-fake-cut")]),
    ("speaker-silent", "speech", &[("openai", "speech-fake-stop")]),
    ("speaker-page", "speech", &[("openai", "speech-fake-malformed")]),
    (
        "speaker-again",
        "speech",
        &[("openai", "speech-fake-error-503"), ("openai", "speech-fake-text")],
    ),
    ("painter", "images", &[("openai", "image-fake-text")]),
    ("painter-broken", "images", &[("openai", "image-fake-midstream-error")]),
    ("painter-400", "images", &[("openai", "image-fake-error-400")]),
    ("chatter", "chat", &[("openai", "gpt-fake-text")]),
];

const PROVIDERS: &str = r#"
[[provider]]
name = "openai"
dialect = "openai"
base_url = "{{ openai_base_url }}"
credential = "openai_api_key"
deadlines = { between_tokens_ms = 1_500 }

[[provider]]
name = "anthropic"
dialect = "anthropic"
base_url = "{{ anthropic_base_url }}"
credential = "anthropic_api_key"
"#;

const AUTHORIZATION: &str = r#"
permit (principal, action, resource);
forbid (principal in Role::"deaf", action == Action::"transcribe", resource);
forbid (principal in Role::"unheard", action == Action::"send_audio", resource);
forbid (principal in Role::"mute", action == Action::"receive_audio", resource);
forbid (principal in Role::"artless", action == Action::"generate_images", resource);
forbid (principal in Role::"unseen", action == Action::"send_images", resource);
forbid (principal in Role::"small", action in Action::"use", resource) when { context.body_bytes > 5000 };
"#;

const PLANS: &str = r#"
[[plan]]
name = "wide"
limits = [
  { scope = "consumer", unit = "input_tokens", per = "day", amount = 10_000_000 },
  { scope = "consumer", unit = "output_tokens", per = "day", amount = 10_000_000 },
  { scope = "consumer", unit = "usd", per = "day", amount = 1_000 },
]
[[plan]]
name = "narrow"
limits = [{ scope = "consumer", unit = "tokens", per = "day", amount = 300 }]
"#;

const ROLES: [&str; 6] = ["deaf", "unheard", "mute", "artless", "unseen", "small"];

/// A gateway before the fake of OpenAI.
struct Studio {
    fake: Fake,
    gateway: Gateway,
    keys: BTreeMap<String, Key>,
    _policies: tempfile::TempDir,
}

fn studio() -> &'static Studio {
    static STUDIO: LazyLock<Studio> = LazyLock::new(Studio::start);
    &STUDIO
}

impl Studio {
    fn start() -> Self {
        let fake = Fake::start(Vendor::OpenAi);
        let policies = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            std::fs::write(policies.path().join(name), text).expect("a file");
        };
        let mut consumers = String::new();
        let counted = (0..99).map(|number| format!("c{number}"));
        let names: Vec<String> =
            counted.chain(ROLES.map(str::to_owned)).chain(["narrow".to_owned()]).collect();
        for name in &names {
            let plan = if name == "narrow" { "narrow" } else { "wide" };
            let _ = writeln!(
                consumers,
                "[[consumer]]\nname = \"{name}\"\nmodels = [\"*\"]\nplan = \"{plan}\"\nroles = [\"{name}\"]"
            );
        }
        write("consumers.toml", &consumers);
        write("plans.toml", PLANS);
        write("authorization.cedar", AUTHORIZATION);
        write("gateway.toml", "[request]\nmax_binary_body_bytes = 26_214_400\n");
        write("models.toml", &models());
        let options = Options {
            variables: variables_to(|_| fake.origin()),
            policies: Some(policies.path().to_owned()),
            ..Options::default()
        };
        let gateway = Gateway::start(&options);
        let keys = names.into_iter().map(|name| (name.clone(), gateway.issue_key(&name)));
        let keys = keys.collect();
        Self { fake, gateway, keys, _policies: policies }
    }

    fn call(&self, consumer: &str, path: &str) -> Call {
        self.gateway.call("POST", path).key(self.keys[consumer].expose())
    }

    /// Input tokens, output tokens and nano-dollars, when nothing is reserved any more.
    async fn used(&self, consumer: &str) -> (u64, u64, u64) {
        use postern_tests::limited::Usage;
        let start = std::time::Instant::now();
        loop {
            let call = self.gateway.call("GET", "/v1/usage").key(self.keys[consumer].expose());
            let usage = Usage::from_answer(&call.send().await);
            if usage.reserved().is_empty() {
                let money = usage.numbers("consumer", "usd").0;
                let tokens = |unit| usage.used("consumer", unit);
                return (tokens("input_tokens"), tokens("output_tokens"), money);
            }
            assert!(start.elapsed() < postern_tests::PATIENCE, "it stays reserved: {:?}", usage.0);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

/// A consumer of one test.
fn consumer() -> String {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("c{}", NEXT.fetch_add(1, Ordering::SeqCst))
}

fn models() -> String {
    let mut text = PROVIDERS.to_owned();
    for (name, capability, deployments) in MODELS {
        let _ = writeln!(text, "[[model]]\nname = \"{name}\"\ncapabilities = [\"{capability}\"]");
        for (provider, upstream_model) in deployments {
            let _ = writeln!(
                text,
                "[[model.deployment]]\nprovider = \"{provider}\"\nupstream_model = \"{upstream_model}\"\n\
                 input_usd_per_million_tokens = 1.00\naudio_input_usd_per_million_tokens = 6.00\n\
                 output_usd_per_million_tokens = 10.00\naudio_output_usd_per_million_tokens = 12.00"
            );
        }
    }
    text
}

const BOUNDARY: &str = "----formdata-postern-0042";

/// A form as browsers and SDKs write it.
#[derive(Default)]
struct Form(Vec<u8>);

impl Form {
    fn text(mut self, name: &str, value: &str) -> Self {
        let part = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        self.0.extend_from_slice(part.as_bytes());
        self
    }

    fn file(mut self, name: &str, filename: &str, content_type: &str, bytes: &[u8]) -> Self {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{filename}\"\r\nContent-Type: {content_type}\r\n\r\n"
        );
        self.0.extend_from_slice(head.as_bytes());
        self.0.extend_from_slice(bytes);
        self.0.extend_from_slice(b"\r\n");
        self
    }

    fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.0
    }
}

fn form_type() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

/// A recording: bytes of every value, line ends and hyphens among them.
fn recording(bytes: usize) -> Vec<u8> {
    let pattern = b"\r\n--\r\n\x00\xff\xfe----formdata".iter().copied().chain(0..=255);
    let pattern: Vec<u8> = pattern.collect();
    pattern.into_iter().cycle().take(bytes).collect()
}

/// What the events of a stream say.
fn said(answer: &Answer) -> Vec<serde_json::Value> {
    answer.events().iter().filter_map(|event| event.json().cloned()).collect()
}

async fn sent(consumer: &str, path: &str, form: Vec<u8>) -> Answer {
    studio().call(consumer, path).typed(&form_type(), form).send().await
}

#[tokio::test]
async fn every_endpoint_wants_a_known_caller_who_posts() {
    for path in [
        "/v1/audio/transcriptions",
        "/v1/audio/translations",
        "/v1/audio/speech",
        "/v1/images/generations",
        "/v1/images/edits",
        "/v1/images/variations",
    ] {
        let got = studio().gateway.call("GET", path).send().await;
        assert_eq!((got.status, got.header("allow")), (405, Some("POST")), "{path}");
        let stranger = studio().gateway.call("POST", path).typed(&form_type(), "not a form").send();
        assert_eq!(stranger.await.status, 401, "{path}");
    }
}
