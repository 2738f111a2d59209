//! Reads the policy folder, as the stages will, and reports every problem.

use crate::dangling;
use crate::provisions::{self, Destinations};
use anyhow::{Context, Result};
use postern_authorization::{AUTHORIZATION_FILE, Authorization};
use postern_policy::{
    Capability, Catalogue, Originals, Policies, Problem, Provider, check_all, check_pack,
    pack_file, stray_file,
};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// The folder of packs of guardrails, below that of the policies.
const PACKS: &str = "packs";

/// The names of those who may have keys.
///
/// # Errors
/// Every problem of the folder, one line each.
pub fn consumers(folder: &Path) -> Result<Vec<String>> {
    let policies = all(folder)?;
    Ok(policies.consumers.iter().map(|consumer| consumer.name.to_string()).collect())
}

/// A model or an alias that this consumer may chat with: `preferred` if possible, else the first by name.
///
/// # Errors
/// As [`consumers`].
pub fn chat_model(folder: &Path, consumer: &str, preferred: &str) -> Result<Option<String>> {
    let Policies { consumers, catalogue, .. } = all(folder)?;
    let Some(consumer) = consumers.by_name(consumer)? else { return Ok(None) };
    let models = catalogue.models().filter(|model| model.can(Capability::Chat));
    let routes = catalogue.routes().filter(|route| route.can(Capability::Chat));
    let names = models.map(|model| &model.name).chain(routes.map(|route| &route.alias));
    let usable: Vec<_> = names.filter(|name| consumer.may_use(name)).collect();
    let best = usable.iter().find(|name| ***name == preferred).or(usable.first());
    Ok(best.map(|name| (*name).clone()))
}

/// The providers that are unavailable because one of these variables is empty, a line each; and whether originals cannot be kept.
///
/// # Errors
/// As [`consumers`].
pub fn not_offered(folder: &Path, empty: &[&str]) -> Result<Vec<String>> {
    let Policies { catalogue, guardrails, .. } = all(folder)?;
    let lacking = |provider: &Provider| {
        let names: Vec<_> =
            provider.required_variables().filter(|name| empty.contains(name)).collect();
        let (is, s) = if names.len() == 1 { ("is", "") } else { ("are", "s") };
        let line =
            format!("not offered: {} (variable{s} {} {is} empty)", provider.name, names.join(", "));
        (!names.is_empty()).then_some(line)
    };
    let providers = catalogue.providers().filter_map(|provider| lacking(provider));
    Ok(providers.chain(keyless(guardrails.originals.as_ref(), empty)).collect())
}

fn keyless(originals: Option<&Originals>, empty: &[&str]) -> Option<String> {
    let variable = originals.map(|originals| &*originals.key_variable)?;
    empty.contains(&variable).then(|| {
        format!(
            "not ready: originals cannot be kept (variable {variable} is empty); give it 32 random bytes, as `openssl rand -hex 32` prints them"
        )
    })
}

/// The models and providers.
///
/// # Errors
/// As [`consumers`].
pub fn catalogue(folder: &Path) -> Result<Catalogue> {
    Ok(all(folder)?.catalogue)
}

/// Valid but surprising settings, a line each.
///
/// # Errors
/// As [`consumers`].
pub fn warnings(folder: &Path) -> Result<Vec<String>> {
    Ok(postern_policy::warnings(&all(folder)?))
}

/// All policies of the folder.
///
/// # Errors
/// As [`consumers`].
pub fn all(folder: &Path) -> Result<Policies> {
    read(folder).map_err(|problems| {
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        anyhow::Error::msg(lines.join("\n")).context(format!("policies in {}", folder.display()))
    })
}

/// Where requests go.
///
/// # Errors
/// As [`consumers`].
pub fn destinations(folder: &Path) -> Result<Destinations> {
    Ok(provisions::destinations(&all(folder)?))
}

