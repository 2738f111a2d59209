//! The digest of a policy folder, by which a record names the policies that decided.

use crate::GUARDRAILS_FILE;
use crate::check::FILES;
use crate::guardrails::pack_file;
use sha2::{Digest, Sha256};
use std::io;

/// The file of authorization, which another crate reads.
const AUTHORIZATION_FILE: &str = "authorization.cedar";

/// Keeps this digest apart from those of the same bytes made for something else.
const DOMAIN: &str = "postern-policies-v1";

/// `sha256:` and the hash of the files that decide: names and bytes, of every file that is there. Comments count.
///
/// # Errors
///
/// A file cannot be read.
pub fn digest(read: impl Fn(&str) -> io::Result<Option<String>>) -> io::Result<String> {
    let mut hash = Sha256::new();
    hash.update(DOMAIN);
    let mut add = |name: &str| -> io::Result<Option<String>> {
        let text = read(name)?;
        if let Some(text) = &text {
            // With lengths, so that no two folders have the same bytes here.
            hash.update(format!("\n{name} {}\n", text.len()));
            hash.update(text);
        }
        Ok(text)
    };
    for name in FILES.into_iter().chain([AUTHORIZATION_FILE]) {
        let text = add(name)?;
        if name == GUARDRAILS_FILE {
            for pack in packs(text.as_deref().unwrap_or_default()) {
                add(&pack_file(&pack))?;
            }
        }
    }
    Ok(format!("sha256:{}", hex::encode(hash.finalize())))
}

/// The packs that `guardrails.toml` names.
fn packs(text: &str) -> Vec<String> {
    let table: toml::Table = text.parse().unwrap_or_default();
    let named = table.get("packs").and_then(toml::Value::as_array);
    let names = named.into_iter().flatten().filter_map(toml::Value::as_str);
    names.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn of(files: &[(&str, &str)]) -> String {
        let files: BTreeMap<_, _> = files.iter().copied().collect();
        digest(|name| Ok(files.get(name).map(|text| (*text).to_owned()))).unwrap()
    }

    #[test]
    fn every_file_that_decides_changes_it() {
        let packs = ("guardrails.toml", "packs = [\"eu\"]");
        let empty = of(&[packs]);
        let mut found = vec![empty.clone()];
        for name in FILES.into_iter().chain([AUTHORIZATION_FILE, "packs/eu.toml"]) {
            for text in ["", "a", "b"] {
                let other = if name == packs.0 { (packs.0, "packs = []") } else { packs };
                found.push(of(&[other, (name, text)]));
            }
        }
        let count = found.len();
        found.sort();
        found.dedup();
        assert_eq!(found.len(), count, "each is another");
        assert_eq!(of(&[packs, ("packs/other.toml", "a"), ("README.md", "a")]), empty);
    }

    #[test]
    fn a_file_that_cannot_be_read_has_no_digest() {
        assert!(digest(|_| Err(io::Error::other("away"))).is_err());
    }
}
