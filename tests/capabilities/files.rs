//! Mounted folders: readable, and nothing else is.

use crate::probe::{error, ok, report, start};
use postern_tests::{Gateway, Options};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// The mounted folder, with a file beside it that is not mounted, and links that lead there.
fn host() -> (Gateway, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mount = folder.path().join("mount");
    fs::create_dir(&mount).unwrap();
    fs::write(mount.join("inside.txt"), "inside").unwrap();
    fs::write(folder.path().join("outside.txt"), "outside").unwrap();
    symlink("../outside.txt", mount.join("link.txt")).unwrap();
    symlink(folder.path().join("outside.txt"), mount.join("absolute-link.txt")).unwrap();
    (start(Options { policies: Some(mount), ..Options::default() }), folder)
}

/// The probe's report, with an attempt to read the file beside the mount by its path on this machine.
async fn report_of(component: &str, host: &Gateway, folder: &Path) -> Value {
    let outside = folder.join("outside.txt");
    assert!(outside.exists());
    report(host, &format!("/{component}/files?{}", outside.display())).await
}

#[tokio::test]
async fn a_mounted_folder_is_read_and_nothing_else_is() {
    let (host, folder) = host();
    let expected = json!({
        "read": ok("inside"),
        "list": ok(vec!["absolute-link.txt", "inside.txt", "link.txt"]),
        "missing": error("NotFound"),
        "absolute": error("NotFound"),
        "parent": error("PermissionDenied"),
        "link": error("PermissionDenied"),
        "absolute_link": error("PermissionDenied"),
        "write": error("PermissionDenied"),
        "create": error("PermissionDenied"),
        "remove": error("PermissionDenied"),
        "read_after": ok("inside"),
    });
    assert_eq!(report_of("granted", &host, folder.path()).await, expected);
}

#[tokio::test]
async fn without_a_mount_there_is_no_file() {
    let (host, folder) = host();
    let seen = report_of("denied", &host, folder.path()).await;
    for (call, seen) in seen.as_object().unwrap() {
        assert_eq!(*seen, error("NotFound"), "{call}");
    }
}
