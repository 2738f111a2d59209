//! The gateway, as `cargo xtask up` runs it: the host in a process of its own, on a port and a state of its own.

use crate::client::Call;
use crate::manifest;
use crate::wait::PATIENCE;
use postern_keys::{IssuedKey, Key, public_id, sha256_hex, store_name};
use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Instant;

/// How a gateway differs from the one that is shipped, run with the policies of the tests.
#[derive(Debug, Default)]
pub struct Options {
    /// `--variable name=value`.
    pub variables: Vec<(String, String)>,
    /// Another folder of policies.
    pub policies: Option<PathBuf>,
    /// Another manifest, as text; its paths are those of the repository.
    pub manifest: Option<String>,
    /// What `--runtime-config-file` holds.
    pub runtime_config: Option<String>,
}

/// A running gateway. Dropped, it is killed.
pub struct Gateway {
    address: SocketAddr,
    process: Child,
    guard: Child,
    log: Arc<Mutex<String>>,
    folder: Folder,
}

/// Where the files of one gateway are.
struct Folder {
    folder: tempfile::TempDir,
    has_runtime_config: bool,
}

impl Gateway {
    /// Starts it and waits until it listens.
    ///
    /// # Panics
    ///
    /// With what it said, when it does not start.
    #[must_use]
    pub fn start(options: &Options) -> Self {
        Self::try_start(options).unwrap_or_else(|log| panic!("the gateway did not start:\n{log}"))
    }

    /// Starts it and waits until it listens, or has ended.
    ///
    /// # Errors
    ///
    /// What it said on standard error, when it ended.
    ///
    /// # Panics
    ///
    /// When it neither starts nor ends.
    pub fn try_start(options: &Options) -> Result<Self, String> {
        let folder = Folder::write(options);
        let mut process = folder.up(options).spawn().expect("the host runs");
        let log = Arc::new(Mutex::new(String::new()));
        let stderr = process.stderr.take().expect("a pipe");
        let collector = thread::spawn({
            let log = Arc::clone(&log);
            move || collect(stderr, &log)
        });
        let stdout = process.stdout.take().expect("a pipe");
        let Some(address) = listening(stdout) else {
            let _ = process.kill();
            let _ = process.wait();
            collector.join().expect("the log");
            let log = log.lock().expect("log").clone();
            return Err(log);
        };
        let guard = guard(process.id());
        Ok(Self { address, process, guard, log, folder })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A request to it.
    #[must_use]
    pub fn call(&self, method: &str, path: &str) -> Call {
        Call::new(self.address, method, path)
    }

    /// All it has said on standard error.
    ///
    /// # Panics
    ///
    /// After a panic of the thread that collects it.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().expect("log").clone()
    }

    /// The line that was logged for the request with this id, once it is there.
    ///
    /// # Panics
    ///
    /// When it does not come, or comes twice.
    pub async fn log_line(&self, request_id: &str) -> serde_json::Value {
        let quoted = format!("\"request_id\":\"{request_id}\"");
        let lines = crate::eventually("the line of the log", || {
            let log = self.log();
            let lines: Vec<String> =
                log.lines().filter(|line| line.contains(&quoted)).map(str::to_owned).collect();
            (!lines.is_empty()).then_some(lines)
        });
        let lines = lines.await;
        assert_eq!(lines.len(), 1, "one line a request: {lines:?}");
        serde_json::from_str(&lines[0]).expect("a line of JSON")
    }

    /// Issues a key, and records it where the gateway looks.
    ///
    /// # Panics
    ///
    /// When the store cannot be written.
    #[must_use]
    pub fn issue_key(&self, consumer: &str) -> Key {
        let mut random = [0; 32];
        let mut source = std::fs::File::open("/dev/urandom").expect("randomness");
        source.read_exact(&mut random).expect("randomness");
        let key = Key::from_random(random);
        self.record_key(&key, consumer, None);
        key
    }

    /// Revokes a key.
    ///
    /// # Panics
    ///
    /// When the store cannot be written.
    pub fn revoke_key(&self, key: &Key, consumer: &str) {
        self.record_key(key, consumer, Some(1_790_000_001));
    }

    fn record_key(&self, key: &Key, consumer: &str, revoked_at_unix_s: Option<u64>) {
        let hash = sha256_hex(key.expose());
        let record = IssuedKey {
            id: public_id(&hash),
            consumer: consumer.to_owned(),
            created_at_unix_s: 1_790_000_000,
            revoked_at_unix_s,
            label: None,
        };
        self.set_key_value(&store_name(&hash), &record.to_json().expect("a record"));
    }

