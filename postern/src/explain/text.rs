//! What guardrails find in a text, and what they do about it. Looked for and decided as the stage does, by the same crate.

mod print;

use super::{when, who};
use crate::cli::{Direction, Explain, Role};
use crate::deployment::Deployment;
use anyhow::{Context, Result, bail};
use postern_detect::Scanner;
use postern_guard::{Direction as Way, Explained, Guard};
use postern_identity::Caller as Known;
use postern_policy::{Action, Policies, Rule, Speaker};
use postern_types::Caller;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::LazyLock;

static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::new);

/// Longer texts the gateway does not take either.
const MAX_TEXT_BYTES: usize = 16 * 1024 * 1024;

/// The text, and what is asked about it.
struct Asked<'a> {
    file: &'a Path,
    text: &'a str,
    policies: &'a Policies,
    caller: &'a Caller,
    model: Option<&'a str>,
    direction: &'static str,
    role: &'static str,
}

/// Prints what is found. Fails if a request with this text would be refused, or an answer ended, without asking a model.
pub fn explain(
    file: &Path,
    deployment: &Deployment,
    options: &Explain,
    policies: &Policies,
) -> Result<()> {
    let text = read(file)?;
    let caller = caller(deployment, options, policies)?;
    let model = options.model.as_deref();
    if let Some(name) = model.filter(|name| policies.catalogue.named(name).is_none()) {
        bail!("{name:?} is neither a model nor an alias");
    }
    let (way, direction) = match options.text.direction {
        Direction::Request => (Way::Request, "request"),
        Direction::Answer => (Way::Answer, "answer"),
    };
    let speaker = match (way, options.text.role) {
        (Way::Answer, _) | (_, Role::Assistant) => Speaker::Assistant,
        (_, Role::System) => Speaker::System,
        (_, Role::User) => Speaker::User,
        (_, Role::Tool) => Speaker::Tool,
    };
    let guard = Guard::new(&SCANNER, &policies.guardrails);
    let found = guard.explain(&caller, model.unwrap_or_default(), way, speaker, &text);
    let role = speaker.as_str();
    let asked = Asked { file, text: &text, policies, caller: &caller, model, direction, role };
    match options.text.json {
        true => print::json(&asked, &found)?,
        false => print::table(&asked, &found),
    }
    match refusing(&found) {
        Some(rule) if rule.ask.is_none() => bail!("refused"),
        _ => Ok(()),
    }
}

/// The rule that ends it, if one does; a rule that asks a model before only if there is no other.
fn refusing<'g>(found: &[Explained<'g>]) -> Option<&'g Rule> {
    let rules = found.iter().filter_map(|one| one.rules.first().map(|(_, rule)| *rule));
    let ends = rules.filter(|rule| rule.action >= Action::Replace);
    // Of equally strict ones the first.
    ends.collect::<Vec<_>>().into_iter().rev().max_by_key(|rule| (rule.ask.is_none(), rule.action))
}

fn read(file: &Path) -> Result<String> {
    let text = match file.as_os_str() == "-" {
        true => {
            io::read_to_string(io::stdin()).context("standard input cannot be read as UTF-8")?
        }
        false => fs::read_to_string(file)
            .with_context(|| format!("cannot read {} as UTF-8", file.display()))?,
    };
    if text.len() > MAX_TEXT_BYTES {
        bail!("the text has {} bytes; give one of at most {MAX_TEXT_BYTES}", text.len());
    }
    Ok(text)
}

/// The named caller, or one of whom nothing is known.
fn caller(deployment: &Deployment, options: &Explain, policies: &Policies) -> Result<Caller> {
    if options.who.is_empty() {
        return Ok(unknown());
    }
    let unix_s = when(options)?;
    let known = match &options.who.consumer {
        // Without a look into the store, which need not be there.
        Some(name) => who::of_consumer(name, policies, unix_s)?,
        None => who::of(&options.who, policies, &deployment.store()?, unix_s)?,
    };
    let Known { consumer, team, tenant, roles, data_class, .. } = known.identity.caller;
    let data_class = data_class.map(|class| class.as_str().to_owned());
    Ok(Caller { consumer, team, tenant, roles, data_class, ..unknown() })
}

fn unknown() -> Caller {
    Caller {
        consumer: String::new(),
        team: None,
        tenant: None,
        plan: None,
        roles: Vec::new(),
        models: Vec::new(),
        regions: None,
        data_class: None,
        issuer: None,
        claims: Vec::new(),
        credential_id: String::new(),
        token_owner: None,
    }
}
