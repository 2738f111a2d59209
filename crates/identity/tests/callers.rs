//! From keys and claims to the caller.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use postern_identity::{Caller, Identity, Refused, of_claims, of_issued_key, of_policy_key, rules};
use postern_keys::{IssuedKey, sha256_hex};
use postern_policy::{Consumers, Issuer, Issuers};
use postern_token::Claims;
use std::sync::Arc;

const NOW: u64 = 1_790_000_000;

const CONSUMERS: &str = r#"
[[consumer]]
name = "search"
team = "search"
tenant = "acme"
plan = "team"
roles = ["developer"]
models = ["gpt-*", "claude"]
regions = ["eu", "us"]
data_class = "internal"
issuers = ["corporate"]
ip_ranges = ["10.0.0.0/8"]

[[consumer.key]]
id = "ci"
sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
expires_at = 2027-01-01T00:00:00Z
models = ["gpt-4*"]
regions = ["eu"]
plan = "trial"
ip_ranges = ["10.1.0.0/16"]

[[consumer]]
name = "billing"
models = ["*"]
"#;

const ISSUERS: &str = r#"
[[issuer]]
name = "corporate"
issuer = "https://login.example.com"
audience = ["postern"]
discovery = true
[issuer.claims]
consumer = "azp"
team = "department"
roles = "realm_access.roles"
regions = "regions"
data_class = "class"
plan = "plan"
tenant = "tid"
pass_on = ["level", "department", "realm_access.unit", "beta", "ratio", "list", "absent", "long", "lines"]

[[issuer]]
name = "partner"
issuer = "https://partner.example"
audience = ["postern"]
jwks_url = "https://partner.example/keys"
algorithms = ["ES256", "PS256"]
[issuer.undeclared]
models = ["claude"]
team = "partners"
roles = ["guest"]
regions = ["eu"]
"#;

fn consumers() -> Consumers {
    Consumers::from_toml(CONSUMERS).unwrap()
}

fn issuer(name: &str) -> Arc<Issuer> {
    Arc::clone(Issuers::from_toml(Some(ISSUERS)).unwrap().by_name(name).unwrap())
}

fn of_token(name: &str, claims: &str) -> Result<Identity, Refused> {
    let claims = Claims::from_json(claims).unwrap();
    of_claims(&issuer(name), &consumers(), &claims, "0123456789ab".to_owned())
}

fn patterns(caller: &Caller) -> &[String] {
    &caller.models
}

#[test]
fn a_key_in_git_narrows_what_its_consumer_may() {
    let (consumers, sha256) = (consumers(), sha256_hex("abc"));
    let key = consumers.key_by_sha256(&sha256).unwrap().unwrap();
    let caller = of_policy_key(&key, &sha256, NOW).unwrap().caller;
    assert_eq!((caller.consumer.as_str(), caller.credential_id.as_str()), ("search", "ci"));
    assert_eq!(caller.plan.as_deref(), Some("trial"));
    assert_eq!(patterns(&caller), ["gpt-4*"]);
    assert_eq!(caller.regions.as_deref(), Some(&["eu".to_owned()][..]));
    assert!(matches!(of_policy_key(&key, &sha256_hex("abd"), NOW), Err(Refused::Unknown)));
    assert!(matches!(of_policy_key(&key, &sha256, 1_798_761_600), Err(Refused::Expired)));
}

#[test]
fn calls_only_from_where_consumer_and_key_both_may() {
    let (consumers, sha256) = (consumers(), sha256_hex("abc"));
    let caller =
        of_policy_key(&consumers.key_by_sha256(&sha256).unwrap().unwrap(), &sha256, NOW).unwrap();
    assert!(caller.calls_from(Some("10.1.2.3".parse().unwrap())).is_ok());
    for elsewhere in ["10.2.0.1", "192.0.2.1", "2001:db8::1"] {
        let refused = caller.calls_from(Some(elsewhere.parse().unwrap())).unwrap_err();
        assert!(matches!(refused, Refused::Address { .. }), "{elsewhere}");
        assert!(!refused.fault().public.contains(elsewhere));
    }
    assert!(caller.calls_from(None).is_err());
}

#[test]
fn an_issued_key_holds_until_it_is_revoked_or_expires() {
    let issued = IssuedKey::new("0123456789ab".to_owned(), "search", NOW);
    let of = |key: &IssuedKey| of_issued_key(&consumers(), key, NOW);
    assert_eq!(patterns(&of(&issued).unwrap().caller), ["gpt-*", "claude"]);
    let revoked = IssuedKey { revoked_at_unix_s: Some(NOW), ..issued.clone() };
    assert!(matches!(of(&revoked), Err(Refused::Revoked)));
    let expired = IssuedKey { expires_at_unix_s: Some(NOW), ..issued.clone() };
    assert!(matches!(of(&expired), Err(Refused::Expired)));
    let orphan = IssuedKey { consumer: "gone".to_owned(), ..issued.clone() };
    assert!(matches!(of(&orphan), Err(Refused::RemovedConsumer(_))));
    // A restriction that cannot be read could not be enforced.
    let unreadable =
        IssuedKey { ip_ranges: Some(vec!["10.0.0.0/99".to_owned()]), ..issued.clone() };
    assert!(matches!(of(&unreadable), Err(Refused::UnreadableRecord(_))));
    let nothing = IssuedKey { models: Some(Vec::new()), regions: Some(Vec::new()), ..issued };
    let caller = of(&nothing).unwrap().caller;
    assert!(caller.models.is_empty());
    assert_eq!(caller.regions, Some(Vec::new()));
}

