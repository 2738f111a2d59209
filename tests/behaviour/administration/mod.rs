//! Administrators: who may ask what, what they see, and what is proven.
//!
//! Stages: gateway, auth, recorder, upstream.

mod audit;
mod endpoints;
mod operator;

use postern_tests::client::{Answer, Call};
use postern_tests::eventually;
use postern_tests::issuer::{Guarded, Policies};
use postern_tests::ledger::Ledger;
use postern_tests::manifest::repository;
use postern_tests::marker;
use std::sync::LazyLock;

/// The private key of the audit chain.
const AUDIT_KEY: &str = "4242424242424242424242424242424242424242424242424242424242424242";

/// The variable that a test's manifest has for a secret.
const RECORDER: &str = r#"
[ledger]
group_ms = 50
[audit]
key_variable = "tests_client_secret"
checkpoint_links = 1
checkpoint_s = 1
"#;

/// A consumer: its name, the keys of its table, and the consumers whose requests it sees; none: it may not ask.
type Role = (&'static str, &'static str, Option<&'static [&'static str]>);

const ACME: &[&str] = &["acme-admin", "acme-ops", "acme-web", "acme-web-lead"];

const ROLES: [Role; 11] = [
    ("root", "roles = [\"admin\"]", Some(&[])),
    ("acme-admin", "tenant = \"acme\"\nroles = [\"tenant_admin\"]", Some(ACME)),
    (
        "acme-web-lead",
        "tenant = \"acme\"\nteam = \"web\"\nroles = [\"team_admin\"]",
        Some(&["acme-web", "acme-web-lead"]),
    ),
    ("acme-web", "tenant = \"acme\"\nteam = \"web\"", None),
    ("acme-ops", "tenant = \"acme\"\nteam = \"ops\"", None),
    ("other-admin", "tenant = \"other\"\nroles = [\"tenant_admin\"]", Some(&["other-admin"])),
    ("web-lead", "team = \"web\"\nroles = [\"team_admin\"]", Some(&["web-lead"])),
    ("no-tenant", "roles = [\"tenant_admin\"]", None),
    ("no-team", "tenant = \"third\"\nroles = [\"team_admin\"]", None),
    ("other-word", "roles = [\"admins\", \"tenant-admin\"]", None),
    ("plain", "", None),
];

/// What one in this role sees.
fn sees(role: &Role) -> Option<Vec<String>> {
    let (name, _, seen) = role;
    let all = || ROLES.iter().map(|(name, ..)| *name).collect::<Vec<_>>();
    let seen = if *name == "root" { all() } else { (*seen)?.to_vec() };
    let mut seen: Vec<String> = seen.into_iter().map(str::to_owned).collect();
    seen.sort();
    Some(seen)
}

/// A gateway on which each of them has asked one question.
struct Scene {
    guarded: Guarded,
    keys: Vec<(&'static str, String)>,
    /// The ids of their requests.
    asked: Vec<(&'static str, String)>,
}

impl Scene {
    async fn start() -> Self {
        let shipped = repository().join("policies/authorization.cedar");
        let policies = Policies {
            authorization: std::fs::read_to_string(shipped).unwrap(),
            recorder: RECORDER.to_owned(),
            client_secret: AUDIT_KEY.to_owned(),
            ..Policies::default()
        };
        let policies =
            ROLES.iter().fold(policies, |policies, (name, more, _)| policies.consumer(name, more));
        let guarded = Guarded::start(&policies);
        let issue = |name| guarded.stage.gateway.issue_key(name).expose().to_owned();
        let keys: Vec<_> = ROLES.iter().map(|(name, ..)| (*name, issue(name))).collect();
        let mut scene = Scene { guarded, keys, asked: Vec::new() };
        for (name, ..) in ROLES {
            let answer = scene.guarded.answer(scene.key(name), &marker()).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            let id = answer.header("x-request-id").unwrap().to_owned();
            scene.asked.push((name, id));
        }
        let written = || {
            let ledger = Ledger::of(&scene.guarded.stage.gateway)?;
            let count = "SELECT COUNT(*) FROM request WHERE operation = 'chat'";
            (ledger.number(count) == ROLES.len() as i64).then_some(())
        };
        eventually("the rows of all requests", written).await;
        scene
    }

    fn key(&self, name: &str) -> &str {
        &self.keys.iter().find(|(each, _)| *each == name).unwrap().1
    }

    fn call(&self, method: &str, path: &str) -> Call {
        self.guarded.stage.gateway.call(method, &format!("/admin/v1/{path}"))
    }

    async fn get(&self, name: &str, path: &str) -> Answer {
        self.call("GET", path).key(self.key(name)).send().await
    }

    /// The id of a row: the request's id, and random digits if the client chose it.
    fn row_of(&self, name: &str) -> String {
        let (_, id) = self.asked.iter().find(|(each, _)| *each == name).unwrap();
        Ledger::of(&self.guarded.stage.gateway).unwrap().rows(id)[0].id.clone()
    }
}

/// One gateway for the tests that change nothing.
async fn scene() -> &'static Scene {
    static SCENE: LazyLock<tokio::sync::OnceCell<Scene>> =
        LazyLock::new(tokio::sync::OnceCell::new);
    SCENE.get_or_init(Scene::start).await
}

/// A range that has now in it.
fn range() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let quarter = now.as_secs() / 900;
    let time = |quarter: u64| {
        let time = jiff::Timestamp::from_second((quarter * 900) as i64).unwrap();
        time.to_string()
    };
    format!("from={}&to={}", time(quarter - 4), time(quarter + 4))
}

#[tokio::test]
async fn what_is_not_below_its_path_is_not_administration() {
    let gateway = &scene().await.guarded.stage.gateway;
    for path in ["/admin", "/admin/", "/admin/v1", "/admin/v2/usage", "/v1/admin/usage"] {
        let answer = gateway.call("GET", path).send().await;
        assert_eq!(answer.refusal(), (404, "unknown_url".to_owned()), "{path}");
    }
}
