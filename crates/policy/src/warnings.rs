//! Warns of valid but surprising settings.

use std::collections::BTreeSet;

use crate::guardrails::{Action, Guardrails, TermList};
use crate::plans::{Plan, Scope};
use crate::{Capability, GUARDRAILS_FILE, Named, PLANS_FILE, Policies};

/// One line for each surprising setting.
#[must_use]
pub fn warnings(policies: &Policies) -> Vec<String> {
    let by_key_alone = |plan: &&Plan| {
        let mut limits = plan.limits.iter().chain(policies.plans.limits_for_all());
        limits.all(|limit| limit.scopes.contains(&Scope::Key))
    };
    let plans = of_token_callers(policies).into_iter().filter(by_key_alone);
    let plans = plans.map(|plan| by_key(&plan.name));
    let guardrails = &policies.guardrails;
    let of_guardrails = unused_lists(guardrails).chain(nothing_to_keep(guardrails));
    plans.chain(of_guardrails).chain(mute_judges(policies)).collect()
}

/// Originals are to be kept, and no rule makes placeholders.
fn nothing_to_keep(guardrails: &Guardrails) -> Option<String> {
    let anonymises = guardrails.rules().any(|rule| rule.action == Action::Anonymise);
    (guardrails.originals.is_some() && !anonymises).then(|| {
        format!(
            "{GUARDRAILS_FILE}: [originals] keeps the originals of placeholders, and no rule makes any; write `action = \"anonymise\"` in a rule, or remove [originals]"
        )
    })
}

/// Rules that ask a model that cannot answer.
fn mute_judges(policies: &Policies) -> impl Iterator<Item = String> {
    let chats = |name: &str| match policies.catalogue.named(name) {
        Some(Named::Model(model)) => model.can(Capability::Chat),
        Some(Named::Route(route)) => route.models.iter().any(|model| model.can(Capability::Chat)),
        // An unknown name is a problem, and reported as one.
        None => true,
    };
    let asking = policies.guardrails.rules().filter_map(|rule| Some((rule, rule.ask.as_ref()?)));
    asking.filter(move |(_, ask)| !chats(&ask.model)).map(|(rule, ask)| {
        format!(
            "{GUARDRAILS_FILE}: the rule {:?} asks {:?}, which does not offer chat, so it never has an opinion; write the name of another model",
            rule.name, ask.model
        )
    })
}

/// Lists that no rule names.
fn unused_lists(guardrails: &Guardrails) -> impl Iterator<Item = String> {
    let is_unused = |list: &&TermList| {
        let detector = format!("list:{}", list.name);
        !guardrails.rules().any(|rule| rule.detectors.contains(&detector))
    };
    guardrails.lists.iter().filter(is_unused).map(|list| {
        format!(
            "{GUARDRAILS_FILE}: no rule names the list {:?}, so nothing looks for it; write `detectors = [\"list:{}\"]` in a rule",
            list.name, list.name
        )
    })
}

fn by_key(plan: &str) -> String {
    format!(
        "{PLANS_FILE}: plan {plan:?} is of callers with tokens and has limits by \"key\" alone: each subject of an issuer has its own, so nothing limits all of them together; add a limit by \"consumer\", \"tenant\" or \"ip\""
    )
}

