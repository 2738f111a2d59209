//! The policies' requirements of the manifest: the variables that providers, issuers and guardrails name, and permission to
//! reach them.

use postern_allowed_hosts::allows_as_written;
use postern_policy::{
    Audit, Catalogue, Credential, GUARDRAILS_FILE, ISSUERS_FILE, Issuer, Issuers, MODELS_FILE,
    Originals, Policies, Problem, Provider, RECORDER_FILE, Transport,
};
use std::collections::BTreeSet;

mod recorder;

pub use recorder::{missing_for_recorder, of_recorder};

/// Where policies send requests, as they are written.
#[derive(Debug, Default)]
pub struct Destinations {
    /// Providers, and where their tokens come from: `upstream` goes there.
    pub vendors: Vec<String>,
    /// Issuers, the Redis of limits, the collector and webhooks: `auth` and `limiter` go there, and `upstream` for `auth` and
    /// `recorder`.
    pub others: Vec<String>,
}

/// Where these policies send requests.
pub fn destinations(policies: &Policies) -> Destinations {
    let issuers = policies.issuers.iter().filter_map(|issuer| issuer.origin());
    let redis = policies.plans.redis_url().map(str::to_owned);
    let recorder = of_recorder(&policies.recorder);
    Destinations {
        vendors: policies.catalogue.providers().flat_map(|provider| origins(provider)).collect(),
        others: issuers.chain(redis).chain(recorder).collect(),
    }
}

/// Requirements of providers and issuers that no component of the manifest meets, each with the line to add.
///
/// The check of the manifest reports an unreadable one; here it has no requirements.
pub fn missing(catalogue: &Catalogue, issuers: &Issuers, manifest: &str) -> Vec<Problem> {
    let Ok(manifest) = manifest.parse::<toml::Table>() else { return Vec::new() };
    let given = variables(&manifest);
    let hosts = allowed_hosts(&manifest);
    let of_issuers = issuers.iter().flat_map(|issuer| missing_for_issuer(issuer, &given, &hosts));
    let providers = catalogue.providers();
    let of_providers = providers.flat_map(|provider| missing_for(provider, &given, &hosts));
    of_issuers.chain(of_providers).collect()
}

/// The key with which originals are sealed, if the manifest does not give it.
pub fn missing_key(originals: Option<&Originals>, manifest: &str) -> Option<Problem> {
    missing_variable(GUARDRAILS_FILE, "[originals]", &originals?.key_variable, manifest)
}

/// The variable with the key of the audit chain, if the manifest does not give it.
pub fn missing_audit_key(audit: &Audit, manifest: &str) -> Option<Problem> {
    missing_variable(RECORDER_FILE, "[audit]", audit.key_variable.as_deref()?, manifest)
}

fn missing_variable(file: &str, table: &str, variable: &str, manifest: &str) -> Option<Problem> {
    let manifest = manifest.parse::<toml::Table>().ok()?;
    if variables(&manifest).contains(&variable) {
        return None;
    }
    let message = format!(
        "{table} names the variable {variable:?}, which spin.toml does not give; add the line {variable} = {{ default = \"\", secret = true }} to [variables], and {variable} = \"{{{{ {variable} }}}}\" to [component.gateway.variables]; its value is 32 random bytes, as `openssl rand -hex 32` prints them"
    );
    Some(Problem { file: file.to_owned(), line: None, message })
}

fn missing_for_issuer(issuer: &Issuer, given: &[&str], hosts: &[&str]) -> Vec<Problem> {
    let name = &issuer.name;
    let named: BTreeSet<String> = issuer.variables().collect();
    let variables = named.into_iter().filter(|variable| !given.contains(&variable.as_str()));
    let variables = variables.map(|variable| {
        format!(
            "issuer {name:?} names the variable {variable:?}, which spin.toml does not give; add the line {variable} = {{ default = \"\", secret = true }} to [variables], and {variable} = \"{{{{ {variable} }}}}\" to [component.gateway.variables]"
        )
    });
    let origin = issuer.origin().filter(|origin| !is_allowed(origin, hosts));
    let host = origin.map(|origin| {
        format!(
            "issuer {name:?} is asked at {origin:?}, where spin.toml does not let the gateway go; add the line \"{origin}\", to allowed_outbound_hosts in [component.gateway]"
        )
    });
    let problem = |message| Problem { file: ISSUERS_FILE.to_owned(), line: None, message };
    variables.chain(host).map(problem).collect()
}

