//! The head of a request: its endpoint, and the headers that matter.

use crate::accept;
use crate::client_ip;
use crate::coding::Coding;
use crate::endpoint::{self, Endpoint};
use crate::exchange::Exchange;
use crate::headers;
use crate::http::RequestHead;
use crate::record::Event;
use crate::refusal::Refusal;
use crate::stages::Stages;
use postern_fault::shown;
use postern_policy::Gateway;
use postern_types::auth::{AuthenticationRequest, Credential};

/// The size of all headers together. Ours need under 2 KiB; 32 KiB allows a client's cookies and traces, and is below
/// the hosts' own limit (128 KiB).
const MAX_HEADERS_BYTES: usize = 32 * 1024;

/// A request without its body.
#[derive(Clone)]
pub struct Head {
    /// Its endpoint.
    pub endpoint: Endpoint,
    /// Every credential header, unchanged.
    pub credentials: Vec<Credential>,
    /// The client's address, as text; none if the host does not know it.
    pub client_ip: Option<String>,
    /// The headers that may pass to a vendor; which ones do is decided when the vendor is known.
    pub forwarded: Vec<(String, String)>,
    /// The headers that policy names for the router.
    pub for_router: Vec<(String, String)>,
    /// Every type of the body that the client names.
    pub content_types: Vec<String>,
    /// The length the client announced, in bytes: of the body as it is sent.
    pub content_length: Option<u64>,
    /// How the body is compressed, if it is.
    pub coding: Option<Coding>,
    /// Refuse rather than lose a part of the request (`x-postern-strict: true`).
    pub strict: bool,
    /// Say how it was decided (`x-postern-explain: true`).
    pub explain: bool,
    /// The client's name of its conversation (`x-postern-conversation`).
    pub conversation: Option<String>,
    /// The client prefers CSV to JSON.
    pub prefers_csv: bool,
}

impl Head {
    /// Reads method, path and headers.
    ///
    /// # Errors
    ///
    /// 404 and 405 for an unknown endpoint, 431 over the size limit, 415 for an unknown coding, 400 for a header that is not text.
    pub fn read<S: Stages>(
        request: &RequestHead,
        exchange: &mut Exchange<S>,
    ) -> Result<Self, Refusal> {
        // Without readable policy, the request is refused for that later.
        let policy = exchange.stages.policy().ok();
        let fields = &request.headers;
        let bytes: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > MAX_HEADERS_BYTES {
            return Err(Refusal::http(
                431,
                "headers_too_large",
                format!("the headers have {bytes} bytes; at most {MAX_HEADERS_BYTES} are read"),
            ));
        }
        let (path, query) = request.path_and_query();
        exchange.observe(Event::Path(path));
        let mut head = Head {
            endpoint: endpoint::route(&request.method, path, query)?,
            credentials: Vec::new(),
            client_ip: None,
            forwarded: Vec::new(),
            for_router: Vec::new(),
            content_types: Vec::new(),
            content_length: None,
            coding: None,
            strict: false,
            explain: false,
            conversation: None,
            prefers_csv: request.texts("accept").any(accept::prefers_csv),
        };
        let mut proxies = ProxyChain::default();
        for (name, value) in fields {
            head.take(name.to_ascii_lowercase(), value, policy, &mut proxies)?;
        }
        head.client_ip = proxies.client_ip(policy);
        Ok(head)
    }

    /// The part for authentication.
    pub fn authentication(&self) -> AuthenticationRequest {
        AuthenticationRequest {
            credentials: self.credentials.clone(),
            client_ip: self.client_ip.clone(),
        }
    }

    fn take(
        &mut self,
        name: String,
        value: &[u8],
        policy: Option<&Gateway>,
        proxies: &mut ProxyChain,
    ) -> Result<(), Refusal> {
        let value = std::str::from_utf8(value).map(str::to_owned).map_err(|_| {
            Refusal::http(400, "invalid_header", format!("the header `{name}` is not UTF-8 text"))
        })?;
        if policy.is_some_and(|policy| policy.headers.to_router.contains(&name)) {
            self.for_router.push((name.clone(), value.clone()));
        }
        match name.as_str() {
            "content-type" => self.content_types.push(value),
            "content-length" => self.content_length = value.trim().parse().ok(),
            "content-encoding" => self.coding = Coding::read(self.coding, &value)?,
            // The host appends its own after the client's values.
            "spin-client-addr" => proxies.peer = Some(value),
            "x-forwarded-for" => proxies.forwarded_for.push(value),
            "x-postern-strict" => self.strict = flag(&name, &value)?,
            "x-postern-explain" => self.explain = flag(&name, &value)?,
            "x-postern-conversation" => {
                let again = self.conversation.replace(conversation(value)?);
                if again.is_some_and(|first| Some(&first) != self.conversation.as_ref()) {
                    let public = "x-postern-conversation is there twice: send one";
                    return Err(Refusal::http(400, "invalid_header", public));
                }
            }
            _ if headers::is_credential(&name) => {
                self.credentials.push(Credential { header: name, value });
            }
            _ if headers::may_pass(&name, policy.map(|policy| &policy.headers)) => {
                self.forwarded.push((name, value))
            }
            _ => {}
        }
        Ok(())
    }
}

/// The proxies that a request came through, as its headers name them.
#[derive(Default)]
struct ProxyChain {
    peer: Option<String>,
    forwarded_for: Vec<String>,
}

impl ProxyChain {
    fn client_ip(&self, policy: Option<&Gateway>) -> Option<String> {
        let trusted = &policy?.trusted_proxies;
        let client = client_ip::of(self.peer.as_deref(), &self.forwarded_for, trusted);
        client.map(|ip| ip.to_string())
    }
}

/// Only these two words are accepted: a misspelt one would silently not be strict.
fn flag(name: &str, value: &str) -> Result<bool, Refusal> {
    value.trim().parse().map_err(|_| {
        let public = format!("{name} is `{}`: send true or false", shown(value));
        Refusal::http(400, "invalid_header", public)
    })
}

/// The longest name of a conversation: a UUID has 36 characters, a URL fits.
const MAX_CONVERSATION_BYTES: usize = 200;

/// The name is not repeated: it may be a person's.
fn conversation(value: String) -> Result<String, Refusal> {
    let value = value.trim().to_owned();
    let is_name = value.bytes().all(|byte| byte.is_ascii_graphic()) && !value.is_empty();
    if is_name && value.len() <= MAX_CONVERSATION_BYTES {
        return Ok(value);
    }
    let public = format!(
        "x-postern-conversation has {} bytes that name no conversation: send 1 to {MAX_CONVERSATION_BYTES} visible ASCII characters, for example a UUID",
        value.len()
    );
    Err(Refusal::http(400, "invalid_header", public))
}
