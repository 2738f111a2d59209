//! The manifest for Spin is the shipped one, but for the component by which vendors are reached.

use postern_tests::manifest::{for_spin, shipped};
use toml::{Table, Value};

const ORIGIN: &str = "http://egress.spin.internal";

fn parsed(text: &str) -> Table {
    text.parse().unwrap()
}

fn hosts(manifest: &Table, component: &str) -> Vec<String> {
    let hosts = manifest["component"][component]["allowed_outbound_hosts"].as_array().unwrap();
    hosts.iter().map(|host| host.as_str().unwrap().to_owned()).collect()
}

#[test]
fn egress_has_the_hosts_that_the_gateway_had_and_the_gateway_has_egress() {
    let (shipped, spin) = (parsed(&shipped()), parsed(&for_spin()));
    // No issuer is configured in the shipped policies: all hosts are vendors'.
    assert_eq!(hosts(&spin, "egress"), hosts(&shipped, "gateway"));
    assert_eq!(hosts(&spin, "gateway"), [ORIGIN]);
    let granted: Vec<_> = spin["component"]["egress"].as_table().unwrap().keys().collect();
    assert_eq!(granted, ["allowed_outbound_hosts", "build", "source"], "and nothing else");
}

#[test]
fn only_components_reach_egress() {
    let spin = parsed(&for_spin());
    let triggers = spin["trigger"]["http"].as_array().unwrap();
    let of_egress: Vec<_> =
        triggers.iter().filter(|each| each["component"].as_str() == Some("egress")).collect();
    let expected: Table = "route = { private = true }\ncomponent = \"egress\"".parse().unwrap();
    assert_eq!(of_egress, [&Value::Table(expected)]);
}

#[test]
fn everything_else_is_equal() {
    let shipped = parsed(&shipped());
    let mut spin = parsed(&for_spin());
    let components = spin["component"].as_table_mut().unwrap();
    components.remove("egress").unwrap();
    let gateway = components["gateway"].as_table_mut().unwrap();
    let variables = gateway["variables"].as_table_mut().unwrap();
    assert_eq!(variables.remove("egress_url"), Some(ORIGIN.into()));
    let of_shipped = shipped["component"]["gateway"]["allowed_outbound_hosts"].clone();
    gateway.insert("allowed_outbound_hosts".to_owned(), of_shipped);
    let triggers = spin["trigger"]["http"].as_array_mut().unwrap();
    triggers.retain(|each| each["component"].as_str() != Some("egress"));
    assert_eq!(spin, shipped);
}

#[test]
fn its_lines_are_those_of_the_shipped_one_and_more() {
    let (shipped, spin) = (shipped(), for_spin());
    let hosts = "allowed_outbound_hosts = [\n";
    let (before, rest) = shipped.split_once(hosts).unwrap();
    assert!(spin.starts_with(before));
    let after = rest.split_once("\n]\n").unwrap().1;
    let added = format!("egress_url = {ORIGIN:?}\n");
    assert_eq!(spin.matches(&added).count(), 1);
    assert!(spin.replace(&added, "").contains(after));
}
