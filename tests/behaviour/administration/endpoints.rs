//! Every endpoint by every role.

use super::{ROLES, Role, Scene, range, scene, sees};
use serde_json::{Value, json};

/// What an endpoint shows.
enum Shows {
    /// The consumers of what the one who asks may see.
    Own,
    /// Everything, to those who see everything.
    AllOrNothing,
}

/// Each endpoint with how it is asked.
const ENDPOINTS: [(&str, &str, Shows); 6] = [
    ("GET", "usage", Shows::Own),
    ("GET", "costs", Shows::Own),
    ("GET", "requests", Shows::Own),
    ("GET", "requests/ID", Shows::Own),
    ("GET", "audit", Shows::AllOrNothing),
    ("POST", "erasures", Shows::AllOrNothing),
];

/// The consumers that an answer names.
async fn seen(scene: &Scene, name: &str, path: &str) -> Result<Vec<String>, u16> {
    let range = range();
    if path == "requests/ID" {
        return one_by_one(scene, name).await;
    }
    let query = match path {
        "usage" => format!("usage?{range}&group_by=consumer&model=plain-model"),
        "costs" => format!("costs?{range}&model=plain-model"),
        _ => format!("requests?{range}&operation=chat&limit=500"),
    };
    let answer = scene.get(name, &query).await;
    if answer.status != 200 {
        return Err(answer.status);
    }
    let body = answer.json();
    let of = |row: &Value| match path {
        "usage" => row["consumer"].clone(),
        "costs" => row["Tags"]["consumer"].clone(),
        _ => row["caller"]["consumer"].clone(),
    };
    let rows = body[path].as_array().unwrap();
    let mut names: Vec<String> =
        rows.iter().map(|row| of(row).as_str().unwrap_or_default().to_owned()).collect();
    names.sort();
    Ok(names)
}

/// The requests that are found by their ids.
async fn one_by_one(scene: &Scene, name: &str) -> Result<Vec<String>, u16> {
    let mut found = Vec::new();
    for (other, ..) in ROLES {
        let answer = scene.get(name, &format!("requests/{}", scene.row_of(other))).await;
        match answer.status {
            200 => {
                let body = answer.json();
                assert_eq!(body["caller"]["consumer"], other);
                assert_eq!(body["attempts"][0]["outcome"], "answered");
                assert_eq!(body["access"]["allowed"], true);
                found.push(other.to_owned());
            }
            404 => assert_eq!(answer.refusal().1, "request_not_found"),
            status => return Err(status),
        }
    }
    found.sort();
    Ok(found)
}

async fn all_or_nothing(scene: &Scene, name: &str, method: &str, path: &str) -> u16 {
    let body = if method == "POST" { r#"{"subject":"none at all"}"# } else { "" };
    scene.call(method, path).key(scene.key(name)).body(body).send().await.status
}

#[tokio::test]
async fn every_endpoint_shows_every_role_its_own() {
    let scene = scene().await;
    for (method, path, shows) in &ENDPOINTS {
        for role in &ROLES {
            let name = role.0;
            match shows {
                Shows::Own => {
                    let expected = sees(role).ok_or(403);
                    assert_eq!(seen(scene, name, path).await, expected, "{path} by {name}");
                }
                Shows::AllOrNothing => {
                    let status = all_or_nothing(scene, name, method, path).await;
                    let expected = if name == "root" { 200 } else { 403 };
                    assert_eq!(status, expected, "{method} {path} by {name}");
                }
            }
        }
    }
}

#[tokio::test]
async fn without_a_credential_nothing_is_told_of_what_there_is() {
    let scene = scene().await;
    for (method, path, _) in &ENDPOINTS {
        for path in [*path, "nothing", ""] {
            for key in [None, Some("pk-wrong")] {
                let call = scene.call(method, path);
                let answer = match key {
                    Some(key) => call.key(key).send().await,
                    None => call.send().await,
                };
                assert_eq!(answer.refusal().0, 401, "{method} {path}: {}", answer.text());
            }
        }
    }
}

#[tokio::test]
async fn a_refusal_is_an_error_of_the_gateway_and_is_recorded() {
    let scene = scene().await;
    let of = |role: &Role| role.0;
    for (method, path, status, code) in [
        ("GET", "usage", 400, "invalid_question"),
        ("GET", "usage?from=2026-01-01&group_by=prompt", 400, "invalid_question"),
        ("GET", "requests?from=2026-01-01", 400, "invalid_question"),
        ("GET", "costs?from=2026-01-01&colour=red", 400, "invalid_question"),
        ("GET", "requests/unknown", 404, "request_not_found"),
        ("GET", "nothing", 404, "unknown_url"),
        ("POST", "usage", 405, "method_not_allowed"),
        ("DELETE", "requests", 405, "method_not_allowed"),
        ("GET", "erasures", 405, "method_not_allowed"),
        ("POST", "erasures", 400, "invalid_body"),
    ] {
        let answer = scene.call(method, path).key(scene.key(of(&ROLES[0]))).send().await;
        assert_eq!(answer.refusal(), (status, code.to_owned()), "{method} {path}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        if status == 405 {
            assert!(answer.header("allow").is_some(), "{method} {path}");
        }
        let id = answer.header("x-request-id").unwrap();
        let line = scene.guarded.stage.gateway.log_line(id).await;
        assert_eq!((&line["consumer"], &line["status"]), (&json!("root"), &json!(status)));
        assert_eq!(line["access"]["actions"], json!(["admin"]), "{line}");
    }
}

#[tokio::test]
async fn a_table_is_csv_for_who_prefers_it() {
    let scene = scene().await;
    let path = format!("usage?{}&group_by=consumer", range());
    for (accept, query, csv) in [
        ("text/csv", "", true),
        ("text/csv", "&format=json", false),
        ("application/json", "&format=csv", true),
        ("*/*", "", false),
    ] {
        let call = scene.call("GET", &format!("{path}{query}")).key(scene.key("acme-admin"));
        let answer = call.header("accept", accept).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let content_type = answer.header("content-type").unwrap();
        assert_eq!(content_type.starts_with("text/csv"), csv, "{accept} {query}");
        assert_eq!(answer.text().starts_with("consumer,"), csv, "{}", answer.text());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn a_head_has_no_body_and_pages_follow_each_other() {
    let scene = scene().await;
    let path = format!("requests?{}&operation=chat&limit=2", range());
    let head = scene.call("HEAD", &path).key(scene.key("acme-admin")).send().await;
    assert_eq!((head.status, head.text()), (200, ""));
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let body = scene.get("acme-admin", &format!("{path}{cursor}")).await.json();
        for row in body["requests"].as_array().unwrap() {
            found.push(row["caller"]["consumer"].as_str().unwrap().to_owned());
        }
        match body["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    found.sort();
    assert_eq!(Some(found), sees(&ROLES[1]));
}
