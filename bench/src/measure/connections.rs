//! Thousands of clients that send nothing, too little or too slowly: their effect on other clients, and what remains of
//! them.

use super::Effort;
use crate::client::{Call, Connection};
use crate::clock;
use crate::gateway::{Gateway, Running};
use crate::machine;
use crate::payload;
use crate::report::{Figure, Target};
use crate::samples::Samples;
use anyhow::{Context, Result, bail};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{interval, sleep};

/// Short enough to see the timeout, long enough for all of a kind to be connected at the same time.
const FLAGS: [&str; 4] = [
    "--head-timeout-ms=4000",
    "--keep-alive-timeout-ms=4000",
    "--http2-ping-interval-ms=2000",
    "--http2-ping-timeout-ms=2000",
];

/// The timeout, the GOAWAY of HTTP/2, and a busy machine.
const GONE_WITHIN: Duration = Duration::from_secs(20);

/// A client's connection preface (RFC 9113, 3.4), with an empty SETTINGS frame.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// A HEADERS frame of one field for stream 1 that does not end its headers (RFC 9113, 6.2).
const UNENDED_HEADERS: &[u8] = b"\0\0\x01\x01\x01\0\0\0\x01\x82";

/// A kind of silent client.
struct Kind {
    name: &'static str,
    sends: &'static [&'static [u8]],
    /// They keep sending a byte each second.
    drips: bool,
}

const fn silent_after(name: &'static str, sends: &'static [&'static [u8]]) -> Kind {
    Kind { name, sends, drips: false }
}

const KINDS: [Kind; 8] = [
    silent_after("nothing", &[]),
    silent_after("one byte", &[b"G"]),
    silent_after("half a head", &[b"GET / HTTP/1.1\r\nhost:"]),
    silent_after("half a preface", &[b"PRI * HTTP/2"]),
    silent_after("a preface alone", &[b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]),
    silent_after("idle HTTP/2", &[PREFACE]),
    silent_after("HEADERS without an end", &[PREFACE, UNENDED_HEADERS]),
    Kind { name: "a head that drips", sends: &[b"GET / HTTP/1.1\r\nx-a: "], drips: true },
];

pub async fn connections(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    rlimit::increase_nofile_limit(u64::MAX).context("the limit of open files")?;
    let mut figures = Vec::new();
    for kind in KINDS {
        let running = gateway.start_with_flags(&FLAGS).await?;
        figures.extend(of_kind(&running, effort, &kind).await?);
        running.stop().await?;
    }
    Ok(figures)
}

async fn of_kind(running: &Running, effort: &Effort, kind: &Kind) -> Result<Vec<Figure>> {
    // The cost of a first request is not theirs.
    ask(running, 16).await?;
    let (descriptors, before) = (descriptors(running.pid)?, resident(running)?);
    let silent = open(running, effort.silent_connections, kind).await?;
    let (health, paying) = ask(running, effort.asked_meanwhile).await?;
    let grown = resident(running)? - before;
    let left = left_after(running, descriptors).await?;
    drop(silent);
    let many = format!("{} x {}", effort.silent_connections, kind.name);
    Ok(vec![
        Figure::new(format!("{many}: p99 of /healthz"), "ms", health.percentile_ms(99))
            .reaching(Target::AtMost(50.0)),
        Figure::new(format!("{many}: p99 of a chat"), "ms", paying.percentile_ms(99))
            .reaching(Target::AtMost(50.0)),
        Figure::new(format!("{many}: memory"), "MB more", grown),
        Figure::new(format!("{many}: descriptors left"), "", left).reaching(Target::AtMost(0.0)),
    ])
}

/// Opens this many connections.
async fn open(running: &Running, many: usize, kind: &Kind) -> Result<Vec<TcpStream>> {
    let mut open = Vec::with_capacity(many);
    for _ in 0..many {
        let mut stream = TcpStream::connect(running.server.address).await?;
        stream.write_all(&kind.sends.concat()).await?;
        if kind.drips {
            tokio::spawn(drip(stream));
        } else {
            open.push(stream);
        }
    }
    Ok(open)
}

async fn drip(mut stream: TcpStream) {
    let mut second = interval(Duration::from_secs(1));
    loop {
        second.tick().await;
        if stream.write_all(b"a").await.is_err() {
            return;
        }
    }
}

/// Health checks and other clients, each on a new connection.
async fn ask(running: &Running, times: usize) -> Result<(Samples, Samples)> {
    let (mut health, mut paying) = (Samples::default(), Samples::default());
    let call = Call::chat(payload::chat(None));
    for _ in 0..times {
        let started_ns = clock::now_ns();
        is_healthy(running).await?;
        health.push(clock::now_ns().saturating_sub(started_ns));
        let started_ns = clock::now_ns();
        Connection::open(&running.server).await?.call(&call).await?;
        paying.push(clock::now_ns().saturating_sub(started_ns));
    }
    Ok((health, paying))
}

async fn is_healthy(running: &Running) -> Result<()> {
    let mut stream = TcpStream::connect(running.server.address).await?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n").await?;
    let mut said = Vec::new();
    stream.read_to_end(&mut said).await?;
    if !said.starts_with(b"HTTP/1.1 200 ") {
        bail!("/healthz answered {:?}", String::from_utf8_lossy(&said));
    }
    Ok(())
}

/// The number of files left open after their time is over.
async fn left_after(running: &Running, before: usize) -> Result<f64> {
    let start = Instant::now();
    loop {
        let left = descriptors(running.pid)?.saturating_sub(before);
        if left == 0 || start.elapsed() > GONE_WITHIN {
            return Ok(f64::from(u32::try_from(left)?));
        }
        sleep(Duration::from_millis(100)).await;
    }
}

fn descriptors(pid: u32) -> Result<usize> {
    let files = std::fs::read_dir(format!("/proc/{pid}/fd"));
    Ok(files.context("files are counted in /proc, which is not there: use --only")?.count())
}

fn resident(running: &Running) -> Result<f64> {
    machine::resident_mb(running.pid).context("memory is read from /proc, which is not there")
}
