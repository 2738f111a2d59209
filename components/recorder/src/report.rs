//! What the log says of the recorder: one line of JSON each. It never has a record in it.

use postern_trail::ledger::LostInstance;
use spin_sdk::wasip3::random::random::get_random_u64;
use std::fmt::Write as _;
use std::io::Write as _;

/// The name of an instance: random digits.
pub fn new_name() -> String {
    format!("{:016x}", get_random_u64())
}

/// The ledger cannot be written.
pub fn down(why: &str, queued: usize) {
    line("the ledger cannot be written", &format!(r#""why":{},"queued":{queued}"#, quoted(why)));
}

/// The ledger can be written again.
pub fn back(dropped: u64) {
    line("the ledger is written again", &format!(r#""dropped":{dropped}"#));
}

/// The queue is full.
pub fn dropped(dropped: u64) {
    line("records are dropped: the queue is full", &format!(r#""dropped":{dropped}"#));
}

/// The store was away for too long.
pub fn given_up(records: usize) {
    line(
        "records are given up: the ledger was away for too long",
        &format!(r#""records":{records}"#),
    );
}

/// What is done between groups has failed.
pub fn not_kept(why: &str) {
    line("the ledger is not cleaned up", &format!(r#""why":{}"#, quoted(why)));
}

/// A checkpoint of an audit stream was signed too late.
pub fn not_needed(stream: &str, through: u64) {
    let more = format!(r#""stream":{},"through":{through}"#, quoted(stream));
    line("a signature is not used: the stream has a later one, or is too far ahead", &more);
}

/// A checkpoint of an audit stream was not signed.
pub fn unsigned(stream: &str, why: &str) {
    let more = format!(r#""stream":{},"why":{}"#, quoted(stream), quoted(why));
    line("a checkpoint of the audit chain is not signed", &more);
}

/// An instance ended without closing.
pub fn lost(lost: &LostInstance) {
    let LostInstance { instance, heard_unix_ms, records } = lost;
    line(
        "an instance ended before it had written its records",
        &format!(
            r#""instance":{},"heard_unix_ms":{heard_unix_ms},"lost_at_most":{records}"#,
            quoted(instance)
        ),
    );
}

/// A collector has not taken records.
pub fn not_exported(dropped: u64) {
    line("a collector does not take records", &format!(r#""dropped":{dropped}"#));
}

/// Series are not evaluated.
pub fn unwatched(why: &str) {
    line("anomalies cannot be looked for", &format!(r#""why":{}"#, quoted(why)));
}

/// A message has not arrived, and will not.
pub fn not_told(webhook: &str, why: &str) {
    line(
        "a message is given up",
        &format!(r#""webhook":{},"why":{}"#, quoted(webhook), quoted(why)),
    );
}

fn line(what: &str, more: &str) {
    let text = format!("{{\"recorder\":\"{what}\",{more}}}\n");
    // If the log cannot be written, there is no place to report it.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// A text as a string of JSON.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' | '\\' => quoted.extend(['\\', sign]),
            sign if sign.is_control() => {
                // A text is long enough.
                let _ = write!(quoted, "\\u{:04x}", u32::from(sign));
            }
            sign => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}
