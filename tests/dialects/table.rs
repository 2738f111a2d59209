//! The table of `docs/dialects.md`, from the results of the matrix.

use crate::client::Client;
use crate::matrix::FEATURES;
use crate::stage::{ROWS, shared};
use postern_tests::manifest;
use std::fmt::Write as _;

const BEGIN: &str =
    "<!-- The table is made by tests/dialects: UPDATE_GOLDEN=1 writes it anew. -->\n";
const END: &str = "<!-- End of the table. -->\n";

/// Runs every case, and compares the results with the document.
#[tokio::test(flavor = "multi_thread")]
async fn every_client_understands_every_vendor_as_the_document_says() {
    let mut table = String::from("| | |");
    let mut failed = Vec::new();
    for row in ROWS {
        let _ = write!(table, " {} |", row.title);
    }
    table.push_str("\n|---|---|");
    table.push_str(&"---|".repeat(ROWS.len()));
    table.push('\n');
    for client in Client::ALL {
        for feature in FEATURES {
            let _ = write!(table, "| {} | {} |", client.name(), feature.title);
            for row in ROWS {
                let works = tokio::spawn((feature.run)(client, row)).await;
                table.push_str(if works.is_ok() { " yes |" } else { " **no** |" });
                if works.is_err() {
                    failed.push(format!("{}, {}, {}", client.name(), feature.title, row.title));
                }
            }
            table.push('\n');
        }
    }
    // A trap ends every request of its instance.
    let log = shared().gateway.log();
    let errors: Vec<_> = log.lines().filter(|line| line.starts_with("error")).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    assert!(failed.is_empty(), "{} failed (see above):\n{}", failed.len(), failed.join("\n"));
    shared().assert_nothing_invalid_was_sent();
    let file = manifest::repository().join("docs/dialects.md");
    let document = std::fs::read_to_string(&file).expect("docs/dialects.md");
    let (before, rest) = document.split_once(BEGIN).expect("the beginning of the table");
    let (found, after) = rest.split_once(END).expect("the end of the table");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let text = format!("{before}{BEGIN}\n{table}\n{END}{after}");
        std::fs::write(&file, text).expect("docs/dialects.md");
        return;
    }
    assert_eq!(found.trim(), table.trim(), "run the tests with UPDATE_GOLDEN=1");
}
