//! The gateway, as `cargo xtask up` runs it: the host as a separate process, with its own port and state.

mod folder;

use crate::client::Call;
use crate::wait::PATIENCE;
use folder::Folder;
use postern_keys::{IssuedKey, Key, public_id, sha256_hex, store_name};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Instant;

/// The differences of a gateway from the shipped one, run with the policies of the tests.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `--variable name=value`.
    pub variables: Vec<(String, String)>,
    /// Another folder of policies.
    pub policies: Option<PathBuf>,
    /// Another manifest, as text; its paths are those of the repository.
    pub manifest: Option<String>,
    /// The contents of `--runtime-config-file`.
    pub runtime_config: Option<String>,
}

/// A running gateway. It is killed when it is dropped.
pub struct Gateway {
    address: SocketAddr,
    process: Child,
    guard: Child,
    log: Arc<Mutex<String>>,
    folder: Folder,
    options: Options,
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
        let log = Arc::new(Mutex::new(String::new()));
        let (address, process, guard) = launch(&folder, options, &log)?;
        Ok(Self { address, process, guard, log, folder, options: options.clone() })
    }

    /// Kills the process at any moment, as a crash would, and starts another on the same state, with another port.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn crash_and_restart(&mut self) {
        self.kill();
        let started = launch(&self.folder, &self.options, &self.log);
        (self.address, self.process, self.guard) =
            started.unwrap_or_else(|log| panic!("the gateway did not start again:\n{log}"));
    }

    fn kill(&mut self) {
        // The guard first: the process's id may be reused.
        for child in [&mut self.guard, &mut self.process] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A request to it.
    #[must_use]
    pub fn call(&self, method: &str, path: &str) -> Call {
        Call::new(self.address, method, path)
    }

    /// Its standard error so far.
    ///
    /// # Panics
    ///
    /// After a panic of the thread that collects it.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().expect("log").clone()
    }

    /// The log line of the request with this id, once it is written.
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

    /// Issues a key, and records it in the gateway's store.
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
            revoked_at_unix_s,
            ..IssuedKey::new(public_id(&hash), consumer, 1_790_000_000)
        };
        self.set_key_value(&store_name(&hash), &record.to_json().expect("a record"));
    }

    /// Writes to the store of the gateway from another process.
    ///
    /// # Panics
    ///
    /// When the store cannot be written.
    pub fn set_key_value(&self, name: &str, value: &[u8]) {
        let mut command = self.folder.host(&["key-value", "set", "--store", "default"]);
        let mut child =
            command.args([name, "-"]).stdin(Stdio::piped()).spawn().expect("the host runs");
        child.stdin.take().expect("a pipe").write_all(value).expect("a reader");
        assert!(child.wait().expect("an end").success(), "the store cannot be written");
    }

    /// All names in the store of the gateway.
    ///
    /// # Panics
    ///
    /// When the store cannot be read.
    #[must_use]
    pub fn key_values(&self) -> Vec<String> {
        let output = self.folder.host(&["key-value", "list", "--store", "default"]).output();
        let output = output.expect("the host runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
    }

    /// A value in the store of the gateway, if it exists.
    ///
    /// # Panics
    ///
    /// When the host does not run.
    #[must_use]
    pub fn key_value(&self, name: &str) -> Option<Vec<u8>> {
        let mut command = self.folder.host(&["key-value", "get", "--store", "default"]);
        let output = command.arg(name).output().expect("the host runs");
        output.status.success().then_some(output.stdout)
    }

    /// The folder of its state.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.folder.state()
    }

    /// All bytes of the files in which this gateway keeps its state.
    ///
    /// # Panics
    ///
    /// When they cannot be read.
    #[must_use]
    pub fn stored_bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.state()).expect("a folder");
        let files = files.map(|file| file.expect("a file").path()).filter(|path| path.is_file());
        files.flat_map(|path| std::fs::read(path).expect("a file")).collect()
    }

    /// Runs the operator's program with these arguments, on the policies and the store of this gateway.
    ///
    /// # Panics
    ///
    /// When it does not run.
    #[must_use]
    pub fn operator(&self, words: &[&str]) -> Output {
        self.operator_with(words, &[])
    }

    /// As [`Gateway::operator`], with these variables of the environment.
    ///
    /// # Panics
    ///
    /// When it does not run.
    #[must_use]
    pub fn operator_with(&self, words: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = self.folder.operator(&self.options);
        command.envs(variables.iter().copied());
        command.args(words).output().expect("the operator's program runs")
    }

    /// Sends SIGTERM, as an operator or a platform does.
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

    /// The memory of the process, in bytes; none if the system does not report it.
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
        self.kill();
    }
}

/// Starts the program on the files of a gateway, and returns its address and what ends it.
fn launch(
    folder: &Folder,
    options: &Options,
    log: &Arc<Mutex<String>>,
) -> Result<(SocketAddr, Child, Child), String> {
    let mut process = folder.up(options).spawn().expect("the host runs");
    let stderr = process.stderr.take().expect("a pipe");
    let collector = thread::spawn({
        let log = Arc::clone(log);
        move || collect(stderr, &log)
    });
    let stdout = process.stdout.take().expect("a pipe");
    // From now on, however the tests end, even while components are compiled.
    let mut guard = guard(process.id());
    let Some(address) = listening(stdout) else {
        for child in [&mut guard, &mut process] {
            let _ = child.kill();
            let _ = child.wait();
        }
        collector.join().expect("the log");
        return Err(log.lock().expect("log").clone());
    };
    Ok((address, process, guard))
}

/// Kills the process with this id when the tests end, in any way.
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

/// The address in the line that reports it; none if the program ends without it.
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
    // Components may have to be compiled first, on busy cores.
    let start = Instant::now();
    let found = receiver.recv_timeout(PATIENCE * 6);
    assert!(found.is_ok() || start.elapsed() < PATIENCE * 6, "the host neither listens nor ends");
    found.ok()
}
