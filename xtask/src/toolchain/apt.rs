//! Packages of a Debian system: who may install them, and from which mirror one may be fetched.

use crate::process;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::process::Command;

/// How this user becomes root.
#[derive(Clone, Copy)]
pub enum Root {
    Already,
    Sudo,
}

impl Root {
    /// Fails if we are not root and sudo would ask for a password.
    pub fn find() -> Result<Self> {
        if process::output(Command::new("id").arg("-u"))? == "0" {
            return Ok(Self::Already);
        }
        let quiet = process::output(Command::new("sudo").args(["-n", "true"]));
        quiet.map(|_| Self::Sudo).ok().context("not root, and sudo needs a password")
    }

    /// A program that runs as root.
    pub fn command(self, program: &str) -> Command {
        match self {
            Self::Already => Command::new(program),
            Self::Sudo => {
                let mut command = Command::new("sudo");
                command.args(["-n", program]);
                command
            }
        }
    }

    /// Installs packages of the configured sources. Never removes another package for them.
    pub fn install(self, packages: &[&str]) -> Result<()> {
        let environment = "DEBIAN_FRONTEND=noninteractive";
        process::run(self.command("env").args([environment, "apt-get", "update", "-qq"]))?;
        process::run(
            self.command("env")
                .args([environment, "apt-get", "install", "-y", "-qq", "--no-remove"])
                .arg("--no-install-recommends")
                .args(packages),
        )
    }
}

/// Whether dpkg has all of them.
pub fn installed(packages: &[&str]) -> bool {
    packages.iter().all(|package| {
        let query = ["-W", "-f", "${db:Status-Status}", package];
        process::output(Command::new("dpkg-query").args(query)).is_ok_and(|s| s == "installed")
    })
}

/// The value of one line of `os-release`(5), without its quotes.
pub fn release_fact(os_release: &str, name: &str) -> Option<String> {
    let lines = os_release.lines();
    lines
        .filter_map(|line| line.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.trim_matches(['"', '\'']).to_owned())
}

/// One mirror and the key its packages are signed with, as `sources.list`(5) has them.
#[derive(Debug, PartialEq)]
pub struct Source {
    pub uri: String,
    /// A key file, or a key with its lines folded as deb822 wants.
    pub signed_by: Option<String>,
}

impl Source {
    /// The first source under `etc_apt` that carries a suite named exactly like the release.
    pub fn of_suite(etc_apt: &Path, suite: &str) -> Result<Self> {
        let mut files = vec![etc_apt.join("sources.list")];
        if let Ok(entries) = fs::read_dir(etc_apt.join("sources.list.d")) {
            files.extend(entries.filter_map(Result::ok).map(|entry| entry.path()));
        }
        files.sort();
        for file in files {
            let Ok(text) = fs::read_to_string(&file) else {
                continue;
            };
            let found = match file.extension().and_then(|extension| extension.to_str()) {
                Some("sources") => from_deb822(&text, suite),
                Some("list") => from_one_line(&text, suite),
                _ => None,
            };
            if let Some(source) = found {
                return Ok(source);
            }
        }
        bail!("no source of {suite} in {}", etc_apt.display())
    }

    /// The same mirror with another suite, as a `.sources` file.
    pub fn to_deb822(&self, suite: &str) -> String {
        let signed_by = self.signed_by.as_ref();
        let signed_by = signed_by.map_or_else(String::new, |key| format!("Signed-By: {key}\n"));
        let uri = &self.uri;
        format!("Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\n{signed_by}")
    }
}

/// Paragraphs of `Name: value`; a line that starts with white space goes on with the one before.
fn from_deb822(text: &str, suite: &str) -> Option<Source> {
    let text: String =
        text.lines().filter(|line| !line.starts_with('#')).flat_map(|line| [line, "\n"]).collect();
    text.split("\n\n").find_map(|paragraph| {
        let field = |name| field(paragraph, name);
        let carries =
            |name, wanted| field(name).is_some_and(|v| v.split_whitespace().any(|v| v == wanted));
        let enabled = field("Enabled").is_none_or(|value| value != "no");
        if !enabled || !carries("Types", "deb") || !carries("Suites", suite) {
            return None;
        }
        Some(Source {
            uri: field("URIs")?.split_whitespace().next()?.to_owned(),
            signed_by: field("Signed-By"),
        })
    })
}

