//! The program that serves a gateway, with the processes that it starts.

use crate::wait::PATIENCE;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Instant;

/// A program that listens. Its group of processes is killed when it is dropped.
pub(super) struct Process {
    address: SocketAddr,
    leader: Child,
    guard: Child,
}

impl Process {
    /// Starts the leader of a process group, and waits until it listens.
    ///
    /// # Errors
    ///
    /// What it said on standard error, when it ended.
    pub(super) fn launch(mut command: Command, log: &Arc<Mutex<String>>) -> Result<Self, String> {
        let mut leader = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stderr = leader.stderr.take().expect("a pipe");
        let collector = thread::spawn({
            let log = Arc::clone(log);
            move || collect(stderr, &log)
        });
        let stdout = leader.stdout.take().expect("a pipe");
        // From now on, however the tests end, even while components are compiled.
        let mut guard = guard(leader.id());
        let Some(address) = listening(stdout) else {
            end(&mut leader, &mut guard);
            collector.join().expect("the log");
            return Err(log.lock().expect("log").clone());
        };
        Ok(Self { address, leader, guard })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Kills it at any moment, as a crash would.
    pub(super) fn kill(&mut self) {
        end(&mut self.leader, &mut self.guard);
    }

    pub(super) fn terminate(&self) {
        let status = Command::new("kill").args(["-TERM", &self.leader.id().to_string()]).status();
        assert!(status.expect("kill").success());
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.leader.try_wait().expect("a process")
    }

    pub(super) fn resident_bytes(&self) -> Option<u64> {
        let all = postern_spin::processes(self.leader.id());
        all.into_iter().map(resident_bytes).try_fold(0, |sum, bytes| Some(sum + bytes?))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn resident_bytes(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// Kills the process group of this leader when its input ends: when the tests end, in any way.
fn guard(leader: u32) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", "read _; kill -s KILL -- \"-$0\"", &leader.to_string()]);
    // Its input ends with this process, which holds the other end. In a group of its own it outlives an interrupted test.
    command.stdin(Stdio::piped()).stderr(Stdio::null()).process_group(0);
    command.spawn().expect("a shell")
}

fn end(leader: &mut Child, guard: &mut Child) {
    // Of a leader that was waited for, the id may be that of another process by now.
    if let Ok(Some(_)) = leader.try_wait() {
        let _ = guard.kill();
    }
    drop(guard.stdin.take());
    let _ = guard.wait();
    let _ = leader.wait();
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
            let of_host = line.strip_prefix("listening on http://");
            let of_host = of_host.map(|address| address.parse().expect("an address"));
            if let Some(address) = of_host.or_else(|| postern_spin::address(&line)) {
                let _ = sender.send(address);
            }
        }
    });
    // Components may have to be compiled first, on busy cores.
    let start = Instant::now();
    let found = receiver.recv_timeout(PATIENCE * 6);
    assert!(found.is_ok() || start.elapsed() < PATIENCE * 6, "the host neither listens nor ends");
    found.ok()
}
