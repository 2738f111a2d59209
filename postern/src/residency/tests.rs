use super::*;
use postern_policy::check_all;

const MANIFEST: &str = r#"
[variables]
eu_url = { default = "https://eu.vendor.example" }
shared_url = { default = "https://vendor.example" }
place = { default = "us-east-1" }
[component.gateway]
allowed_outbound_hosts = ["{{ eu_url }}", "{{ shared_url }}", "https://*.elsewhere.example"]
"#;

fn provider(name: &str, region: &str, url: &str, more: &str) -> String {
    format!(
        "[[provider]]\nname = {name:?}\ndialect = \"openai\"\nregion = {region:?}\nbase_url = {url:?}\n{more}\n"
    )
}

fn policies(
    providers: &[String],
    names: &[&str],
    consumers: &str,
    routes: &str,
) -> (Policies, String) {
    let mut models = providers.concat();
    models.push_str("[[model]]\nname = \"m\"\ncapabilities = [\"chat\"]\n");
    for name in names {
        models.push_str(&format!(
            "[[model.deployment]]\nprovider = {name:?}\nupstream_model = \"m\"\n"
        ));
    }
    let consumers = format!("[[consumer]]\nname = \"app\"\nmodels = [\"*\"]\n{consumers}\n");
    let read = |file: &str| {
        Ok(match file {
            "models.toml" => Some(models.clone()),
            "consumers.toml" => Some(consumers.clone()),
            "routes.toml" => Some(routes.to_owned()),
            _ => None,
        })
    };
    (check_all(read).map_err(|problems| problems.to_string()).unwrap(), models)
}

fn said(providers: &[String], names: &[&str], consumers: &str, variables: &[&str]) -> Vec<String> {
    let (policies, models) = policies(providers, names, consumers, "");
    let variables: Vec<String> = variables.iter().map(|&one| one.to_owned()).collect();
    let problems = Residency::of(&policies, MANIFEST, &variables).problems(&models);
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_host_that_two_regions_share_is_refused_with_its_line_where_a_rule_reaches_it() {
    let providers = [
        provider("here", "eu", "{{ shared_url }}", ""),
        provider("there", "us", "{{ shared_url }}/v1", ""),
    ];
    let found = said(&providers, &["here", "there"], "regions = [\"eu\"]", &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    for part in
        ["models.toml:2: ", "\"here\"", "\"there\"", "https://vendor.example", "consumer \"app\""]
    {
        assert!(found[0].contains(part), "{part}: {found:?}");
    }
    // Without a rule, or with one that allows both, nothing is promised.
    for rule in ["", "regions = [\"eu\", \"us\"]"] {
        assert_eq!(said(&providers, &["here", "there"], rule, &[]), [""; 0], "{rule}");
    }
    let apart = ["shared_url=https://other.example"];
    let providers = [providers[0].replace("shared_url", "eu_url"), providers[1].clone()];
    assert_eq!(said(&providers, &["here", "there"], "regions = [\"eu\"]", &apart), [""; 0]);
}

#[test]
fn a_host_whose_name_is_of_another_region_is_refused() {
    for (region, url, variables, is_wrong) in [
        ("eu", "https://us.api.example", &[][..], true),
        ("eu", "https://us-east1-aiplatform.example", &[], true),
        ("eu", "https://europe-west4-aiplatform.example", &[], false),
        ("us", "https://europe-west4-aiplatform.example", &[], true),
        ("eu", "{{ eu_url }}", &[], false),
        ("eu", "{{ eu_url }}", &["eu_url=https://us.vendor.example"], true),
        ("eu", "https://api.example", &[], false),
        // A region of the operator's own.
        ("berlin", "https://us.api.example", &[], false),
    ] {
        let providers = [provider("p", region, url, "")];
        let found = said(&providers, &["p"], &format!("regions = [{region:?}]"), variables);
        assert_eq!(found.len(), usize::from(is_wrong), "{region} {url} {variables:?}: {found:?}");
    }
    let signed = "credential = { scheme = \"sigv4\", access_key_id = \"a\", secret_access_key = \"b\", region = \"place\" }";
    let providers = [provider("p", "eu", "https://bedrock.example", signed)];
    let found = said(&providers, &["p"], "regions = [\"eu\"]", &[]);
    assert!(found.len() == 1 && found[0].contains("the variable place"), "{found:?}");
    let moved = ["place=eu-central-1"];
    assert_eq!(said(&providers, &["p"], "regions = [\"eu\"]", &moved), [""; 0]);
}

#[test]
fn says_what_each_rule_reaches_and_what_is_allowed_beside() {
    let providers = [
        provider("here", "eu", "{{ eu_url }}", ""),
        provider("there", "us", "{{ shared_url }}", ""),
    ];
    let routes = "[[route]]\nalias = \"outer\"\nregions = [\"us\", \"eu\"]\nmodels = [\"inner\"]\n\
         [[route]]\nalias = \"inner\"\nregions = [\"us\"]\nmodels = [\"m\"]\n";
    let (policies, _) = policies(&providers, &["here", "there"], "regions = [\"eu\"]", routes);
    let lines = Residency::of(&policies, MANIFEST, &[]).lines();
    assert_eq!(
        lines,
        [
            "consumer \"app\": eu",
            "    here (eu) at https://eu.vendor.example",
            "route \"inner\": us",
            "    there (us) at https://vendor.example",
            "route \"outer\": us, eu",
            "    there (us) at https://vendor.example",
            "allowed_outbound_hosts of spin.toml has \"https://*.elsewhere.example\" beside, which no provider, no issuer and no redis_url needs; remove it, or no grant keeps requests from there",
        ]
    );
}
