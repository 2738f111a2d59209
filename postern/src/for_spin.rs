//! The manifest for Spin: that of the deployment, with the lines by which vendors' requests leave through the component
//! `egress` (docs/spin.md).
//!
//! The text is edited, not written anew: comments stay, and what is not about vendors is byte for byte the same.

mod hosts;

use crate::cli::{ManifestOptions, Platform};
use crate::deployment::Deployment;
use crate::policies;
use crate::provisions::Destinations;
use anyhow::{Context, Result, bail};
use hosts::Divided;
use std::fs;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The component that is added, and its name in the folder of the others.
const EGRESS: &str = "egress";
/// Where it is reached (<https://spinframework.dev/http-outbound#local-service-chaining>).
const ORIGIN: &str = "http://egress.spin.internal";
/// The variable by which `upstream` knows.
const VARIABLE: &str = "egress_url";
/// The stage that sends to vendors.
const UPSTREAM: &str = "postern:upstream/";

/// Prints the manifest, or writes it beside `spin.toml`.
pub fn manifest(deployment: &Deployment, options: &ManifestOptions) -> Result<()> {
    let Platform::Spin = options.platform;
    let path = deployment.folder.join("spin.toml");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let destinations = policies::destinations(&deployment.policies)?;
    let made = for_spin(&text, &destinations)
        .with_context(|| format!("{} cannot be made into one for Spin", path.display()))?;
    let Some(output) = &options.output else {
        print!("{made}");
        return Ok(());
    };
    // Its paths are relative to its own folder.
    let output = deployment.folder.join(output);
    fs::write(&output, made).with_context(|| format!("cannot write {}", output.display()))?;
    eprintln!("{}: run it with `spin up --from {0}`", output.display());
    Ok(())
}

/// What is replaced in the text.
struct Edit {
    at: Range<usize>,
    text: String,
}

fn for_spin(text: &str, destinations: &Destinations) -> Result<String> {
    let root = DeTable::parse(text).map_err(|error| anyhow::anyhow!("it is not TOML: {error}"))?;
    let components = table(root.get_ref(), "component").context("it has no components")?;
    if components.get(EGRESS).is_some() {
        bail!("it has a component `{EGRESS}` already");
    }
    let (gateway, component) = sender(components)?;
    let allowed = component.get("allowed_outbound_hosts");
    let allowed = allowed.with_context(|| format!("component.{gateway} may reach no host"))?;
    let divided = hosts::divide(&strings(allowed)?, destinations);
    let mut edits = vec![Edit {
        at: allowed.span(),
        text: list(&[&[ORIGIN.to_owned()], &divided.stay[..]].concat()),
    }];
    let mut after = String::new();
    match component.get("variables") {
        Some(variables) => edits.push(add_variable(text, variables)?),
        None => after = format!("\n[component.{gateway}.variables]\n{VARIABLE} = {ORIGIN:?}\n"),
    }
    let source = source_beside(components, component)?;
    Ok(edited(text, edits) + &after + &addition(&source, &divided))
}

/// The component that the stage `upstream` is a part of, and its name.
fn sender<'t, 'c>(components: &'c DeTable<'t>) -> Result<(&'c str, &'c DeTable<'t>)> {
    let depends = |component: &DeTable| {
        table(component, "dependencies").is_some_and(|dependencies| {
            dependencies.iter().any(|(name, _)| name.get_ref().starts_with(UPSTREAM))
        })
    };
    let all = components
        .iter()
        .filter_map(|(name, value)| Some((name.get_ref().as_ref(), value.get_ref().as_table()?)));
    let mut senders = all.filter(|(_, component)| depends(component));
    match (senders.next(), senders.next()) {
        (Some(sender), None) => Ok(sender),
        _ => bail!("exactly one component must depend on {UPSTREAM}client"),
    }
}

fn table<'c, 't>(parent: &'c DeTable<'t>, key: &str) -> Option<&'c DeTable<'t>> {
    parent.get(key)?.get_ref().as_table()
}

fn strings(value: &Spanned<DeValue<'_>>) -> Result<Vec<String>> {
    let items = value.get_ref().as_array().context("`allowed_outbound_hosts` is no list")?;
    let text = |item: &Spanned<DeValue<'_>>| item.get_ref().as_str().map(str::to_owned);
    items.iter().map(text).collect::<Option<_>>().context("`allowed_outbound_hosts` has no strings")
}

/// The first line of the table, or the first entry of one in braces.
fn add_variable(text: &str, variables: &Spanned<DeValue<'_>>) -> Result<Edit> {
    let start = variables.span().start;
    let rest = text.get(start..).unwrap_or_default();
    let line = format!("{VARIABLE} = {ORIGIN:?}");
    if rest.starts_with('{') {
        let comma =
            if variables.get_ref().as_table().is_some_and(DeTable::is_empty) { "" } else { "," };
        let at = start + 1;
        return Ok(Edit { at: at..at, text: format!(" {line}{comma}") });
    }
    let end = rest.find('\n').context("`variables` must be a table with a header of its own")?;
    let at = start + end + 1;
    Ok(Edit { at: at..at, text: format!("{line}\n") })
}

/// The file of `egress`: in the folder where that of `upstream` is.
fn source_beside(components: &DeTable<'_>, gateway: &DeTable<'_>) -> Result<String> {
    let dependencies = table(gateway, "dependencies").into_iter().flat_map(DeTable::iter);
    let mut upstream = dependencies.filter(|(name, _)| name.get_ref().starts_with(UPSTREAM));
    let path = upstream.next().and_then(|(_, dependency)| {
        let dependency = dependency.get_ref().as_table()?;
        let text =
            |table: &DeTable, key: &str| Some(table.get(key)?.get_ref().as_str()?.to_owned());
        let of_component = |name: String| text(table(components, &name)?, "source");
        text(dependency, "path").or_else(|| of_component(text(dependency, "component")?))
    });
    let path = path.context("`upstream` must be a file, for egress stands beside it")?;
    let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    Ok(format!("{folder}{EGRESS}.wasm"))
}

fn list(entries: &[String]) -> String {
    let lines: String = entries.iter().map(|entry| format!("  {entry:?},\n")).collect();
    format!("[\n{lines}]")
}

fn addition(source: &str, divided: &Divided) -> String {
    format!(
        "
# Vendors' requests leave here, head and body in one segment. Only components of this application reach it.
[[trigger.http]]
route = {{ private = true }}
component = \"{EGRESS}\"

[component.{EGRESS}]
source = {source:?}
allowed_outbound_hosts = {}
[component.{EGRESS}.build]
command = \"cargo xtask component {EGRESS}\"
watch = [\"components/{EGRESS}/**/*.rs\", \"crates/{EGRESS}/**/*.rs\"]
",
        list(&divided.vendors)
    )
}

fn edited(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.at.start);
    let mut made = String::with_capacity(text.len());
    let mut from = 0;
    for Edit { at, text: replacement } in edits {
        made += text.get(from..at.start).unwrap_or_default();
        made += &replacement;
        from = at.end;
    }
    made += text.get(from..).unwrap_or_default();
    if !made.ends_with('\n') {
        made.push('\n');
    }
    made
}

#[cfg(test)]
mod tests;
