//! Questions of administrators: every endpoint by every scope.
#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod support;

use postern_trail::admin::{AdminAnswer, AdminReply, ENDPOINTS, Question, Signing, answer};
use postern_trail::audit::{AuditKey, Begin, Ending, Verifier, verify};
use postern_trail::ledger::write;
use postern_trail::questions::Scope;
use postern_trail::record::{Principal, Record};
use postern_trail::watch::WatchPlan;
use serde_json::Value;
use support::{Sqlite, ledger, name, now, record, refused};

/// 2026-03-01T00:00:00Z.
const MARCH_MS: u64 = 1_772_323_200_000;

const DAY: &str = "from=2026-03-01&to=2026-03-02";

fn ask(store: &mut Sqlite, scope: &Scope, path: &str, query: &str) -> AdminAnswer {
    match now(answer(store, &get(path, query, scope))).unwrap() {
        AdminReply::Answer(answer) => answer,
        AdminReply::Sign(unsigned) => panic!("{unsigned:?}"),
    }
}

fn get<'q>(path: &'q str, query: &'q str, scope: &'q Scope) -> Question<'q> {
    let unix_ms = MARCH_MS as i64 + 60_000;
    let (method, body, actor, random, signing) = ("GET", "", "ops", 7, Signing::Off);
    let watch = None;
    Question { method, path, query, body, actor, scope, unix_ms, random, signing, watch }
}

fn post(store: &mut Sqlite, scope: &Scope, path: &str, body: &str) -> AdminAnswer {
    let question = Question { method: "POST", body, ..get(path, "", scope) };
    match now(answer(store, &question)).unwrap() {
        AdminReply::Answer(answer) => answer,
        AdminReply::Sign(unsigned) => panic!("{unsigned:?}"),
    }
}

fn of(id: &str, tenant: Option<&str>, team: Option<&str>) -> Record {
    let mut record = record(id, MARCH_MS, &format!("consumer-{id}"), "gpt-4o");
    record.caller = Some(Principal {
        consumer: name(&format!("consumer-{id}")),
        team: team.map(name),
        tenant: tenant.map(name),
        plan: None,
        issuer: None,
    });
    record
}

/// Requests of two tenants, of teams of the same name in both and in none, and of no caller.
fn world() -> Sqlite {
    let mut store = ledger();
    let without_caller = Record { caller: None, ..refused("no-caller", MARCH_MS, "x") };
    let records = [
        of("acme-web", Some("acme"), Some("web")),
        of("acme-ops", Some("acme"), Some("ops")),
        of("acme-none", Some("acme"), None),
        of("other-web", Some("other"), Some("web")),
        of("web", None, Some("web")),
        without_caller,
    ];
    now(write(&mut store, &records)).unwrap();
    store
}

/// Each scope with what it sees. A request without a caller is seen by those who see everything.
fn scopes() -> [(Scope, &'static [&'static str]); 5] {
    let team = |tenant: Option<&str>| Scope::Team { tenant: tenant.map(name), team: name("web") };
    [
        (Scope::All, &["acme-none", "acme-ops", "acme-web", "no-caller", "other-web", "web"]),
        (Scope::Tenant(name("acme")), &["acme-none", "acme-ops", "acme-web"]),
        (team(Some("acme")), &["acme-web"]),
        (team(None), &["web"]),
        (Scope::Tenant(name("none")), &[]),
    ]
}

