//! Compiled policies: used while they are those of the files, and else the files are read.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use postern_tests::{Options, Stage, manifest, marker};

const COMPILED: &str = "compiled.bin";
const MODELS: &str = "models.toml";

/// A model that no other file names.
const MODEL: &str = "
[[model]]
name = \"first-name\"
capabilities = [\"chat\"]
[[model.deployment]]
provider = \"vendor\"
upstream_model = \"plain\"
";

/// Instances that have read the policies before end after a second.
const PATIENCE: Duration = Duration::from_secs(60);

/// A stage with policies of its own, which are compiled.
fn compiled(words: &[&str]) -> (Stage, tempfile::TempDir) {
    let policies = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(manifest::repository().join("tests/policies")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), policies.path().join(entry.file_name())).unwrap();
    }
    edit(policies.path(), MODELS, false, |text| text + MODEL);
    let options = Options { policies: Some(policies.path().to_owned()), ..Options::default() };
    let stage = Stage::with(options);
    let words: Vec<_> = ["compile"].iter().chain(words).copied().collect();
    let output = stage.gateway.operator(&words);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (stage, policies)
}

/// Changes a file, as if it were as old as before or new.
fn edit(folder: &Path, file: &str, keeps_time: bool, edit: impl Fn(String) -> String) {
    let path = folder.join(file);
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, edit(text)).unwrap();
    let time = if keeps_time { time } else { SystemTime::now() + Duration::from_secs(2) };
    fs::File::options().append(true).open(&path).unwrap().set_modified(time).unwrap();
}

/// As long as before.
fn renamed(text: String) -> String {
    text.replace("\"first-name\"", "\"other-name\"")
}

async fn asked(stage: &Stage, model: &str) -> u16 {
    stage.ask(model, &marker()).send().await.status
}

/// Asks until the answer has this status.
async fn answers(stage: &Stage, model: &str, status: u16) {
    let begun = Instant::now();
    loop {
        let found = asked(stage, model).await;
        if found == status {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{model} is {found}: {}", stage.gateway.log());
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// Asks until the log says this. What an instance says while it is made ready is not in it.
async fn says(stage: &Stage, model: &str, text: &str) {
    let begun = Instant::now();
    while !stage.gateway.log().contains(text) {
        assert!(begun.elapsed() < PATIENCE, "no {text:?}: {}", stage.gateway.log());
        asked(stage, model).await;
        // Longer than an instance without requests lives, with what it still has to record, and its spare.
        tokio::time::sleep(Duration::from_millis(4_000)).await;
    }
}

#[tokio::test]
async fn they_serve_in_the_place_of_files_that_have_not_changed() {
    let (stage, policies) = compiled(&[]);
    // An edit that no size and no time shows: what was compiled serves, which is how it is known that it does.
    edit(policies.path(), MODELS, true, renamed);
    answers(&stage, "first-name", 200).await;
    assert_eq!(asked(&stage, "other-name").await, 404);
    // A key in the store names a consumer that was compiled.
    let key = stage.gateway.issue_key("tester");
    let call = stage.gateway.call("GET", "/v1/models").key(key.expose());
    assert_eq!(call.send().await.status, 200);
}

#[tokio::test]
async fn the_files_are_read_when_they_are_newer_or_what_was_compiled_is_not_whole() {
    let (stage, policies) = compiled(&[]);
    edit(policies.path(), MODELS, false, renamed);
    answers(&stage, "other-name", 200).await;
    says(&stage, "other-name", "older than models.toml").await;
    let file = policies.path().join(COMPILED);
    let whole = fs::read(&file).unwrap();
    for (what, bytes) in
        [("half a file", &whole[..whole.len() / 2]), ("text", b"[[model]]".as_slice())]
    {
        fs::write(&file, bytes).unwrap();
        answers(&stage, "other-name", 200).await;
        assert_eq!(asked(&stage, "first-name").await, 404, "{what}");
    }
    says(&stage, "other-name", "are damaged").await;
}

#[tokio::test]
async fn the_last_right_ones_serve_while_an_edit_is_wrong_only_if_that_was_asked_for() {
    for (words, status) in [(&[][..], 503), (&["--outlive-files"][..], 200)] {
        let (stage, policies) = compiled(words);
        edit(policies.path(), MODELS, false, |text| format!("{text}\n[[model]]\n"));
        answers(&stage, "first-name", status).await;
        let said = match status {
            200 => "the last right policies serve",
            _ => "older than models.toml",
        };
        says(&stage, "first-name", said).await;
        assert_eq!(asked(&stage, "first-name").await, status);
    }
}
