//! The official SDKs against the fakes of vendors: the fakes answer like the vendors.

use super::{REMEDY, python};
use postern_tests::manifest;
use postern_tests::vendors::{Fake, Vendor, credentials, service_account};
use std::path::Path;
use std::process::Command;

/// Runs `fakes_<vendor>.py` against a separate fake.
fn content(vendor: Vendor, credentials: &[(&str, &str)]) {
    let (fake, python) = (Fake::start(vendor), python());
    assert!(Path::new(&python).exists(), "{} is not there; {REMEDY}", Path::new(&python).display());
    let script = format!("fakes_{}", vendor.name());
    let output = Command::new(python)
        // `-B`: no `__pycache__` in the sources; the SDKs leave their sockets to the end of the process.
        .args(["-B", "-W", "ignore", "-m", "unittest", &script])
        .current_dir(manifest::repository().join("tests/sdk/python"))
        .env("POSTERN_FAKE_URL", fake.origin())
        .env("POSTERN_FAKE_SERVICE_ACCOUNT", service_account(&fake.origin()))
        .env("NO_PROXY", "127.0.0.1")
        .envs(credentials.iter().copied())
        .output()
        .unwrap_or_else(|error| panic!("{script}: {error}; {REMEDY}"));
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
}

#[test]
fn the_sdk_of_openai_finds_its_vendor_in_the_fake() {
    let azure = ("POSTERN_FAKE_AZURE_KEY", credentials::AZURE_KEY);
    content(Vendor::OpenAi, &[("POSTERN_FAKE_KEY", credentials::OPENAI_KEY), azure]);
}

#[test]
fn the_sdk_of_anthropic_finds_its_vendor_in_the_fake() {
    content(Vendor::Anthropic, &[("POSTERN_FAKE_KEY", credentials::ANTHROPIC_KEY)]);
}

#[test]
fn the_sdk_of_aws_finds_bedrock_in_the_fake() {
    content(
        Vendor::Bedrock,
        &[
            ("AWS_ACCESS_KEY_ID", credentials::AWS_ACCESS_KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", credentials::AWS_SECRET_ACCESS_KEY),
            ("AWS_SESSION_TOKEN", credentials::AWS_SESSION_TOKEN),
        ],
    );
}

#[test]
fn the_sdk_of_google_finds_its_vendor_in_the_fake() {
    content(Vendor::Google, &[("POSTERN_FAKE_KEY", credentials::GOOGLE_KEY)]);
}

#[test]
fn the_sdk_of_cohere_finds_its_vendor_in_the_fake() {
    content(Vendor::Cohere, &[("POSTERN_FAKE_KEY", credentials::COHERE_KEY)]);
}