/// The ids that an answer of an endpoint speaks of, each endpoint in its own way.
fn seen(store: &mut Sqlite, scope: &Scope, endpoint: &str) -> Vec<String> {
    let column = |answer: AdminAnswer, list: &str, of: fn(&Value) -> &Value| -> Vec<String> {
        assert_eq!(answer.status, 200, "{}", answer.body);
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let id = |row: &Value| of(row).as_str().map_or("no-caller", |text| text).to_owned();
        let ids = body[list].as_array().unwrap().iter().map(id);
        let mut ids: Vec<_> = ids.map(|id| id.replace("consumer-", "")).collect();
        ids.sort();
        ids
    };
    match endpoint {
        "usage" => {
            let query = format!("{DAY}&group_by=consumer");
            column(ask(store, scope, endpoint, &query), "usage", |row| &row["consumer"])
        }
        "costs" => {
            let answer = ask(store, scope, endpoint, DAY);
            // What was refused costs nothing.
            let mut ids = column(answer, "costs", |row| &row["Tags"]["consumer"]);
            if *scope == Scope::All {
                ids.push("no-caller".to_owned());
                ids.sort();
            }
            ids
        }
        "requests" => {
            column(ask(store, scope, endpoint, DAY), "requests", |row| &row["request_id"])
        }
        "requests/{id}" => {
            let all = scopes()[0].1.iter();
            let found = all.filter(|id| {
                let answer = ask(store, scope, &format!("requests/{id}"), "");
                let body: Value = serde_json::from_str(&answer.body).unwrap();
                match answer.status {
                    200 => body["request_id"] == **id,
                    404 => {
                        assert_eq!(body["code"], "request_not_found");
                        false
                    }
                    other => panic!("{other}"),
                }
            });
            found.map(|id| (*id).to_owned()).collect()
        }
        // What concerns all tenants is for those who see everything.
        "audit" => {
            let answer = ask(store, scope, endpoint, "stream=decisions");
            all_or_nothing(answer.status, scope)
        }
        "erasures" => {
            let answer = post(store, scope, endpoint, r#"{"subject":"none-at-all"}"#);
            all_or_nothing(answer.status, scope)
        }
        // Findings are of all tenants: who may see them is in tests/watch.rs.
        "anomalies" | "anomalies/evaluate" => all_of(scope),
        other => panic!("the endpoint {other} has no row here"),
    }
}

/// All that there is in a scope.
fn all_of(scope: &Scope) -> Vec<String> {
    let (_, all) = scopes().into_iter().find(|(each, _)| each == scope).unwrap();
    all.iter().map(|id| (*id).to_owned()).collect()
}

fn all_or_nothing(status: u16, scope: &Scope) -> Vec<String> {
    match (status, *scope == Scope::All) {
        (200, true) | (403, false) => all_of(scope),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_endpoint_shows_every_scope_its_own() {
    let mut store = world();
    for (endpoint, _) in ENDPOINTS {
        for (scope, expected) in scopes() {
            assert_eq!(seen(&mut store, &scope, endpoint), expected, "{endpoint} for {scope:?}");
        }
    }
}

#[test]
fn no_filter_widens_a_scope() {
    let mut store = world();
    let scope = Scope::Tenant(name("acme"));
    for query in ["tenant=other", "team=web&tenant=", "consumer=consumer-web", "tenant=' OR 1=1 --"]
    {
        for endpoint in ["usage", "requests", "costs"] {
            let query = query.replace(' ', "+").replace('\'', "%27");
            let answer =
                ask(&mut store, &scope, endpoint, &format!("{DAY}&group_by=consumer&{query}"));
            let answer = match answer.status {
                400 => ask(&mut store, &scope, endpoint, &format!("{DAY}&{query}")),
                _ => answer,
            };
            assert_eq!(answer.status, 200, "{endpoint}?{query}: {}", answer.body);
            assert!(!answer.body.contains("other-web"), "{endpoint}?{query}: {}", answer.body);
            assert!(!answer.body.contains("\"consumer-web\""), "{endpoint}?{query}");
        }
    }
}

#[test]
fn tables_are_json_or_csv() {
    let mut store = world();
    for (endpoint, begins) in [("usage", "requests,"), ("costs", "AvailabilityZone,")] {
        for (query, content_type) in [
            ("", "application/json"),
            ("&format=json", "application/json"),
            ("&format=csv", "text/csv; charset=utf-8; header=present"),
        ] {
            let answer = ask(&mut store, &Scope::All, endpoint, &format!("{DAY}{query}"));
            assert_eq!(
                (answer.status, answer.content_type),
                (200, content_type),
                "{}",
                answer.body
            );
            assert!(answer.headers.contains(&("cache-control", "no-store".to_owned())));
            if query.ends_with("csv") {
                assert!(answer.body.starts_with(begins), "{}", answer.body);
            }
        }
    }
}

#[test]
fn what_cannot_be_asked_is_answered_with_what_can() {
    let mut store = world();
    for (path, query, status, says) in [
        ("usage", "", 400, "`from` is missing"),
        ("usage", "from=2026-03-01&colour=red", 400, "no parameter `colour`; there are `from`"),
        ("usage", "from=2026-03-01&group_by=prompt", 400, "a list of `consumer`"),
        ("usage", "from=2026-03-01&bucket=minute", 400, "one of `none`"),
        ("usage", "from=2026-03-01&format=xml", 400, "one of `json` and `csv`"),
        ("usage", "from=2026-03-01&from=2026-03-02", 400, "given twice"),
        ("usage", "from=2026-03-01&zone=Mars/Olympus", 400, "IANA"),
        ("usage", "from=2026-03-01T08:00:00+01:00", 400, "`%2B`"),
        ("costs", "to=2026-03-01", 400, "`from` is missing"),
        ("costs", "from=2026-03-01&group_by=model", 400, "no parameter `group_by`"),
        (
            "requests",
            "from=2026-03-01",
            400,
            "`to` is missing: single requests are read in a range",
        ),
        ("requests", "to=2026-03-01", 400, "`from` is missing"),
        ("requests", "from=2025-03-01&to=2026-03-01", 400, "at most 31 days"),
        ("requests", "from=2026-03-02&to=2026-03-01", 400, "empty"),
        ("requests", &format!("{DAY}&limit=0"), 400, "a number from 1 to 500"),
        ("requests", &format!("{DAY}&cursor=zz"), 400, "the `next` of the page before"),
        ("requests", &format!("{DAY}&format=csv"), 400, "no parameter `format`"),
        ("requests/acme-web", "from=2026-03-01", 400, "no parameter `from`; there are none"),
        ("requests/unknown", "", 404, "no request `unknown` that you may see"),
        ("prompts", "", 404, "/admin/v1/usage"),
        ("audit", "stream=all", 400, "one of `decisions` and `administration`"),
        ("audit", "after=x", 400, "the number of the last link"),
        ("audit", "from=2026-03-01", 400, "there are `stream` and `after`"),
        ("erasures", "", 405, "POST only"),
    ] {
        let answer = ask(&mut store, &Scope::All, path, query);
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let message = body["message"].as_str().unwrap();
        assert_eq!(answer.status, status, "{path}?{query}: {message}");
        assert!(message.contains(says), "{path}?{query}: {message}");
        assert!(body["code"].is_string());
    }
}

#[test]
fn a_foreign_text_comes_back_shortened_and_on_one_line() {
    let mut store = world();
    let long = "x".repeat(10_000);
    for (path, query) in [
        (format!("requests/{long}"), String::new()),
        (long.clone(), String::new()),
        ("usage".to_owned(), format!("{long}=1")),
        ("usage".to_owned(), format!("from={long}%0A{long}")),
    ] {
        let answer = ask(&mut store, &Scope::All, &path, &query);
        assert!((400..500).contains(&answer.status));
        assert!(answer.body.len() < 1_500 && !answer.body.contains('\n'), "{}", answer.body);
    }
}

#[test]
fn a_store_that_is_away_is_no_answer() {
    let watch = WatchPlan { bucket_s: 3_600, webhooks: Vec::new() };
    for (endpoint, _) in ENDPOINTS {
        let mut store = world();
        store.fails_at = Some(0);
        let path = endpoint.replace("{id}", "web");
        let query = if endpoint.contains("id") { "" } else { DAY };
        let question = match endpoint {
            "audit" => get(&path, "", &Scope::All),
            "erasures" => {
                let body = r#"{"subject":"a"}"#;
                Question { method: "POST", body, ..get(&path, "", &Scope::All) }
            }
            "anomalies" => get(&path, "", &Scope::All),
            "anomalies/evaluate" => {
                let watch = Some(&watch);
                Question { method: "POST", watch, ..get(&path, "", &Scope::All) }
            }
            _ => get(&path, query, &Scope::All),
        };
        assert!(now(answer(&mut store, &question)).unwrap_err().is_retryable(), "{endpoint}");
    }
}

#[test]
fn an_export_is_signed_elsewhere_and_verified() {
    let mut store = world();
    let key = AuditKey::from_hex(&"42".repeat(32)).unwrap();
    assert_eq!(post(&mut store, &Scope::All, "erasures", r#"{"subject":"x"}"#).status, 200);
    let asked = get("audit", "stream=administration", &Scope::All);
    let wanted = Question { signing: Signing::Wanted, ..asked };
    let AdminReply::Sign(unsigned) = now(answer(&mut store, &wanted)).unwrap() else { panic!() };
    // What follows meanwhile is not in the export.
    assert_eq!(post(&mut store, &Scope::All, "erasures", r#"{"subject":"y"}"#).status, 200);
    let (public_key, signature) = unsigned.signed_by(&key).to_hex();
    let signature = signature.as_str();
    let through = unsigned.through;
    let signing = Signing::Made { through, public_key: &public_key, signature };
    let AdminReply::Answer(file) = now(answer(&mut store, &Question { signing, ..asked })).unwrap()
    else {
        panic!()
    };
    let verifier = Verifier::new(&[key.public()], Begin::AtFirstLink, Ending::Closed);
    assert_eq!(verify(&file.body, verifier).unwrap()["administration"].links, 2);
    // Another signature is not written into a file that could then not be verified.
    let signing = Signing::Made { through, public_key: &public_key, signature: "00" };
    let AdminReply::Answer(refused) =
        now(answer(&mut store, &Question { signing, ..asked })).unwrap()
    else {
        panic!()
    };
    assert_eq!(refused.status, 503);
}

#[test]
fn an_erasure_leaves_sums_and_no_name() {
    let mut store = world();
    let before = ask(&mut store, &Scope::All, "usage", DAY);
    store
        .connection
        .execute_batch(
            "INSERT INTO content_key VALUES ('unknown', 'w', 'k', 0);
             INSERT INTO request_subject VALUES ('unknown', 'r', 0);
             INSERT INTO anomaly_series VALUES ('requests consumer', 'consumer-web', 0, '{}');
             INSERT INTO anomaly VALUES ('a', 'cost_nano_usd consumer', 'consumer-web', 0, NULL, '{}');
             INSERT INTO anomaly VALUES ('b', 'requests model', 'gpt-4o', 0, NULL,
               '{\"contributors\":{\"consumer\":[{\"part\":\"consumer-web\"},{\"part\":\"consumer-web-2\"}]}}');
             INSERT INTO notice VALUES ('n', 'ops', 0, 0, 0,
               '{\"opened\":[{\"value\":\"consumer-web\",\"text\":\"spike: requests of consumer consumer-web are 9\"}]}');",
        )
        .unwrap();
    let told = post(&mut store, &Scope::All, "erasures", r#"{"subject":" consumer-web "}"#);
    let told: Value = serde_json::from_str(&told.body).unwrap();
    assert_eq!(told["requests_pseudonymised"], 1, "{told}");
    assert_eq!(told["pseudonym"], "erased-0000000000000007");
    assert_eq!(ask(&mut store, &Scope::All, "usage", DAY).body, before.body);
    let by_consumer = ask(&mut store, &Scope::All, "usage", &format!("{DAY}&group_by=consumer"));
    assert!(by_consumer.body.contains("erased-0000000000000007"), "{}", by_consumer.body);
    let kept = ask(&mut store, &Scope::All, "requests", DAY);
    for body in [by_consumer.body, kept.body] {
        assert!(!body.contains("\"consumer-web\""), "{body}");
    }
    let left = "SELECT COUNT(*) FROM anomaly_series";
    assert_eq!(store.integer(left), 0);
    for (statement, expected) in [
        ("SELECT explanation FROM anomaly", r#"[{"part":"@"},{"part":"consumer-web-2"}]"#),
        ("SELECT body FROM notice", r#""value":"@""#),
        ("SELECT body FROM notice", r#""text":"spike: requests of consumer @ are 9""#),
    ] {
        let said: String = store.connection.query_row(statement, [], |row| row.get(0)).unwrap();
        assert!(said.contains(&expected.replace('@', "erased-0000000000000007")), "{said}");
    }
    // Others are as they were.
    assert_eq!(store.integer("SELECT COUNT(*) FROM content_key"), 1);
    let proof = ask(&mut store, &Scope::All, "audit", "stream=administration").body;
    assert!(
        proof.contains("\"kind\":\"erasure\",\"actor\":\"ops\"") && proof.contains("\"rows\":1")
    );
    assert!(!proof.contains("consumer-web"), "{proof}");
}

#[test]
fn a_wrong_body_erases_nothing_and_is_not_repeated() {
    let mut store = world();
    let long = format!("{{\"subject\":\"{}\"}}", "x".repeat(513));
    for body in [
        "",
        "{}",
        "[]",
        "{\"subject\":3}",
        "{\"subject\":\"  \"}",
        "{\"subject\":\"Ann\",\"a\":1}",
        &long,
    ] {
        let answer = post(&mut store, &Scope::All, "erasures", body);
        assert_eq!(answer.status, 400, "{body}");
        assert!(!answer.body.contains("Ann") && !answer.body.contains("xxx"), "{}", answer.body);
    }
    assert_eq!(store.integer("SELECT COUNT(*) FROM audit_link WHERE stream = 'administration'"), 0);
}
