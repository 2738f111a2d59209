use super::*;

fn allowed(entries: &[&str]) -> AllowedHosts {
    let entries: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
    AllowedHosts::parse(&entries, |name| (name == "host").then_some("https://api.example.com"))
        .unwrap()
}

#[test]
fn nothing_is_allowed_by_default() {
    assert!(!allowed(&[]).allows("http", "localhost", None));
}

#[test]
fn scheme_host_and_port_must_all_match() {
    let hosts = allowed(&["https://api.example.com"]);
    assert!(hosts.allows("https", "api.example.com", None));
    assert!(hosts.allows("https", "api.example.com", Some(443)));
    assert!(!hosts.allows("http", "api.example.com", None));
    assert!(!hosts.allows("https", "api.example.com", Some(8443)));
    assert!(!hosts.allows("https", "example.com", None));
    assert!(!hosts.allows("https", "api.example.com.evil.org", None));
}

#[test]
fn wildcards_stand_for_scheme_host_subdomain_and_port() {
    assert!(allowed(&["*://*:*"]).allows("redis", "10.1.2.3", Some(6380)));
    let subdomains = allowed(&["https://*.example.com"]);
    assert!(subdomains.allows("https", "a.b.example.com", None));
    assert!(!subdomains.allows("https", "example.com", None));
    assert!(!subdomains.allows("https", "evilexample.com", None));
    let ports = allowed(&["http://localhost:8000..9000"]);
    assert!(ports.allows("http", "localhost", Some(8999)));
    assert!(!ports.allows("http", "localhost", Some(9000)));
}

#[test]
fn capitals_do_not_matter() {
    let hosts = allowed(&["HTTP://LOCALHOST:8000", "https://*.Example.COM", "http://[FE80::1]:80"]);
    assert!(hosts.allows("http", "localhost", Some(8000)));
    assert!(hosts.allows("https", "api.example.com", None));
    assert!(hosts.allows("http", "[fe80::1]", None));
    assert!(allowed(&["redis://cache"]).allows("redis", "Cache", None));
    assert!(!hosts.allows("http", "localhost", Some(8001)));
}

#[test]
fn a_network_allows_the_addresses_in_it() {
    let hosts = allowed(&["http://10.0.0.0/8:*", "http://[::1]:8080"]);
    assert!(hosts.allows("http", "10.200.3.4", Some(99)));
    assert!(!hosts.allows("http", "11.0.0.1", Some(99)));
    assert!(!hosts.allows("http", "10.evil.org", Some(99)));
    assert!(hosts.allows("http", "[::1]", Some(8080)));
}

#[test]
fn a_template_is_replaced_before_it_is_parsed() {
    let hosts = allowed(&["{{ host }}"]);
    assert!(hosts.allows("https", "api.example.com", None));
    let unknown = AllowedHosts::parse(&["{{ other }}".to_owned()], |_| None).unwrap_err();
    assert_eq!(unknown, "there is no variable `other`");
}

#[test]
fn a_trailing_slash_is_no_path() {
    assert!(allowed(&["https://example.com/", "http://example.com:81/"]).allows(
        "http",
        "example.com",
        Some(81)
    ));
}

#[test]
fn refuses_what_is_no_origin_and_says_what_to_write() {
    for (entry, problem) in [
        (
            "api.example.com",
            "`api.example.com` has no scheme: write scheme://host[:port], such as https://api.example.com",
        ),
        (
            "https://example.com/v1",
            "`https://example.com/v1` has a path: write only the origin, scheme://host[:port]",
        ),
        (
            "http://localhost:11434/v1",
            "`http://localhost:11434/v1` has a path: write only the origin, scheme://host[:port]",
        ),
        ("*://example.com", "`*://example.com` needs a port: `*` has no default one"),
        ("http://a.*.com", "`http://a.*.com`: a wildcard is `*` or `*.domain`"),
        ("http://example.com:http", "`http` in `http://example.com:http` is no port"),
        ("http://", "`http://` names no host"),
        ("http://self", "`http://self`: Spin supports requests to `self`, this host does not"),
    ] {
        assert_eq!(check(entry), Err(problem.into()), "{entry}");
    }
}
