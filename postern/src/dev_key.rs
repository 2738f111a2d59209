//! The key of the consumer `local-dev`, so that the first request needs no set-up. It is random,
//! kept in `.postern/dev-key` for its owner alone, and printed only when it was just made.

use crate::cli::DevKey;
use crate::deployment::Deployment;
use crate::key;
use crate::policies;
use crate::store::KeyValue;
use anyhow::{Context, Result};
use postern_keys::{IssuedKey, Key, KeyState};
use serde_json::json;
use std::fs::{self, DirBuilder, File};
use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// The consumer of `policies/consumers.toml` with this key.
const CONSUMER: &str = "local-dev";

/// The model that answers without a vendor.
const SANDBOX: &str = "sandbox";

/// Makes sure that there is a key, if the policies have its consumer, and prints a new one with a shell command that
/// gets an answer.
pub fn show(deployment: &Deployment, options: &DevKey) -> Result<()> {
    let folder = &deployment.policies;
    if !policies::consumers(folder)?.iter().any(|name| name == CONSUMER) {
        note(&format!("no key issued: the policies have no consumer {CONSUMER:?}"));
        return Ok(());
    }
    let store = deployment.store()?.made_if_missing();
    let Some(key) = ensure(&deployment.folder, &store)? else { return Ok(()) };
    println!("key for {CONSUMER}: {}", key.expose());
    match policies::chat_model(folder, CONSUMER, SANDBOX)? {
        Some(model) => println!("{}", curl(&key, &model, options)),
        None => println!("the policies let {CONSUMER} chat with no model"),
    }
    Ok(())
}

fn note(text: &str) {
    eprintln!("      {text}");
}

/// A shell command that gets an answer of the model.
fn curl(key: &Key, model: &str, options: &DevKey) -> String {
    let mut address = options.listen;
    if address.ip().is_unspecified() {
        address.set_ip(match address.is_ipv4() {
            true => Ipv4Addr::LOCALHOST.into(),
            false => Ipv6Addr::LOCALHOST.into(),
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

/// Makes sure that there is a key and that the store knows it. Returns it if it is new.
fn ensure(folder: &Path, store: &impl KeyValue) -> Result<Option<Key>> {
    let file = folder.join(".postern/dev-key");
    match read(&file)? {
        Some(key) => restore(store, &key, &file).map(|()| None),
        None => {
            let key = key::random()?;
            let label = Some("made by `cargo xtask up`".into());
            key::put(store, &key, &IssuedKey { label, ..key::fresh(&key, CONSUMER)? })?;
            write(&file, &key)?;
            Ok(Some(key))
        }
    }
}

/// Restores the record of the existing key in a new or another store.
fn restore(store: &impl KeyValue, key: &Key, file: &Path) -> Result<()> {
    let known = key::known(store, key)?;
    match known {
        None => {
            let record = key::fresh(key, CONSUMER)?;
            key::put(store, key, &record)?;
            note(&format!(
                "the store did not know the key of {}: put back as {}",
                file.display(),
                record.id
            ));
        }
        Some(record) => {
            let over = match record.state(key::now_unix_s()?) {
                KeyState::Active => return Ok(()),
                KeyState::Revoked => "is revoked",
                KeyState::Expired => "has expired",
            };
            note(&format!("the key of {} {over}; remove the file to get another", file.display()));
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<Option<Key>> {
    match fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
        Ok(text) => Key::parse(text.trim())
            .map(Some)
            .with_context(|| format!("{} holds no key: remove it to get another", file.display())),
    }
}

/// Never readable by other users: created without their rights, in a closed folder, then renamed.
fn write(file: &Path, key: &Key) -> Result<()> {
    let new = file.with_extension("new");
    let folder = file.parent().context("no folder for the key")?;
    let _ = fs::remove_file(&new);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .and_then(|()| File::options().write(true).create_new(true).mode(0o600).open(&new))
        .and_then(|mut opened| writeln!(opened, "{}", key.expose()))
        .and_then(|()| fs::rename(&new, file))
        .with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    fn options(words: &[&str]) -> DevKey {
        let all = ["postern", "dev-key", "--listen"].iter().chain(words);
        match Cli::try_parse_from(all).unwrap().command {
            Command::DevKey(options) => options,
            _ => panic!("not dev-key"),
        }
    }

    #[test]
    fn the_curl_line_goes_where_the_gateway_listens() {
        let key = key::random().unwrap();
        let plain = curl(&key, "sandbox", &options(&["127.0.0.1:3000"]));
        assert!(plain.starts_with("curl http://127.0.0.1:3000/v1/chat/completions "), "{plain}");
        assert!(plain.contains(key.expose()) && plain.contains(r#""model":"sandbox""#));
        let everywhere = curl(&key, "sandbox", &options(&["[::]:8080"]));
        assert!(everywhere.starts_with("curl http://[::1]:8080/v1"), "{everywhere}");
        let tls = curl(&key, "mini", &options(&["127.0.0.1:3000", "--tls-cert", "a.pem"]));
        assert!(tls.starts_with("curl --cacert 'a.pem' https://127.0.0.1:3000/v1"), "{tls}");
        assert!(tls.contains(r#""model":"mini""#), "{tls}");
    }

    fn folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("postern-{name}-{}", std::process::id()))
    }

    #[test]
    fn writes_the_key_for_its_owner_alone_and_reads_it_again() {
        let folder = folder("dev-key");
        let file = folder.join("dev-key");
        assert!(read(&file).unwrap().is_none());
        let key = key::random().unwrap();
        write(&file, &key).unwrap();
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(read(&file).unwrap().unwrap().expose(), key.expose());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn refuses_a_damaged_file_without_repeating_it() {
        let folder = folder("damaged");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("dev-key"), "pk_live_secret").unwrap();
        let text = format!("{:#}", read(&folder.join("dev-key")).unwrap_err());
        assert!(text.contains("remove it to get another"), "{text}");
        assert!(!text.contains("secret"), "{text}");
        fs::remove_dir_all(folder).unwrap();
    }
}