/// All problems, including those of stray files and of `manifest`'s missing grants. None if all is well.
pub fn problems(folder: &Path, manifest: Option<&Path>) -> Result<Vec<Problem>> {
    let mut problems = strays(folder)?;
    let authorization = authorization(folder).map_err(|found| problems.extend(found));
    match read(folder) {
        // The check of the manifest reports an unreadable one.
        Ok(policies) => {
            if let Some(manifest) =
                manifest.map(|file| fs::read_to_string(file).unwrap_or_default())
            {
                let Policies { catalogue, issuers, guardrails, .. } = &policies;
                problems.extend(provisions::missing(catalogue, issuers, &manifest));
                let originals = guardrails.originals.as_ref();
                problems.extend(provisions::missing_key(originals, &manifest));
                problems.extend(provisions::missing_for_recorder(&policies.recorder, &manifest));
                problems.extend(provisions::missing_audit_key(&policies.recorder.audit, &manifest));
            }
            if let Ok(authorization) = &authorization {
                problems.extend(dangling::problems(authorization, &policies.catalogue));
            }
        }
        Err(found) => problems.extend(found),
    }
    // A pack that is not named does not hold yet, but must be right when it does.
    for problem in packs_alone(folder) {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    Ok(problems)
}

/// The problems of each pack that is there by itself.
fn packs_alone(folder: &Path) -> Vec<Problem> {
    let files = names(&folder.join(PACKS)).unwrap_or_default();
    let packs = files.iter().filter_map(|file| file.strip_suffix(".toml"));
    let packs = packs.filter(|name| stray_file(&pack_file(name)).is_none());
    let problems = packs.flat_map(|name| match fs::read_to_string(folder.join(pack_file(name))) {
        Ok(text) => check_pack(name, &text).0,
        Err(error) => {
            let message = format!("cannot be read: {error}; make it a readable UTF-8 file");
            vec![Problem { file: pack_file(name), line: None, message }]
        }
    });
    problems.collect()
}

fn read(folder: &Path) -> Result<Policies, Vec<Problem>> {
    check_all(|name| optional(fs::read_to_string(folder.join(name)))).map_err(|problems| problems.0)
}

/// The authorization policies, validated against the schema.
///
/// # Errors
/// Every problem of the file, including its absence.
pub fn authorization(folder: &Path) -> Result<Authorization, Vec<Problem>> {
    let problem =
        |line, message: String| Problem { file: AUTHORIZATION_FILE.to_owned(), line, message };
    let missing = "there is no such file; write one, docs/authorization.md says how";
    let text = match optional(fs::read_to_string(folder.join(AUTHORIZATION_FILE))) {
        Ok(Some(text)) => text,
        Ok(None) => return Err(vec![problem(None, missing.to_owned())]),
        Err(error) => return Err(vec![problem(None, format!("cannot be read: {error}"))]),
    };
    Authorization::from_cedar(&text).map_err(|problems| {
        problems.into_iter().map(|found| problem(found.line, found.message)).collect()
    })
}

pub fn optional(text: io::Result<String>) -> io::Result<Option<String>> {
    match text {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        text => text.map(Some),
    }
}

/// A misspelt file would be ignored, and with it what it forbids.
fn strays(folder: &Path) -> Result<Vec<Problem>> {
    let mut files = names(folder)
        .with_context(|| format!("cannot read the policies in {}", folder.display()))?;
    // The folder need not be there.
    let packs = names(&folder.join(PACKS)).unwrap_or_default();
    files.extend(packs.iter().map(|file| format!("{PACKS}/{file}")));
    Ok(files.iter().filter_map(|name| stray_file(name)).collect())
}

/// The names of what is in a folder.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_policies_need_nothing_that_the_shipped_manifest_lacks() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let found = problems(&root.join("policies"), Some(&root.join("spin.toml"))).unwrap();
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn says_that_originals_cannot_be_kept_without_a_key() {
        let originals = Originals { key_variable: "my_key".to_owned(), ttl_s: 60 };
        let line = keyless(Some(&originals), &["other", "my_key"]).unwrap();
        assert!(line.contains("my_key") && line.contains("openssl rand -hex 32"), "{line}");
        assert_eq!(keyless(Some(&originals), &["other"]), None);
        assert_eq!(keyless(None, &["my_key"]), None);
    }

    #[test]
    fn names_a_misspelt_file_and_the_ones_that_are_missing() {
        let folder = std::env::temp_dir().join(format!("postern-policies-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("consumer.toml"), "").unwrap();
        let found = problems(&folder, None).unwrap();
        let files: Vec<_> = found.iter().map(|problem| problem.file.as_str()).collect();
        assert_eq!(
            files,
            ["consumer.toml", "authorization.cedar", "consumers.toml", "models.toml"]
        );
        assert!(consumers(&folder).is_err());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn checks_every_pack_that_is_there_and_names_misspelt_ones() {
        let folder = std::env::temp_dir().join(format!("postern-packs-{}", std::process::id()));
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("policies");
        fs::create_dir_all(folder.join(PACKS)).unwrap();
        for file in
            ["authorization.cedar", "consumers.toml", "models.toml", "routes.toml", "plans.toml"]
        {
            fs::copy(shipped.join(file), folder.join(file)).unwrap();
        }
        let rule = "[[rule]]\nname = \"r\"\ndetectors = [\"email\"]\naction = ";
        let pack = |name: &str, action: &str| {
            fs::write(folder.join(PACKS).join(name), format!("{rule}{action}\n")).unwrap();
        };
        pack("named.toml", "\"redact\"");
        pack("unnamed.toml", "\"redact\"");
        fs::write(folder.join("guardrails.toml"), "packs = [\"named\"]\n").unwrap();
        assert_eq!(problems(&folder, None).unwrap(), []);
        pack("named.toml", "\"reduct\"");
        pack("unnamed.toml", "\"deny\"");
        pack("Unnamed.toml", "\"redact\"");
        let found = problems(&folder, None).unwrap();
        let files: Vec<_> = found.iter().map(|problem| problem.file.as_str()).collect();
        assert_eq!(files, ["packs/Unnamed.toml", "packs/named.toml", "packs/unnamed.toml"]);
        fs::remove_dir_all(folder).unwrap();
    }

    /// The chat model of `local-dev` under policies with these models allowed.
    fn chosen(test: &str, allowed: &str, sandbox: &str) -> Option<String> {
        let process = std::process::id();
        let folder = std::env::temp_dir().join(format!("postern-chat-{test}-{process}"));
        fs::create_dir_all(&folder).unwrap();
        let model = |name: &str, capability: &str| {
            format!(
                "[[model]]\nname = \"{name}\"\ncapabilities = [\"{capability}\"]\n\
                 [[model.deployment]]\nprovider = \"p\"\nupstream_model = \"sandbox\"\n"
            )
        };
        let consumers = format!("[[consumer]]\nname = \"local-dev\"\nmodels = [{allowed}]\n");
        let models = [
            "[[provider]]\nname = \"p\"\ndialect = \"openai\"\ntransport = \"sandbox\"\n",
            &model("an-embedding", "embeddings"),
            &model("middle", "chat"),
            &model(sandbox, "chat"),
        ]
        .concat();
        let routes = "[[route]]\nalias = \"alias\"\nmodels = [\"middle\"]\n";
        fs::write(folder.join("consumers.toml"), consumers).unwrap();
        fs::write(folder.join("models.toml"), models).unwrap();
        fs::write(folder.join("routes.toml"), routes).unwrap();
        let chosen = chat_model(&folder, "local-dev", "sandbox").unwrap();
        assert_eq!(chat_model(&folder, "somebody", "sandbox").unwrap(), None);
        fs::remove_dir_all(folder).unwrap();
        chosen
    }

    #[test]
    fn the_chat_model_is_the_sandbox_or_else_one_that_may_be_asked_for() {
        let of = |name: &str| Some(name.to_owned());
        assert_eq!(chosen("preferred", "\"*\"", "sandbox"), of("sandbox"));
        assert_eq!(chosen("forbidden", "\"m*\", \"alias\"", "sandbox"), of("middle"));
        assert_eq!(chosen("lacking", "\"*\"", "other"), of("middle"));
        assert_eq!(chosen("alias", "\"alias\"", "other"), of("alias"));
        assert_eq!(chosen("none", "\"an-embedding\"", "other"), None);
    }

    #[test]
    fn the_file_of_authorization_belongs_there_and_a_misspelt_one_does_not() {
        assert_eq!(stray_file(AUTHORIZATION_FILE), None);
        let stray = stray_file("authorisation.cedar").unwrap().to_string();
        assert!(stray.contains("did you mean \"authorization.cedar\"?"), "{stray}");
    }

    #[test]
    fn names_a_folder_that_is_not_there() {
        let error = problems(Path::new("/no/such/policies"), None).unwrap_err();
        assert!(format!("{error:#}").contains("/no/such/policies"), "{error:#}");
    }
}
