//! A scripted issuer of tokens: an authorization server as the gateway sees one.
//!
//! It serves its discovery document, its key set and introspection, correctly or as a test tells it ([`Manner`]),
//! counts requests, and signs tokens, including such as no honest issuer makes ([`token`]). Beside it, a provider that
//! is not a fake: [`Provider`].

mod guarded;
mod introspection;
mod keys;
mod manner;
mod policies;
mod provider;
mod serve;
#[cfg(test)]
mod tests;
pub mod token;

pub use guarded::Guarded;
pub use introspection::{CLIENT_ID, CLIENT_SECRET};
pub use keys::Key;
pub use manner::{Endpoint, Manner};
pub use policies::{CLIENT_SECRET_VARIABLE, Policies, SHARED_SECRET};
pub use provider::Provider;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::http::request::Parts;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

const DISCOVERY_PATH: &str = "/.well-known/openid-configuration";
const KEY_SET_PATH: &str = "/keys";
const INTROSPECTION_PATH: &str = "/introspect";
/// The target of a redirect.
const MOVED_PATH: &str = "/moved";

/// The base64 of tokens and key sets (RFC 7515, 2).
fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64")
}

/// The characters that are not escaped in a form's value (RFC 6749, appendix B).
fn text_of_form(value: &str) -> Option<String> {
    let form = format!("v={value}");
    let mut pairs = form_urlencoded::parse(form.as_bytes());
    let (_, text) = pairs.next()?;
    // An unescaped `&` ends the value.
    pairs.next().is_none().then(|| text.into_owned())
}

/// The running issuer. It ends with its last handle.
pub struct Issuer {
    state: Arc<State>,
    _stop: oneshot::Sender<()>,
}

/// The state that connections and tests share.
struct State {
    address: SocketAddr,
    script: Mutex<Script>,
}

#[derive(Default)]
struct Script {
    keys: Vec<Value>,
    opaque: HashMap<String, Value>,
    manners: BTreeMap<Endpoint, Manner>,
    counts: BTreeMap<Endpoint, usize>,
    moved: usize,
    heads: Vec<String>,
    complaints: Vec<String>,
}

impl Issuer {
    /// Starts one on a free port of the loopback address, with these keys in its key set.
    ///
    /// # Panics
    ///
    /// When there is no port.
    #[must_use]
    pub fn start(keys: &[&Key]) -> Self {
        let (ready, state) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
                let address = listener.local_addr().expect("an address");
                let state = Arc::new(State { address, script: Mutex::default() });
                ready.send(Arc::clone(&state)).expect("who started it");
                tokio::select! {
                    () = serve::accept(listener, state) => {}
                    _ = stopped => {}
                }
            });
        });
        let issuer = Self { state: state.recv().expect("an issuer that listens"), _stop: stop };
        issuer.publish(keys);
        issuer
    }

    /// Its address, which is also the `iss` of its tokens.
    #[must_use]
    pub fn origin(&self) -> String {
        self.state.origin()
    }

    /// The address of its key set.
    #[must_use]
    pub fn key_set_url(&self) -> String {
        self.origin() + KEY_SET_PATH
    }

    /// The address of its introspection endpoint.
    #[must_use]
    pub fn introspection_url(&self) -> String {
        self.origin() + INTROSPECTION_PATH
    }

    /// Replaces the keys of its set.
    pub fn publish(&self, keys: &[&Key]) {
        self.state.script().keys = keys.iter().filter_map(|key| key.jwk()).collect();
    }

    /// Changes how an endpoint answers.
    pub fn behave(&self, endpoint: Endpoint, manner: Manner) {
        self.state.script().manners.insert(endpoint, manner);
    }

    /// Sets its answer about an opaque token.
    pub fn know(&self, token: &str, answer: Value) {
        self.state.script().opaque.insert(token.to_owned(), answer);
    }

    /// How often this was requested.
    #[must_use]
    pub fn asked(&self, endpoint: Endpoint) -> usize {
        self.state.script().counts.get(&endpoint).copied().unwrap_or_default()
    }

    /// How often its redirects were followed.
    #[must_use]
    pub fn followed(&self) -> usize {
        self.state.script().moved
    }

    /// Method, path, query and headers of every request, in order.
    #[must_use]
    pub fn heads(&self) -> Vec<String> {
        self.state.script().heads.clone()
    }

    /// The problems of introspection requests.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.state.script().complaints.clone()
    }

    /// The claims of a valid token of this issuer for a subject.
    #[must_use]
    pub fn claims(&self, subject: &str) -> Value {
        token::claims(&self.origin(), subject)
    }
}

impl State {
    fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn manner(&self, endpoint: Endpoint) -> Manner {
        self.script().manners.get(&endpoint).cloned().unwrap_or_default()
    }

    fn note(&self, endpoint: Endpoint, is_moved: bool, head: &Parts) {
        let mut script = self.script();
        match is_moved {
            true => script.moved += 1,
            false => *script.counts.entry(endpoint).or_default() += 1,
        }
        script.heads.push(format!("{} {} {:?}", head.method, head.uri, head.headers));
    }

    fn key_set(&self) -> Vec<Value> {
        self.script().keys.clone()
    }

    fn introspected(&self, token: &str) -> Value {
        let known = self.script().opaque.get(token).cloned();
        known.unwrap_or_else(|| json!({ "active": false }))
    }

    fn complain(&self, wrong: String) {
        self.script().complaints.push(wrong);
    }
}