    /// Writes to the store of the gateway, from beside it.
    ///
    /// # Panics
    ///
    /// When the store cannot be written.
    pub fn set_key_value(&self, name: &str, value: &[u8]) {
        let mut command = self.folder.host(&["key-value", "set", "--store", "default"]);
        let mut child = command.args([name, "-"]).stdin(Stdio::piped()).spawn().expect("the host runs");
        child.stdin.take().expect("a pipe").write_all(value).expect("a reader");
        assert!(child.wait().expect("an end").success(), "the store cannot be written");
    }

    /// Asks it to end, as an operator or a platform does.
    ///
    /// # Panics
    ///
    /// When there is no `kill`.
    pub fn terminate(&self) {
        let status = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(status.expect("kill").success());
    }

    /// Waits until the process has ended.
    ///
    /// # Panics
    ///
    /// When it does not end.
    pub async fn ended(&mut self) -> ExitStatus {
        let process = &mut self.process;
        crate::eventually("the end of the process", || process.try_wait().expect("a process")).await
    }

    /// How much memory the process holds, in bytes; none where the system does not say it.
    #[must_use]
    pub fn resident_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kibibytes * 1024)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // The guard first: the process's id may belong to another one day.
        for child in [&mut self.guard, &mut self.process] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Folder {
    fn write(options: &Options) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let shipped = manifest::shipped();
        let text = options.manifest.as_ref().unwrap_or(&shipped);
        let root = manifest::repository().display().to_string();
        // The manifest speaks of the repository's folders, and stands elsewhere.
        let text = text.replace("\"target/components/", &format!("\"{root}/target/components/"));
        std::fs::write(folder.path().join("spin.toml"), text).expect("a file");
        if let Some(text) = &options.runtime_config {
            std::fs::write(folder.path().join("runtime-config.toml"), text).expect("a file");
        }
        Self { folder, has_runtime_config: options.runtime_config.is_some() }
    }

    fn up(&self, options: &Options) -> Command {
        let policies = options.policies.clone().unwrap_or_else(|| here().join("policies"));
        let mut command = self.host(&["up", "--listen", "127.0.0.1:0"]);
        command.arg("--manifest").arg(self.folder.path().join("spin.toml"));
        command.arg("--files").arg(format!("policies={}", policies.display()));
        command.arg("--cache-dir").arg(cache());
        for (name, value) in &options.variables {
            command.arg("--variable").arg(format!("{name}={value}"));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// The host's program with these words, on the state of this gateway.
    fn host(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program());
        // A `.env` of the repository is not meant for tests.
        command.current_dir(self.folder.path()).args(words);
        command.arg("--state-dir").arg(self.folder.path().join("state"));
        if self.has_runtime_config {
            command.arg("--runtime-config-file").arg(self.folder.path().join("runtime-config.toml"));
        }
        command
    }
}

/// The folder of this package.
fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The host: as `POSTERN_HOST` says, else as cargo built it beside the tests.
fn program() -> PathBuf {
    let program = env::var_os("POSTERN_HOST").map_or_else(|| build().join("postern-host"), PathBuf::from);
    assert!(
        program.exists(),
        "{} is not there: run `cargo xtask test`, or build the package postern-host",
        program.display()
    );
    program
}

/// Compiled components, for all gateways of all test runs.
fn cache() -> PathBuf {
    build().join("test-component-cache")
}

/// The profile's folder in cargo's target directory, two above the running test.
fn build() -> PathBuf {
    let test = env::current_exe().expect("a program");
    test.ancestors().nth(2).expect("a target directory").to_owned()
}

/// Kills the process with this id when the tests end, however they do.
fn guard(id: u32) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", "read _; kill -KILL \"$0\"", &id.to_string()]);
    // Its input ends with this process, which holds the other end.
    command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a shell")
}

fn collect(pipe: impl Read, log: &Mutex<String>) {
    for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
        let mut log = log.lock().expect("log");
        log.push_str(&String::from_utf8_lossy(&line));
        log.push('\n');
    }
}

/// The address of the line that says so; none if the program ends without it.
fn listening(stdout: impl Read + Send + 'static) -> Option<SocketAddr> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let lines = BufReader::new(stdout).lines().map_while(Result::ok);
        // The pipe is read to its end: a full one would stop the host.
        for line in lines {
            if let Some(address) = line.strip_prefix("listening on http://") {
                let _ = sender.send(address.parse().expect("an address"));
            }
        }
    });
    // Components may have to be compiled first, on cores that are busy otherwise.
    let start = Instant::now();
    let found = receiver.recv_timeout(PATIENCE * 6);
    assert!(found.is_ok() || start.elapsed() < PATIENCE * 6, "the host neither listens nor ends");
    found.ok()
}