#[test]
fn says_the_same_of_every_key_that_does_not_let_in() {
    let told = |refused: Refused| {
        let fault = refused.fault();
        (fault.kind, fault.code, fault.public)
    };
    let missing = told(Refused::Missing);
    for refused in [
        Refused::Unknown,
        Refused::Revoked,
        Refused::Expired,
        Refused::RemovedConsumer("x".to_owned()),
        Refused::UnreadableRecord("x".to_owned()),
    ] {
        assert_eq!(told(refused), missing);
    }
    assert_ne!(told(Refused::MistypedKey), missing);
}

#[test]
fn claims_say_more_of_a_declared_consumer() {
    let caller = of_token(
        "corporate",
        r#"{"azp":"search","department":"ranking","realm_access":{"roles":["lead","developer"]},"regions":["us","apac"],"class":"restricted","plan":"gold","tid":"t"}"#,
    )
    .unwrap()
    .caller;
    assert_eq!(caller.consumer, "search");
    assert_eq!(caller.issuer.as_deref(), Some("corporate"));
    assert_eq!(caller.team.as_deref(), Some("ranking"));
    assert_eq!(caller.tenant.as_deref(), Some("t"));
    assert_eq!(caller.plan.as_deref(), Some("gold"));
    assert_eq!(caller.roles, ["developer", "lead"]);
    // A claim never adds a region.
    assert_eq!(caller.regions.as_deref(), Some(&["us".to_owned()][..]));
    assert_eq!(caller.data_class.as_deref(), Some("restricted"));
    let silent = of_token("corporate", r#"{"azp":"search"}"#).unwrap().caller;
    assert_eq!(silent.team.as_deref(), Some("search"));
    assert_eq!(silent.roles, ["developer"]);
}

#[test]
fn an_issuer_speaks_for_its_own_consumers_only() {
    // `billing` lists no issuer, and `search` not this one.
    for (name, consumer) in [("corporate", "billing"), ("corporate", "nobody")] {
        let refused = of_token(name, &format!(r#"{{"azp":"{consumer}"}}"#)).unwrap_err();
        assert!(matches!(refused, Refused::UnknownConsumer { .. }), "{refused}");
    }
    let caller = of_token("partner", r#"{"sub":"search"}"#).unwrap().caller;
    assert_eq!(caller.consumer, "partner/search");
    assert_eq!(patterns(&caller), ["claude"]);
    assert_eq!(caller.roles, ["guest"]);
    assert_eq!(caller.regions.as_deref(), Some(&["eu".to_owned()][..]));
}

#[test]
fn takes_no_claim_that_is_no_value_of_its_field() {
    for claims in [
        r#"{"azp":"search","class":"secret"}"#,
        r#"{"azp":"search","department":"a\nb"}"#,
        r#"{"azp":"a\u0000b"}"#,
    ] {
        let refused = of_token("corporate", claims).unwrap_err();
        assert!(matches!(refused, Refused::ClaimValue { .. }), "{claims}: {refused}");
    }
    let many = vec!["r"; 129];
    let many = serde_json::json!({"azp": "search", "realm_access": {"roles": many}}).to_string();
    assert!(matches!(of_token("corporate", &many), Err(Refused::ClaimValue { .. })));
    for claims in ["{}", r#"{"azp":""}"#, r#"{"azp":["a","b"]}"#, r#"{"azp":{}}"#] {
        let refused = of_token("corporate", claims).unwrap_err();
        assert!(matches!(refused, Refused::NoConsumer { .. }), "{claims}: {refused}");
    }
}

#[test]
fn the_rules_are_those_of_the_policy() {
    let rules = rules(&issuer("partner"));
    assert_eq!(rules.issuer, "https://partner.example");
    let words: Vec<_> = rules.algorithms.iter().map(|algorithm| algorithm.as_str()).collect();
    assert_eq!(words, ["ES256", "PS256"]);
    assert_eq!(rules.leeway_s, 60);
}

#[test]
fn passes_on_the_claims_that_its_issuer_names() {
    let claims = |longest: usize| {
        let long = "x".repeat(longest);
        format!(
            r#"{{"azp": "search", "department": "r and d", "level": 3, "beta": true, "ratio": 0.5,
                "realm_access": {{"unit": "a"}}, "list": ["a"], "long": "{long}", "lines": "a\nb", "other": "b"}}"#
        )
    };
    let passed_on = |caller: &Caller| -> Vec<String> {
        caller.claims.iter().map(|(name, value)| format!("{name}={value}")).collect()
    };
    let caller = of_token("corporate", &claims(257)).unwrap().caller;
    let expected = ["level=3", "department=r and d", "realm_access.unit=a", "beta=true"];
    assert_eq!(passed_on(&caller), expected, "in the order they are named; no more");
    let caller = of_token("corporate", &claims(256)).unwrap().caller;
    assert_eq!(caller.claims.last().unwrap().1.len(), 256);
    let caller = of_token("partner", r#"{"sub": "a", "department": "b"}"#).unwrap().caller;
    assert!(caller.claims.is_empty(), "this issuer passes nothing on");
}

#[test]
fn a_key_has_no_claims() {
    let (consumers, sha256) = (consumers(), sha256_hex("abc"));
    let caller = of_policy_key(&consumers.key_by_sha256(&sha256).unwrap().unwrap(), &sha256, NOW)
        .unwrap()
        .caller;
    assert!(caller.claims.is_empty());
}
