//! A spare instance has read its policies before its first request, and is not used when they have changed.

use postern_tests::{Gateway, Options, manifest};
use std::fs::{self, File, FileTimes};
use std::path::Path;
use std::time::Duration;

/// Longer than an idle instance lives, and than a spare one takes to make.
const IDLE: Duration = Duration::from_millis(1_500);

/// The model "sandbox" by another name of the same length.
fn rename(policies: &Path, from: &str, to: &str) {
    let file = policies.join("models.toml");
    let text = fs::read_to_string(&file).unwrap();
    let (from, to) = (format!("name = \"{from}\"\n"), format!("name = \"{to}\"\n"));
    let at = text.rfind(&from).unwrap();
    fs::write(&file, [&text[..at], &to, &text[at + from.len()..]].concat()).unwrap();
}

/// Renames it so that neither the file nor its folder shows it.
fn rename_unseen(policies: &Path, from: &str, to: &str) {
    let paths = [policies.join("models.toml"), policies.to_owned()];
    let times = paths.map(|path| (fs::metadata(&path).unwrap().modified().unwrap(), path));
    rename(policies, from, to);
    for (modified, path) in times {
        let times = FileTimes::new().set_modified(modified);
        File::open(path).unwrap().set_times(times).unwrap();
    }
}

#[tokio::test]
async fn is_used_unless_a_policy_has_changed_since_it_was_made() {
    const TRIES: usize = 20;
    let policies = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(manifest::repository().join("tests/policies")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), policies.path().join(entry.file_name())).unwrap();
    }
    let policies = policies.path();
    let options = Options { policies: Some(policies.to_owned()), ..Options::default() };
    let gateway = Gateway::start(&options);
    let key = gateway.issue_key("tester");
    let offers = async |model: &str| {
        tokio::time::sleep(IDLE).await;
        let call = gateway.call("GET", &format!("/v1/models/{model}")).key(key.expose());
        let status = call.send().await.status;
        assert!([200, 404].contains(&status), "{status}");
        status == 200
    };
    let mut was_used = false;
    for _ in 0..TRIES {
        // The next spare instance is made with this request.
        assert!(offers("sandbox").await);
        tokio::time::sleep(IDLE).await;
        // It has read the old name; one that is made for the request reads the new one.
        rename_unseen(policies, "sandbox", "hidden1");
        was_used = offers("sandbox").await;
        rename(policies, "hidden1", "sandbox");
        if was_used {
            break;
        }
    }
    assert!(was_used, "no request was served by a spare instance");
    assert!(offers("sandbox").await);
    tokio::time::sleep(IDLE).await;
    rename(policies, "sandbox", "renamed");
    assert!(offers("renamed").await, "the spare instance is older than the policies");
    // What it has answered to be ready is no request of a client.
    assert!(!gateway.log().contains("/readyz"), "{}", gateway.log());
}
