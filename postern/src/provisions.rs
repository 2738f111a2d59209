//! The policies' requirements of the manifest: the variables that providers and issuers name, and permission to reach
//! them.

use postern_policy::{
    Catalogue, Credential, ISSUERS_FILE, Issuer, Issuers, MODELS_FILE, Problem, Provider, Transport,
};
use std::collections::BTreeSet;

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

fn missing_for_issuer(issuer: &Issuer, given: &[&str], hosts: &[String]) -> Vec<Problem> {
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

fn missing_for(provider: &Provider, given: &[&str], hosts: &[String]) -> Vec<Problem> {
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
fn origins(provider: &Provider) -> Vec<String> {
    let Transport::Upstream { base_url, credential, .. } = &provider.transport else {
        return Vec::new();
    };
    let mut origins = vec![base_url.origin()];
    if let Some(Credential::GoogleServiceAccount { token_url, .. }) = credential {
        origins.push(format!("{{{{ {token_url} }}}}"));
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

fn allowed_hosts(manifest: &toml::Table) -> Vec<String> {
    components(manifest)
        .filter_map(|component| component.get("allowed_outbound_hosts")?.as_array())
        .flatten()
        .filter_map(toml::Value::as_str)
        .map(as_policies_write)
        .collect()
}

/// With one space inside the braces of a variable, and no final slash.
fn as_policies_write(entry: &str) -> String {
    let mut written = String::new();
    let mut rest = entry.trim().trim_end_matches('/');
    while let Some((before, (name, after))) =
        rest.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
    {
        written.push_str(&format!("{before}{{{{ {} }}}}", name.trim()));
        rest = after;
    }
    written + rest
}

/// Whether an entry allows requests to an origin, for any values of variables: the same text, or a wildcard.
fn is_allowed(origin: &str, entries: &[String]) -> bool {
    entries.iter().any(|entry| entry == origin || entry == "*://*:*" || covers(entry, origin))
}

/// Spin's rules for an entry `scheme://host[:port]` (<https://spinframework.dev/manifest-reference>), for an origin
/// that is not a variable as a whole. A range of ports or a network counts as covering it: the gateway decides when it
/// connects.
fn covers(entry: &str, origin: &str) -> bool {
    let (Some(entry), Some(origin)) = (Parts::of(entry), Parts::of(origin)) else { return false };
    let host = entry.host == "*"
        || entry.host == origin.host
        || entry.host.contains('/')
        || entry.host.strip_prefix('*').is_some_and(|suffix| origin.host.ends_with(suffix));
    let port = entry.port == "*" || entry.port.contains("..") || entry.port == origin.port;
    (entry.scheme == "*" || entry.scheme == origin.scheme) && host && port
}

struct Parts {
    scheme: String,
    host: String,
    port: String,
}

impl Parts {
    fn of(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.contains([']', '}']) => (host, port),
            _ => (rest, if scheme == "http" { "80" } else { "443" }),
        };
        let lower = str::to_ascii_lowercase;
        Some(Self { scheme: lower(scheme), host: lower(host), port: lower(port) })
    }
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

    #[test]
    fn knows_what_an_entry_allows() {
        let allows = |entry: &str, origin: &str| is_allowed(origin, &[as_policies_write(entry)]);
        for (entry, origin) in [
            ("https://a.example", "https://a.example"),
            ("https://A.example:443/", "https://a.example"),
            ("https://*.example", "https://a.example"),
            ("http://127.0.0.1:*", "http://127.0.0.1:8000"),
            ("http://10.0.0.0/8:8000", "http://10.1.2.3:8000"),
            ("*://a.example:*", "https://a.example"),
            ("https://{{ host }}:8443", "https://{{ host }}:8443"),
            ("*://*:*", "{{ origin }}"),
        ] {
            assert!(allows(entry, origin), "{entry} {origin}");
        }
        for (entry, origin) in [
            ("https://a.example", "https://b.example"),
            ("https://a.example", "https://a.example:8443"),
            ("https://a.example", "http://a.example"),
            ("https://*", "{{ origin }}"),
            ("{{ other }}", "{{ origin }}"),
        ] {
            assert!(!allows(entry, origin), "{entry} {origin}");
        }
    }
}
