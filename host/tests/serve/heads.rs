//! Heads that could be understood in two ways, byte for byte; and places over the cap.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use super::host::{Folder, Host, read_answer};
use super::http2::status_of_authority;
use super::{STATIC, app};

#[test]
fn a_request_is_for_one_host_and_its_body_has_one_coding() {
    let manifest = format!("{STATIC}{}", app(""));
    let folder = Folder::new(&manifest).guest("app.wasm", "(i32.const 204)", "-");
    let host = folder.up(&[]);
    let heads = [
        ("HTTP/1.1", "host: test\r\n", None),
        ("HTTP/1.1", "host: test:80\r\n", None),
        ("HTTP/1.1", "host: [::1]:80\r\n", None),
        ("HTTP/1.1", "", Some(400)),
        ("HTTP/1.1", "host:\r\n", Some(400)),
        ("HTTP/1.1", "host: test\r\nhost: test\r\n", Some(400)),
        ("HTTP/1.1", "host: test\r\nHost: other\r\n", Some(400)),
        ("HTTP/1.1", "host: user@test\r\n", Some(400)),
        ("HTTP/1.1", "host: user:password@test\r\n", Some(400)),
        ("HTTP/1.1", "host: te st\r\n", Some(400)),
        ("HTTP/1.1", "host: test:port\r\n", Some(400)),
        ("HTTP/1.1", "host: a,b\r\n", Some(400)),
        ("HTTP/1.0", "host: user@test\r\n", Some(400)),
        ("HTTP/1.1", "host: test\r\ntransfer-encoding: chunked\r\n", None),
        ("HTTP/1.1", "host: test\r\ntransfer-encoding: gzip, chunked\r\n", Some(501)),
        (
            "HTTP/1.1",
            "host: test\r\ntransfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n",
            Some(501),
        ),
        ("HTTP/1.1", "host: test\r\ntransfer-encoding: identity, chunked\r\n", Some(501)),
        ("HTTP/1.1", "host: test\r\ntransfer-encoding: chunked, chunked\r\n", Some(400)),
        // hyper refuses what is not chunked in the end: RFC 9112, 6.3.
        ("HTTP/1.1", "host: test\r\ntransfer-encoding: gzip\r\n", Some(400)),
        ("HTTP/1.1", "host: test\r\ntransfer-encoding: chunked, gzip\r\n", Some(400)),
        ("HTTP/1.0", "host: test\r\ntransfer-encoding: chunked\r\n", Some(400)),
    ];
    for (version, headers, refusal) in heads {
        // All paths alike: of a fixed response, of a component, of the host itself.
        for (path, status) in [("/hello", 203), ("/", 204), ("/.well-known/spin/health", 200)] {
            let request =
                format!("POST {path} {version}\r\nconnection: close\r\n{headers}\r\n0\r\n\r\n");
            let answer = host.send(request.as_bytes());
            assert_eq!(answer.status, refusal.unwrap_or(status), "{request}{}", answer.text);
        }
    }
    // A load balancer that speaks HTTP/1.0 asks without a host.
    assert_eq!(host.send(b"GET /.well-known/spin/health HTTP/1.0\r\n\r\n").status, 200);
    let absolute =
        b"GET http://user@test/hello HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";
    assert_eq!(host.send(absolute).status, 400);
}

#[test]
fn an_authority_of_http2_is_a_host_as_well() {
    let folder = Folder::new(STATIC);
    let host = folder.up(&[]);
    let status = |authority: &str| status_of_authority(host.connect(), authority, b"");
    assert_eq!(status("test"), Some(203));
    assert_eq!(status("test:80"), Some(203));
    assert_eq!(status("user@test"), Some(400));
    assert_eq!(status("user:password@test"), Some(400));
    assert_eq!(status("test:port"), Some(400));
    // HPACK: `host`, a literal of the static table's name 38.
    assert_eq!(status_of_authority(host.connect(), "test", b"\x0f\x17\x04test"), Some(203));
    let two = b"\x0f\x17\x04test\x0f\x17\x04test";
    assert_eq!(status_of_authority(host.connect(), "test", two), Some(400));
}

/// A host whose component waits for this vendor.
fn waiting(vendor: &TcpListener, flags: &[&str]) -> (Folder, Host) {
    let address = vendor.local_addr().unwrap().to_string();
    let granted = app(&format!("allowed_outbound_hosts = [\"http://{address}\"]\n"));
    let folder = Folder::new(&format!("{STATIC}{granted}"));
    let folder = folder.guest("app.wasm", "(call $fetch-status)", &address);
    let host = folder.up(flags);
    (folder, host)
}

