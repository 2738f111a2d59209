//! The measured machine, and the data of `/proc` about a process; without `/proc`, it is left out.

use serde::Serialize;
use std::fs;
use std::process::Command;
use std::time::SystemTime;

/// The unit of processor times in `/proc`: `USER_HZ`, 100 on every architecture that Linux runs on today
/// (proc_pid_stat(5)).
const TICKS_PER_SECOND: f64 = 100.0;

/// The machine, the time and the version.
#[derive(Serialize)]
pub struct Machine {
    /// The commit of the working copy; `-dirty` if it has uncommitted changes.
    commit: Option<String>,
    date: String,
    cpu: Option<String>,
    cores: usize,
    /// Over the last minute before the run: near 0 on an idle machine.
    load_average_before: Option<f64>,
}

impl Machine {
    pub fn here() -> Self {
        Self {
            commit: commit(),
            date: httpdate::fmt_http_date(SystemTime::now()),
            cpu: field("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism().map_or(1, Into::into),
            load_average_before: fs::read_to_string("/proc/loadavg")
                .ok()
                .and_then(|text| text.split(' ').next()?.parse().ok()),
        }
    }

    /// For the terminal.
    pub fn line(&self) -> String {
        let commit = self.commit.as_deref().unwrap_or("unknown commit");
        let cpu = self.cpu.as_deref().unwrap_or("unknown processor");
        let load = self.load_average_before.map(|load| format!(", load average before {load}"));
        let load = load.unwrap_or_default();
        format!("{commit}, {}, {cpu}, {} cores{load}", self.date, self.cores)
    }
}

fn commit() -> Option<String> {
    let git = |words: &[&str]| {
        let output = Command::new("git").args(words).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changes = git(&["status", "--porcelain", "--untracked-files=no"])?;
    Some(if changes.is_empty() { commit } else { format!("{commit}-dirty") })
}

/// Resident memory of a process in MB (10^6 bytes), now.
pub fn resident_mb(pid: u32) -> Option<f64> {
    let text = field(&format!("/proc/{pid}/status"), "VmRSS")?;
    let kib: f64 = text.strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}

/// Memory of a process that it shares with no other and no file, in MB.
pub fn private_mb(pid: u32) -> Option<f64> {
    let path = format!("/proc/{pid}/smaps_rollup");
    let kib: f64 = ["Private_Clean", "Private_Dirty"]
        .iter()
        .filter_map(|name| field(&path, name)?.strip_suffix(" kB")?.trim().parse::<f64>().ok())
        .sum();
    (kib > 0.0).then_some(kib * 1024.0 / 1e6)
}

/// A part of the address space of a process.
#[derive(Debug, PartialEq, Eq)]
pub struct Mapping {
    pub begin: u64,
    pub end: u64,
    pub is_writable: bool,
    pub offset: u64,
    /// Empty if there is none.
    pub file: String,
    pub private_dirty_kib: u64,
}

/// The mappings of a process, in the order of their addresses.
pub fn mappings(pid: u32) -> Option<Vec<Mapping>> {
    fs::read_to_string(format!("/proc/{pid}/smaps")).ok().map(|text| parsed_mappings(&text))
}

/// A mapping is a line of its address, permissions, offset, device, inode and file, and a line for each number (proc_pid_smaps(5)).
fn parsed_mappings(text: &str) -> Vec<Mapping> {
    let mut mappings: Vec<Mapping> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("Private_Dirty:"), mappings.last_mut()) {
            (Some(dirty), Some(last)) => {
                let kib = dirty.trim().strip_suffix(" kB").and_then(|kib| kib.parse().ok());
                last.private_dirty_kib = kib.unwrap_or_default();
            }
            _ => mappings.extend(mapping(line)),
        }
    }
    mappings
}

fn mapping(line: &str) -> Option<Mapping> {
    let mut words = line.split_whitespace();
    let (begin, end) = words.next()?.split_once('-')?;
    let hexadecimal = |text| u64::from_str_radix(text, 16).ok();
    Some(Mapping {
        begin: hexadecimal(begin)?,
        end: hexadecimal(end)?,
        is_writable: words.next()?.contains('w'),
        offset: hexadecimal(words.next()?)?,
        file: words.nth(2).unwrap_or_default().to_owned(),
        private_dirty_kib: 0,
    })
}

/// Processor time that a process has used on all cores, in seconds.
pub fn cpu_seconds(pid: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program, in parentheses, may contain anything; user and system time are 12 and 13 fields after
    // it.
    let (_, fields) = text.rsplit_once(')')?;
    let ticks: f64 = fields.split_whitespace().skip(11).take(2).filter_map(parsed).sum();
    Some(ticks / TICKS_PER_SECOND)
}

/// Processor time of everything on the machine, in seconds.
pub fn busy_seconds() -> Option<f64> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    let fields = text.lines().next()?.strip_prefix("cpu")?;
    let ticks: Vec<f64> = fields.split_whitespace().filter_map(parsed).collect();
    // user, nice, system, (idle, iowait,) irq, softirq: proc_stat(5).
    let busy = ticks.iter().take(3).chain(ticks.iter().skip(5).take(2)).sum::<f64>();
    Some(busy / TICKS_PER_SECOND)
}

fn parsed(field: &str) -> Option<f64> {
    field.parse().ok()
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    let (_, value) = line.split_once(':')?;
    Some(value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn reads_what_this_very_process_uses() {
        let ours = std::process::id();
        let before = cpu_seconds(ours).unwrap();
        let started = std::time::Instant::now();
        while started.elapsed().as_millis() < 100 {}
        assert!(cpu_seconds(ours).unwrap() > before);
        assert!(busy_seconds().unwrap() > 0.0);
        assert!((1.0..10_000.0).contains(&resident_mb(ours).unwrap()));
    }

    #[test]
    fn reads_mappings() {
        let text = "7f00-7f10 rw-p 00001000 08:01 42   /cache/a.cwasm\nSize: 4 kB\nPrivate_Dirty:  12 kB\n\
                    7f10-7f20 ---p 00000000 00:00 0\nPrivate_Dirty: 0 kB\nVmFlags: rd wr\n";
        let read = parsed_mappings(text);
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].file.as_str(), read[0].private_dirty_kib), ("/cache/a.cwasm", 12));
        assert_eq!((read[0].begin, read[0].offset, read[0].is_writable), (0x7f00, 0x1000, true));
        assert_eq!((read[1].file.as_str(), read[1].is_writable), ("", false));
    }

    #[test]
    fn knows_nothing_of_a_process_that_is_not_there() {
        assert_eq!(resident_mb(u32::MAX), None);
        assert_eq!(cpu_seconds(u32::MAX), None);
    }
}
