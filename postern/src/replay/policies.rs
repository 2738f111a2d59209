//! The policies of a record's time, by their digest.

use crate::deployment::Deployment;
use crate::policies;
use anyhow::{Context, Result, anyhow, bail};
use postern_authorization::{AUTHORIZATION_FILE, Authorization};
use postern_policy::{Policies, check_all, digest};
use postern_trail::Record;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

/// The most commits that are looked at: years of a busy folder.
const MAX_COMMITS: usize = 10_000;

/// Policies, and where they are from.
pub struct PoliciesOfThen {
    /// For people.
    pub place: String,
    /// All files but the one of authorization.
    pub policies: Policies,
    /// `authorization.cedar`.
    pub authorization: Authorization,
}

impl PoliciesOfThen {
    /// Those that decided about a request: of the deployment's folder, or of its history.
    ///
    /// # Errors
    /// If they are not there, with what there is.
    pub fn find(deployment: &Deployment, record: &Record, git: bool) -> Result<Self> {
        let folder = &deployment.policies;
        let wanted = record.policy_digest.as_ref().map(ToString::to_string).context(
            "the record does not say which policies decided: a gateway of an older version wrote it",
        )?;
        let here = digest(|name| file(&folder.join(name)))
            .with_context(|| format!("the policies in {} cannot be read", folder.display()))?;
        if here == wanted {
            return Self::of(
                |name| file(&folder.join(name)),
                format!("{} {wanted}", folder.display()),
            );
        }
        if !git {
            bail!(
                "the policies that decided have the digest {wanted}, those in {} have {here}: give the folder of that time with --policies, or find it in the history with --git",
                folder.display()
            );
        }
        let commits = git_output(folder, &["log", "--format=%H", "--", "."])?;
        for commit in commits.lines().take(MAX_COMMITS) {
            if digest(|name| shown(folder, commit, name))? == wanted {
                return Self::of(
                    |name| shown(folder, commit, name),
                    format!("commit {commit} {wanted}"),
                );
            }
        }
        bail!(
            "no commit of {} has the policies that decided, {wanted}: they were not committed as they were deployed",
            folder.display()
        )
    }

    fn of(read: impl Fn(&str) -> io::Result<Option<String>>, place: String) -> Result<Self> {
        let authorization = read(AUTHORIZATION_FILE)?.unwrap_or_default();
        let policies = check_all(read).map_err(|problems| anyhow!("{problems}"))?;
        let authorization = Authorization::from_cedar(&authorization).map_err(|problems| {
            let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
            anyhow!(lines.join("\n"))
        })?;
        Ok(Self { place, policies, authorization })
    }
}

fn file(path: &Path) -> io::Result<Option<String>> {
    policies::optional(fs::read_to_string(path))
}

/// A file of a commit; none if it was not there.
fn shown(folder: &Path, commit: &str, name: &str) -> io::Result<Option<String>> {
    let file = format!("{commit}:./{name}");
    let output = Command::new("git").arg("-C").arg(folder).args(["show", &file]).output()?;
    if !output.status.success() {
        return Ok(None);
    }
    String::from_utf8(output.stdout).map(Some).map_err(io::Error::other)
}

fn git_output(folder: &Path, words: &[&str]) -> Result<String> {
    let output = Command::new("git").arg("-C").arg(folder).args(words).output();
    let output = output.context("git cannot be run")?;
    if !output.status.success() {
        bail!("git: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(String::from_utf8(output.stdout)?)
}
