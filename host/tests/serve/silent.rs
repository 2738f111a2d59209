//! Clients that say nothing, too little, or too slowly: each kind is gone within its bound, however many there are.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::STATIC;
use super::host::{Folder, Host};
use super::http2::{GET_HELLO, HEADERS, PREFACE, SETTINGS, answer_pings, frame};
use super::tls::{encrypted_client, write_certificate};

/// Every phase as short as a test can tell.
const SHORT: &[&str] = &[
    "--head-timeout-ms=300",
    "--tls-handshake-timeout-ms=300",
    "--keep-alive-timeout-ms=300",
    "--write-timeout-ms=300",
    "--http2-ping-interval-ms=200",
    "--http2-ping-timeout-ms=200",
];
/// A phase, the goodbye of HTTP/2, and a machine that is busy.
const BOUND: Duration = Duration::from_secs(5);

const GET: &str = "GET /hello HTTP/1.1\r\nhost: test\r\n\r\n";

/// What a silent client does, and what it is told at the end.
struct Kind {
    name: &'static str,
    /// What it sends.
    sends: fn(&mut TcpStream),
    /// What it does from then on.
    then: Then,
    /// What the last answer of HTTP/1.1 begins with; empty for none.
    last: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Nothing,
    /// Sends a byte now and then.
    Drips,
    AnswersPings,
}

fn send(stream: &mut TcpStream, bytes: &[u8]) {
    // At the cap the host may have closed it already.
    let _ = stream.write_all(bytes);
}

fn speak_http2(stream: &mut TcpStream, then: &[u8]) {
    send(stream, &[PREFACE, SETTINGS, then].concat());
}

const TOO_SLOW: &str = "HTTP/1.1 408 ";
const KINDS: &[Kind] = &[
    Kind { name: "nothing", sends: |_| (), then: Then::Nothing, last: "" },
    Kind { name: "one byte", sends: |s| send(s, b"G"), then: Then::Nothing, last: TOO_SLOW },
    Kind {
        name: "an empty line",
        sends: |s| send(s, b"\r\n"),
        then: Then::Nothing,
        last: TOO_SLOW,
    },
    Kind {
        name: "half a head",
        sends: |s| send(s, b"GET / HTTP/1.1\r\nhost:"),
        then: Then::Nothing,
        last: TOO_SLOW,
    },
    Kind {
        name: "a head that drips",
        sends: |s| send(s, b"GET / HTTP/1.1\r\nx-a: "),
        then: Then::Drips,
        last: TOO_SLOW,
    },
    Kind {
        name: "a first byte of a preface",
        sends: |s| send(s, b"P"),
        then: Then::Nothing,
        last: TOO_SLOW,
    },
    Kind {
        name: "half a preface",
        sends: |s| send(s, &PREFACE[..12]),
        then: Then::Nothing,
        last: "",
    },
    Kind { name: "a preface alone", sends: |s| send(s, PREFACE), then: Then::Nothing, last: "" },
    Kind {
        name: "HTTP/2 without a request",
        sends: |s| speak_http2(s, b""),
        then: Then::Nothing,
        last: "",
    },
    Kind {
        name: "HTTP/2 without a request that answers pings",
        sends: |s| speak_http2(s, b""),
        then: Then::AnswersPings,
        last: "",
    },
    Kind {
        name: "HTTP/2 after a request that answers pings",
        sends: |s| speak_http2(s, &frame(HEADERS, 0x5, 1, GET_HELLO)),
        then: Then::AnswersPings,
        last: "",
    },
    Kind {
        name: "HEADERS without END_HEADERS",
        sends: |s| speak_http2(s, &frame(HEADERS, 0x1, 1, &GET_HELLO[..2])),
        then: Then::Nothing,
        last: "",
    },
    Kind {
        name: "half a frame",
        sends: |s| speak_http2(s, &frame(HEADERS, 0x5, 1, GET_HELLO)[..7]),
        then: Then::Nothing,
        last: "",
    },
    Kind {
        name: "nothing after a request",
        sends: |s| send(s, GET.as_bytes()),
        then: Then::Nothing,
        last: "HTTP/1.1 203 ",
    },
    Kind {
        name: "one byte after a request",
        sends: |s| send(s, format!("{GET}G").as_bytes()),
        then: Then::Nothing,
        last: "HTTP/1.1 ",
    },
];

