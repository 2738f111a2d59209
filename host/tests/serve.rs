//! The program as users run it: starting, refusing to start, serving, stopping.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "serve/heads.rs"]
mod heads;
#[path = "serve/host.rs"]
mod host;
#[path = "serve/http2.rs"]
mod http2;
#[path = "serve/silent.rs"]
mod silent;
#[path = "serve/tls.rs"]
mod tls;

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use host::{Folder, read_answer};

const STATIC: &str = "[[trigger.http]]\nroute = \"/hello\"\nstatic_response = { status_code = 203, headers = { x-a = \"b\" }, body = \"hello\" }\n";

/// A manifest with the component `app` on every path, and what it is granted.
fn app(granted: &str) -> String {
    format!(
        "[[trigger.http]]\nroute = \"/...\"\ncomponent = \"app\"\n[component.app]\nsource = \"app.wasm\"\n{granted}"
    )
}

#[test]
fn serves_a_fixed_response_and_404_beside_it() {
    let folder = Folder::new(STATIC);
    let host = folder.up(&[]);
    let answer = host.get("/hello");
    assert_eq!(answer.status, 203);
    assert!(
        answer.text.contains("x-a: b\r\n") && answer.text.ends_with("\r\n\r\nhello"),
        "{}",
        answer.text
    );
    assert_eq!(host.get("/other").status, 404);
    assert_eq!(host.get("/.well-known/spin/health").status, 200);
    assert_eq!(host.errors(), "");
}

#[test]
fn a_component_answers_and_one_of_its_traps_ends_itself_alone() {
    let folder = Folder::new(
        "[[trigger.http]]\nroute = \"/good\"\ncomponent = \"good\"\n[[trigger.http]]\nroute = \"/bad\"\ncomponent = \"bad\"\n\
         [component.good]\nsource = \"good.wasm\"\n[component.bad]\nsource = \"bad.wasm\"\n",
    )
    .guest("good.wasm", "(i32.const 204)", "-")
    .guest("bad.wasm", "(unreachable)", "-");
    let host = folder.up(&[]);
    for _ in 0..3 {
        assert_eq!(host.get("/good").status, 204);
        assert_eq!(host.get("/bad").status, 500);
    }
    let errors = host.errors();
    assert!(errors.contains("unreachable"), "{errors}");
}

#[test]
fn a_store_opens_when_it_is_granted_and_is_denied_when_it_is_not() {
    let granted = app("key_value_stores = [\"default\"]\n");
    let folder = Folder::new(&granted).guest("app.wasm", "(call $open-status)", "default");
    assert_eq!(folder.up(&[]).get("/").status, 200);
    let folder = Folder::new(&app("")).guest("app.wasm", "(call $open-status)", "default");
    assert_eq!(folder.up(&[]).get("/").status, 401, "access-denied is the error number 1");
}

#[test]
fn a_counter_lives_in_the_file_that_the_command_line_reads() {
    let granted = app("key_value_stores = [\"default\"]\n");
    let folder = Folder::new(&granted).guest("app.wasm", "(call $count-status)", "default");
    let host = folder.up(&[]);
    for status in 201..=203 {
        assert_eq!(host.get("/").status, status);
    }
    let value = folder.run(&["key-value", "get", "default"]).stdout;
    assert_eq!(value, 3_i64.to_le_bytes());
    assert!(folder.path().join(".spin/sqlite_key_value.db").exists());
    // The store can be written while the host runs on it.
    assert!(folder.run(&["key-value", "delete", "default"]).status.success());
    assert_eq!(host.get("/").status, 201);
}

