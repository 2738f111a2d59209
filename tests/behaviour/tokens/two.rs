//! Two credentials in one request, as agents send them: the one that is ours counts.

use super::CLAIMS;
use postern_tests::issuer::token::{AUDIENCE, signed, unix_s};
use postern_tests::issuer::{Guarded, Issuer, Key, Policies};
use postern_tests::marker;
use serde_json::json;

const PLACES: [&str; 3] = ["authorization", "x-api-key", "api-key"];

const OPAQUE: &str = "opaque-token-of-the-introspecting-issuer";

/// Credentials of each kind: a key, a signed token, an opaque token; each with the consumer that it is of.
struct Scene {
    guarded: Guarded,
    ours: [(&'static str, String, &'static str); 3],
    foreign: [(&'static str, String); 3],
    _issuers: [Issuer; 2],
}

impl Scene {
    fn start() -> Self {
        let (key, stranger) = (Key::p256("p256"), Key::p256("p256"));
        let (corporate, partner) = (Issuer::start(&[&key]), Issuer::start(&[]));
        partner.know(
            OPAQUE,
            json!({
                "active": true, "iss": partner.origin(), "sub": "bob", "aud": AUDIENCE,
                "token_type": "Bearer", "exp": unix_s() + 300,
            }),
        );
        let policies = Policies::default()
            .issuer("corporate", &corporate.origin(), CLAIMS)
            .introspected("partner", &partner, 60, "")
            .consumer("alice", "issuers = [\"corporate\"]")
            .consumer("bob", "issuers = [\"partner\"]");
        let guarded = Guarded::start(&policies);
        let ours = [
            ("key", guarded.stage.key.expose().to_owned(), "tester"),
            ("JWT", signed(&key, &corporate.claims("alice")), "alice"),
            ("opaque", OPAQUE.to_owned(), "bob"),
        ];
        let claims = postern_tests::issuer::token::claims("https://auth.example.com", "alice");
        let foreign = [
            ("key", "sk-ant-oat01-a-session-of-another-service".to_owned()),
            ("JWT", signed(&stranger, &claims)),
            ("opaque", "a-session-of-another-service".to_owned()),
        ];
        Self { guarded, ours, foreign, _issuers: [corporate, partner] }
    }

    /// The status and code of a refusal, or the consumer that was let in.
    async fn seen(&self, sent: [(&str, &str); 2]) -> String {
        let id = marker();
        let call =
            sent.iter().fold(self.guarded.ask("plain-model", &id), |call, (place, secret)| {
                match *place {
                    "authorization" => call.header(place, format!("Bearer {secret}")),
                    _ => call.header(place, *secret),
                }
            });
        let answer = call.send().await;
        let text = answer.text();
        assert!(sent.iter().all(|(_, secret)| !text.contains(secret)), "a credential is repeated");
        if answer.status != 200 {
            self.guarded.assert_nothing_reached_the_vendor(&id);
            let (status, code) = answer.refusal();
            return format!("{status} {code}");
        }
        let headers = format!("{:?}", self.guarded.stage.upstream.request(&id).headers);
        assert!(sent.iter().all(|(_, secret)| !headers.contains(secret)), "one reached the vendor");
        let line = self.guarded.stage.gateway.log_line(&id).await;
        line["consumer"].as_str().expect("a consumer").to_owned()
    }
}

#[tokio::test]
async fn the_one_that_is_ours_counts_in_every_place_and_of_every_kind() {
    let scene = Scene::start();
    let pairs = PLACES.into_iter().flat_map(|one| PLACES.map(|other| (one, other)));
    for (one, other) in pairs.filter(|(one, other)| one != other) {
        for (kind, ours, consumer) in &scene.ours {
            for (foreign_kind, foreign) in &scene.foreign {
                let seen = scene.seen([(one, ours), (other, foreign)]).await;
                // The issuer is asked about one text a request.
                let both_opaque = (*kind, *foreign_kind) == ("opaque", "opaque");
                let expected = if both_opaque { "400 ambiguous_credentials" } else { consumer };
                assert_eq!(seen, expected, "{one}: our {kind}; {other}: a foreign {foreign_kind}");
            }
            for (second_kind, second, _) in scene.ours.iter().filter(|(second, ..)| second != kind)
            {
                let seen = scene.seen([(one, ours), (other, second)]).await;
                let place = format!("{one}: our {kind}; {other}: our {second_kind}");
                assert_eq!(seen, "400 ambiguous_credentials", "{place}");
            }
            assert_eq!(&scene.seen([(one, ours), (other, ours)]).await, consumer, "twice");
        }
        for (kind, foreign) in &scene.foreign {
            for (_, second) in scene.foreign.iter().filter(|(second, _)| second != kind) {
                let seen = scene.seen([(one, foreign), (other, second)]).await;
                assert!(seen.starts_with("401 "), "{one}: a foreign {kind}; {other}: {seen}");
            }
        }
    }
}

#[tokio::test]
async fn two_keys_of_ours_are_refused_and_a_miscopied_one_is_ours() {
    let scene = Scene::start();
    let restricted = scene.guarded.stage.restricted_key.expose();
    let (_, key, _) = &scene.ours[0];
    let seen = scene.seen([("authorization", key), ("x-api-key", restricted)]).await;
    assert_eq!(seen, "400 ambiguous_credentials");
    // A miscopied key is one of ours: its owner learns that, and is not taken for another caller.
    let miscopied = &key[..key.len() - 1];
    let (_, token, _) = &scene.ours[1];
    let seen = scene.seen([("authorization", token), ("x-api-key", miscopied)]).await;
    assert_eq!(seen, "400 ambiguous_credentials");
    let (_, foreign) = &scene.foreign[0];
    let seen = scene.seen([("authorization", foreign), ("x-api-key", miscopied)]).await;
    assert_eq!(seen, "401 invalid_api_key");
}