#[test]
fn over_the_cap_a_busy_host_says_when_to_come_back_and_that_it_lives() {
    let vendor = TcpListener::bind("127.0.0.1:0").unwrap();
    let (_folder, host) =
        waiting(&vendor, &["--max-connections=2", "--max-connections-per-address=2"]);
    let mut busy: Vec<_> = (0..2)
        .map(|_| {
            let mut client = host.connect();
            client.write_all(b"GET / HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").unwrap();
            (client, vendor.accept().unwrap().0)
        })
        .collect();
    // More silent ones than there are places over the cap, too.
    let silent: Vec<_> = (0..100).map(|_| host.connect()).collect();
    for _ in 0..3 {
        let answer = host.get("/hello");
        assert_eq!(answer.status, 503);
        assert!(answer.text.contains("retry-after: 1\r\n"), "{}", answer.text);
        assert!(answer.text.contains("connection: close\r\n"), "{}", answer.text);
        assert_eq!(host.get("/.well-known/spin/health").status, 200);
    }
    drop(silent);
    for (client, upstream) in &mut busy {
        let _ = upstream.read(&mut [0; 1024]);
        upstream.write_all(b"HTTP/1.1 299 Late\r\ncontent-length: 0\r\n\r\n").unwrap();
        assert_eq!(read_answer(client).status, 299);
    }
    drop(busy);
    // A place is free as soon as its connection is gone.
    let begin = std::time::Instant::now();
    while host.get("/hello").status != 203 {
        assert!(begin.elapsed() < Duration::from_secs(5));
    }
    let errors = host.errors();
    let lines: Vec<_> =
        errors.lines().filter(|line| line.contains("cap") && !line.contains(" more in ")).collect();
    assert_eq!(lines.len(), 2, "a storm is a line, of each kind: {errors}");
}

#[test]
fn with_few_descriptors_silent_connections_keep_no_client_out() {
    let vendor = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = vendor.local_addr().unwrap().to_string();
    let granted = app(&format!("allowed_outbound_hosts = [\"http://{address}\"]\n"));
    let folder = Folder::new(&format!("{STATIC}{granted}"));
    let folder = folder.guest("app.wasm", "(call $fetch-status)", &address);
    let host = folder.up_limited(300, &[]);
    let silent: Vec<_> = (0..600).map(|_| host.connect()).collect();
    for _ in 0..20 {
        assert_eq!(host.get("/hello").status, 203);
        assert_eq!(host.get("/.well-known/spin/health").status, 200);
    }
    let mut client = host.connect();
    client.write_all(b"GET / HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").unwrap();
    let (mut upstream, _) = vendor.accept().unwrap();
    // An answer before the request would be invalid.
    let _ = upstream.read(&mut [0; 1024]);
    upstream.write_all(b"HTTP/1.1 299 Late\r\ncontent-length: 0\r\n\r\n").unwrap();
    assert_eq!(read_answer(&mut client).status, 299);
    drop(silent);
    let errors = host.errors();
    let named = |line: &&str| line.contains("max-connections-per-address");
    // Where the test takes long, what follows is a count.
    let lines = errors.lines().filter(named).filter(|line| !line.contains(" more in "));
    assert_eq!(lines.count(), 1, "{errors}");
}

#[test]
fn a_thousand_at_once_on_a_fresh_process_are_all_taken() {
    postern_host::server::raise_limit();
    let folder = Folder::new(STATIC);
    let host = folder.up(&[]);
    let mut open: Vec<_> = (0..1000).map(|_| host.connect()).collect();
    for stream in &mut open {
        stream
            .write_all(b"GET /hello HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")
            .unwrap();
    }
    for stream in &mut open {
        assert_eq!(read_answer(stream).status, 203);
    }
}

#[test]
fn a_cap_over_the_limit_of_open_files_is_one_sentence_and_a_flag_mends_the_file() {
    let folder = Folder::new(STATIC);
    folder.write("limits.toml", b"[server]\nmax_connections = 1000\n");
    let mut command = folder.limited(300, &["--runtime-config-file=limits.toml"]);
    let output = command.output().unwrap();
    let expected = "error: max-connections 1000: this process may open 300 files, which is enough for 102 connections; \
        raise the limit (`ulimit -n 2096`) or ask for fewer\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), expected);
    let flags = ["--runtime-config-file=limits.toml", "--max-connections=100"];
    assert_eq!(folder.up_limited(300, &flags).get("/hello").status, 203);
}
