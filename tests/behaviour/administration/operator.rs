//! The operator's program beside a gateway: the same tables from the file and by URL, and decisions made again.

use super::{Scene, range, scene};

fn printed(scene: &Scene, words: &[&str], variables: &[(&str, &str)]) -> String {
    let output = scene.guarded.stage.gateway.operator_with(words, variables);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn ledger(scene: &Scene) -> String {
    scene.guarded.stage.gateway.state().join("sqlite_db.db").to_str().unwrap().to_owned()
}

#[tokio::test]
async fn sums_requests_and_costs_are_the_same_from_the_file_and_by_url() {
    let scene = scene().await;
    let file = ledger(scene);
    let url = format!("http://{}", scene.guarded.stage.gateway.address());
    let range = range();
    let (from, to) = range.split_once('&').unwrap();
    let (from, to) = (from.replace("from=", ""), to.replace("to=", ""));
    let range = ["--from", &from, "--to", &to];
    for (words, says) in [
        (
            &["usage", "sums", "--by", "consumer", "--where", "model=plain-model"][..],
            "acme-web-lead",
        ),
        (&["usage", "requests", "--limit", "500", "--where", "operation=chat"], "acme-web-lead"),
        (
            &["usage", "costs", "--where", "model=plain-model", "--format", "csv"],
            "AvailabilityZone,",
        ),
        (&["usage", "costs", "--where", "model=plain-model"], "ProviderName"),
    ] {
        let of_file = [words, &range, &["--ledger", &file]].concat();
        let of_file = printed(scene, &of_file, &[]);
        let by_url = [words, &range, &["--url", &url]].concat();
        let key = [("POSTERN_ADMIN_KEY", scene.key("root"))];
        assert_eq!(of_file, printed(scene, &by_url, &key), "{words:?}");
        assert!(of_file.contains(says), "{words:?}: {of_file}");
    }
    // Who sees less is shown less.
    let by_url =
        [&["usage", "requests", "--where", "operation=chat"], &range[..], &["--url", &url]]
            .concat();
    let own = printed(scene, &by_url, &[("POSTERN_ADMIN_KEY", scene.key("acme-web-lead"))]);
    assert!(own.contains("acme-web") && !own.contains("other-admin"), "{own}");
}

#[tokio::test]
async fn what_cannot_be_asked_is_said_with_what_can() {
    let scene = scene().await;
    let file = ledger(scene);
    let url = format!("http://{}", scene.guarded.stage.gateway.address());
    for (words, variables, says) in [
        (
            &["usage", "sums", "--by", "prompt", "--ledger", &file][..],
            &[][..],
            "a list of `consumer`",
        ),
        (
            &["usage", "sums", "--ledger", "/no/ledger.db"],
            &[],
            "there is no ledger at /no/ledger.db",
        ),
        (&["usage", "sums", "--url", &url], &[], "POSTERN_ADMIN_KEY"),
        (&["usage", "sums", "--url", &url], &[("POSTERN_ADMIN_KEY", "pk-wrong")], "status 401"),
        (
            &["usage", "sums", "--url", &url],
            &[("POSTERN_ADMIN_KEY", scene.key("plain"))],
            "status 403",
        ),
        (&["usage", "requests", "unknown", "--ledger", &file], &[], "no request `unknown`"),
    ] {
        let output = scene.guarded.stage.gateway.operator_with(words, variables);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(says), "{words:?}: {said}");
    }
}

#[tokio::test]
async fn decisions_are_the_same_again_with_the_policies_of_that_time() {
    let scene = scene().await;
    let (file, id) = (ledger(scene), scene.row_of("acme-web-lead"));
    let words = ["replay", &id, "--ledger", &file];
    let said = printed(scene, &words, &[]);
    for part in [
        "auth      equal: consumer `acme-web-lead`, team `web`, tenant `acme`",
        "route     equal: `plain-model` leads to vendor/plain",
        "access    equal: vendor/plain allowed by consumers-use-models",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("different"), "{said}");
    // Other policies are not taken for those.
    let other = postern_tests::manifest::repository().join("policies");
    let words = [&words[..], &["--policies", other.to_str().unwrap()]].concat();
    let output = scene.guarded.stage.gateway.operator_with(&words, &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the policies that decided have the digest sha256:"), "{said}");
}
