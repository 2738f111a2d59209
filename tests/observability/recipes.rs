//! Recipes are valid, and name what there is.

use super::{deploy, printed};
use postern_trail::export::metric_names;
use serde_json::Value;
use std::fs;

#[test]
fn prometheus_takes_its_configuration_and_rules() {
    let text = printed("promtool", &["check", "config", "prometheus.yml"]);
    assert!(text.contains("1 rule files found") && text.contains("rules found"), "{text}");
    let text = printed("promtool", &["check", "rules", "--lint=all", "--lint-fatal", "alerts.yml"]);
    assert!(text.contains("SUCCESS"), "{text}");
}

#[test]
fn alerts_fire_when_they_should_and_only_then() {
    let text = printed("promtool", &["test", "rules", "alerts_test.yml"]);
    assert!(text.contains("SUCCESS"), "{text}");
    // Every alert has a test.
    let (rules, tests) = (read("alerts.yml"), read("alerts_test.yml"));
    for line in rules.lines() {
        if let Some((_, alert)) = line.split_once("- alert: ") {
            // The middle one of three burn rates differs from the others in numbers alone.
            assert!(tests.contains(&format!("alertname: {alert}")), "{alert} has no test");
        }
    }
}

#[test]
fn alertmanager_takes_its_configuration() {
    let text = printed("amtool", &["check-config", "alertmanager.yml"]);
    assert!(text.contains("SUCCESS") && text.contains("2 receivers"), "{text}");
}

#[test]
fn every_query_is_valid_and_names_what_we_expose() {
    let dashboard: Value = serde_json::from_str(&read("grafana-dashboard.json")).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    assert!(panels.len() >= 10);
    let mut rules = "groups:\n  - name: dashboard\n    rules:\n".to_owned();
    for (at, panel) in panels.iter().enumerate() {
        for (number, target) in panel["targets"].as_array().expect("targets").iter().enumerate() {
            let query = target["expr"].as_str().expect("a query");
            only_ours(query);
            let query = query.replace("$__rate_interval", "5m");
            for name in ["model", "provider", "route"] {
                assert!(query.contains(&format!("{name}=~\"${name}\"")), "{query}");
            }
            rules += &format!("      - record: panel:{at}:{number}\n        expr: {query:?}\n");
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("dashboard.yml");
    fs::write(&file, rules.replace("panel:", "panel_")).expect("a file");
    let file = file.to_str().expect("UTF-8");
    assert!(printed("promtool", &["check", "rules", file]).contains("SUCCESS"));
    for variable in dashboard["templating"]["list"].as_array().expect("variables") {
        if let Some(query) = variable["definition"].as_str() {
            only_ours(query);
        }
    }
}

#[test]
fn rules_and_their_tests_name_what_we_expose() {
    for file in ["alerts.yml", "alerts_test.yml"] {
        only_ours(&read(file));
    }
}

fn read(file: &str) -> String {
    fs::read_to_string(deploy().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Words of a text that look like our metrics are metrics that we expose.
fn only_ours(text: &str) {
    let ours = metric_names();
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || sign == '_' || sign == ':';
    let words = text.split(|sign| !is_sign(sign));
    let looks_so = |word: &&str| word.starts_with("postern_") || word.starts_with("gen_ai_");
    for word in words.filter(looks_so) {
        assert!(ours.iter().any(|name| name == word), "{word} is no metric of ours: {ours:?}");
    }
}
