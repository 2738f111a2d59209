//! Every change of an exported chain is found, and the first broken link is named.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, missing_docs)]

use postern_trail::Name;
use postern_trail::audit::{
    AuditEvent, AuditKey, AuditPublicKey, Begin, Broken, Chain, CheckpointPlan, Ending, KnownLink,
    StreamReport, Verifier, Why, verify,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

const LINKS: u64 = 12;

fn key() -> AuditKey {
    AuditKey::from_hex(&"42".repeat(32)).unwrap()
}

fn event(seq: u64) -> AuditEvent {
    AuditEvent::Limit {
        request_id: Name::from_policy(&format!("r-{seq}")),
        consumer: Name::from_policy("shop \"one\""),
        admitted: !seq.is_multiple_of(3),
        limit: None,
        reserved_tokens: seq * 10,
        reserved_nano_usd: seq,
        policy_digest: Name::from_policy("sha256:ab"),
    }
}

/// Two streams, mixed, with checkpoints after each four links of a stream.
fn export() -> Vec<String> {
    let mut chains = ["access", "limits"].map(|name| Chain::new(Name::from_policy(name)));
    let plan = CheckpointPlan { links: 4, age_ms: u64::MAX };
    let mut lines = Vec::new();
    for seq in 0..LINKS {
        for chain in &mut chains {
            lines.push(chain.append(1_000 + seq, &event(seq)));
            if chain.is_checkpoint_due(1_000 + seq, plan) {
                lines.push(chain.sign(1_000 + seq, &key()).unwrap());
            }
        }
    }
    lines.extend(chains.iter().map(|chain| chain.closing(2_000, &key()).unwrap()));
    lines
}

/// One stream with a checkpoint, for what is tried at every byte: signatures take long in a test's build.
fn small() -> String {
    let mut chain = Chain::new(Name::from_policy("access"));
    let mut lines: Vec<_> = (0..3).map(|seq| chain.append(1_000, &event(seq))).collect();
    lines.push(chain.sign(1_000, &key()).unwrap());
    lines.push(chain.append(1_000, &event(4)));
    lines.push(chain.closing(2_000, &key()).unwrap());
    text(&lines)
}

fn text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn checked(text: &str) -> Result<BTreeMap<String, StreamReport>, Broken> {
    verify(text, Verifier::new(&[key().public()], Begin::AtFirstLink, Ending::Closed))
}

#[test]
fn a_whole_export_is_verified_and_reported() {
    let reports = checked(&text(&export())).unwrap();
    assert_eq!(reports.keys().collect::<Vec<_>>(), ["access", "limits"]);
    for report in reports.values() {
        assert_eq!((report.first, report.links, report.checkpoints), (0, 16, 4));
        assert_eq!((report.last, report.signed_through, report.closed), (15, Some(14), true));
    }
}

#[test]
fn the_first_broken_link_is_named() {
    let mut lines = export();
    lines[6] = lines[6].replace("\"admitted\":false", "\"admitted\":true");
    let error = checked(&text(&lines)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 7 (link 3 of stream `access`): its bytes do not have its hash: it was changed"
    );
    let mut lines = export();
    lines.remove(6);
    let error = checked(&text(&lines)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 7 (link 4 of stream `access`): link 3 is expected here: links were removed, added or moved"
    );
}

#[test]
fn every_change_of_one_byte_is_found() {
    let whole = small();
    for at in 0..whole.len() {
        let flip = [0x01, 0x02, 0x04, 0x20][at % 4];
        let mut bytes = whole.clone().into_bytes();
        bytes[at] ^= flip;
        // What is not UTF-8 is not read at all.
        if let Ok(changed) = String::from_utf8(bytes) {
            assert!(checked(&changed).is_err(), "byte {at} ^ {flip}");
        }
        let removed = format!("{}{}", &whole[..at], &whole[at + 1..]);
        assert!(checked(&removed).is_err(), "byte {at} removed");
    }
}

#[test]
fn every_removed_doubled_or_moved_link_is_found() {
    let lines = export();
    for at in 0..lines.len() {
        let mut less = lines.clone();
        less.remove(at);
        assert!(checked(&text(&less)).is_err(), "line {at} removed");
        let mut more = lines.clone();
        more.insert(at, lines[at].clone());
        assert!(checked(&text(&more)).is_err(), "line {at} doubled");
        let stream = |line: &String| line.contains("\"stream\":\"access\"");
        for other in at + 1..lines.len() {
            // Two streams may be mixed in any way; within one, order is proven.
            if (at..=other).filter(|each| stream(&lines[*each]) == stream(&lines[at])).count() > 1
                && stream(&lines[at]) == stream(&lines[other])
            {
                let mut swapped = lines.clone();
                swapped.swap(at, other);
                assert!(checked(&text(&swapped)).is_err(), "lines {at} and {other} swapped");
            }
        }
    }
}

#[test]
fn every_cut_is_found() {
    let whole = small();
    for at in 0..whole.len() {
        assert!(checked(&whole[..at]).is_err(), "cut at byte {at}");
    }
}

/// The chain is computed anew from a changed link on, by an attacker who knows everything but the key.
fn forged(from: u64, with_key: &AuditKey) -> Vec<String> {
    let mut chain = Chain::new(Name::from_policy("access"));
    let plan = CheckpointPlan { links: 4, age_ms: u64::MAX };
    let mut lines = Vec::new();
    for seq in 0..LINKS {
        let changed = if seq == from { 77 } else { seq };
        lines.push(chain.append(1_000 + seq, &event(changed)));
        if chain.is_checkpoint_due(1_000 + seq, plan) {
            lines.push(chain.sign(1_000 + seq, with_key).unwrap());
        }
    }
    lines.push(chain.closing(2_000, with_key).unwrap());
    lines
}

#[test]
fn a_chain_that_was_computed_anew_lacks_the_signature() {
    let other = AuditKey::from_hex(&"43".repeat(32)).unwrap();
    for from in 0..LINKS {
        let key_id = other.public().id();
        let error = checked(&text(&forged(from, &other))).unwrap_err();
        assert_eq!(error.why, Why::UnknownKey { key_id: key_id.clone() });
        // With the right key's name, and signatures of the other key.
        let named = forged(from, &other).join("\n").replace(&key_id, &key().public().id());
        assert!(checked(&format!("{named}\n")).is_err());
        // With signatures that were copied from the real stream.
        let real = forged(LINKS, &key());
        let mixed: Vec<String> = forged(from, &other)
            .into_iter()
            .zip(real)
            .map(|(forged, real)| if real.contains("checkpoint") { real } else { forged })
            .collect();
        assert!(checked(&text(&mixed)).is_err(), "from {from}");
    }
}

#[test]
fn an_older_export_lacks_the_link_that_is_known() {
    let lines = export();
    let report = checked(&text(&lines)).unwrap().remove("access").unwrap();
    let last_real = report.last - 1;
    let mut chain = Chain::new(Name::from_policy("access"));
    let old = [chain.append(1_000, &event(0)), chain.closing(1_001, &key()).unwrap()];
    assert!(checked(&text(&old)).is_ok());
    let known = KnownLink { stream: "access".to_owned(), seq: last_real, hash: report.hash };
    let verifier = || Verifier::new(&[key().public()], Begin::AtFirstLink, Ending::Closed);
    let error = verify(&text(&old), verifier().expecting(known.clone())).unwrap_err();
    assert_eq!(error.why, Why::KnownMissing);
    let error = verify(&text(&lines), verifier().expecting(known)).unwrap_err();
    assert_eq!(error.why, Why::KnownDiffers);
}

#[test]
fn a_swept_stream_may_begin_at_a_checkpoint_if_asked() {
    let lines: Vec<_> = forged(LINKS, &key());
    let begin = |begin, from: usize| {
        let verifier = Verifier::new(&[key().public()], begin, Ending::Closed);
        verify(&text(&lines[from..]), verifier).map(|mut reports| reports.remove("access").unwrap())
    };
    assert_eq!(begin(Begin::AtCheckpoint, 4).unwrap().first, 4);
    assert_eq!(begin(Begin::AtFirstLink, 4).unwrap_err().why, Why::OutOfOrder { expected: 0 });
    assert_eq!(begin(Begin::AtCheckpoint, 5).unwrap_err().why, Why::OutOfOrder { expected: 0 });
}

#[test]
fn an_open_end_is_said_how_far_it_is_signed() {
    let lines = forged(LINKS, &key());
    let verifier = Verifier::new(&[key().public()], Begin::AtFirstLink, Ending::Open);
    let report = verify(&text(&lines[..8]), verifier).unwrap().remove("access").unwrap();
    assert_eq!((report.last, report.signed_through, report.closed), (7, Some(3), false));
}

#[test]
fn a_stream_goes_on_from_what_is_kept_of_it() {
    let mut chain = Chain::new(Name::from_policy("access"));
    let first = chain.append(1, &event(0));
    let kept = serde_json::to_string(&chain).unwrap();
    let mut chain: Chain = serde_json::from_str(&kept).unwrap();
    let second = chain.append(2, &event(1));
    assert!(checked(&text(&[first, second, chain.closing(3, &key()).unwrap()])).is_ok());
}

#[test]
fn texts_that_are_no_keys_are_refused() {
    for text in ["", "42", &"zz".repeat(32), &"00".repeat(32), &"42".repeat(33)] {
        assert!(AuditKey::from_hex(text).is_err(), "{text}");
    }
    assert!(AuditPublicKey::from_hex(&"00".repeat(32)).is_err());
    let public = key().public();
    assert_eq!(AuditPublicKey::from_hex(&public.to_hex()), Ok(public));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_text_in_any_place_is_found(at in 0usize..3_000, cut in 0usize..300, put in "[ -~\n]{0,80}") {
        let whole = small();
        let from = at.min(whole.len());
        let to = (from + cut).min(whole.len());
        let changed = format!("{}{put}{}", &whole[..from], &whole[to..]);
        prop_assert_eq!(checked(&changed).is_ok(), changed == whole);
    }
}
