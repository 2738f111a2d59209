//! Runs one test program and ends it when it hangs.

use super::libtest::{ARGUMENTS, Ended, Event, Outcome, UNLOCK};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// Between two looks at how long tests have run.
const LOOK: Duration = Duration::from_millis(200);

/// What came of a program.
#[derive(Default)]
pub struct Watched {
    pub ended: Vec<Ended>,
    /// Why the program as a whole has failed, whatever its tests say.
    pub trouble: Option<String>,
}

impl Watched {
    pub fn count(&self, outcome: Outcome) -> usize {
        self.ended.iter().filter(|ended| ended.outcome == outcome).count()
    }
}

/// Runs the tests of the program that this command starts. It is killed when one of them has run for longer than
/// `bound`, or when none is running and nothing has been said for as long.
///
/// # Errors
/// When it does not start.
pub fn run(command: &mut Command, bound: Duration) -> Result<Watched> {
    command.args(ARGUMENTS).env(UNLOCK.0, UNLOCK.1).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().context("cannot start the test program")?;
    let stdout = child.stdout.take().context("the test program has no stdout")?;
    let mut watch = Watch { lines: lines(stdout), bound, ..Watch::new() };
    let hung = watch.read_to_the_end();
    let status = end(&mut child, hung.is_some())?;
    let trouble = hung.or_else(|| watch.unfinished(status));
    Ok(Watched { ended: watch.ended, trouble })
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

/// The program's processes end with it: gateways and servers of the tests have its end of a pipe.
fn end(child: &mut Child, kill: bool) -> Result<ExitStatus> {
    if kill {
        child.kill().context("cannot end the test program")?;
    }
    child.wait().context("the test program does not end")
}

struct Watch {
    lines: Receiver<String>,
    bound: Duration,
    running: BTreeMap<String, Instant>,
    last_event: Instant,
    ended: Vec<Ended>,
    is_finished: bool,
}

impl Watch {
    fn new() -> Self {
        let (_, lines) = mpsc::channel();
        Self {
            lines,
            bound: Duration::ZERO,
            running: BTreeMap::new(),
            last_event: Instant::now(),
            ended: Vec::new(),
            is_finished: false,
        }
    }

    /// Reads all that the program says; why it must be killed, if it must.
    fn read_to_the_end(&mut self) -> Option<String> {
        loop {
            match self.lines.recv_timeout(LOOK) {
                Ok(line) => self.note(Event::parse(&line)),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(hung) = self.hung() {
                return Some(hung);
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
            Event::Text(text) => println!("{text}"),
        }
        self.last_event = Instant::now();
    }

    fn hung(&self) -> Option<String> {
        let is_late = |since: &Instant| since.elapsed() > self.bound;
        let one = self.running.values().any(is_late);
        let silent = self.running.is_empty() && is_late(&self.last_event);
        (one || silent).then(|| format!("killed: {} for {:?}", self.doing(), self.bound))
    }

    fn unfinished(&self, status: ExitStatus) -> Option<String> {
        match (self.is_finished, self.ended.iter().any(|ended| ended.outcome == Outcome::Failed)) {
            (true, failed) if failed || status.success() => None,
            _ => Some(format!("it ended early ({status}): {}", self.doing())),
        }
    }

    fn doing(&self) -> String {
        if self.running.is_empty() {
            return "no test was running, and nothing was said".to_owned();
        }
        let names: Vec<_> = self.running.keys().map(String::as_str).collect();
        format!("still running: {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_secs(1);
    const LONG: Duration = Duration::from_secs(60);

    /// A program that ignores its arguments and does this.
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
