//! Who may, who may not, and who says so.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::net::IpAddr;

use postern_authorization::{
    Action, Authorization, Context, ContextAttributes, Decision, DecisionCache, Principal, Resource,
};

const SHIPPED: &str = include_str!("../../../policies/authorization.cedar");
const EVERYTHING: &str = "permit (principal, action, resource);\n";

fn policies(text: &str) -> Authorization {
    Authorization::from_cedar(text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn ada() -> Principal {
    Principal {
        consumer: "ada".into(),
        team: Some("search".into()),
        tenant: Some("acme".into()),
        plan: Some("gold".into()),
        roles: vec!["reader".into(), "writer".into()],
        regions: Some(vec!["eu".into()]),
        data_class: Some("internal".into()),
        issuer: Some("corporate".into()),
    }
}

fn stranger() -> Principal {
    Principal { consumer: "nobody".into(), ..Principal::default() }
}

fn model() -> Resource {
    Resource::Model {
        name: "mistral-small".into(),
        route: Some("fast".into()),
        provider: "mistral".into(),
        region: Some("eu".into()),
    }
}

fn bare_model() -> Resource {
    Resource::Model { name: "m".into(), route: None, provider: "p".into(), region: None }
}

fn context() -> Context {
    Context {
        // 2026-03-01T12:00:00Z
        unix_s: 1_772_366_400,
        ip: Some("192.0.2.7".parse().unwrap()),
        client: "anthropic".into(),
        stream: true,
        tools: 3,
        output_cap_tokens: Some(1_000),
        body_bytes: 2_000,
    }
}

fn chat(text: &str, principal: &Principal, resource: &Resource, context: &Context) -> Decision {
    policies(text).decide(principal, Action::Chat, resource, context)
}

/// Whether a chat of Ada's with the model is permitted where this holds.
fn holds(condition: &str) -> bool {
    let text =
        format!("permit (principal, action in Action::\"use\", resource) when {{ {condition} }};");
    let decision = chat(&text, &ada(), &model(), &context());
    assert_eq!(decision.errors, [""; 0], "{condition}");
    decision.allowed
}

#[test]
fn the_shipped_policies_let_every_caller_use_models_and_admins_administer() {
    let shipped = policies(SHIPPED);
    for action in Action::ALL {
        let resource = if action.is_on_model() { bare_model() } else { Resource::Gateway };
        let of = |principal: &Principal| shipped.decide(principal, action, &resource, &context());
        let with = |role: &str| Principal { roles: vec![role.into()], ..stranger() };
        let for_role = match action {
            Action::Admin | Action::Explain => Some("admin"),
            Action::AdminTenant => Some("tenant_admin"),
            Action::AdminTeam => Some("team_admin"),
            _ => None,
        };
        assert_eq!(of(&stranger()).allowed, for_role.is_none(), "{action:?}");
        for role in ["admin", "tenant_admin", "team_admin"] {
            let is_allowed = for_role.is_none_or(|needed| needed == role);
            assert_eq!(of(&with(role)).allowed, is_allowed, "{action:?} by {role}");
        }
    }
    assert_eq!(
        shipped.context_attributes(),
        ContextAttributes::default(),
        "so every decision is remembered for long"
    );
}

#[test]
fn what_no_policy_permits_is_refused_by_none() {
    let decision = chat(
        "permit (principal, action == Action::\"embed\", resource);",
        &ada(),
        &model(),
        &context(),
    );
    assert_eq!(decision, Decision::default());
}

#[test]
fn what_one_forbids_is_refused_whatever_others_permit() {
    let text = format!(
        "{EVERYTHING}@id(\"no\")\nforbid (principal, action == Action::\"chat\", resource);\n\
         forbid (principal == Consumer::\"ada\", action, resource);"
    );
    let decision = chat(&text, &ada(), &model(), &context());
    assert!(!decision.allowed);
    assert_eq!(decision.policies, ["no", "policy@line 4"]);
    let decision = policies(&text).decide(&stranger(), Action::Embed, &model(), &context());
    assert!(decision.allowed);
    assert_eq!(decision.policies, ["policy@line 1"]);
}

#[test]
fn the_policies_that_decide_are_in_the_order_of_the_file() {
    let text: String = (0..30)
        .map(|number| format!("@id(\"{number}\") permit (principal, action, resource);"))
        .collect();
    let expected: Vec<_> = (0..30).map(|number| number.to_string()).collect();
    assert_eq!(chat(&text, &ada(), &model(), &context()).policies, expected);
}

#[test]
fn a_caller_is_in_its_team_its_tenant_and_its_roles() {
    for within in [
        "Consumer::\"ada\"",
        "Team::\"search\"",
        "Tenant::\"acme\"",
        "Role::\"reader\"",
        "Role::\"writer\"",
    ] {
        assert!(holds(&format!("principal in {within}")), "{within}");
    }
    for without in ["Consumer::\"Ada\"", "Team::\"acme\"", "Tenant::\"search\"", "Role::\"admin\""]
    {
        assert!(!holds(&format!("principal in {without}")), "{without}");
    }
    assert!(holds("Team::\"search\" in Tenant::\"acme\""));
}

#[test]
fn a_model_is_in_its_alias_its_provider_and_its_region() {
    for within in
        ["Model::\"mistral-small\"", "Route::\"fast\"", "Provider::\"mistral\"", "Region::\"eu\""]
    {
        assert!(holds(&format!("resource in {within}")), "{within}");
    }
    let condition = "permit (principal, action in Action::\"use\", resource)
        when { resource has route || resource has region || resource in Region::\"eu\" };";
    assert!(!chat(condition, &ada(), &bare_model(), &context()).allowed);
}

#[test]
fn attributes_are_what_is_known_of_both() {
    for condition in [
        "principal.name == \"ada\"",
        "principal has team && principal.team == \"search\"",
        "principal has tenant && principal.tenant == \"acme\"",
        "principal has plan && principal.plan == \"gold\"",
        "principal.roles == [\"writer\", \"reader\"]",
        "principal has regions && principal.regions.contains(\"eu\")",
        "principal has data_class && principal.data_class == \"internal\"",
        "principal has issuer && principal.issuer == \"corporate\"",
        "resource.name == \"mistral-small\"",
        "resource.provider == \"mistral\"",
        "resource has region && resource.region == \"eu\"",
        "resource has route && resource.route == \"fast\"",
        "context.now == datetime(\"2026-03-01T12:00:00Z\")",
        "context has ip && context.ip == ip(\"192.0.2.7\")",
        "context.client == \"anthropic\"",
        "context.stream",
        "context.tools == 3",
        "context has output_cap_tokens && context.output_cap_tokens == 1000",
        "context.body_bytes == 2000",
    ] {
        assert!(holds(condition), "{condition}");
        assert!(!holds(&format!("!({condition})")), "not: {condition}");
    }
}

#[test]
fn what_is_not_known_is_absent() {
    let text = "permit (principal, action in Action::\"use\", resource) when {
        principal has team || principal has tenant || principal has plan || principal has regions ||
        principal has data_class || principal has issuer || context has ip ||
        context has output_cap_tokens };";
    let bare = Context::default();
    assert!(!chat(text, &stranger(), &bare_model(), &bare).allowed);
    assert!(chat(text, &ada(), &bare_model(), &bare).allowed);
    assert!(chat(text, &stranger(), &bare_model(), &context()).allowed);
    let no_region = Principal { regions: Some(Vec::new()), ..stranger() };
    assert!(chat(text, &no_region, &bare_model(), &bare).allowed, "none allowed is not any");
}

#[test]
fn names_are_data_and_never_policy() {
    let hostile = "x\" || true || \"\u{202e}\\\n";
    let principal = Principal {
        consumer: hostile.into(),
        roles: vec![hostile.into(), hostile.into()],
        ..stranger()
    };
    let text = "permit (principal in Role::\"admin\", action, resource);";
    assert_eq!(chat(text, &principal, &model(), &context()), Decision::default());
    assert!(chat(EVERYTHING, &principal, &model(), &context()).allowed);
}

#[test]
fn a_forbid_that_fails_forbids() {
    let overflow = "when { context.body_bytes * 9223372036854775807 > 0 }";
    let text = format!(
        "{EVERYTHING}@id(\"broken\")\nforbid (principal, action in Action::\"use\", resource) {overflow};"
    );
    let decision = chat(&text, &ada(), &model(), &context());
    assert!(!decision.allowed);
    assert_eq!(decision.policies, ["broken"]);
    assert_eq!(decision.errors.len(), 1);
    let error = decision.errors.first().unwrap();
    assert!(error.starts_with("broken: ") && error.contains("overflow"), "{error}");
    let short = Context { body_bytes: 0, ..context() };
    assert!(chat(&text, &ada(), &model(), &short).allowed, "it forbids only where it fails");
}

#[test]
fn a_permit_that_fails_permits_nothing_and_forbids_nothing() {
    let overflow = "when { context.body_bytes * 9223372036854775807 > 0 }";
    let broken = format!("permit (principal, action in Action::\"use\", resource) {overflow};\n");
    let decision = chat(&broken, &ada(), &model(), &context());
    assert!(!decision.allowed && decision.policies.is_empty() && decision.errors.len() == 1);
    let decision = chat(&format!("{broken}{EVERYTHING}"), &ada(), &model(), &context());
    assert!(decision.allowed);
    assert_eq!(decision.policies, ["policy@line 2"]);
    assert_eq!(decision.errors.len(), 1);
}

#[test]
fn an_action_on_the_other_kind_of_resource_is_refused() {
    let everything = policies(EVERYTHING);
    for action in Action::ALL {
        let wrong = if action.is_on_model() { Resource::Gateway } else { model() };
        let decision = everything.decide(&ada(), action, &wrong, &context());
        assert!(!decision.allowed && decision.errors.len() == 1, "{action:?}");
    }
}

#[test]
fn addresses_are_compared_as_what_they_are() {
    let text = "permit (principal, action in Action::\"use\", resource)
        when { context has ip && context.ip.isInRange(ip(\"10.0.0.0/8\")) };";
    for (ip, allowed) in
        [("10.1.2.3", true), ("::ffff:10.1.2.3", true), ("11.1.2.3", false), ("2001:db8::1", false)]
    {
        let ip: Option<IpAddr> = Some(ip.parse().unwrap());
        let decision = chat(text, &ada(), &model(), &Context { ip, ..context() });
        assert_eq!((decision.allowed, decision.errors.len()), (allowed, 0), "{ip:?}");
    }
}

#[test]
fn times_and_numbers_at_their_ends_are_no_errors() {
    let text = "permit (principal, action in Action::\"use\", resource)
        when { context.now >= datetime(\"1970-01-01\") && context.body_bytes >= 0 };";
    for number in [0, 1, 253_402_300_799, 253_402_300_800, u64::MAX] {
        let context = Context { unix_s: number, body_bytes: number, ..context() };
        let decision = chat(text, &ada(), &model(), &context);
        assert!(decision.allowed && decision.errors.is_empty(), "{number}: {decision:?}");
    }
}

#[test]
fn the_memory_answers_as_the_policies_do() {
    let text = SHIPPED.replace(
        "action in Action::\"use\",\n  resource\n)",
        "action in Action::\"use\",\n  resource\n) when { context.tools < 2 && principal has regions }",
    );
    let (authorization, cache) = (policies(&text), DecisionCache::default());
    let mut allowed = 0;
    for round in 0..3 {
        for principal in [ada(), stranger()] {
            for action in Action::ALL {
                for resource in [model(), bare_model(), Resource::Gateway] {
                    for tools in 0..4 {
                        let context = Context { tools, unix_s: round, ..context() };
                        let remembered =
                            cache.decide(&authorization, &principal, action, &resource, &context);
                        let made = authorization.decide(&principal, action, &resource, &context);
                        assert_eq!(*remembered, made);
                        allowed += u32::from(made.allowed);
                    }
                }
            }
        }
    }
    assert!((1..700).contains(&allowed), "{allowed}");
}

#[test]
fn what_was_validated_is_parsed_to_the_same() {
    let (once, again) = (policies(SHIPPED), Authorization::from_validated(SHIPPED).unwrap());
    assert_eq!(once.policies(), again.policies());
    assert_eq!(once.context_attributes(), again.context_attributes());
    assert!(Authorization::from_validated("permit (principal);").is_err());
    assert!(Authorization::from_validated("").is_err());
    let long = format!("@id(\"{}\") {EVERYTHING}", "x".repeat(200));
    let long = Authorization::from_validated(&long).unwrap();
    assert_eq!(long.policies().first().unwrap().id.len(), 128);
}

#[test]
fn a_fingerprint_is_that_of_the_text() {
    let fingerprint = Authorization::fingerprint(SHIPPED);
    assert_eq!(fingerprint.len(), 64);
    assert_eq!(fingerprint, Authorization::fingerprint(SHIPPED));
    assert_ne!(fingerprint, Authorization::fingerprint(&format!("{SHIPPED} ")));
}

#[test]
fn policies_can_live_in_a_static() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Authorization>();
    shared::<DecisionCache>();
}
