//! What the store keeps of a key, and what it is refused as.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use postern_keys::{
    IssuedKey, Key, KeyState, RecordError, public_id, sha256_from_store_name, sha256_hex,
    store_name,
};
use proptest::prelude::*;

fn issued() -> IssuedKey {
    let hash = sha256_hex(Key::from_random([1; 32]).expose());
    IssuedKey::new(public_id(&hash), "local-dev", 1_764_000_000)
}

fn restricted() -> IssuedKey {
    IssuedKey {
        expires_at_unix_s: Some(1_800_000_000),
        models: Some(vec!["gpt-*".to_owned()]),
        regions: Some(vec!["eu".to_owned()]),
        ip_ranges: Some(vec!["10.0.0.0/8".to_owned()]),
        plan: Some("trial".to_owned()),
        replaced_by: Some("0123456789ab".to_owned()),
        ..issued()
    }
}

fn changed(from: &str, to: &str) -> Result<IssuedKey, RecordError> {
    let json = String::from_utf8(issued().to_json().unwrap()).unwrap();
    assert!(json.contains(from), "{json} lacks {from}");
    IssuedKey::from_json(json.replace(from, to).as_bytes())
}

#[test]
fn a_record_is_json_with_its_version() {
    let key = IssuedKey { id: "0123456789ab".to_owned(), ..issued() };
    assert_eq!(
        String::from_utf8(key.to_json().unwrap()).unwrap(),
        r#"{"schema":2,"id":"0123456789ab","consumer":"local-dev","created_at_unix_s":1764000000,"revoked_at_unix_s":null}"#
    );
}

#[test]
fn a_record_does_not_contain_the_key_or_its_whole_hash() {
    let key = Key::from_random([1; 32]);
    let json = String::from_utf8(issued().to_json().unwrap()).unwrap();
    assert!(!json.contains(key.expose()));
    assert!(!json.contains(&sha256_hex(key.expose())));
}

#[test]
fn a_key_is_revoked_once_a_time_is_recorded() {
    let mut key = issued();
    assert!(!key.is_revoked());
    key.revoked_at_unix_s = Some(0);
    assert!(IssuedKey::from_json(&key.to_json().unwrap()).unwrap().is_revoked());
}

#[test]
fn reads_a_record_of_the_first_version() {
    // As version 1 of this crate wrote it.
    let written = r#"{"schema":1,"id":"0123456789ab","consumer":"local-dev","created_at_unix_s":1764000000,"revoked_at_unix_s":7,"label":"ci"}"#;
    let read = IssuedKey::from_json(written.as_bytes()).unwrap();
    let mut key = IssuedKey::new("0123456789ab", "local-dev", 1_764_000_000);
    key.revoked_at_unix_s = Some(7);
    key.label = Some("ci".to_owned());
    assert_eq!(read, key);
}

#[test]
fn a_key_holds_until_it_is_revoked_or_expires() {
    assert_eq!(issued().state(u64::MAX), KeyState::Active);
    let mut key = restricted();
    assert_eq!(key.state(1_799_999_999), KeyState::Active);
    assert_eq!(key.state(1_800_000_000), KeyState::Expired);
    key.revoked_at_unix_s = Some(1_790_000_000);
    assert_eq!(key.state(0), KeyState::Revoked, "whatever the clock says");
    assert_eq!(key.state(u64::MAX), KeyState::Revoked);
}

