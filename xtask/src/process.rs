//! Runs other programs, and reports their failures in one sentence.

use anyhow::{Context, Result, bail};
use std::env;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The limit for programs that fetch packages, which take a minute on a working network.
pub const NETWORK_LIMIT: Duration = Duration::from_secs(600);
/// The interval of checks of a program with a limit.
const LOOK: Duration = Duration::from_millis(100);

/// Runs to the end; all output of the program goes to stderr, because our stdout is an answer.
pub fn run(command: &mut Command) -> Result<()> {
    finish(command.stdout(Stdio::from(io::stderr())))
}

/// Runs to the end; stdout stays stdout.
pub fn run_in_the_open(command: &mut Command) -> Result<()> {
    finish(command)
}

/// As [`run`], for programs that fetch from a network: killed when they take longer, because some networks never
/// answer.
pub fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::from(io::stderr()))
        .spawn()
        .with_context(|| format!("cannot run {}", shown(command)))?;
    let start = Instant::now();
    loop {
        match child.try_wait()? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => bail!("{} failed ({status}), see its messages above", shown(command)),
            None if start.elapsed() < limit => thread::sleep(LOOK),
            None => {
                child.kill()?;
                child.wait()?;
                bail!("{} was killed: it took longer than {limit:?}", shown(command));
            }
        }
    }
}

/// The output of the program, trimmed; its stderr becomes the error.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {}", shown(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{} failed: {}", shown(command), said.trim());
    }
    let text = String::from_utf8(output.stdout)
        .with_context(|| format!("{} printed something that is not text", shown(command)))?;
    Ok(text.trim().to_owned())
}

/// The command line of the program, for messages.
pub fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().map(|word| word.to_string_lossy()));
    format!("`{}`", words.join(" "))
}

/// The first file of this name on `PATH`.
pub fn find_on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn finish(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed ({status}), see its messages above", shown(command));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_program_and_its_message_when_it_fails() {
        let error = output(Command::new("sh").args(["-c", "echo no such luck >&2; exit 3"]));
        let text = format!("{:#}", error.unwrap_err());
        assert!(text.contains("`sh -c"), "{text}");
        assert!(text.contains("no such luck"), "{text}");
    }

    #[test]
    fn kills_a_program_that_takes_longer_than_its_limit() {
        let limit = Duration::from_millis(200);
        let error = run_within(Command::new("sleep").arg("60"), limit).unwrap_err().to_string();
        assert!(error.contains("`sleep 60` was killed"), "{error}");
        run_within(&mut Command::new("true"), NETWORK_LIMIT).unwrap();
    }

    #[test]
    fn names_a_program_that_does_not_exist() {
        let error = run(&mut Command::new("postern-no-such-program")).unwrap_err();
        assert!(format!("{error:#}").contains("cannot run `postern-no-such-program`"));
    }
}
