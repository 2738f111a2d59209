//! **A test fixture, and not Spin.** It takes the command line of `spin up` as strictly as Spin 4.1 does, runs the application on our
//! host, and says what Spin says: so the tests' way to Spin is tested where Spin is not installed. `POSTERN_HOST` names the host.
//!
//! Of the manifest it checks one thing, that absolute sources of files need `--direct-mounts`; the rest goes to our host as it is. So a
//! manifest that Spin alone would refuse is not refused here.

use postern_spin::arguments::{Up, check_runtime_config};
use std::env;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread;

/// The component whose output the log is of: our host does not say which component wrote a line.
const LOG: &str = "gateway_stderr.txt";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match Up::parse(&words).and_then(|up| run(&up)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("Error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(up: &Up<'_>) -> Result<ExitCode, String> {
    check_files(up)?;
    let mut command = command(up)?;
    let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
    let log = log(up)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let is_quiet = up.has("--quiet");
    let collector = thread::spawn(move || stderr.map(|pipe| follow(pipe, log, is_quiet)));
    for line in stdout.map(BufReader::new).into_iter().flat_map(BufRead::lines).flatten() {
        if let Some(address) = line.strip_prefix("listening on ") {
            println!("\nServing {address}\nAvailable Routes:\n  gateway: {address} (wildcard)");
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    drop(collector.join());
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What Spin finds in the files that the command line names.
fn check_files(up: &Up<'_>) -> Result<(), String> {
    let manifest = up.one("--from").unwrap_or("spin.toml");
    let text = read(Path::new(manifest))?;
    let has_absolute = text.contains("source = \"/") && text.contains("destination = ");
    if has_absolute && !up.has("--direct-mounts") {
        return Err("Files must be within the application directory".to_owned());
    }
    match up.one("--runtime-config-file") {
        Some(file) => check_runtime_config(&read(Path::new(file))?),
        None => Ok(()),
    }
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The host with the same application. What has no counterpart there is refused rather than left out.
fn command(up: &Up<'_>) -> Result<Command, String> {
    let host = env::var_os("POSTERN_HOST").ok_or("POSTERN_HOST does not name the host")?;
    let mut command = Command::new(host);
    command.args(["up", "--manifest", up.one("--from").unwrap_or("spin.toml")]);
    command.arg("--cache-dir").arg(cache()?);
    for name in ["--listen", "--state-dir", "--runtime-config-file", "--tls-cert", "--tls-key"]
        .into_iter()
        .chain(["--max-instance-reuse-count", "--max-instance-concurrent-reuse-count"])
    {
        command.args(up.one(name).into_iter().flat_map(|value| [name, value]));
    }
    for pair in up.all("--variable") {
        command.args(["--variable", pair]);
    }
    for name in ["--env", "--component-id", "--key-value", "--sqlite", "--find-free-port"] {
        if up.has(name) {
            return Err(format!("the stand-in does not know what our host would do for `{name}`"));
        }
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    Ok(command)
}

/// Compiled components, beside this program, for all of its runs.
fn cache() -> Result<PathBuf, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    Ok(program.with_file_name("test-component-cache"))
}

fn log(up: &Up<'_>) -> Result<Option<File>, String> {
    let Some(folder) = up.one("--log-dir") else { return Ok(None) };
    let file = Path::new(folder).join(LOG);
    let created = std::fs::create_dir_all(folder).and_then(|()| File::create(&file));
    created.map(Some).map_err(|error| format!("{}: {error}", file.display()))
}

/// Components' output goes to the log and to standard error, unless Spin is told to be quiet.
fn follow(pipe: impl Read, mut log: Option<File>, is_quiet: bool) {
    for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
        let line = [line.as_slice(), b"\n"].concat();
        let _ = log.as_mut().map(|log| log.write_all(&line));
        if !is_quiet {
            let _ = std::io::stderr().write_all(&line);
        }
    }
}
