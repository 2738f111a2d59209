//! The vendor's record of a request and its answer.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// The kept beginning of an answer, which is enough for every script that ends.
const KEPT_BYTES: usize = 1024 * 1024;

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Not yet.
    Open,
    /// The vendor has sent everything.
    Said,
    /// The vendor broke off, by its script.
    Cut,
    /// The gateway left first.
    PeerGone,
}

/// One request, as it arrived.
pub struct Recorded {
    /// The path with its query.
    pub path: String,
    /// All headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, byte by byte.
    pub body: Bytes,
    sent_bytes: AtomicU64,
    sent: Mutex<Vec<u8>>,
    ending: Mutex<Ending>,
}

impl Recorded {
    pub(crate) fn new(path: String, headers: Vec<(String, String)>, body: Bytes) -> Self {
        Self {
            path,
            headers,
            body,
            sent_bytes: AtomicU64::new(0),
            sent: Mutex::default(),
            ending: Mutex::new(Ending::Open),
        }
    }

    /// The body as text, lossy.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, null if it is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        self.parse().unwrap_or_default()
    }

    /// The body as JSON of any depth: the gateway has to enforce the bound.
    pub(crate) fn parse(&self) -> serde_json::Result<Value> {
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        reader.disable_recursion_limit();
        let value = Value::deserialize(&mut reader)?;
        reader.end().map(|()| value)
    }

    /// The values of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(each, _)| each == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// The bytes of the answer's body that were passed to the connection.
    #[must_use]
    pub fn sent_bytes(&self) -> u64 {
        self.sent_bytes.load(Ordering::SeqCst)
    }

    /// The body of the answer as it was passed to the connection, up to its first megabyte.
    ///
    /// # Panics
    ///
    /// After a panic of the vendor.
    #[must_use]
    pub fn sent_text(&self) -> String {
        String::from_utf8_lossy(&self.sent.lock().expect("sent")).into_owned()
    }

    /// How it ended, so far.
    ///
    /// # Panics
    ///
    /// After a panic of the vendor.
    #[must_use]
    pub fn ending(&self) -> Ending {
        *self.ending.lock().expect("ending")
    }

    pub(super) fn sent(&self, bytes: &[u8]) {
        self.sent_bytes.fetch_add(bytes.len() as u64, Ordering::SeqCst);
        let mut sent = self.sent.lock().expect("sent");
        let room = KEPT_BYTES.saturating_sub(sent.len()).min(bytes.len());
        sent.extend_from_slice(&bytes[..room]);
    }

    /// The first ending counts.
    pub(super) fn end(&self, how: Ending) {
        let mut ending = self.ending.lock().expect("ending");
        if *ending == Ending::Open {
            *ending = how;
        }
    }
}