fn field(paragraph: &str, name: &str) -> Option<String> {
    let mut lines = paragraph.lines();
    let first = lines.find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then_some(value.trim())
    })?;
    let more = lines.take_while(|line| line.starts_with([' ', '\t']));
    let value = more.fold(first.to_owned(), |value, line| value + "\n" + line);
    Some(value)
}

/// `deb [signed-by=/a/key] http://mirror suite main`.
fn from_one_line(text: &str, suite: &str) -> Option<Source> {
    text.lines().find_map(|line| {
        let rest = line.trim().strip_prefix("deb ")?.trim();
        let (options, rest) = match rest.strip_prefix('[') {
            Some(rest) => rest.split_once(']')?,
            None => ("", rest),
        };
        let mut words = rest.split_whitespace();
        let (uri, of) = (words.next()?, words.next()?);
        let key = options.split_whitespace().find_map(|option| option.strip_prefix("signed-by="));
        (of == suite).then(|| Source { uri: uri.to_owned(), signed_by: key.map(str::to_owned) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEB822: &str = "# the archive\nTypes: deb\n# a snapshot\nURIs: http://mirror/debian http://other\n\
        Suites: bookworm bookworm-updates\nComponents: main\nSigned-By: /keys/a.gpg\n\n\
        Types: deb\nURIs: http://mirror/security\nSuites: bookworm-security\nComponents: main\n";

    fn source(uri: &str, signed_by: Option<&str>) -> Option<Source> {
        Some(Source { uri: uri.to_owned(), signed_by: signed_by.map(str::to_owned) })
    }

    #[test]
    fn reads_the_code_name_of_a_release() {
        let text = "NAME=\"Debian GNU/Linux\"\nVERSION_CODENAME=bookworm\nID='debian'\n";
        assert_eq!(release_fact(text, "VERSION_CODENAME").as_deref(), Some("bookworm"));
        assert_eq!(release_fact(text, "ID").as_deref(), Some("debian"));
        assert_eq!(release_fact(text, "CODENAME"), None);
    }

    #[test]
    fn takes_the_mirror_of_the_suite_and_not_that_of_its_security_updates() {
        let found = from_deb822(DEB822, "bookworm");
        assert_eq!(found, source("http://mirror/debian", Some("/keys/a.gpg")));
        let found = from_deb822(DEB822, "bookworm-security");
        assert_eq!(found, source("http://mirror/security", None));
        assert_eq!(from_deb822(DEB822, "trixie"), None);
    }

    #[test]
    fn passes_over_a_source_that_is_switched_off_or_has_no_binaries() {
        let off = "Types: deb\nURIs: http://m\nSuites: s\nEnabled: no\n";
        assert_eq!(from_deb822(off, "s"), None);
        let sources_only = "Types: deb-src\nURIs: http://m\nSuites: s\n";
        assert_eq!(from_deb822(sources_only, "s"), None);
    }

    #[test]
    fn keeps_a_key_that_is_written_into_the_source() {
        let text = "Types: deb\nURIs: http://m\nSuites: s\nSigned-By:\n -----BEGIN\n .\n abc\nComponents: main\n";
        let found = from_deb822(text, "s").unwrap();
        assert_eq!(found.signed_by.as_deref(), Some("\n -----BEGIN\n .\n abc"));
        assert!(found.to_deb822("s").ends_with("Signed-By: \n -----BEGIN\n .\n abc\n"));
    }

    #[test]
    fn reads_the_one_line_form_with_and_without_options() {
        let text = "# deb http://no s main\ndeb-src http://no s main\ndeb http://plain a main\n\
            deb [ arch=amd64 signed-by=/k.gpg ] http://signed b main contrib\n";
        assert_eq!(from_one_line(text, "a"), source("http://plain", None));
        assert_eq!(from_one_line(text, "b"), source("http://signed", Some("/k.gpg")));
        assert_eq!(from_one_line(text, "s"), None);
    }
}
