//! From a fresh clone to a gateway that answers.

use crate::check;
use crate::cli::Up;
use crate::components::{self, Profile};
use crate::dev_key;
use crate::host::Host;
use crate::policies;
use crate::progress::{Steps, note};
use crate::toolchain;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use postern_keys::Key;
use serde_json::json;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path;

/// The model that answers without a vendor.
const SANDBOX: &str = "sandbox";

/// Builds what is missing, then becomes the host: signals reach it directly, and it prints
/// `listening on http://ADDR`.
pub fn up(workspace: &Workspace, options: &Up) -> Result<()> {
    let profile = if options.dev { Profile::Dev } else { Profile::Release };
    let mut steps = Steps::new(5);
    let toolchain = steps.step("wasm toolchain", || toolchain::find_or_get(workspace))?;
    steps.step("components", || {
        components::build(workspace, &toolchain, &workspace.composed()?, profile)
    })?;
    let host = steps.step("host", || Host::build(workspace))?;
    steps.step("policies and manifest", || {
        check::problems(workspace, &host, &options.configuration)
    })?;
    let key = steps.step("key", || first_key(workspace, &host, options))?;
    if let Some(key) = key {
        show(workspace, &key, options)?;
    }
    start(&host, options)
}

/// A key for the first request, where the policies let somebody have one.
fn first_key(workspace: &Workspace, host: &Host<'_>, options: &Up) -> Result<Option<Key>> {
    let configuration = &options.configuration;
    let consumers = policies::consumers(&policies::folder_of(workspace, configuration)?)?;
    if !consumers.iter().any(|name| name == dev_key::CONSUMER) {
        note(&format!("no key issued: the policies have no consumer {:?}", dev_key::CONSUMER));
        return Ok(None);
    }
    dev_key::ensure(workspace, &host.store(&configuration.runtime))
}

fn show(workspace: &Workspace, key: &Key, options: &Up) -> Result<()> {
    let folder = policies::folder_of(workspace, &options.configuration)?;
    let model = policies::chat_model(&folder, dev_key::CONSUMER, SANDBOX)?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "key for {}: {}", dev_key::CONSUMER, key.expose())?;
    match model {
        Some(model) => writeln!(stdout, "{}", curl(key, &model, options))?,
        None => writeln!(stdout, "the policies let {} chat with no model", dev_key::CONSUMER)?,
    }
    stdout.flush().context("cannot print")
}

/// A line for the shell that gets an answer of the model.
fn curl(key: &Key, model: &str, options: &Up) -> String {
    let mut address = options.listen;
    if address.ip().is_unspecified() {
        address.set_ip(match address.is_ipv4() {
            true => std::net::Ipv4Addr::LOCALHOST.into(),
            false => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    let (scheme, trust) = match &options.tls_cert {
        Some(file) => ("https", format!("--cacert '{}' ", file.display())),
        None => ("http", String::new()),
    };
    let messages = json!([{ "role": "user", "content": "Hello" }]);
    let body = json!({ "model": model, "messages": messages }).to_string();
    let key = key.expose();
    format!(
        "curl {trust}{scheme}://{address}/v1/chat/completions -H 'authorization: Bearer {key}' \
         -H 'content-type: application/json' -d '{body}'"
    )
}

fn start(host: &Host<'_>, options: &Up) -> Result<()> {
    let mut command = host.command("up", &options.configuration)?;
    command.args(["--listen", &options.listen.to_string()]);
    command.args(["--cache-dir", ".postern/cache"]);
    if let (Some(cert), Some(key)) = (&options.tls_cert, &options.tls_key) {
        command.arg("--tls-cert").arg(path::absolute(cert)?);
        command.arg("--tls-key").arg(path::absolute(key)?);
    }
    Err(command.exec()).with_context(|| format!("cannot run {}", host.program.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;

    fn options(words: &[&str]) -> Box<Up> {
        let all = ["xtask", "up"].iter().chain(words);
        match Cli::try_parse_from(all).unwrap().command {
            Command::Up(up) => up,
            _ => panic!("not up"),
        }
    }

    #[test]
    fn the_curl_line_goes_where_the_gateway_listens() {
        let key = crate::key::random().unwrap();
        let plain = curl(&key, "sandbox", &options(&[]));
        assert!(plain.starts_with("curl http://127.0.0.1:3000/v1/chat/completions "), "{plain}");
        assert!(plain.contains(key.expose()) && plain.contains(r#""model":"sandbox""#));
        let everywhere = curl(&key, "sandbox", &options(&["--listen", "[::]:8080"]));
        assert!(everywhere.starts_with("curl http://[::1]:8080/v1"), "{everywhere}");
        let tls = curl(&key, "mini", &options(&["--tls-cert", "a.pem", "--tls-key", "k.pem"]));
        assert!(tls.starts_with("curl --cacert 'a.pem' https://127.0.0.1:3000/v1"), "{tls}");
        assert!(tls.contains(r#""model":"mini""#), "{tls}");
    }
}
