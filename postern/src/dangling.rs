//! Names in `authorization.cedar` that no other file has. A `forbid` of a misspelt model would forbid nothing.

use postern_authorization::{AUTHORIZATION_FILE, Authorization};
use postern_policy::{Catalogue, Problem};

/// A line for each such name. Consumers, teams, tenants and roles may come from tokens, so any may be right.
pub fn problems(authorization: &Authorization, catalogue: &Catalogue) -> Vec<Problem> {
    let problem =
        |line, message| Problem { file: AUTHORIZATION_FILE.to_owned(), line: Some(line), message };
    let mut found: Vec<_> = authorization
        .names()
        .filter_map(|(policy, kind, name)| {
            let lacking = lacking(catalogue, &kind, &name)?;
            let advice = "write a name that is there, or remove the policy";
            Some((policy.line, format!("policy {:?}: {lacking} {name:?}; {advice}", policy.id)))
        })
        .collect();
    found.sort();
    found.dedup();
    found.into_iter().map(|(line, message)| problem(line, message)).collect()
}

fn lacking(catalogue: &Catalogue, kind: &str, name: &str) -> Option<&'static str> {
    let is_region =
        || catalogue.providers().any(|provider| provider.region.as_deref() == Some(name));
    let (is_there, lacking) = match kind {
        "Model" => (catalogue.model(name).is_some(), "models.toml has no model"),
        "Route" => (catalogue.route(name).is_some(), "routes.toml has no alias"),
        "Provider" => (catalogue.provider(name).is_some(), "models.toml has no provider"),
        "Region" => (is_region(), "no provider of models.toml is in the region"),
        _ => return None,
    };
    (!is_there).then_some(lacking)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODELS: &str = r#"
        [[provider]]
        name = "p"
        dialect = "openai"
        transport = "sandbox"
        region = "eu"
        [[model]]
        name = "m"
        capabilities = ["chat"]
        [[model.deployment]]
        provider = "p"
        upstream_model = "m"
    "#;

    fn found(policies: &str) -> Vec<String> {
        let routes = "[[route]]\nalias = \"a\"\nmodels = [\"m\"]\n";
        let catalogue = Catalogue::from_toml(MODELS, Some(routes)).unwrap();
        let authorization = Authorization::from_cedar(policies).unwrap();
        problems(&authorization, &catalogue).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn names_what_no_file_has() {
        let policies = r#"@id("typos")
            forbid (principal, action in Action::"use", resource in Provider::"q")
            unless { [Model::"m", Model::"n"].contains(resource) || resource in Route::"b" };
            permit (principal, action in Action::"use", resource in Region::"uk");"#;
        let expected = [
            r#"authorization.cedar:1: policy "typos": models.toml has no model "n"; "#,
            r#"authorization.cedar:1: policy "typos": models.toml has no provider "q"; "#,
            r#"authorization.cedar:1: policy "typos": routes.toml has no alias "b"; "#,
            r#"authorization.cedar:4: policy "policy@line 4": no provider of models.toml is in the region "uk"; "#,
        ];
        let advice = "write a name that is there, or remove the policy";
        assert_eq!(found(policies), expected.map(|line| format!("{line}{advice}")));
    }

    #[test]
    fn takes_what_is_there_and_what_tokens_may_bring() {
        let policies = r#"permit (principal in Team::"t", action in Action::"use", resource)
            when { principal in Role::"r" || principal in Tenant::"x" || principal == Consumer::"i/c" }
            unless { resource == Model::"m" || resource in Route::"a" || resource in Provider::"p" ||
                     resource in Region::"eu" };
            permit (principal, action == Action::"admin", resource == Gateway::"postern");"#;
        assert_eq!(found(policies), [""; 0]);
    }
}
