//! The gateway, as `cargo xtask up` runs it: the host as a separate process, with its own port and state. Where `POSTERN_SPIN` names a
//! program with Spin's command line, that one serves the gateway instead.

mod folder;
mod process;

use crate::client::Call;
use folder::Folder;
use postern_keys::{IssuedKey, Key, public_id, sha256_hex, store_name};
use process::Process;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};

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
    process: Process,
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
        let process = Process::launch(folder.up(options), &log)?;
        Ok(Self { process, log, folder, options: options.clone() })
    }

    /// Kills the process at any moment, as a crash would, and starts another on the same state, with another port.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn crash_and_restart(&mut self) {
        self.process.kill();
        let started = Process::launch(self.folder.up(&self.options), &self.log);
        self.process =
            started.unwrap_or_else(|log| panic!("the gateway did not start again:\n{log}"));
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.process.address()
    }

    /// A request to it.
    #[must_use]
    pub fn call(&self, method: &str, path: &str) -> Call {
        Call::new(self.address(), method, path)
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
        self.process.terminate();
    }

    /// Waits until the process has ended.
    ///
    /// # Panics
    ///
    /// When it does not end.
    pub async fn ended(&mut self) -> ExitStatus {
        let process = &mut self.process;
        crate::eventually("the end of the process", || process.ended()).await
    }

    /// The memory of its processes, in bytes; none if the system does not report it.
    #[must_use]
    pub fn resident_bytes(&self) -> Option<u64> {
        self.process.resident_bytes()
    }
}
