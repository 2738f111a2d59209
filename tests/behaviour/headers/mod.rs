//! Headers: those that the dialect and policy name pass, both ways, and no others.
//!
//! Stages: gateway, upstream.

use postern_tests::{marker, shared};

#[tokio::test]
async fn forged_and_private_headers_of_a_client_stop_at_the_door() {
    let (stage, marker) = (shared(), marker());
    let forged = [
        ("x-postern-served-by", "forged/by-client"),
        ("X-Postern-Consumer", "admin"),
        ("x-postern-cache", "off"),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-forwarded-host", "elsewhere"),
        ("spin-full-url", "http://elsewhere/"),
        ("cookie", "session=1"),
        ("te", "trailers"),
        ("proxy-authorization", "Basic eDp5"),
        ("proxy-connection", "keep-alive"),
        ("keep-alive", "timeout=5"),
        ("openai-organization", "org-of-the-client"),
        ("origin", "https://example.com"),
        ("accept-encoding", "gzip, br"),
    ];
    let mut call = stage.ask("plain-model", &marker);
    for (name, value) in forged {
        call = call.header(name, value);
    }
    let answer = call.send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("x-postern-served-by"), Some("vendor/plain"));
    // The vendor complains of each of them, and of a foreign credential.
    stage.assert_nothing_invalid_was_sent();
    let request = stage.upstream.request(&marker);
    assert!(!format!("{:?}", request.headers).contains(stage.key.expose()));
}

#[tokio::test]
async fn what_the_connection_header_names_is_of_that_connection_only() {
    // RFC 9110, 7.6.1.
    let (stage, marker) = (shared(), marker());
    let call =
        stage.ask("plain-model", &marker).header("connection", "x-hop, close").header("x-hop", "1");
    assert_eq!(call.send().await.status, 200);
    assert!(stage.upstream.request(&marker).header("x-hop").is_empty());
    stage.assert_nothing_invalid_was_sent();
}

#[tokio::test]
async fn what_proxies_and_browsers_say_of_the_client_ends_at_the_door() {
    let (stage, marker) = (shared(), marker());
    let private = [
        "cf-access-client-secret",
        "cf-access-jwt-assertion",
        "client-cert",
        "dpop",
        "baggage",
        "idempotency-key",
        "anthropic-beta",
        "anthropic-version",
        "anthropic-passed",
        "remote-user",
        "sec-websocket-protocol",
        "ssl-client-cert",
        "x-amz-security-token",
        "x-amzn-oidc-accesstoken",
        "x-amzn-oidc-data",
        "x-auth-request-access-token",
        "x-auth-request-email",
        "x-forwarded-client-cert",
        "x-forwarded-user",
        "x-goog-api-key",
        "x-goog-iap-jwt-assertion",
        "x-goog-user-project",
        "x-ms-client-principal",
        "x-ms-token-aad-access-token",
        "x-nobody-named-it",
        "x-pomerium-jwt-assertion",
        "x-serverless-authorization",
        "x-stainless-os",
        "x-user-email",
        "x-vault-token",
    ];
    let mut call = stage.ask("plain-model", &marker);
    for name in private {
        call = call.header(name, "Hunter2");
    }
    assert_eq!(call.send().await.status, 200);
    let request = stage.upstream.request(&marker);
    assert!(!format!("{:?}", request.headers).contains("Hunter2"), "{:?}", request.headers);
    stage.assert_nothing_invalid_was_sent();
}

#[tokio::test]
async fn what_the_dialect_and_policy_name_reaches_the_vendor() {
    let (stage, marker) = (shared(), marker());
    let passing = [
        ("openai-beta", "assistants=v2"),
        ("x-client-request-id", "mine-1"),
        ("x-passed", "by policy"),
        ("openai-passed", "by policy, to OpenAI's dialect"),
    ];
    let mut call = stage.ask("plain-model", &marker).header("user-agent", "tests/1");
    for (name, value) in passing {
        call = call.header(name, value);
    }
    assert_eq!(call.send().await.status, 200);
    let request = stage.upstream.request(&marker);
    for (name, value) in passing {
        assert_eq!(request.header(name), [value]);
    }
    assert!(request.header("user-agent")[0].starts_with("postern/"), "the gateway is the client");
    stage.assert_nothing_invalid_was_sent();
}

#[tokio::test]
async fn the_vendors_account_and_connection_stay_between_vendor_and_gateway() {
    let stage = shared();
    for call in
        [stage.ask("many-headers", &marker()), stage.ask_streamed("many-headers", &marker())]
    {
        let answer = call.header("x-request-id", "mine").send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        for name in [
            "set-cookie",
            "x-ratelimit-remaining-tokens",
            "openai-organization",
            "keep-alive",
            "proxy-authenticate",
            "strict-transport-security",
            "alt-svc",
            "server",
            "x-vendor-other",
            "authorization",
            "x-api-key",
            "x-accel-redirect",
            "x-sendfile",
            "location",
            "www-authenticate",
            "refresh",
            "clear-site-data",
            "access-control-allow-origin",
            "set-cookie2",
        ] {
            assert_eq!(answer.header(name), None, "{name}");
        }
        assert_eq!(answer.header("x-request-id"), Some("mine"));
        assert_eq!(answer.header("x-postern-served-by"), Some("vendor/many-headers"));
        assert_eq!(answer.header("openai-processing-ms"), Some("42"));
        assert_eq!(answer.header("x-vendor-extra"), Some("kept"), "policy names it");
    }
}

#[tokio::test]
async fn a_header_of_the_client_cannot_begin_another_request() {
    let (stage, marker) = (shared(), marker());
    let mut call = stage.ask("plain-model", &marker);
    for (name, value) in
        [("x-note", "a\tb"), ("transfer-encoding-note", "chunked"), ("content-length-note", "0")]
    {
        call = call.header(name, value);
    }
    assert_eq!(call.send().await.status, 200);
    assert_eq!(stage.upstream.requests(&marker).len(), 1);
    stage.assert_nothing_invalid_was_sent();
}
