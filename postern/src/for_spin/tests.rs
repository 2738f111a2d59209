use super::*;

const HEAD: &str = "# A comment.\n[component.gateway]\nsource = \"g.wasm\" # another\n";
const DEPENDENCIES: &str = "[component.gateway.dependencies]\n\"postern:upstream/client@0.1.0\" = { component = \"upstream\" }\n[component.upstream]\nsource = \"built/upstream.wasm\"";

fn destinations() -> Destinations {
    let list = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
    Destinations {
        vendors: list(&["{{ a_base_url }}", "https://both.example"]),
        others: list(&["https://login.example", "redis://10.0.0.5:6379", "https://both.example"]),
    }
}

fn made(text: &str) -> toml::Table {
    let made = for_spin(text, &destinations()).unwrap();
    made.parse().unwrap_or_else(|error| panic!("{error}: {made}"))
}

fn manifest(hosts: &str, variables: &str) -> String {
    format!("{HEAD}allowed_outbound_hosts = {hosts}\n{variables}\n{DEPENDENCIES}")
}

fn divided(entry: &str) -> (bool, bool) {
    let Divided { stay, vendors } = divide_one(entry);
    (!stay.is_empty(), !vendors.is_empty())
}

fn divide_one(entry: &str) -> Divided {
    hosts::divide(&[entry.to_owned()], &destinations())
}

#[test]
fn an_entry_goes_where_it_is_needed() {
    // The entry, whether it stays, and whether egress gets it.
    for (entry, stays, moves) in [
        ("{{ a_base_url }}", false, true),
        ("https://unknown.example", false, true),
        ("http://127.0.0.1:*", false, true),
        ("https://{{ region }}.example", false, true),
        ("https://login.example", true, false),
        ("https://both.example", true, true),
        ("https://*.example", true, true),
        ("redis://10.0.0.5:6379", true, false),
        ("redis://10.0.0.0/8:6379", true, false),
        ("postgres://a.example", true, false),
        ("*://*:*", true, true),
    ] {
        assert_eq!(divided(entry), (stays, moves), "{entry}");
    }
}

#[test]
fn the_rest_of_the_text_stays_as_it_is() {
    let text = manifest("[\n  \"{{ a_base_url }}\", # theirs\n  \"https://login.example\",\n]", "");
    let made = for_spin(&text, &destinations()).unwrap();
    assert!(made.starts_with(HEAD), "{made}");
    assert!(made.contains(DEPENDENCIES), "{made}");
    let table: toml::Table = made.parse().unwrap();
    let gateway = &table["component"]["gateway"];
    let hosts = toml::Value::from(vec![ORIGIN, "https://login.example"]);
    assert_eq!(gateway["allowed_outbound_hosts"], hosts);
    let egress = &table["component"][EGRESS];
    assert_eq!(egress["allowed_outbound_hosts"], toml::Value::from(vec!["{{ a_base_url }}"]));
    assert_eq!(egress["source"].as_str(), Some("built/egress.wasm"));
}

#[test]
fn the_variable_is_added_however_variables_are_written() {
    for variables in [
        "",
        "[component.gateway.variables]\na = \"b\"\n",
        "  [component.gateway.variables] # known\n\n# c\na = \"b\"\n",
        "variables = { a = \"b\" }\n",
        "variables = {}\n",
    ] {
        let made = made(&manifest("[]", variables));
        let found = &made["component"]["gateway"]["variables"];
        assert_eq!(found[VARIABLE].as_str(), Some(ORIGIN), "{variables}");
        if variables.contains("a =") {
            assert_eq!(found["a"].as_str(), Some("b"), "{variables}");
        }
    }
}

#[test]
fn says_why_a_manifest_cannot_be_changed() {
    let fine = manifest("[]", "");
    for (text, reason) in [
        ("a =".to_owned(), "it is not TOML"),
        (String::new(), "it has no components"),
        (format!("{fine}\n[component.egress]\nsource = \"e.wasm\"\n"), "`egress` already"),
        (HEAD.to_owned(), "exactly one component must depend"),
        (format!("{HEAD}{DEPENDENCIES}"), "component.gateway may reach no host"),
        (manifest("\"https://a.example\"", ""), "is no list"),
        (manifest("[1]", ""), "has no strings"),
        (fine.replace("source = \"built/upstream.wasm\"", ""), "egress stands beside it"),
    ] {
        let error = for_spin(&text, &destinations()).unwrap_err();
        assert!(format!("{error:#}").contains(reason), "{reason}: {error:#}");
    }
}
