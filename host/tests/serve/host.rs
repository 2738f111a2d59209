//! A host under test: the real program, in a folder of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A folder with an application.
pub struct Folder(TempDir);

/// A running host; it is killed when the test is over.
pub struct Host {
    process: Child,
    /// Where it listens.
    pub address: String,
    /// `http` or `https`.
    pub scheme: String,
}

/// An answer, as text.
pub struct Answer {
    pub status: u16,
    pub text: String,
}

impl Folder {
    /// Writes the manifest: the text after its fixed head.
    pub fn new(manifest: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let head = "spin_manifest_version = 2\n[application]\nname = \"test\"\n";
        folder.write("spin.toml", format!("{head}{manifest}").as_bytes());
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.path().join(name), bytes).unwrap();
    }

    /// Adds a component that answers with the status the expression computes about the text.
    pub fn guest(self, name: &str, status: &str, text: &str) -> Self {
        let wat = include_str!("guest.wat");
        let wat = wat
            .replace("STATUS", status)
            .replace("TEXT", text)
            .replace("LENGTH", &text.len().to_string());
        self.write(name, &wat::parse_str(&wat).unwrap());
        self
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postern-host"));
        command.args(arguments).current_dir(self.path()).env_remove("SPIN_VARIABLE_SECRET");
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What a command that must fail says on standard error.
    pub fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Starts the host on a free port and waits for its line.
    pub fn up(&self, arguments: &[&str]) -> Host {
        start(self.command(&["up", "--listen", "127.0.0.1:0"]).args(arguments))
    }

    /// The command `up` in a process that may open so many files.
    pub fn limited(&self, descriptors: u32, arguments: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {descriptors}; exec \"$0\" \"$@\"")]);
        command.arg(env!("CARGO_BIN_EXE_postern-host")).args(["up", "--listen", "127.0.0.1:0"]);
        command.args(arguments).current_dir(self.path());
        command
    }

    /// Starts it so.
    pub fn up_limited(&self, descriptors: u32, arguments: &[&str]) -> Host {
        start(&mut self.limited(descriptors, arguments))
    }

    /// Starts the host with an environment variable.
    pub fn up_with(&self, variable: &str, value: &Path, arguments: &[&str]) -> Host {
        start(self.command(&["up", "--listen", "127.0.0.1:0"]).args(arguments).env(variable, value))
    }
}

fn start(command: &mut Command) -> Host {
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let Some(url) = line.trim_end().strip_prefix("listening on ") else {
        let mut error = String::new();
        process.stderr.take().unwrap().read_to_string(&mut error).unwrap();
        panic!("the host does not start: {line}{error}");
    };
    let (scheme, address) = url.split_once("://").unwrap();
    Host { address: address.to_owned(), scheme: scheme.to_owned(), process }
}

impl Host {
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send(
            format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").as_bytes(),
        )
    }

    /// Sends bytes and reads the answer to its end.
    pub fn send(&self, request: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        read_answer(&mut stream)
    }

    /// How many files it has open.
    pub fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.process.id())).unwrap().count()
    }

    /// Waits until it has no more files open than that.
    pub fn falls_to(&self, descriptors: usize, within: Duration) {
        let start = Instant::now();
        while self.descriptors() > descriptors {
            assert!(start.elapsed() < within, "{} files are open", self.descriptors());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// How much memory it holds.
    pub fn resident_kb(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([&format!("-{name}"), &self.process.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Waits for the end: its exit code, and how long it took.
    pub fn wait(&mut self) -> (Option<i32>, Duration) {
        let start = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return (status.code(), start.elapsed());
            }
            assert!(start.elapsed() < Duration::from_secs(20), "the host does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends the host and gives what it wrote on standard error.
    pub fn errors(mut self) -> String {
        self.signal("TERM");
        self.wait();
        let mut text = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reads until the peer closes.
pub fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // A server that refuses early may reset the connection after its answer.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    Answer { status: status.unwrap_or_else(|| panic!("no answer: {text:?}")), text }
}
