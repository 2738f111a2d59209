//! What the recorder's collector and webhooks need of the manifest.

use super::{allowed_hosts, is_allowed, variables};
use postern_policy::{BaseUrl, Problem, RECORDER_FILE, Recorder};

/// A place that records or findings are sent to.
struct Need {
    what: String,
    /// As it is written.
    origin: String,
    variables: Vec<String>,
}

/// Where records and findings are sent, as it is written.
pub fn of_recorder(recorder: &Recorder) -> impl Iterator<Item = String> + use<> {
    needs(recorder).into_iter().map(|need| need.origin)
}

fn needs(recorder: &Recorder) -> Vec<Need> {
    let need = |what, url: &BaseUrl, secrets: Vec<String>| {
        let variables = url.variable().map(str::to_owned).into_iter().chain(secrets).collect();
        Need { what, origin: url.origin(), variables }
    };
    let collector = recorder.opentelemetry.iter().map(|collector| {
        let secrets = collector.headers.iter().filter_map(|header| header.variable.clone());
        need("[opentelemetry]".to_owned(), &collector.endpoint, secrets.collect())
    });
    let webhooks = recorder.webhooks.iter().map(|webhook| {
        let what = format!("webhook {:?}", webhook.name);
        need(what, &webhook.url, webhook.signing_key.iter().cloned().collect())
    });
    collector.chain(webhooks).collect()
}

/// What no component of the manifest has of it, each with the line to add.
///
/// The check of the manifest reports an unreadable one; here it has no requirements.
pub fn missing_for_recorder(recorder: &Recorder, manifest: &str) -> Vec<Problem> {
    let Ok(manifest) = manifest.parse::<toml::Table>() else { return Vec::new() };
    let (given, hosts) = (variables(&manifest), allowed_hosts(&manifest));
    let mut problems = Vec::new();
    for Need { what, origin, variables } in needs(recorder) {
        let absent = variables.iter().filter(|variable| !given.contains(&variable.as_str()));
        problems.extend(absent.map(|variable| format!(
            "{what} names the variable {variable:?}, which spin.toml does not give; add the line {variable} = {{ default = \"\", secret = true }} to [variables], and {variable} = \"{{{{ {variable} }}}}\" to [component.gateway.variables]"
        )));
        if !is_allowed(&origin, &hosts) {
            problems.push(format!(
                "{what} is reached at {origin:?}, where spin.toml does not let the gateway go; add the line \"{origin}\", to allowed_outbound_hosts in [component.gateway]"
            ));
        }
    }
    let problem = |message| Problem { file: RECORDER_FILE.to_owned(), line: None, message };
    problems.into_iter().map(problem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "[opentelemetry]\nendpoint = \"{{ otlp_url }}\"\n\
        [[opentelemetry.header]]\nname = \"dd-api-key\"\nvariable = \"datadog_api_key\"\n\
        [[webhook]]\nname = \"on-call\"\nurl = \"https://hooks.example.com/a\"\nsigning_key = \"hook_key\"\n";

    #[test]
    fn names_the_lines_that_the_manifest_lacks() {
        let recorder = Recorder::from_toml(Some(POLICY)).unwrap();
        let said = missing_for_recorder(&recorder, "[component.gateway]\n");
        let said: Vec<_> = said.into_iter().map(|problem| problem.message).collect();
        for (message, part) in said.iter().zip([
            "the variable \"otlp_url\"",
            "the variable \"datadog_api_key\"",
            "add the line \"{{ otlp_url }}\", to allowed_outbound_hosts",
            "webhook \"on-call\" names the variable \"hook_key\"",
            "add the line \"https://hooks.example.com\", to allowed_outbound_hosts",
        ]) {
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(said.len(), 5, "{said:?}");
        let manifest = "[component.gateway]\nallowed_outbound_hosts = [\"{{ otlp_url }}\", \"https://hooks.example.com\"]\n\
            [component.gateway.variables]\notlp_url = \"a\"\ndatadog_api_key = \"a\"\nhook_key = \"a\"\n";
        assert!(missing_for_recorder(&recorder, manifest).is_empty());
        assert!(missing_for_recorder(&Recorder::default(), "").is_empty());
    }
}