#[test]
fn neither_writes_nor_reads_a_list_that_lets_nothing_in_or_has_no_end() {
    let json = String::from_utf8(restricted().to_json().unwrap()).unwrap();
    let many = vec!["a".to_owned(); 65];
    for (wrong, said) in [
        (vec![], "the record's models has 0 entries"),
        (many, "the record's models has 65 entries"),
        (vec![String::new()], "an entry of the record's models has 0 bytes"),
        (vec!["a".repeat(130)], "an entry of the record's models has 130 bytes"),
    ] {
        let list = serde_json::to_string(&wrong).unwrap();
        let read = IssuedKey::from_json(json.replace(r#"["gpt-*"]"#, &list).as_bytes());
        let written = IssuedKey { models: Some(wrong), ..restricted() }.to_json();
        for error in [read.unwrap_err().to_string(), written.unwrap_err().to_string()] {
            assert!(error.starts_with(said), "{error}");
        }
    }
}

#[test]
fn the_largest_record_is_read_again() {
    let of = |text: &str| Some(vec![text.to_owned(); 64]);
    let key = IssuedKey {
        models: of(&"a".repeat(129)),
        regions: of(&"r".repeat(64)),
        ip_ranges: of("2001:db8:ffff:ffff:ffff:ffff:ffff:ff00/120"),
        label: Some("l".repeat(256)),
        ..restricted()
    };
    assert_eq!(IssuedKey::from_json(&key.to_json().unwrap()).unwrap(), key);
    let longer = IssuedKey { label: Some("l".repeat(24 * 1024)), ..issued() };
    assert!(matches!(longer.to_json(), Err(RecordError::TooLong { .. })));
}

#[test]
fn refuses_a_record_of_another_version() {
    let error = changed(r#""schema":2"#, r#""schema":3"#).unwrap_err();
    assert_eq!(error.to_string(), "the record has schema 3, and this version reads 1 to 2");
    assert!(matches!(
        changed(r#""schema":2"#, r#""schema":0"#),
        Err(RecordError::Schema { found: 0 })
    ));
    assert!(matches!(changed(r#""schema":2,"#, ""), Err(RecordError::Schema { found: 0 })));
}

#[test]
fn refuses_a_field_it_does_not_know() {
    let error = changed(r#""schema":2"#, r#""schema":2,"expires":5"#).unwrap_err();
    assert!(error.to_string().contains("unknown field `expires`"), "{error}");
}

#[test]
fn refuses_a_record_without_consumer_or_with_a_wrong_id() {
    assert!(matches!(changed(r#""local-dev""#, r#""""#), Err(RecordError::NoConsumer)));
    let id = issued().id;
    assert!(matches!(changed(&id, "not-an-id"), Err(RecordError::Id(_))));
    assert!(matches!(
        changed(&id, &id.to_uppercase().replace(char::is_numeric, "A")),
        Err(RecordError::Id(_))
    ));
}

#[test]
fn refuses_what_is_no_record_at_all() {
    for bytes in [&b""[..], b"null", b"[]", b"1", b"{", b"\xff\xfe", b"{}"] {
        assert!(IssuedKey::from_json(bytes).is_err(), "{bytes:?}");
    }
    let long = vec![b' '; 25_000];
    assert!(matches!(IssuedKey::from_json(&long), Err(RecordError::TooLong { bytes: 25_000 })));
}

#[test]
fn finds_the_hash_in_a_store_name_of_ours_only() {
    let hash = sha256_hex("anything");
    assert_eq!(store_name(&hash), format!("issued-key/{hash}"));
    assert_eq!(sha256_from_store_name(&store_name(&hash)), Some(hash.as_str()));
    assert_eq!(sha256_from_store_name(&hash), None);
    assert_eq!(sha256_from_store_name("issued-key/abc"), None);
    assert_eq!(sha256_from_store_name(&store_name(&hash.to_uppercase())), None);
}

proptest! {
    #[test]
    fn reads_back_every_record_it_writes(
        id in "[0-9a-f]{12}",
        consumer in "[a-z0-9][a-z0-9._-]{0,63}",
        created_at_unix_s: u64,
        revoked_at_unix_s: Option<u64>,
        label in proptest::option::of(".{0,40}"),
        expires_at_unix_s: Option<u64>,
        models in proptest::option::of(proptest::collection::vec(".{1,20}", 1..5)),
        replaced_by in proptest::option::of("[0-9a-f]{12}"),
    ) {
        let new = IssuedKey::new(id, consumer, created_at_unix_s);
        let key = IssuedKey { revoked_at_unix_s, label, expires_at_unix_s, models, replaced_by, ..new };
        prop_assert_eq!(IssuedKey::from_json(&key.to_json().unwrap()).unwrap(), key);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = IssuedKey::from_json(&bytes);
    }

    #[test]
    fn any_presented_text_has_a_hash(text: String) {
        let hash = sha256_hex(&text);
        prop_assert_eq!(hash.len(), 64);
        let name = store_name(&hash);
        prop_assert_eq!(sha256_from_store_name(&name), Some(hash.as_str()));
    }
}