fn missing_for(provider: &Provider, given: &[&str], hosts: &[&str]) -> Vec<Problem> {
    let named: BTreeSet<&str> = provider.variables().collect();
    let variables = named.into_iter().filter(|name| !given.contains(name)).map(|name| {
        format!(
            "provider {:?} names the variable {name:?}, which spin.toml does not give; write it in [variables] and in [component.gateway.variables]",
            provider.name
        )
    });
    let hosts = origins(provider).into_iter().filter(|origin| !is_allowed(origin, hosts)).map(|origin| {
        format!(
            "provider {:?} is reached at {origin:?}, where spin.toml does not let the gateway go; add the line \"{origin}\", to allowed_outbound_hosts in [component.gateway]",
            provider.name
        )
    });
    let problem = |message| Problem { file: MODELS_FILE.to_owned(), line: None, message };
    variables.chain(hosts).map(problem).collect()
}

/// The origins that it must reach, as they are written.
pub fn origins(provider: &Provider) -> Vec<String> {
    let Transport::Upstream { base_url, credential, .. } = &provider.transport else {
        return Vec::new();
    };
    let mut origins = vec![base_url.origin()];
    if let Some(Credential::ServiceAccount(account)) = credential {
        origins.push(format!("{{{{ {} }}}}", account.token_url));
    }
    origins
}

fn components(manifest: &toml::Table) -> impl Iterator<Item = &toml::Value> {
    let components = manifest.get("component").and_then(toml::Value::as_table);
    components.into_iter().flat_map(toml::Table::values)
}

fn variables(manifest: &toml::Table) -> Vec<&str> {
    components(manifest)
        .filter_map(|component| component.get("variables")?.as_table())
        .flat_map(toml::Table::keys)
        .map(String::as_str)
        .collect()
}

/// The entries of all components.
pub fn allowed_hosts(manifest: &toml::Table) -> Vec<&str> {
    components(manifest)
        .filter_map(|component| component.get("allowed_outbound_hosts")?.as_array())
        .flatten()
        .filter_map(toml::Value::as_str)
        .collect()
}

