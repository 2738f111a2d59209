//! Runs one test program and kills it if it hangs.

use super::libtest::{ARGUMENTS, Ended, Event, Outcome, UNLOCK};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// The interval of checks.
const LOOK: Duration = Duration::from_millis(200);

/// The result of a program.
#[derive(Default)]
pub struct Watched {
    pub ended: Vec<Ended>,
    /// Why the program as a whole has failed, independent of its tests.
    pub trouble: Option<String>,
}

impl Watched {
    pub fn count(&self, outcome: Outcome) -> usize {
        self.ended.iter().filter(|ended| ended.outcome == outcome).count()
    }
}

/// Runs the tests of the program that this command starts. It is killed if a test runs for longer than `timeout`, or if
/// none is running and there is no output for as long.
///
/// # Errors
/// If it does not start.
pub fn run(command: &mut Command, timeout: Duration) -> Result<Watched> {
    command.args(ARGUMENTS).env(UNLOCK.0, UNLOCK.1).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().context("cannot start the test program")?;
    let stdout = child.stdout.take().context("the test program has no stdout")?;
    let mut watch = Watch::new(lines(stdout), timeout);
    let status = watch.follow(&mut child)?;
    Ok(Watched { trouble: watch.trouble(status), ended: watch.ended })
}

fn lines(stdout: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    });
    receiver
}

struct Watch {
    lines: Receiver<String>,
    timeout: Duration,
    running: BTreeMap<String, Instant>,
    last_event: Instant,
    ended: Vec<Ended>,
    is_finished: bool,
    /// Why it was killed, if it was.
    hung: Option<String>,
}

impl Watch {
    fn new(lines: Receiver<String>, timeout: Duration) -> Self {
        Self {
            lines,
            timeout,
            running: BTreeMap::new(),
            last_event: Instant::now(),
            ended: Vec::new(),
            is_finished: false,
            hung: None,
        }
    }

    /// Reads the program's output until it has ended, or kills it. Its child processes may hold its output open for
    /// longer, and are not waited for.
    fn follow(&mut self, child: &mut Child) -> Result<ExitStatus> {
        loop {
            match self.lines.recv_timeout(LOOK) {
                Ok(line) => self.note(Event::parse(&line)),
                Err(RecvTimeoutError::Disconnected) => thread::sleep(LOOK),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(status) = child.try_wait().context("the test program is lost")? {
                while let Ok(line) = self.lines.recv_timeout(LOOK) {
                    self.note(Event::parse(&line));
                    if self.is_finished {
                        break;
                    }
                }
                return Ok(status);
            }
            self.hung = self.hung();
            if self.hung.is_some() {
                child.kill().context("cannot end the test program")?;
                return child.wait().context("the test program does not end");
            }
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Begun(name) => {
                self.running.insert(name, Instant::now());
            }
            Event::Ended(ended) => {
                self.running.remove(&ended.name);
                self.ended.push(ended);
            }
            Event::Finished => self.is_finished = true,
            Event::Other => return,
            Event::Text(text) => {
                println!("{text}");
                return;
            }
        }
        self.last_event = Instant::now();
    }

    fn hung(&self) -> Option<String> {
        let is_late = |since: &Instant| since.elapsed() > self.timeout;
        let one = self.running.values().any(is_late);
        let silent = self.running.is_empty() && is_late(&self.last_event);
        (one || silent).then(|| format!("killed after {:?}: {}", self.timeout, self.doing()))
    }

    /// Why the program as a whole has failed.
    fn trouble(&self, status: ExitStatus) -> Option<String> {
        let failed = self.ended.iter().any(|ended| ended.outcome == Outcome::Failed);
        match &self.hung {
            Some(hung) => Some(hung.clone()),
            None if self.is_finished && (failed || status.success()) => None,
            None => Some(format!("it ended early ({status}): {}", self.doing())),
        }
    }

    fn doing(&self) -> String {
        if self.running.is_empty() {
            return "no test was running, and nothing was said".to_owned();
        }
        let since = |(name, since): (&String, &Instant)| {
            format!("{name} (for {:.0} s)", since.elapsed().as_secs_f64())
        };
        let names: Vec<_> = self.running.iter().map(since).collect();
        format!("still running: {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_secs(1);
    const LONG: Duration = Duration::from_secs(60);

    /// A program that ignores its arguments and runs this script.
    fn does(script: &str, bound: Duration) -> Watched {
        run(Command::new("sh").args(["-c", script, "test-program"]), bound).unwrap()
    }

    #[test]
    fn keeps_how_each_test_ended() {
        let script = r#"echo '{"type":"test","event":"started","name":"a"}'
            echo '{"type":"test","event":"ok","name":"a","exec_time":0.5}'
            echo '{"type":"suite","event":"ok"}'"#;
        let watched = does(script, LONG);
        assert_eq!(watched.trouble, None);
        assert_eq!(watched.count(Outcome::Passed), 1);
    }

    #[test]
    fn kills_a_program_whose_test_hangs_while_others_end_and_names_the_test() {
        let script = r#"echo '{"type":"test","event":"started","name":"hangs"}'
            while true; do
            echo '{"type":"test","event":"started","name":"ends"}'; sleep 0.1
            echo '{"type":"test","event":"ok","name":"ends"}'; done"#;
        let watched = does(script, SHORT);
        let trouble = watched.trouble.unwrap();
        assert!(trouble.contains("killed") && trouble.contains("hangs"), "{trouble}");
        assert!(!watched.ended.is_empty());
    }

    #[test]
    fn kills_a_program_that_says_nothing() {
        let trouble = does("exec sleep 60", SHORT).trouble.unwrap();
        assert!(trouble.contains("no test was running"), "{trouble}");
    }

    #[test]
    fn a_program_that_dies_names_the_test_it_died_in() {
        let script = r#"echo '{"type":"test","event":"started","name":"a"}'; kill -9 $$"#;
        let trouble = does(script, LONG).trouble.unwrap();
        assert!(trouble.contains("ended early") && trouble.contains("running: a"), "{trouble}");
    }

    #[test]
    fn a_program_that_ends_without_a_word_has_failed() {
        assert!(does("exit 0", LONG).trouble.unwrap().contains("ended early"));
    }
}