/// Reads until the host closes: all it has said.
fn read_to_the_end(stream: &mut TcpStream, then: Then) -> Vec<u8> {
    let (begin, mut said, mut part) = (Instant::now(), Vec::new(), [0; 4096]);
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    while begin.elapsed() < BOUND {
        match stream.read(&mut part) {
            Ok(0) => return said,
            Ok(length) => said.extend(&part[..length]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return said,
        }
        match then {
            Then::Nothing => {}
            Then::Drips => drop(stream.write_all(b"a")),
            Then::AnswersPings => answer_pings(stream, &said),
        }
    }
    panic!("it is still open after {BOUND:?}");
}

#[test]
fn each_kind_is_closed_within_its_bound_and_told_what_it_is_owed() {
    let folder = Folder::new(STATIC);
    let host = folder.up(SHORT);
    std::thread::scope(|scope| {
        for kind in KINDS {
            scope.spawn(|| {
                let mut stream = host.connect();
                (kind.sends)(&mut stream);
                let said = read_to_the_end(&mut stream, kind.then);
                let said = String::from_utf8_lossy(&said);
                let last =
                    said.rfind("HTTP/1.1 ").and_then(|start| said.get(start..)).unwrap_or_default();
                assert_eq!(last.is_empty(), kind.last.is_empty(), "{}: {said:?}", kind.name);
                assert!(last.starts_with(kind.last), "{}: {said:?}", kind.name);
            });
        }
    });
    assert_eq!(host.get("/hello").status, 203);
}

#[test]
fn a_client_that_does_not_read_is_closed() {
    let body = "a".repeat(16 * 1024 * 1024);
    let folder = Folder::new(&format!(
        "[[trigger.http]]\nroute = \"/hello\"\nstatic_response = {{ body = \"{body}\" }}\n"
    ));
    let host = folder.up(SHORT);
    let begin = host.descriptors();
    let mut stream = host.connect();
    stream.write_all(GET.as_bytes()).unwrap();
    // Who reads slowly is served.
    let mut patient = host.connect();
    patient.write_all(GET.as_bytes()).unwrap();
    let (mut read, mut part) = (0, vec![0; 512 * 1024]);
    while read < body.len() {
        let length = patient.read(&mut part).unwrap();
        assert!(length > 0, "it is closed after {read} bytes");
        read += length;
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(patient);
    host.falls_to(begin, BOUND);
    drop(stream);
}

#[test]
fn silence_in_tls_is_closed() {
    let folder = Folder::new(STATIC);
    write_certificate(&folder);
    let host = folder.up(&[SHORT, &["--tls-cert", "cert.pem", "--tls-key", "key.pem"]].concat());
    let kinds: [(&str, &[u8]); 4] = [
        ("nothing", b""),
        ("one byte", b"\x16"),
        ("half a ClientHello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
        ("not TLS", b"GET"),
    ];
    for (name, bytes) in kinds {
        let mut stream = host.connect();
        stream.write_all(bytes).unwrap();
        let said = read_to_the_end(&mut stream, Then::Nothing);
        assert!(!said.starts_with(b"HTTP"), "{name}");
    }
    for (sent, owed) in [("", ""), ("GET / HT", TOO_SLOW), ("PRI * HT", "")] {
        let mut client = encrypted_client(&folder, &host);
        client.write_all(sent.as_bytes()).unwrap();
        client.flush().unwrap();
        let mut said = Vec::new();
        let begin = Instant::now();
        let _ = client.read_to_end(&mut said);
        assert!(begin.elapsed() < BOUND);
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(said.starts_with(owed) && said.is_empty() == owed.is_empty(), "{sent}: {said}");
    }
}

/// So many connections of each of these kinds at once, while others ask: how long the slowest of 100 took but one.
fn storm(host: &Host, of_each: usize, kinds: &[Kind]) -> Duration {
    let mut open = Vec::new();
    let mut took = Vec::new();
    let every = (of_each * kinds.len() / 100).max(1);
    for _ in 0..of_each {
        for kind in kinds {
            let mut stream = host.connect();
            (kind.sends)(&mut stream);
            open.push(stream);
            if open.len() % every == 0 {
                let begin = Instant::now();
                assert_eq!(host.get("/hello").status, 203);
                took.push(begin.elapsed());
            }
        }
    }
    took.sort_unstable();
    took[took.len() * 99 / 100 - 1]
}

fn bears(of_each: usize, kinds: &[Kind], flags: &[&str]) {
    postern_host::server::raise_limit();
    let folder = Folder::new(STATIC);
    let host = folder.up(flags);
    host.get("/hello");
    let (begin, before) = (host.descriptors(), host.resident_kb());
    let slowest = storm(&host, of_each, kinds);
    let names: Vec<_> = kinds.iter().map(|kind| kind.name).collect();
    let grown = host.resident_kb().saturating_sub(before);
    println!(
        "{of_each} of each: p99 {slowest:?}, {before} kB and {grown} kB more: {}",
        names.join(", ")
    );
    // How long others wait is measured by the benchmark; here, that they are answered.
    host.falls_to(begin, BOUND);
}

#[test]
fn a_hundred_of_each_kind_at_once_leave_no_descriptor_and_disturb_no_client() {
    bears(100, KINDS, SHORT);
}

#[test]
#[ignore = "30,000 connections"]
fn two_thousand_of_each_kind_at_once_leave_no_descriptor_and_disturb_no_client() {
    // Long enough for all of them to be there at the same time.
    let flags = [SHORT, &["--head-timeout-ms=3000", "--keep-alive-timeout-ms=3000"]].concat();
    let flags: Vec<_> = flags.into_iter().filter(|flag| !flag.ends_with("=300")).collect();
    for kind in KINDS {
        bears(2000, std::slice::from_ref(kind), &flags);
    }
}
