//! The settings of connections and memory: as written (a flag of `up`, or a key of `[server]` in the runtime
//! configuration; the flag takes precedence), then as used.

use std::time::Duration;

use crate::manifest::Table;

use super::descriptors;
use crate::memory;

/// Makes one field, one flag and one key of each line, so that none is forgotten.
macro_rules! settings {
    ($($(#[doc = $text:literal])+ $name:ident: $unit:literal,)+) => {
        /// The settings as written; an absent one has its default.
        #[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
        pub struct Settings {
            $(
                $(#[doc = $text])+
                #[arg(long, value_name = $unit, value_parser = clap::value_parser!(u64).range(1..=MAX))]
                pub $name: Option<u64>,
            )+
        }

        impl Settings {
            /// The name of every setting, as the runtime configuration has it.
            pub const NAMES: &[&str] = &[$(stringify!($name)),+];

            /// Reads the table `[server]`.
            pub fn read(table: &mut Table) -> Self {
                Self { $($name: positive(table, stringify!($name)),)+ }
            }

            /// These settings, completed by the other ones.
            #[must_use]
            pub fn or(&self, other: &Self) -> Self {
                Self { $($name: self.$name.or(other.$name),)+ }
            }
        }
    };
}

/// The largest value: a day in milliseconds, more descriptors than Linux has by default.
const MAX: u64 = 86_400_000;

settings! {
    /// How long a client may take for the TLS handshake, in milliseconds [default: 10000]
    tls_handshake_timeout_ms: "MS",
    /// How long a client may take for a request head, in milliseconds: the first from the connection, others from their
    /// first byte [default: 20000]
    head_timeout_ms: "MS",
    /// How long a connection without a request is kept after its last one, in milliseconds [default: 75000]
    keep_alive_timeout_ms: "MS",
    /// How long a client may keep a request body waiting, in milliseconds, in all: what arrives gives time back at the
    /// least rate [default: 30000]
    body_timeout_ms: "MS",
    /// The least rate of a request body, in bytes per second [default: 500]
    min_body_bytes_per_s: "BYTES",
    /// How long a client may leave its answers unread, in milliseconds [default: 60000]
    write_timeout_ms: "MS",
    /// How often an HTTP/2 client is asked whether it is still there, in milliseconds [default: 20000]
    http2_ping_interval_ms: "MS",
    /// How long an HTTP/2 client may take to answer that, in milliseconds [default: 10000]
    http2_ping_timeout_ms: "MS",
    /// How many connections there may be [default: what the limit of open files allows, at most 10000]
    max_connections: "N",
    /// How many connections an address may have (of IPv6, a /64 network) [default: half of them all]
    max_connections_per_address: "N",
    /// How many requests may be open at once, streams included [default: one for every 2 MiB of the machine's or the
    /// container's memory, from 64 to 1000]
    max_requests: "N",
    /// How much memory requests and answers may take together, in MiB [default: a quarter of the machine's or the
    /// container's, at most 1024]
    memory_budget_mib: "MIB",
}

/// nginx and browsers wait 60 s and more, which 2,000 silent clients use up; a head takes milliseconds.
const HEAD_TIMEOUT_MS: u64 = 20_000;
const TLS_HANDSHAKE_TIMEOUT_MS: u64 = 10_000;
/// Longer than the 60 s for which common load balancers keep a connection: the client's side must close it.
const KEEP_ALIVE_TIMEOUT_MS: u64 = 75_000;
const BODY_TIMEOUT_MS: u64 = 30_000;
/// The value of Apache's mod_reqtimeout: slower than any modem.
const MIN_BODY_BYTES_PER_S: u64 = 500;
const WRITE_TIMEOUT_MS: u64 = 60_000;
const HTTP2_PING_INTERVAL_MS: u64 = 20_000;
const HTTP2_PING_TIMEOUT_MS: u64 = 10_000;
/// A waiting connection holds 5 to 35 kB (measured, 2,000 of each kind): 350 MB at this number.
const MAX_CONNECTIONS: u64 = 10_000;
/// An open request takes about 0.15 MiB beside its body, and a sixteenth of an instance of 2 to 4 MiB; the rest is for bodies.
const BYTES_PER_REQUEST: usize = 2 * 1024 * 1024;
/// To as many as take about 280 MB.
const REQUESTS: std::ops::RangeInclusive<usize> = 64..=1_000;
/// A connection over the cap has this long for its head: it may ask for health, and is otherwise told to retry.
const OVERFLOW_HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// The settings as used.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The timeouts of a connection.
    pub times: Times,
    /// The timeouts of a connection over the cap: it is closed after its answer.
    pub overflow_times: Times,
    /// The time that the host may wait for a body.
    pub body_timeout: Duration,
    /// The rate at which arriving bytes give that time back.
    pub min_body_bytes_per_s: u64,
    /// HTTP/2: from the last frame to the ping.
    pub ping_interval: Duration,
    /// From the ping to its answer.
    pub ping_timeout: Duration,
    /// Connections in all.
    pub connections: usize,
    /// Connections of an address.
    pub connections_per_address: usize,
    /// Open requests.
    pub requests: usize,
}

/// The timeouts of a connection's phases.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// TLS.
    pub handshake: Duration,
    /// A request head.
    pub head: Duration,
    /// No request.
    pub idle: Duration,
    /// Answers that are not read.
    pub unread: Duration,
}

impl Settings {
    /// The settings as used, by a process that may open this many files.
    ///
    /// # Errors
    /// If files do not suffice for the connections.
    pub fn limits(&self, descriptors: u64) -> Result<Limits, String> {
        let ms = |written: Option<u64>, default| Duration::from_millis(written.unwrap_or(default));
        let connections = self.connections(descriptors)?;
        let per_address = self.max_connections_per_address.unwrap_or(connections.div_ceil(2));
        let times = Times {
            handshake: ms(self.tls_handshake_timeout_ms, TLS_HANDSHAKE_TIMEOUT_MS),
            head: ms(self.head_timeout_ms, HEAD_TIMEOUT_MS),
            idle: ms(self.keep_alive_timeout_ms, KEEP_ALIVE_TIMEOUT_MS),
            unread: ms(self.write_timeout_ms, WRITE_TIMEOUT_MS),
        };
        Ok(Limits {
            times,
            overflow_times: Times {
                handshake: times.handshake.min(OVERFLOW_HEAD_TIMEOUT),
                head: times.head.min(OVERFLOW_HEAD_TIMEOUT),
                idle: Duration::ZERO,
                ..times
            },
            body_timeout: ms(self.body_timeout_ms, BODY_TIMEOUT_MS),
            min_body_bytes_per_s: self.min_body_bytes_per_s.unwrap_or(MIN_BODY_BYTES_PER_S),
            ping_interval: ms(self.http2_ping_interval_ms, HTTP2_PING_INTERVAL_MS),
            ping_timeout: ms(self.http2_ping_timeout_ms, HTTP2_PING_TIMEOUT_MS),
            connections: usize::try_from(connections).unwrap_or(usize::MAX),
            connections_per_address: usize::try_from(per_address).unwrap_or(usize::MAX),
            requests: self.requests(memory::available()),
        })
    }

    fn requests(&self, memory_bytes: usize) -> usize {
        let written = self.max_requests.map(|most| usize::try_from(most).unwrap_or(usize::MAX));
        let most = memory_bytes.checked_div(BYTES_PER_REQUEST).unwrap_or_default();
        written.unwrap_or_else(|| most.clamp(*REQUESTS.start(), *REQUESTS.end()))
    }

    fn connections(&self, descriptors: u64) -> Result<u64, String> {
        let most = descriptors::for_connections(descriptors);
        match self.max_connections {
            None => Ok(most.min(MAX_CONNECTIONS)),
            Some(wanted) if wanted <= most => Ok(wanted),
            Some(wanted) => Err(format!(
                "max-connections {wanted}: this process may open {descriptors} files, which is enough for {most} \
                 connections; raise the limit (`ulimit -n {}`) or ask for fewer",
                descriptors::needed(wanted)
            )),
        }
    }
}

fn positive(table: &mut Table, key: &str) -> Option<u64> {
    let number = table.integer(key)?;
    let written = u64::try_from(number).ok().filter(|number| (1..=MAX).contains(number));
    if written.is_none() {
        table.problem(format_args!("`{key}` must be from 1 to {MAX}, not {number}"));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cap_follows_the_limit_of_open_files() {
        let connections = |descriptors| {
            let limits = Settings::default().limits(descriptors).unwrap();
            (limits.connections, limits.connections_per_address)
        };
        for (descriptors, expected) in
            [(1, (1, 1)), (300, (102, 51)), (1024, (464, 232)), (u64::MAX, (10_000, 5_000))]
        {
            assert_eq!(connections(descriptors), expected, "{descriptors}");
        }
    }

    #[test]
    fn the_cap_of_requests_follows_the_memory() {
        const GIB: usize = 1024 * 1024 * 1024;
        for (memory, expected) in [(0, 64), (GIB / 4, 128), (GIB, 512), (64 * GIB, 1_000)] {
            assert_eq!(Settings::default().requests(memory), expected, "{memory}");
        }
        let settings = Settings { max_requests: Some(7), ..Settings::default() };
        assert_eq!(settings.requests(0), 7);
    }

    #[test]
    fn more_connections_than_files_is_refused_with_the_limit_that_is_needed() {
        let settings = Settings { max_connections: Some(1000), ..Settings::default() };
        let problem = settings.limits(1024).unwrap_err();
        let expected = "max-connections 1000: this process may open 1024 files, which is enough for 464 connections; \
            raise the limit (`ulimit -n 2096`) or ask for fewer";
        assert_eq!(problem, expected);
        assert_eq!(settings.limits(2096).unwrap().connections, 1000);
    }

    #[test]
    fn a_flag_counts_before_the_file_and_the_file_before_the_default() {
        let flags = Settings { head_timeout_ms: Some(1), ..Settings::default() };
        let file =
            Settings { head_timeout_ms: Some(2), body_timeout_ms: Some(3), ..Settings::default() };
        let limits = flags.or(&file).limits(1024).unwrap();
        assert_eq!(limits.times.head, Duration::from_millis(1));
        assert_eq!(limits.body_timeout, Duration::from_millis(3));
        assert_eq!(limits.times.idle, Duration::from_millis(KEEP_ALIVE_TIMEOUT_MS));
    }

    #[test]
    fn every_setting_is_documented() {
        let page = include_str!("../../../docs/host.md");
        for name in Settings::NAMES {
            for word in [format!("`{name}`"), format!("`--{}`", name.replace('_', "-"))] {
                assert!(page.contains(&word), "docs/host.md does not have {word}");
            }
        }
    }
}
