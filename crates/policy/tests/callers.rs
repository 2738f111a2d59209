//! What auth and the gateway get of who may call: consumers, their keys, issuers of tokens, and addresses.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use postern_policy::{
    Catalogue, Consumers, DataClass, Gateway, IpRange, IssuerKeys, Issuers, KeySetTimes,
    ModelPattern, is_name,
};

const CONSUMERS: &str = include_str!("valid/complete/consumers.toml");
const ISSUERS: &str = include_str!("valid/complete/issuers.toml");
const GATEWAY: &str = include_str!("valid/complete/gateway.toml");

#[test]
fn a_consumer_may_use_what_its_patterns_say() {
    let consumers = Consumers::from_toml(
        "[[consumer]]\nname = \"a\"\nmodels = [\"gpt-4o\", \"text-*\"]\n\
         [[consumer]]\nname = \"b\"\nmodels = [\"*\"]\n",
    )
    .unwrap();
    let a = consumers.by_name("a").unwrap().unwrap();
    assert!(a.may_use("gpt-4o") && a.may_use("text-embedding-3-small") && a.may_use("text-"));
    assert!(!a.may_use("gpt-4o-mini") && !a.may_use("gpt-4") && !a.may_use("Text-x"));
    assert!(consumers.by_name("b").unwrap().unwrap().may_use("anything at all"));
    assert!(consumers.by_name("c").unwrap().is_none());
}

#[test]
fn a_key_kept_in_git_is_found_by_its_hash() {
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let consumers = Consumers::from_toml(&format!(
        "[[consumer]]\nname = \"a\"\nteam = \"t\"\nmodels = [\"*\"]\n\
         [[consumer.key]]\nid = \"ci\"\nsha256 = \"{hash}\"\n"
    ))
    .unwrap();
    let key = consumers.key_by_sha256(hash).unwrap().unwrap();
    assert_eq!((key.id.as_str(), key.consumer.name.as_str()), ("ci", "a"));
    assert_eq!(key.consumer.team.as_deref(), Some("t"));
    assert!(consumers.key_by_sha256(&hash.replace('b', "c")).unwrap().is_none());
    assert_eq!(consumers.keys().count(), 1);
}

fn patterns(texts: &[&str]) -> Vec<ModelPattern> {
    texts.iter().map(|text| ModelPattern::parse(text).unwrap()).collect()
}

fn ranges(texts: &[&str]) -> Vec<IpRange> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn issuers() -> Issuers {
    Issuers::from_toml(Some(ISSUERS)).unwrap()
}

/// The one issuer of a file with these lines behind its name and audience.
fn issuer(lines: &str) -> postern_policy::Issuer {
    let head =
        "[[issuer]]\nname = \"a\"\nissuer = \"https://a.example\"\naudience = [\"postern\"]\n";
    let issuers = Issuers::from_toml(Some(&format!("{head}{lines}\n"))).unwrap();
    issuers.iter().next().unwrap().as_ref().clone()
}

#[test]
fn a_consumer_is_what_its_row_says() {
    let consumers = Consumers::from_toml(CONSUMERS).unwrap();
    let a = consumers.by_name("a").unwrap().unwrap();
    assert_eq!(a.regions, Some(vec!["eu".to_owned(), "local".to_owned()]));
    assert_eq!(a.data_class, Some(DataClass::Confidential));
    assert_eq!(a.issuers, ["corporate", "partner"]);
    assert_eq!(a.ip_ranges[0], "10.0.0.0/8".parse().unwrap());
    let other = consumers.iter().next().unwrap();
    assert_eq!((&other.regions, other.data_class), (&None, None));
    assert!(other.issuers.is_empty() && other.ip_ranges.is_empty());
}

#[test]
fn a_key_narrows_its_consumer() {
    let consumers = Consumers::from_toml(CONSUMERS).unwrap();
    let key = |id: &str| consumers.keys().find(|key| key.id == id).unwrap().as_ref().clone();
    let narrow = key("ci-2027");
    assert_eq!(narrow.expires_at_unix_s, Some(1_830_297_600), "01:00 in +01:00, parts left out");
    assert_eq!(narrow.models, Some(patterns(&["chat-*"])));
    assert_eq!(narrow.regions, Some(vec!["eu".to_owned()]));
    assert_eq!(narrow.ip_ranges, ranges(&["10.1.0.0/16"]));
    assert_eq!(narrow.plan.as_deref(), Some("ci"));
    let wide = key("ci-2026");
    assert_eq!(wide.expires_at_unix_s, Some(1_798_761_600));
    assert_eq!((wide.models, wide.regions, wide.plan), (None, None, None));
    assert!(wide.ip_ranges.is_empty());
}

#[test]
fn forwarded_addresses_are_believed_from_the_proxies_that_are_named() {
    let gateway = Gateway::from_toml(Some(GATEWAY)).unwrap();
    assert_eq!(gateway.trusted_proxies, ranges(&["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"]));
    assert!(Gateway::from_toml(Some("[client]\n")).unwrap().trusted_proxies.is_empty());
    assert!(Gateway::default().trusted_proxies.is_empty());
}

#[test]
fn without_a_file_no_issuer_is_trusted() {
    for none in [Issuers::from_toml(None).unwrap(), Issuers::from_toml(Some("")).unwrap()] {
        assert_eq!(none.iter().count(), 0);
        assert!(none.introspecting().is_none() && none.protected_resource().is_none());
    }
}

