//! Faithful fakes of vendors: they refuse what the vendor refuses, in its words, and all tell the same story.
//!
//! The end of the model's name says what happens ([`Scenario`]); what is answered depends on nothing but the request.
//! A request that the vendor would not take is refused in its own shape of errors and noted as a complaint. The official
//! SDKs are content with what the fakes say: `tests/sdk/fakes.rs` proves it.

mod anthropic;
mod bedrock;
mod cohere;
pub mod credentials;
mod google;
mod openai;
mod reply;
mod scenario;
mod seal;
mod shape;
mod story;
mod values;

pub use google::service_account;
pub use openai::media;
pub use scenario::Scenario;
pub use seal::seal;
pub use story::{
    ARGUMENTS, CACHED_USAGE, CUT_ARGUMENTS, CUT_TEXT, Cost, REASONING_USAGE, REFUSAL,
    SECOND_ARGUMENTS, TEXT, THOUGHTS, TOOL, USAGE, XML_CALL, example, image_text, result_text,
};

use crate::upstream::{RESERVED, Recorded, Script, Step, Upstream};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::sync::Arc;

/// Whose API a fake speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// OpenAI's, and Azure's paths for it.
    OpenAi,
    /// Anthropic's.
    Anthropic,
    /// Amazon Bedrock's runtime.
    Bedrock,
    /// The Gemini API and Vertex AI, with the endpoint of Google's tokens.
    Google,
    /// Cohere's, version 2.
    Cohere,
}

impl Vendor {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::OpenAi, Self::Anthropic, Self::Bedrock, Self::Google, Self::Cohere];

    /// The name by which the program `vendors` knows it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Bedrock => "bedrock",
            Self::Google => "google",
            Self::Cohere => "cohere",
        }
    }
}

/// A running fake. It ends with its handle.
pub struct Fake(Upstream);

impl Fake {
    /// Starts one on a free port of the loopback address.
    ///
    /// # Panics
    ///
    /// When there is no port.
    #[must_use]
    pub fn start(vendor: Vendor) -> Self {
        Self::start_at(vendor, 0)
    }

    /// Starts one on this port of the loopback address.
    ///
    /// # Panics
    ///
    /// When the port is taken.
    #[must_use]
    pub fn start_at(vendor: Vendor, port: u16) -> Self {
        Self(Upstream::serving(
            port,
            match vendor {
                Vendor::OpenAi => {
                    |method, host, request| answer(openai::answer, method, host, request)
                }
                Vendor::Anthropic => {
                    |method, host, request| answer(anthropic::answer, method, host, request)
                }
                Vendor::Bedrock => {
                    |method, host, request| answer(bedrock::answer, method, host, request)
                }
                Vendor::Google => {
                    |method, host, request| answer(google::answer, method, host, request)
                }
                Vendor::Cohere => {
                    |method, host, request| answer(cohere::answer, method, host, request)
                }
            },
        ))
    }

    /// Where it is: `http://127.0.0.1:1234`.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin()
    }

    /// Every request whose body contains `marker`, in the order they came.
    #[must_use]
    pub fn requests(&self, marker: &str) -> Vec<Arc<Recorded>> {
        self.0.requests(marker)
    }

    /// The only request whose body contains `marker`.
    ///
    /// # Panics
    ///
    /// When there is none, or several.
    #[must_use]
    pub fn request(&self, marker: &str) -> Arc<Recorded> {
        self.0.request(marker)
    }

    /// Everything that it refused because the vendor would, and headers that no vendor should see. Scenarios that are
    /// errors are no complaints.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.0.complaints()
    }
}

/// A request, as the fakes look at it.
struct Call<'a> {
    method: &'a str,
    /// Where the fake is.
    host: &'a str,
    /// Without the query.
    path: &'a str,
    query: &'a str,
    request: &'a Recorded,
}

impl Call<'_> {
    /// The only value of a header.
    fn header(&self, name: &str) -> Option<&str> {
        match self.request.header(name)[..] {
            [value] => Some(value),
            _ => None,
        }
    }

    fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    fn parse(&self) -> Result<Value, String> {
        self.request.parse().map_err(|error| error.to_string())
    }
}

/// A refusal in the vendor's shape is an error.
type Answer = Result<Script, Script>;

fn answer(
    vendor: fn(&Call<'_>) -> Answer,
    method: &str,
    host: &str,
    request: &Recorded,
) -> (Vec<String>, Script) {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let call = Call { method, host, path, query, request };
    let mut complaints = not_for_vendors(request);
    let script = match vendor(&call) {
        Ok(script) => script,
        Err(script) => {
            let said = match script.steps.first() {
                Some(Step::Write(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
                _ => String::new(),
            };
            let status = script.status.unwrap_or_default();
            complaints.push(format!("{method} {path}: {status} {said}"));
            script
        }
    };
    (complaints, script)
}

/// What a vendor would not mind, and must never see: headers between the client and the gateway.
fn not_for_vendors(request: &Recorded) -> Vec<String> {
    let names = request.headers.iter().map(|(name, _)| name);
    let private = names.filter(|name| {
        name.as_str() == "cookie" || RESERVED.iter().any(|each| name.starts_with(each))
    });
    private.map(|name| format!("{}: the header {name} reached the vendor", request.path)).collect()
}

/// The bytes of base64 in its standard alphabet, padded.
fn decoded(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// The bytes of base64 in either alphabet, as the JSON of protocol buffers has it.
fn decoded_bytes(text: &str) -> Option<Vec<u8>> {
    decoded(&text.replace('-', "+").replace('_', "/"))
}

/// A text in pieces of seven characters: in the middle of words.
fn pieces(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(7).map(|piece| piece.iter().collect()).collect()
}

/// What stands for a text: numbers that follow from its bytes, as many as are asked for.
fn embedding(text: &str, length: u64) -> Vec<f64> {
    let sum: u64 = text.bytes().map(u64::from).sum();
    let number = |index: u64| f64::from(u32::try_from((sum + index) % 8).unwrap_or_default());
    (0..length).map(|index| (number(index) - 4.0) / 8.0).collect()
}

/// A segment of a path without its percent-escapes.
fn unescaped(segment: &str) -> String {
    let mut parts = segment.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend_from_slice(&part.as_bytes()[2..]);
            }
            None => {
                bytes.push(b'%');
                bytes.extend_from_slice(part.as_bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
