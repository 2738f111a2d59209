//! The headers of a credential, and other headers.

use super::scene;
use postern_tests::issuer::Guarded;
use postern_tests::marker;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn takes_a_token_and_a_key_in_every_header_that_sdks_use() {
    let Guarded { stage, .. } = &scene().guarded;
    for secret in [scene().token().as_str(), stage.key.expose()] {
        for (name, value) in [
            ("authorization", format!("Bearer {secret}")),
            ("authorization", format!("bearer {secret}")),
            ("x-api-key", secret.to_owned()),
            ("api-key", secret.to_owned()),
        ] {
            let marker = marker();
            let call = scene().guarded.ask("plain-model", &marker).header(name, value);
            let answer = call.send().await;
            assert_eq!(answer.status, 200, "{name}: {}", answer.text());
            let request = stage.upstream.request(&marker);
            let headers = format!("{:?}", request.headers);
            assert!(!headers.contains(secret), "the credential reached the vendor");
        }
    }
    stage.assert_nothing_invalid_was_sent();
}

#[tokio::test]
async fn takes_one_credential_twice_and_refuses_two_of_ours() {
    let (guarded, token) = (&scene().guarded, scene().token());
    let key = guarded.stage.key.expose();
    let ask = || guarded.ask("plain-model", &marker()).key(&token);
    for call in [ask().header("x-api-key", token.as_str()), ask().key(&token)] {
        assert_eq!(call.send().await.status, 200);
    }
    for call in [
        ask().header("x-api-key", key),
        ask().header("api-key", key),
        ask().key(key),
        ask().key(&scene().token()),
    ] {
        let answer = call.send().await;
        assert_eq!(answer.refusal(), (400, "ambiguous_credentials".to_owned()));
        assert!(!answer.text().contains(key) && !answer.text().contains(&token));
    }
}

#[tokio::test]
async fn a_caller_is_the_same_whatever_it_writes_into_headers() {
    let guarded = &scene().guarded;
    let forged = [
        ("x-postern-consumer", "tester"),
        ("x-postern-caller", "tester"),
        ("x-postern-roles", "admin"),
        ("x-postern-team", "finance"),
        ("x-postern-tenant", "other"),
        ("x-postern-credential-id", "000000000000"),
        ("x-consumer", "tester"),
        ("x-user", "tester"),
        ("x-forwarded-user", "tester"),
        ("x-authenticated-userid", "tester"),
        ("remote-user", "tester"),
        ("spin-client-addr", "10.0.0.1:1"),
    ];
    let ask = |marker: &str| {
        let call = guarded.ask("plain-model", marker);
        forged.iter().fold(call, |call, (name, value)| call.header(name, *value))
    };
    let unsent = marker();
    assert_eq!(ask(&unsent).send().await.status, 401);
    guarded.assert_nothing_reached_the_vendor(&unsent);
    let alice = marker();
    assert_eq!(ask(&alice).key(&scene().token()).send().await.status, 200);
    let line = guarded.stage.gateway.log_line(&alice).await;
    assert_eq!((&line["consumer"], &line["team"]), (&"alice".into(), &"research".into()));
    assert!(line["tenant"].is_null(), "{line}");
}

/// What comes back for these bytes, up to the end of the connection.
async fn raw(text: &[u8]) -> String {
    let address = scene().guarded.stage.gateway.address();
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(text).await.unwrap();
    connection.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = connection.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_credential_cannot_bring_a_line_or_a_header_with_it() {
    let (guarded, token) = (&scene().guarded, scene().token());
    let marker = marker();
    let body = postern_tests::stage::question("plain-model", &marker).to_string();
    for line in [
        // What ends a value for one reader and not for another.
        format!("Bearer {token}\0"),
        format!("Bearer {token}\rx-api-key: other"),
        // A folded line (RFC 9112, 5.2) is no part of a value.
        format!("Bearer\r\n {token}"),
        format!("Bearer \u{1}{token}"),
    ] {
        let request = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\nauthorization: {line}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = raw(request.as_bytes()).await;
        let is_refused = answer.is_empty()
            || answer.starts_with("HTTP/1.1 400 ")
            || answer.starts_with("HTTP/1.1 401 ");
        assert!(is_refused, "{line:?}: {answer}");
        assert!(!answer.contains(&token));
    }
    guarded.assert_nothing_reached_the_vendor(&marker);
}

#[tokio::test]
async fn a_token_larger_than_any_is_refused_before_it_is_looked_at() {
    let guarded = &scene().guarded;
    let (header, rest) = {
        let token = scene().token();
        let (header, rest) = token.split_once('.').unwrap();
        (header.to_owned(), rest.to_owned())
    };
    // Within the bound on headers, beyond it, and beyond what the host reads.
    for (bytes, statuses) in
        [(24 * 1024, [401, 401]), (100 * 1024, [431, 431]), (1 << 20, [431, 0])]
    {
        let marker = marker();
        let token = format!("{header}.{}{rest}", "A".repeat(bytes));
        let answer = guarded.ask("plain-model", &marker).key(&token).try_open().await;
        let status = answer.map_or(0, |open| open.status());
        assert!(statuses.contains(&status), "{bytes} bytes: {status}");
        guarded.assert_nothing_reached_the_vendor(&marker);
    }
    guarded.assert_lets_in("afterwards", &scene().token(), "alice").await;
}
