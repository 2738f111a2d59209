//! Reads the policy folder, as the stages will, and says everything that is wrong with it.

use crate::cli::Configuration;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use postern_policy::{Policies, Problem, check_all, stray_file};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{self, Path, PathBuf};

/// The folder that is given, or the one of the clone.
pub fn folder(workspace: &Workspace, given: Option<&Path>) -> Result<PathBuf> {
    let given = given.map(path::absolute).transpose()?;
    Ok(given.unwrap_or_else(|| workspace.root.join("policies")))
}

/// The folder of these options.
pub fn folder_of(workspace: &Workspace, configuration: &Configuration) -> Result<PathBuf> {
    folder(workspace, configuration.policies.as_deref())
}

/// The names of those who may have keys.
///
/// # Errors
/// When anything in the folder is wrong, in one line for each problem.
pub fn consumers(folder: &Path) -> Result<Vec<String>> {
    let policies = read(folder).map_err(|problems| {
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        anyhow::Error::msg(lines.join("\n")).context(format!("policies in {}", folder.display()))
    })?;
    Ok(policies.consumers.iter().map(|consumer| consumer.name.to_string()).collect())
}

/// All problems, those of files that do not belong there included. None if all is well.
pub fn problems(folder: &Path) -> Result<Vec<Problem>> {
    let mut problems = strays(folder)?;
    problems.extend(read(folder).err().unwrap_or_default());
    Ok(problems)
}

fn read(folder: &Path) -> Result<Policies, Vec<Problem>> {
    check_all(|name| optional(fs::read_to_string(folder.join(name)))).map_err(|problems| problems.0)
}

fn optional(text: io::Result<String>) -> io::Result<Option<String>> {
    match text {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        text => text.map(Some),
    }
}

/// A misspelt file would be passed over, and with it what it forbids.
fn strays(folder: &Path) -> Result<Vec<Problem>> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("cannot read the policies in {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names.iter().filter_map(|name| stray_file(name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_a_misspelt_file_and_the_ones_that_are_missing() {
        let folder = std::env::temp_dir().join(format!("postern-policies-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("consumer.toml"), "").unwrap();
        let found = problems(&folder).unwrap();
        let files: Vec<_> = found.iter().map(|problem| problem.file.as_str()).collect();
        assert_eq!(files, ["consumer.toml", "consumers.toml", "models.toml"]);
        assert!(consumers(&folder).is_err());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn names_a_folder_that_is_not_there() {
        let error = problems(Path::new("/no/such/policies")).unwrap_err();
        assert!(format!("{error:#}").contains("/no/such/policies"), "{error:#}");
    }
}