/// The plans that callers with tokens can have.
fn of_token_callers(policies: &Policies) -> Vec<&Plan> {
    let mut names = BTreeSet::new();
    let mut any = false;
    for issuer in policies.issuers.iter() {
        any |= issuer.claims.plan.is_some();
        names.extend(issuer.undeclared.as_ref().map(|undeclared| undeclared.plan.as_deref()));
    }
    let with_tokens = policies.consumers.iter().filter(|consumer| !consumer.issuers.is_empty());
    names.extend(with_tokens.map(|consumer| consumer.plan.as_deref()));
    if any {
        return policies.plans.plans().collect();
    }
    let mut plans: Vec<_> =
        names.into_iter().filter_map(|name| policies.plans.plan(name)).collect();
    plans.dedup_by(|one, other| one.name == other.name);
    plans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_all;

    fn of(issuers: &str, consumers: &str, plans: &str) -> Vec<String> {
        let read = |file: &str| {
            Ok(match file {
                "issuers.toml" => Some(issuers.to_owned()),
                "consumers.toml" => Some(consumers.to_owned()),
                "plans.toml" => Some(plans.to_owned()),
                "models.toml" => {
                    Some(include_str!("../tests/valid/minimal/models.toml").to_owned())
                }
                _ => None,
            })
        };
        warnings(&check_all(read).map_err(|problems| problems.to_string()).unwrap())
    }

    const ISSUER: &str = "[[issuer]]\nname = \"i\"\nissuer = \"https://i.example.com\"\naudience = [\"a\"]\ndiscovery = true\nclaims = { consumer = \"sub\" }\n";
    const BY_KEY: &str = "[[plan]]\nname = \"p\"\nlimits = [{ scope = \"key\", unit = \"requests\", per = \"day\", amount = 1 }]\n";
    const EMBEDDINGS: &str = "\n[[model]]\nname = \"embed\"\ncapabilities = [\"embeddings\"]\n[[model.deployment]]\nprovider = \"sandbox\"\nupstream_model = \"embed\"\n";
    const CONSUMER: &str = "[[consumer]]\nname = \"c\"\nmodels = [\"*\"]\nplan = \"p\"\n";

    #[test]
    fn names_lists_that_no_rule_names() {
        let list = |name: &str| TermList {
            name: name.to_owned(),
            terms: vec!["a".to_owned()],
            patterns: Vec::new(),
        };
        let rules = "[[list]]\nname = \"used\"\nterms = [\"a\"]\n\
             [[rule]]\nname = \"r\"\ndetectors = [\"list:used\"]\naction = \"flag\"\n";
        let mut guardrails = Guardrails::from_toml(Some(rules), |_| Ok(None)).unwrap();
        assert_eq!(unused_lists(&guardrails).count(), 0);
        guardrails.lists.push(list("unused"));
        let found: Vec<_> = unused_lists(&guardrails).collect();
        assert!(found.len() == 1 && found[0].contains("the list \"unused\""), "{found:?}");
    }

    #[test]
    fn says_that_originals_are_kept_where_none_are_replaced() {
        let of = |keep: &str, action: &str| {
            let rules = format!(
                "[originals]\nkeep = \"{keep}\"\n\
                 [[rule]]\nname = \"r\"\ndetectors = [\"email\"]\naction = \"{action}\"\n"
            );
            nothing_to_keep(&Guardrails::from_toml(Some(&rules), |_| Ok(None)).unwrap())
        };
        assert!(of("conversation", "redact").is_some());
        assert_eq!(of("conversation", "anonymise"), None);
        assert_eq!(of("request", "redact"), None);
    }

    #[test]
    fn names_rules_that_ask_a_model_that_cannot_chat() {
        let asking = |rules: &str| {
            let read = |file: &str| {
                let minimal = include_str!("../tests/valid/minimal/models.toml");
                Ok(match file {
                    "guardrails.toml" => Some(rules.to_owned()),
                    "consumers.toml" => Some(CONSUMER.replace("plan = \"p\"\n", "")),
                    "models.toml" => Some(format!("{minimal}{EMBEDDINGS}")),
                    _ => None,
                })
            };
            warnings(&check_all(read).map_err(|problems| problems.to_string()).unwrap())
        };
        let rule = |model: &str| {
            format!(
                "[[rule]]\nname = \"r\"\ndetectors = [\"hate\"]\naction = \"ask\"\nmodel = \"{model}\"\nthen = \"block\"\n"
            )
        };
        let found = asking(&rule("embed"));
        assert!(found.len() == 1 && found[0].contains("asks \"embed\""), "{found:?}");
        assert_eq!(asking(&rule("sandbox")), [""; 0]);
    }

    #[test]
    fn names_plans_that_limit_token_callers_by_key_alone() {
        let with_tokens = format!("{CONSUMER}issuers = [\"i\"]\n");
        let found = of(ISSUER, &with_tokens, BY_KEY);
        assert!(found.len() == 1 && found[0].contains("plan \"p\""), "{found:?}");
        let undeclared = format!("{ISSUER}[issuer.undeclared]\nmodels = [\"*\"]\n");
        let default = format!("default_plan = \"p\"\n{BY_KEY}");
        assert_eq!(of(&undeclared, CONSUMER, &default).len(), 1);
        // Each key has one counter, so there are as many counters as keys.
        assert_eq!(of(ISSUER, CONSUMER, BY_KEY), [""; 0]);
        let more = "[[limit]]\nscope = \"ip\"\nunit = \"requests\"\nper = \"day\"\namount = 9\n";
        assert_eq!(of(ISSUER, &with_tokens, &format!("{BY_KEY}{more}")), [""; 0]);
    }
}
