//! A gateway with policies of a test's own, and its vendor.

use super::Policies;
use crate::client::{Answer, Call};
use crate::gateway::Options;
use crate::stage::{Stage, question};

/// A vendor, and a gateway with policies of its own in front of it.
pub struct Guarded {
    /// Both, with the keys of two consumers with the usual models.
    pub stage: Stage,
    _policies: tempfile::TempDir,
}

impl Guarded {
    /// Starts both.
    ///
    /// # Panics
    ///
    /// When the gateway does not start.
    #[must_use]
    pub fn start(policies: &Policies) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        policies.write(folder.path());
        let stage = Stage::with(Options {
            variables: policies.variables(),
            policies: Some(folder.path().to_owned()),
            manifest: Some(policies.manifest()),
            ..Options::default()
        });
        Self { stage, _policies: folder }
    }

    /// A plain question with no credential.
    #[must_use]
    pub fn ask(&self, model: &str, marker: &str) -> Call {
        self.stage.assert_nothing_invalid_was_sent();
        let call = self.stage.gateway.call("POST", "/v1/chat/completions");
        call.body(question(model, marker).to_string()).header("x-request-id", marker)
    }

    /// The answer to a plain question with this token.
    pub async fn answer(&self, token: &str, marker: &str) -> Answer {
        self.ask("plain-model", marker).key(token).send().await
    }

    /// Asserts that the vendor has seen nothing of the request with this marker.
    ///
    /// # Panics
    ///
    /// When it has.
    pub fn assert_nothing_reached_the_vendor(&self, marker: &str) {
        let requests = self.stage.upstream.requests(marker);
        assert!(requests.is_empty(), "{} requests of {marker} reached the vendor", requests.len());
        self.stage.assert_nothing_invalid_was_sent();
    }

    /// Asserts that the token is refused: 401 with the challenge of RFC 6750, and nothing reaches the vendor.
    ///
    /// # Panics
    ///
    /// If it was accepted, or the token is anywhere in the answer or the log.
    pub async fn assert_refuses(&self, what: &str, token: &str) {
        let marker = crate::marker();
        let answer = self.answer(token, &marker).await;
        assert_eq!(answer.status, 401, "{what}: {}", answer.text());
        let challenge = answer.header("www-authenticate").unwrap_or_default();
        assert!(challenge.starts_with("Bearer "), "{what}: {challenge}");
        assert!(challenge.contains(r#"error="invalid_token""#), "{what}: {challenge}");
        self.assert_nothing_reached_the_vendor(&marker);
        let line = self.stage.gateway.log_line(&marker).await;
        assert_eq!(line["status"], 401, "{what}");
        assert!(line["consumer"].is_null(), "{what}: {line}");
        self.assert_untold(&answer, token);
    }

    /// Asserts that the gateway cannot authenticate the caller, and reports that as its own fault.
    ///
    /// # Panics
    ///
    /// If it reports anything else, or accepts the caller.
    pub async fn assert_unavailable(&self, what: &str, token: &str) {
        let marker = crate::marker();
        let answer = self.answer(token, &marker).await;
        assert_eq!(answer.refusal(), (503, "auth_unavailable".to_owned()), "{what}");
        assert_eq!(answer.header("www-authenticate"), None, "{what}: no token would change it");
        self.assert_nothing_reached_the_vendor(&marker);
        self.assert_untold(&answer, token);
    }

    /// Asserts that a token authenticates this consumer.
    ///
    /// # Panics
    ///
    /// When it is not.
    pub async fn assert_lets_in(&self, what: &str, token: &str, consumer: &str) {
        let marker = crate::marker();
        let answer = self.answer(token, &marker).await;
        assert_eq!(answer.status, 200, "{what}: {}", answer.text());
        let line = self.stage.gateway.log_line(&marker).await;
        assert_eq!(line["consumer"], consumer, "{what}: {line}");
        self.assert_untold(&answer, token);
    }

    /// Neither the answer nor the log has the token or its signature.
    fn assert_untold(&self, answer: &Answer, token: &str) {
        let secret = token.rsplit('.').find(|part| part.len() > 8).unwrap_or(token);
        if secret.len() > 8 {
            assert!(!answer.text().contains(secret), "the token is repeated: {}", answer.text());
            assert!(!self.stage.gateway.log().contains(secret), "the token is in the log");
        }
    }
}