#[test]
fn an_issuer_is_found_by_its_name_and_by_exactly_its_iss() {
    let issuers = issuers();
    let names: Vec<_> = issuers.iter().map(|issuer| issuer.name.as_str()).collect();
    assert_eq!(names, ["batch", "clients", "corporate", "partner", "tokens"]);
    let corporate = issuers.by_issuer("https://login.example.com/realms/acme").unwrap();
    assert_eq!(corporate, issuers.by_name("corporate").unwrap());
    for other in
        ["https://login.example.com/realms/acme/", "https://LOGIN.example.com/realms/acme", ""]
    {
        assert!(issuers.by_issuer(other).is_none(), "{other}");
    }
    assert!(issuers.by_issuer("https://batch.example.com/").is_some(), "the slash counts");
    assert!(issuers.by_issuer("https://batch.example.com").is_none(), "the slash counts");
    assert_eq!(issuers.introspecting().unwrap().name, "tokens");
    let resource = issuers.protected_resource().unwrap();
    assert_eq!(resource.url, "https://ai.example.com/v1");
    assert_eq!(resource.scopes, ["ai.use", "ai.admin"]);
}

#[test]
fn an_issuer_is_what_its_row_says() {
    let issuers = issuers();
    let corporate = issuers.by_name("corporate").unwrap();
    assert_eq!(corporate.algorithms.len(), 10);
    let times = KeySetTimes { ttl_s: 60, stale_s: 0, refresh_s: 10, timeout_ms: 100 };
    assert_eq!(corporate.keys, IssuerKeys::Discovery(times));
    let claim = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
    let claims = [
        claim("azp", None),
        claim("hd", Some("example.com")),
        claim("https://example.com/kind", Some("a=b")),
    ];
    assert_eq!(corporate.required_claims, claims);
    assert_eq!(corporate.claims.consumer, "azp");
    assert_eq!(corporate.claims.roles.as_deref(), Some("realm_access.roles"));
    let passed_on = ["department", "https://example.com/cost_center", "realm_access.level"];
    assert_eq!(corporate.claims.pass_on, passed_on);
    let undeclared = corporate.undeclared.as_ref().unwrap();
    assert_eq!(undeclared.models, patterns(&["chat-*"]));
    assert_eq!(undeclared.roles, ["guest"]);
    assert_eq!(undeclared.data_class, Some(DataClass::Public));
}

#[test]
fn an_issuer_that_says_little_gets_the_defaults() {
    let discovered = issuer("discovery = true");
    assert_eq!(discovered.algorithms, ["RS256", "ES256", "EdDSA"]);
    assert_eq!(discovered.keys, IssuerKeys::Discovery(KeySetTimes::default()));
    assert_eq!((discovered.leeway_s, discovered.claims.consumer.as_str()), (60, "sub"));
    assert!(discovered.undeclared.is_none() && discovered.required_claims.is_empty());
    assert_eq!(issuer("shared_secret = \"a_secret\"").algorithms, ["HS256"]);
    let asked = issuer(
        "introspection = { url = \"https://a.example/i\", client_id = \"p\", client_secret = \"s\" }",
    );
    assert!(asked.algorithms.is_empty());
    let IssuerKeys::Introspection { cache_s, timeout_ms, .. } = asked.keys else { panic!() };
    assert_eq!((cache_s, timeout_ms), (60, 3_000));
}

#[test]
fn an_issuer_says_what_the_manifest_must_give() {
    let issuers = issuers();
    let needs = |name: &str| {
        let issuer = issuers.by_name(name).unwrap();
        (issuer.variables().collect::<Vec<_>>().join(" "), issuer.origin().unwrap_or_default())
    };
    let of = |variables: &str, origin: &str| (variables.to_owned(), origin.to_owned());
    assert_eq!(needs("corporate"), of("", "https://login.example.com"));
    assert_eq!(needs("partner"), of("", "http://[::1]:8080"));
    assert_eq!(needs("batch"), of("batch_secret", ""));
    assert_eq!(needs("tokens"), of("tokens_client_secret tokens_url", "{{ tokens_url }}"));
}

#[test]
fn the_catalogue_knows_the_regions_that_providers_are_in() {
    let models = include_str!("valid/complete/models.toml");
    let catalogue = Catalogue::from_toml(models, None).unwrap();
    assert_eq!(catalogue.regions().into_iter().collect::<Vec<_>>(), ["eu", "local"]);
}

#[test]
fn a_name_is_one_that_every_policy_takes() {
    for name in ["a", "0", "search-team", "a.b_c-d", &"x".repeat(64)] {
        assert!(is_name(name), "{name}");
    }
    for wrong in ["", "A", "-a", ".a", "a b", "a/b", "é", &"x".repeat(65)] {
        assert!(!is_name(wrong), "{wrong}");
    }
}

#[test]
fn ten_thousand_consumers_with_a_key_each_are_read() {
    let mut text = String::new();
    for number in 0..10_000 {
        text += &format!(
            "[[consumer]]\nname = \"consumer-{number}\"\nteam = \"team-{}\"\nmodels = [\"gpt-*\", \"claude-*\"]\nregions = [\"eu\"]\n\
             [[consumer.key]]\nid = \"key-{number}\"\nsha256 = \"{number:064x}\"\nexpires_at = 2027-01-01T00:00:00Z\n",
            number % 100
        );
    }
    let consumers = Consumers::from_toml(&text).unwrap();
    assert_eq!((consumers.iter().count(), consumers.keys().count()), (10_000, 10_000));
    let key = consumers.key_by_sha256(&format!("{:064x}", 9_999)).unwrap().unwrap();
    assert_eq!(key.consumer.name, "consumer-9999");
}
