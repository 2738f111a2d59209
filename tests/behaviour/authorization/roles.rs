//! The sources of roles: policy, and claims of a token; never the client itself.

use super::policies;
use postern_tests::issuer::token::{signed, with};
use postern_tests::issuer::{Guarded, Issuer, Key};
use postern_tests::marker;
use serde_json::{Value, json};

const CLAIMS: &str = r#"
[issuer.claims]
roles = "realm_access.roles"
team = "department"
[issuer.undeclared]
models = ["*"]
"#;

struct Scene {
    guarded: Guarded,
    issuer: Issuer,
    key: Key,
}

impl Scene {
    fn start() -> Self {
        let key = Key::ed25519("one");
        let issuer = Issuer::start(&[&key]);
        let policies = policies()
            .issuer("corporate", &issuer.origin(), CLAIMS)
            .consumer("alice", "issuers = [\"corporate\"]\nroles = [\"lister\"]");
        Self { guarded: Guarded::start(&policies), issuer, key }
    }

    /// The answer to a chat of this subject with these claims.
    async fn status(&self, subject: &str, claims: &Value) -> u16 {
        let token = signed(&self.key, &with(self.issuer.claims(subject), claims));
        self.guarded.answer(&token, &marker()).await.status
    }
}

#[tokio::test]
async fn roles_and_teams_of_a_token_are_the_callers() {
    let scene = Scene::start();
    for subject in ["alice", "somebody"] {
        assert_eq!(scene.status(subject, &json!({})).await, 403, "{subject}");
        for claims in [
            json!({ "realm_access": { "roles": ["reader", "chatter"] } }),
            json!({ "realm_access.roles": ["chatter"] }),
            json!({ "department": "research" }),
        ] {
            assert_eq!(scene.status(subject, &claims).await, 200, "{subject}: {claims}");
        }
        for claims in [
            json!({ "roles": ["chatter"] }),
            json!({ "groups": ["chatter"] }),
            json!({ "realm_access": { "roles": ["Chatter", "chatter ", "chatter\", \"user"] } }),
            json!({ "realm_access": { "roles": [] } }),
            json!({ "realm_access": "chatter" }),
            json!({ "department": "Research" }),
            json!({ "Role": "chatter", "Team": "research" }),
        ] {
            assert_eq!(scene.status(subject, &claims).await, 403, "{subject}: {claims}");
        }
    }
}

#[tokio::test]
async fn a_decision_is_that_of_this_caller_and_no_other() {
    // Decisions are cached: the first one must not apply to other callers.
    let scene = Scene::start();
    let chatter = json!({ "realm_access": { "roles": ["chatter"] } });
    for _ in 0..3 {
        assert_eq!(scene.status("alice", &chatter).await, 200);
        assert_eq!(scene.status("alice", &json!({})).await, 403);
        assert_eq!(scene.status("bob", &json!({})).await, 403);
        assert_eq!(scene.status("bob", &chatter).await, 200);
    }
}

#[tokio::test]
async fn a_role_is_not_taken_from_a_header() {
    let scene = Scene::start();
    let token = signed(&scene.key, &scene.issuer.claims("alice"));
    for (name, value) in [
        ("x-postern-roles", "chatter"),
        ("x-postern-role", "user"),
        ("x-roles", "chatter"),
        ("x-forwarded-groups", "chatter"),
        ("x-postern-team", "research"),
    ] {
        let marker = marker();
        let call = scene.guarded.ask("plain-model", &marker).key(&token).header(name, value);
        assert_eq!(call.send().await.status, 403, "{name}");
        scene.guarded.assert_nothing_reached_the_vendor(&marker);
    }
}
