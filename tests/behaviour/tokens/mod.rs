//! Authentication by tokens: signed by an issuer of policy, or introspected.
//!
//! Stages: gateway, auth, upstream.

mod attacks;
mod challenges;
mod claims;
mod counting;
mod forgeries;
mod guesses;
mod introspection;
mod key_sets;
mod misbehaving;
mod presenting;
mod providers;
mod shared_secret;
mod times;
mod two;

use postern_tests::issuer::token::signed;
use postern_tests::issuer::{Guarded, Issuer, Key, Policies};
use serde_json::Value;
use std::sync::LazyLock;

/// The gateway's address for its clients.
const RESOURCE: &str = r#"
[protected_resource]
url = "https://ai.example.com/v1"
documentation = "https://docs.example.com/ai"
scopes = ["ai.use"]
"#;

/// The claims of `corporate`'s tokens that describe a caller.
const CLAIMS: &str = r#"
required_scopes = ["ai.use"]
[issuer.claims]
team = "department"
tenant = "tid"
roles = "realm_access.roles"
regions = "regions"
data_class = "data_class"
"#;

/// Tokens of `partner` may name any consumer, which may use one model; they have their own expiry.
const UNDECLARED: &str = r#"
algorithms = ["ES256"]
leeway_s = 0
[issuer.undeclared]
models = ["plain-model"]
team = "partners"
"#;

/// A gateway that trusts two issuers.
struct Scene {
    guarded: Guarded,
    /// Its keys are RSA, elliptic, Edwards' and one that is too short. Of its consumers `alice` is declared.
    corporate: Issuer,
    /// Signs with ES256 only, whatever else is in its key set.
    partner: Issuer,
    rsa: Key,
    p256: Key,
    ed25519: Key,
    weak: Key,
    partner_p256: Key,
    partner_rsa: Key,
}

/// The scene of all tests that do not change it.
fn scene() -> &'static Scene {
    static SCENE: LazyLock<Scene> = LazyLock::new(Scene::start);
    &SCENE
}

impl Scene {
    fn start() -> Self {
        let (rsa, weak) = (Key::rsa("rsa", 0), Key::weak_rsa("weak"));
        let (p256, ed25519) = (Key::p256("p256"), Key::ed25519("ed25519"));
        let (partner_p256, partner_rsa) = (Key::p256("p256"), Key::rsa("rsa", 1));
        let corporate = Issuer::start(&[&rsa, &p256, &ed25519, &weak]);
        let partner = Issuer::start(&[&partner_p256, &partner_rsa]);
        let policies = Policies { issuers: RESOURCE.to_owned(), ..Policies::default() }
            .issuer("corporate", &corporate.origin(), CLAIMS)
            .issuer("partner", &partner.origin(), UNDECLARED)
            .consumer(
                "alice",
                "issuers = [\"corporate\"]\nteam = \"research\"\nroles = [\"reader\"]",
            )
            .consumer("of-nobody", "");
        let guarded = Guarded::start(&policies);
        Self { guarded, corporate, partner, rsa, p256, ed25519, weak, partner_p256, partner_rsa }
    }

    /// The claims of a valid token of `corporate`.
    fn claims(&self) -> Value {
        self.corporate.claims("alice")
    }

    /// A valid token of `corporate`.
    fn token(&self) -> String {
        signed(&self.p256, &self.claims())
    }
}

#[tokio::test]
async fn takes_tokens_of_every_algorithm_of_the_policy() {
    let scene = scene();
    for key in [&scene.rsa, &scene.p256, &scene.ed25519] {
        let token = signed(key, &scene.claims());
        let guarded = &scene.guarded;
        guarded.assert_lets_in(key.algorithm(), &token, "alice").await;
        // The second time it is cached.
        guarded.assert_lets_in(key.algorithm(), &token, "alice").await;
    }
    assert_eq!(scene.corporate.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn takes_tokens_of_several_issuers_each_for_its_own() {
    let scene = scene();
    scene.guarded.assert_lets_in("corporate", &scene.token(), "alice").await;
    let token = signed(&scene.partner_p256, &scene.partner.claims("alice"));
    // Not the consumer `alice`, whom this issuer may not name.
    scene.guarded.assert_lets_in("partner", &token, "partner/alice").await;
}
