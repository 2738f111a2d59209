//! The client's address: what is known of it, and what a client only claims.

use super::{asked, assert_refused, guarded, key, policies};
use postern_tests::issuer::Guarded;
use postern_tests::marker;

/// Headers of clients that pretend another address.
const FORGED: [(&str, &str); 8] = [
    ("x-forwarded-for", "10.0.0.1"),
    ("x-forwarded-for", "10.0.0.1, 10.0.0.2"),
    ("x-real-ip", "10.0.0.1"),
    ("forwarded", "for=10.0.0.1"),
    ("true-client-ip", "10.0.0.1"),
    ("cf-connecting-ip", "10.0.0.1"),
    ("x-client-ip", "10.0.0.1"),
    ("spin-client-addr", "10.0.0.1:4711"),
];

#[tokio::test]
async fn a_policy_can_ask_where_a_client_is() {
    let (answer, ..) = asked(&["local"], "plain-model").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let (answer, line, marker) = asked(&["outsider"], "plain-model").await;
    assert_refused(&answer, &line, "chat", "plain-model", &marker);
    for (name, value) in FORGED {
        for (roles, status) in [(["local"], 200), (["outsider"], 403)] {
            let call = guarded().ask("plain-model", &postern_tests::marker());
            let answer = call.key(key(&roles).expose()).header(name, value).send().await;
            assert_eq!(answer.status, status, "{name}: {value}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn a_consumer_is_let_in_from_its_networks_only() {
    let policies = policies()
        .consumer("near", "roles = [\"user\"]\nip_ranges = [\"127.0.0.0/8\", \"::1\"]")
        .consumer("far", "roles = [\"user\"]\nip_ranges = [\"10.0.0.0/8\"]");
    let guarded = Guarded::start(&policies);
    let [near, far] = ["near", "far"].map(|name| guarded.stage.gateway.issue_key(name));
    let answer = guarded.answer(near.expose(), &marker()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    for forged in std::iter::once(None).chain(FORGED.map(Some)) {
        let marker = marker();
        let call = guarded.ask("plain-model", &marker).key(far.expose());
        let call = match forged {
            Some((name, value)) => call.header(name, value),
            None => call,
        };
        let answer = call.send().await;
        assert_eq!(answer.refusal(), (403, "address_not_allowed".to_owned()), "{forged:?}");
        guarded.assert_nothing_reached_the_vendor(&marker);
    }
}