/// Whether an entry lets requests go to an origin.
pub fn is_allowed(origin: &str, entries: &[&str]) -> bool {
    entries.iter().any(|entry| allows_as_written(entry, origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MISTRAL: &str =
        "base_url = \"{{ mistral_base_url }}/v1\"\ncredential = \"mistral_api_key\"";

    fn found(row: &str, manifest: &str) -> Vec<String> {
        let models = format!(
            "[[provider]]\nname = \"v\"\ndialect = \"openai\"\n{row}\n\
             [[model]]\nname = \"m\"\ncapabilities = [\"chat\"]\n\
             [[model.deployment]]\nprovider = \"v\"\nupstream_model = \"m\"\n"
        );
        let catalogue = Catalogue::from_toml(&models, None).unwrap();
        messages(missing(&catalogue, &Issuers::default(), manifest))
    }

    fn messages(problems: Vec<Problem>) -> Vec<String> {
        problems.into_iter().map(|problem| problem.message).collect()
    }

    fn found_for_issuer(keys: &str, manifest: &str) -> Vec<String> {
        let issuers = format!(
            "[[issuer]]\nname = \"corporate\"\nissuer = \"https://login.example/realms/a\"\naudience = [\"p\"]\n{keys}\n"
        );
        let issuers = Issuers::from_toml(Some(&issuers)).unwrap();
        messages(missing(&Catalogue::default(), &issuers, manifest))
    }

    fn allowing(hosts: &str) -> String {
        format!("[component.gateway]\nallowed_outbound_hosts = [{hosts}]\n")
    }

    #[test]
    fn names_the_variables_that_the_manifest_does_not_give() {
        let manifest = allowing("\"{{mistral_base_url}}\"")
            + "[component.gateway.variables]\nmistral_base_url = \"x\"\n";
        let said = found(MISTRAL, &manifest);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("\"mistral_api_key\""), "{said:?}");
        assert!(found(MISTRAL, &format!("{manifest}mistral_api_key = \"x\"\n")).is_empty());
    }

    #[test]
    fn names_every_variable_of_a_path_and_of_a_table_of_credentials() {
        let row = "base_url = \"https://a.example\"\nbase_path = \"/{{ p }}/{{ q }}\"\n\
             [provider.credential]\nscheme = \"sigv4\"\naccess_key_id = \"id\"\n\
             secret_access_key = \"secret\"\nsession_token = \"token\"\nregion = \"place\"";
        let said = found(row, &allowing("\"https://a.example\"")).join("\n");
        for name in ["id", "p", "place", "q", "secret", "token"] {
            assert!(said.contains(&format!("the variable {name:?}")), "{name}: {said}");
        }
    }

    #[test]
    fn names_the_key_of_originals_and_says_how_to_make_one() {
        let originals = Originals { key_variable: "my_key".to_owned(), ttl_s: 60 };
        let manifest = |given: &str| format!("[component.gateway.variables]\n{given} = \"x\"\n");
        let missing = missing_key(Some(&originals), &manifest("other_key")).unwrap();
        for part in
            ["my_key = { default = \"\", secret = true }", "{{ my_key }}", "openssl rand -hex 32"]
        {
            assert!(missing.message.contains(part), "{part}: {missing}");
        }
        assert_eq!(missing_key(Some(&originals), &manifest("my_key")), None);
        assert_eq!(missing_key(None, &manifest("other_key")), None);
    }

    #[test]
    fn names_the_hosts_that_the_manifest_does_not_allow_and_the_line_to_add() {
        let manifest = allowing("\"{{ openai_base_url }}\"")
            + "[component.gateway.variables]\nmistral_base_url = \"\"\nmistral_api_key = \"\"\n";
        let said = found(MISTRAL, &manifest);
        assert_eq!(
            said,
            [
                "provider \"v\" is reached at \"{{ mistral_base_url }}\", where spin.toml does not let the gateway go; add the line \"{{ mistral_base_url }}\", to allowed_outbound_hosts in [component.gateway]"
            ]
        );
    }

    #[test]
    fn names_the_host_that_gives_tokens() {
        let row = "base_url = \"https://a.example\"\n[provider.credential]\n\
             scheme = \"google_service_account\"\nvariable = \"account\"\ntoken_url = \"tokens\"";
        let manifest = allowing("\"https://a.example\"")
            + "[component.gateway.variables]\naccount = \"\"\ntokens = \"\"\n";
        let said = found(row, &manifest);
        assert!(said.len() == 1 && said[0].contains("\"{{ tokens }}\""), "{said:?}");
    }

    #[test]
    fn names_where_the_keys_of_an_issuer_are() {
        for (keys, origin) in [
            ("discovery = true", "https://login.example"),
            ("jwks_url = \"https://keys.example:8443/jwks?a=b\"", "https://keys.example:8443"),
        ] {
            let said = found_for_issuer(keys, &allowing(""));
            let line = format!("add the line \"{origin}\", to allowed_outbound_hosts");
            assert!(said.len() == 1 && said[0].contains(&line), "{said:?}");
            assert!(found_for_issuer(keys, &allowing(&format!("{origin:?}"))).is_empty());
        }
    }

    #[test]
    fn names_the_secrets_that_an_issuer_and_the_gateway_share() {
        let said = found_for_issuer("shared_secret = \"corporate_secret\"", &allowing(""));
        assert_eq!(
            said,
            [
                "issuer \"corporate\" names the variable \"corporate_secret\", which spin.toml does not give; add the line corporate_secret = { default = \"\", secret = true } to [variables], and corporate_secret = \"{{ corporate_secret }}\" to [component.gateway.variables]"
            ]
        );
        let keys = "introspection = { url = \"{{ login_url }}/i\", client_id = \"p\", client_secret = \"client_secret\" }";
        let said = found_for_issuer(keys, &allowing("")).join("\n");
        for missing in ["\"client_secret\"", "\"login_url\"", "the line \"{{ login_url }}\","] {
            assert!(said.contains(missing), "{missing}: {said}");
        }
        let manifest = allowing("\"{{login_url}}\"")
            + "[component.gateway.variables]\nclient_secret = \"\"\nlogin_url = \"\"\n";
        assert!(found_for_issuer(keys, &manifest).is_empty());
    }
}