#[test]
fn the_command_line_sets_lists_and_misses_keys() {
    let folder = Folder::new(STATIC);
    assert!(folder.run(&["key-value", "set", "b", "two words"]).status.success());
    let mut set = folder.command(&["key-value", "set", "--store", "default", "a", "-"]);
    let mut process = set.stdin(std::process::Stdio::piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(b"\0\xff\n").unwrap();
    assert!(process.wait().unwrap().success());
    assert_eq!(folder.run(&["key-value", "list"]).stdout, b"a\nb\n");
    assert_eq!(folder.run(&["key-value", "get", "a"]).stdout, b"\0\xff\n");
    let absent = folder.run(&["key-value", "get", "c"]);
    assert_eq!(absent.status.code(), Some(3), "a key that is not there is no failure");
    assert_eq!(absent.stderr, b"error: there is no key `c`\n");
    assert!(absent.stdout.is_empty());
    let problem = folder.fails(&["key-value", "list", "--store", "other"]);
    assert_eq!(problem, "error: there is no key-value store `other`; there are default\n");
}

#[test]
fn a_component_reads_its_own_variables_from_flag_environment_and_file() {
    let manifest = format!(
        "[variables]\nsecret = {{ default = \"123\" }}\n{}",
        app("variables = { own = \"{{ secret }}!\" }\n")
    );
    let folder = Folder::new(&manifest).guest("app.wasm", "(call $variable-status)", "own");
    assert_eq!(folder.up(&[]).get("/").status, 204);
    folder.write(".env", b"SPIN_VARIABLE_SECRET=12345\n");
    assert_eq!(folder.up(&[]).get("/").status, 206);
    assert_eq!(folder.up(&["--variable", "secret=1"]).get("/").status, 202);
    let other = Folder::new(&manifest).guest("app.wasm", "(call $variable-status)", "secret");
    assert_eq!(
        other.up(&[]).get("/").status,
        404,
        "an application variable is not the component's"
    );
}

#[test]
fn a_component_reaches_the_hosts_it_is_granted_and_no_other() {
    let upstream = Folder::new(STATIC).up(&[]);
    let granted = app(&format!(
        "allowed_outbound_hosts = [\"http://{}\", \"http://127.0.0.1:1\"]\n",
        upstream.address
    ));
    let fetch = |authority: &str, manifest: &str| {
        let folder = Folder::new(manifest).guest("app.wasm", "(call $fetch-status)", authority);
        let host = folder.up(&[]);
        (host.get("/").status, host.errors())
    };
    assert_eq!(fetch(&upstream.address, &granted).0, 404, "the upstream has no route for /");
    assert_eq!(fetch("127.0.0.1:1", &granted).0, 406, "connection-refused is the error number 6");
    let (status, errors) = fetch(&upstream.address, &app(""));
    assert_eq!(status, 415, "HTTP-request-denied is the error number 15");
    let expected = format!(
        "compiling `app`\nerror: `app` may not reach http://{}: its `allowed_outbound_hosts` does not name it\n",
        upstream.address
    );
    assert_eq!(errors, expected);
}

#[test]
fn one_component_reaches_another_by_name_also_when_it_is_private() {
    let manifest = format!(
        "{}[component.inner]\nsource = \"inner.wasm\"\n[[trigger.http]]\nroute = {{ private = true }}\ncomponent = \"inner\"\n",
        app("allowed_outbound_hosts = [\"http://inner.spin.internal\"]\n")
    );
    let folder = Folder::new(&manifest)
        .guest("app.wasm", "(call $fetch-status)", "inner.spin.internal")
        .guest("inner.wasm", "(i32.const 299)", "-");
    assert_eq!(folder.up(&[]).get("/").status, 299);
}

#[test]
fn headers_over_the_limit_are_431() {
    let folder = Folder::new(STATIC);
    let host = folder.up(&[]);
    let request = |headers: String| {
        format!("GET /hello HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{headers}\r\n")
    };
    let large = request(format!("x-large: {}\r\n", "a".repeat(140 * 1024)));
    assert_eq!(host.send(large.as_bytes()).status, 431);
    let many = request((0..101).map(|number| format!("x-{number}: a\r\n")).collect());
    assert_eq!(host.send(many.as_bytes()).status, 431);
    let fits = request(format!("x-large: {}\r\n", "a".repeat(60 * 1024)));
    assert_eq!(host.send(fits.as_bytes()).status, 203);
    let bytes =
        b"GET /hello HTTP/1.1\r\nhost: test\r\nconnection: close\r\nx-bytes: \xff\xfe\r\n\r\n";
    assert_eq!(host.send(bytes).status, 203);
}

#[test]
fn a_request_without_a_host_is_400() {
    let folder = Folder::new(&app("")).guest("app.wasm", "(i32.const 200)", "-");
    let host = folder.up(&[]);
    assert_eq!(host.send(b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n").status, 400);
    assert_eq!(host.send(b"GET / HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n").status, 400);
}

#[test]
fn speaks_http2_without_encryption() {
    let folder = Folder::new(STATIC);
    let host = folder.up(&[]);
    let mut stream = host.connect();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").unwrap();
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).unwrap();
    assert_eq!(frame[3], 4, "the first frame is SETTINGS");
}

#[test]
fn a_signal_lets_an_open_request_finish_and_refuses_new_connections() {
    let slow = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = slow.local_addr().unwrap().to_string();
    let folder = Folder::new(&app(&format!("allowed_outbound_hosts = [\"http://{address}\"]\n")))
        .guest("app.wasm", "(call $fetch-status)", &address);
    let mut host = folder.up(&[]);
    let mut client = host.connect();
    client.write_all(b"GET / HTTP/1.1\r\nhost: test\r\n\r\n").unwrap();
    let (mut upstream, _) = slow.accept().unwrap();
    // An answer before its request would break the connection.
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        upstream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    host.signal("INT");
    let start = Instant::now();
    while std::net::TcpStream::connect(&host.address).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(5), "new connections are still taken");
        std::thread::sleep(Duration::from_millis(5));
    }
    upstream.write_all(b"HTTP/1.1 299 Late\r\ncontent-length: 0\r\n\r\n").unwrap();
    assert_eq!(read_answer(&mut client).status, 299);
    let (code, took) = host.wait();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[test]
fn an_idle_host_ends_at_once() {
    let folder = Folder::new(&app("")).guest("app.wasm", "(i32.const 200)", "-");
    let mut host = folder.up(&["--idle-instance-timeout-ms", "60000"]);
    assert_eq!(host.get("/").status, 200);
    host.signal("TERM");
    let (code, took) = host.wait();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[test]
fn what_keeps_it_from_starting_is_one_sentence_each() {
    let folder = Folder::new(&format!(
        "[variables]\nkey = {{ required = true }}\n{}",
        app("key_value_stores = [\"sessions\"]\n")
    ));
    let expected = "\
error: the variable `key` is required: pass --variable key=... or set SPIN_VARIABLE_KEY
error: component.app: there is no key-value store `sessions`; add [key_value_store.sessions] to the runtime configuration
error: component.app: ./app.wasm cannot be read: No such file or directory (os error 2); build it first
";
    assert_eq!(folder.fails(&["up"]), expected);
    assert_eq!(folder.fails(&["check"]), expected);
}

#[test]
fn a_first_start_that_compiles_serves_like_any_other() {
    let folder = Folder::new(&app("")).guest("app.wasm", "(i32.const 204)", "-");
    for compiles in [true, false] {
        let host = folder.up(&["--cache-dir", "cache"]);
        assert_eq!(host.get("/").status, 204);
        assert_eq!(host.errors() == "compiling `app`\n", compiles);
    }
    // A cache that cannot be kept must not make it compile for ever.
    folder.write("file", b"");
    let host = folder.up(&["--cache-dir", "file/cache"]);
    assert_eq!(host.get("/").status, 204);
}

#[test]
fn a_taken_port_is_one_sentence() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = Folder::new(STATIC);
    let expected = format!(
        "error: {address} is taken by another program: stop it or listen elsewhere with --listen\n"
    );
    assert_eq!(folder.fails(&["up", "--listen", &address]), expected);
}

#[test]
fn an_unreadable_manifest_and_a_wrong_file_flag_are_one_sentence() {
    let folder = Folder::new(STATIC);
    let problem = folder.fails(&["up", "--manifest", "other.toml"]);
    assert_eq!(
        problem,
        "error: the manifest other.toml cannot be read: No such file or directory (os error 2)\n"
    );
    let problem = folder.fails(&["up", "--files", "policies=elsewhere"]);
    assert_eq!(
        problem,
        "error: --files policies: no component of the manifest mounts `policies`\n"
    );
}

#[test]
fn check_is_silent_about_what_is_right() {
    let folder = Folder::new(&app("")).guest("app.wasm", "(i32.const 200)", "-");
    let output = folder.run(&["check"]);
    assert!(
        output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(),
        "{output:?}"
    );
}

#[test]
fn a_component_that_serves_no_http_does_not_start() {
    let folder = Folder::new(&app(""));
    folder.write("app.wasm", &wat::parse_str("(component)").unwrap());
    let problem = folder.fails(&["up", "--listen", "127.0.0.1:0"]);
    let expected = "error: component.app: it is named by a trigger and serves no HTTP: it exports neither \
        `wasi:http/handler@0.3` nor `wasi:http/incoming-handler@0.2`\n";
    assert_eq!(problem, format!("compiling `app`\n{expected}"));
}
