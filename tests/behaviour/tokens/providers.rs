//! A whole flow with a provider that is no fake: a client gets a token by the grant of client credentials and calls the
//! gateway with it.

use postern_tests::issuer::{CLIENT_SECRET_VARIABLE, Guarded, Policies, Provider};
use postern_tests::marker;

/// Tokens for these resources are JWTs, or opaque; `tests/sdk/node/provider.js` says so.
const JWT: [&str; 2] = ["https://ai.example.com/", "https://ai.example.com/es256"];
const OPAQUE: &str = "https://ai.example.com/opaque";

#[tokio::test]
async fn a_signed_token_of_a_certified_provider_lets_its_client_in() {
    let provider = Provider::start();
    let policies = Policies::default()
        .issuer(
            "provider",
            provider.issuer(),
            "required_scopes = [\"ai.use\"]\n[issuer.claims]\nconsumer = \"client_id\"",
        )
        .consumer("batch-job", "issuers = [\"provider\"]");
    let guarded = Guarded::start(&policies);
    for resource in JWT {
        let token = provider.token(resource).await;
        assert_eq!(token.split('.').count(), 3, "a JWT");
        guarded.assert_lets_in(resource, &token, "batch-job").await;
        let (input, signature) = token.rsplit_once('.').unwrap();
        let forged = format!("{input}.{}", signature.chars().rev().collect::<String>());
        guarded.assert_refuses(resource, &forged).await;
    }
    // A token for another audience is refused here.
    guarded.assert_refuses("an opaque token", &provider.token(OPAQUE).await).await;
}

#[tokio::test]
async fn an_opaque_token_of_a_certified_provider_lets_its_client_in() {
    let provider = Provider::start();
    let table = format!(
        "issuer = \"{}\"\nintrospection = {{ url = \"{}\", client_id = \"postern\", client_secret = \"{CLIENT_SECRET_VARIABLE}\" }}\nrequired_scopes = [\"ai.use\"]\n[issuer.claims]\nconsumer = \"client_id\"",
        provider.issuer(),
        provider.introspection_url()
    );
    let policies =
        Policies { client_secret: provider.gateway_secret().to_owned(), ..Policies::default() }
            .named("provider", &table)
            .host(provider.issuer())
            .consumer("batch-job", "issuers = [\"provider\"]");
    let guarded = Guarded::start(&policies);
    let token = provider.token(OPAQUE).await;
    assert!(!token.contains('.'), "an opaque token");
    let marker = marker();
    assert_eq!(guarded.answer(&token, &marker).await.status, 200);
    let line = guarded.stage.gateway.log_line(&marker).await;
    assert_eq!((&line["consumer"], &line["issuer"]), (&"batch-job".into(), &"provider".into()));
    guarded.assert_refuses("another token", &format!("{token}x")).await;
}
