//! The official SDKs at a limit: they retry only where that helps.

use super::{REMEDY, python};
use postern_tests::limited::{Counting, Setup};
use postern_tests::manifest;
use std::path::Path;
use std::process::Command;

/// Of the second plan's budget one request reserves more than half.
const PLANS: &str = r#"
[[plan]]
name = "second"
limits = [{ scope = "consumer", unit = "requests", per = "second", amount = 1 }]

[[plan]]
name = "budget"
limits = [{ scope = "consumer", unit = "usd", per = "month", amount = 0.0007 }]
"#;

#[test]
fn the_official_python_sdk_retries_a_rate_and_not_a_budget() {
    let python = python();
    assert!(Path::new(&python).exists(), "{} is not there; {REMEDY}", Path::new(&python).display());
    let limited = Setup::new(PLANS)
        .consumer("hasty", "plan = \"second\"")
        .consumer("spender", "plan = \"budget\"")
        .start(Counting::KeyValue);
    let output = Command::new(python)
        // `-B`: no `__pycache__` in the sources.
        .args(["-B", "-m", "unittest", "limits.py"])
        .current_dir(manifest::repository().join("tests/sdk/python"))
        .env("POSTERN_BASE_URL", format!("http://{}/v1", limited.gateways[0].address()))
        .env("POSTERN_HASTY_KEY", limited.key("hasty").expose())
        .env("POSTERN_SPENDER_KEY", limited.key("spender").expose())
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap_or_else(|error| panic!("{error}; {REMEDY}"));
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    println!("{text}");
    assert_eq!(limited.upstream.complaints(), Vec::<String>::new());
}
