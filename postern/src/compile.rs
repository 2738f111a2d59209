//! Compiles the policies, and says whether what was compiled is still what the files say.

use crate::cli::Compile;
use crate::deployment::Deployment;
use crate::policies;
use anyhow::{Context, Result, bail};
use postern_authorization::AUTHORIZATION_FILE;
use postern_policy::{
    COMPILED_FILE, Compiled, FILES, Folder, MAX_STAGE_FILE_BYTES, Source, Unused,
};
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Writes the compiled policies, if the files are right. The file is replaced as a whole: who reads the old one reads it to its
/// end.
///
/// # Errors
/// Every problem of the policies.
pub fn compile(deployment: &Deployment, options: &Compile) -> Result<()> {
    let folder = &deployment.policies;
    // The files first: a change meanwhile makes them stale.
    let sources = sources(folder);
    let problems = policies::problems(folder, None)?;
    problems.iter().for_each(|problem| eprintln!("{problem}"));
    if !problems.is_empty() {
        bail!("the policies are refused, so nothing was compiled; the last compiled ones stay");
    }
    let policies = policies::all(folder)?;
    let bytes = postern_policy::compile(&policies, sources, options.outlive_files)?;
    let file = folder.join(COMPILED_FILE);
    let new = folder.join(format!("{COMPILED_FILE}.{}.new", std::process::id()));
    write_through(&new, &bytes)
        .and_then(|()| fs::rename(&new, &file))
        .with_context(|| format!("cannot write {}", file.display()))?;
    eprintln!("{}: {} bytes; {}", file.display(), bytes.len(), meaning(options.outlive_files));
    Ok(())
}

/// Writes a file whose content is on the disk then: otherwise a power cut after the file is renamed may leave an empty one in its place.
fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn meaning(outlives_its_files: bool) -> &'static str {
    match outlives_its_files {
        true => "they serve while an edit of the files is wrong (--outlive-files)",
        false => "while an edit of the files is wrong, stages do not serve",
    }
}

/// Whether stages use what was compiled, a line.
pub fn state(folder: &Path) -> String {
    let files: Vec<_> = names().collect();
    let opened = Compiled::open(Opened { folder: folder.to_owned() });
    let state = opened.and_then(|compiled| {
        compiled.is_of(&files)?;
        let outlives = compiled.outlives_its_files();
        compiled.catalogue(None).map(drop)?;
        compiled.consumers().map(|_| outlives)
    });
    match state {
        Ok(outlives) => format!("compiled policies are those of the files; {}", meaning(outlives)),
        Err(unused @ Unused::Absent) => {
            format!("{unused}, so stages read the files; `postern compile` makes starts quicker")
        }
        Err(unused) => format!("{unused}, so stages read the files; run `postern compile`"),
    }
}

/// The files that stages do not read, a line each: they are too large, and serve only while they are compiled.
pub fn too_large(folder: &Path) -> Vec<String> {
    let opened = Opened { folder: folder.to_owned() };
    let line = |file: &'static str| {
        let (bytes, _) = opened.stat(file)?;
        let most = MAX_STAGE_FILE_BYTES as u64;
        (bytes > most).then(|| {
            format!("{file} has {bytes} bytes, and stages read {most}: it serves only while `postern compile` has compiled it")
        })
    };
    names().filter_map(line).collect()
}

/// The files of the folder, with the one of another crate.
fn names() -> impl Iterator<Item = &'static str> {
    FILES.into_iter().chain([AUTHORIZATION_FILE])
}

fn sources(folder: &Path) -> Vec<Source> {
    let opened = Opened { folder: folder.to_owned() };
    let source = |file: &'static str| {
        let (_, modified_ns) = opened.stat(file)?;
        Some(Source::new(file, modified_ns, &opened.content(file)?))
    };
    names().filter_map(source).collect()
}

/// A folder of this machine.
struct Opened {
    folder: PathBuf,
}

impl Folder for Opened {
    fn compiled(&self, offset: u64, bytes: usize) -> Vec<u8> {
        let Ok(file) = fs::File::open(self.folder.join(COMPILED_FILE)) else { return Vec::new() };
        let there = file.metadata().map_or(0, |metadata| metadata.len()).saturating_sub(offset);
        let mut found = vec![0; bytes.min(usize::try_from(there).unwrap_or(bytes))];
        match file.read_exact_at(&mut found, offset) {
            Ok(()) => found,
            Err(_) => Vec::new(),
        }
    }

    fn stat(&self, file: &str) -> Option<(u64, u64)> {
        let metadata = fs::metadata(self.folder.join(file)).ok()?;
        let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Some((metadata.len(), u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)))
    }

    fn content(&self, file: &str) -> Option<Vec<u8>> {
        fs::read(self.folder.join(file)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::DeploymentOptions;

    fn shipped() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies");
        for name in names() {
            fs::copy(from.join(name), folder.path().join(name)).unwrap();
        }
        folder
    }

    fn compiled(folder: &Path, outlive_files: bool) -> Result<()> {
        let place = DeploymentOptions {
            app: folder.to_owned(),
            policies: Some(folder.to_owned()),
            store: None,
            runtime_config_file: None,
            host: None,
        };
        compile(&Deployment::new(place)?, &Compile { outlive_files })
    }

    #[test]
    fn says_what_stages_will_do() {
        let folder = shipped();
        let folder = folder.path();
        let says = |part: &str| {
            let state = state(folder);
            assert!(state.contains(part), "{state}");
        };
        says("there are no compiled policies");
        compiled(folder, false).unwrap();
        says("stages do not serve");
        compiled(folder, true).unwrap();
        says("--outlive-files");
        let models = folder.join("models.toml");
        let text = fs::read_to_string(&models).unwrap();
        fs::write(&models, format!("{text}\n[[model]]\n")).unwrap();
        says("older than models.toml");
        let before = fs::read(folder.join(COMPILED_FILE)).unwrap();
        assert!(compiled(folder, false).is_err());
        assert_eq!(fs::read(folder.join(COMPILED_FILE)).unwrap(), before, "the last ones stay");
        fs::write(&models, text).unwrap();
        says("are those of the files");
        fs::write(folder.join(COMPILED_FILE), &before[..before.len() / 2]).unwrap();
        says("damaged");
    }
}
