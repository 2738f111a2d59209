//! Real receivers of OTLP: rotel, a collector, and Datadog's test agent, which shows what it got.

use super::REMEDY;
use postern_tests::client::Call;
use serde_json::Value;
use std::env;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A Python program may take this long to start, on two busy cores.
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// A receiver. It is killed when it is dropped.
pub struct Receiver {
    process: Child,
    /// Where it takes OTLP over HTTP.
    pub address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Receiver {
    /// Datadog's test agent.
    pub fn datadog() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let [http, otlp, grpc] = [free(), free(), free()];
        let mut command = Command::new(collectors().join("bin/ddapm-test-agent"));
        command.current_dir(folder.path()).arg("--port").arg(http.port().to_string());
        command.arg("--otlp-http-port").arg(otlp.port().to_string());
        command.arg("--otlp-grpc-port").arg(grpc.port().to_string());
        Self::started(command, otlp, folder)
    }

    /// A collector that sends what it gets to another receiver.
    pub fn rotel(to: SocketAddr) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let [http, grpc] = [free(), free()];
        let packages = collectors().join("lib");
        let python = std::fs::read_dir(&packages).ok().and_then(|mut all| all.next()?.ok());
        let python = python.unwrap_or_else(|| panic!("{}: {REMEDY}", packages.display())).path();
        let mut command = Command::new(python.join("site-packages/rotel/rotel-agent"));
        command.current_dir(folder.path()).arg("start");
        command.arg("--otlp-http-endpoint").arg(http.to_string());
        command.arg("--otlp-grpc-endpoint").arg(grpc.to_string());
        command.arg("--pid-file").arg(folder.path().join("pid"));
        command.args(["--batch-timeout", "100ms", "--exporter", "otlp"]);
        command.args(["--otlp-exporter-protocol", "http"]);
        command.arg("--otlp-exporter-endpoint").arg(format!("http://{to}"));
        Self::started(command, http, folder)
    }

    fn started(mut command: Command, address: SocketAddr, folder: tempfile::TempDir) -> Self {
        command.env("NO_PROXY", "127.0.0.1").env("HOME", folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn();
        let process = process.unwrap_or_else(|error| panic!("{command:?}: {error}; {REMEDY}"));
        let receiver = Receiver { process, address, _folder: folder };
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(began.elapsed() < STARTS_WITHIN, "{command:?} does not listen");
            thread::sleep(Duration::from_millis(50));
        }
        receiver
    }

    /// What Datadog's test agent got of a signal: `traces`, `metrics`, `logs`.
    pub async fn got(&self, signal: &str) -> Value {
        let path = format!("/test/session/{signal}");
        let answer = Call::new(self.address, "GET", &path).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Waits until it got something whose text has all of these.
    pub async fn eventually_got(&self, signal: &str, parts: &[&str]) -> Value {
        let began = Instant::now();
        loop {
            let got = self.got(signal).await;
            let text = got.to_string();
            let missing: Vec<_> = parts.iter().filter(|part| !text.contains(**part)).collect();
            if missing.is_empty() {
                return got;
            }
            assert!(began.elapsed() < STARTS_WITHIN, "{signal} without {missing:?}: {text}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn collectors() -> PathBuf {
    env::var_os("POSTERN_COLLECTORS").map_or_else(
        || {
            let test = env::current_exe().expect("a program");
            test.ancestors().nth(3).expect("a target directory").join("collectors")
        },
        PathBuf::from,
    )
}

/// An address that is free now.
fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address")
}
