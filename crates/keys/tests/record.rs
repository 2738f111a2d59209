//! What the store keeps of a key, and what it is refused as.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use postern_keys::{
    IssuedKey, Key, RecordError, public_id, sha256_from_store_name, sha256_hex, store_name,
};
use proptest::prelude::*;

fn issued() -> IssuedKey {
    let hash = sha256_hex(Key::from_random([1; 32]).expose());
    IssuedKey {
        id: public_id(&hash),
        consumer: "local-dev".to_owned(),
        created_at_unix_s: 1_764_000_000,
        revoked_at_unix_s: None,
        label: None,
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
        r#"{"schema":1,"id":"0123456789ab","consumer":"local-dev","created_at_unix_s":1764000000,"revoked_at_unix_s":null}"#
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
fn refuses_a_record_of_another_version() {
    let error = changed(r#""schema":1"#, r#""schema":2"#).unwrap_err();
    assert_eq!(error.to_string(), "the record has schema 2, and this version reads 1");
    assert!(matches!(changed(r#""schema":1,"#, ""), Err(RecordError::Schema { found: 0 })));
}

#[test]
fn refuses_a_field_it_does_not_know() {
    let error = changed(r#""schema":1"#, r#""schema":1,"expires":5"#).unwrap_err();
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
    let long = vec![b' '; 5_000];
    assert!(matches!(IssuedKey::from_json(&long), Err(RecordError::TooLong { bytes: 5_000 })));
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
    ) {
        let key = IssuedKey { id, consumer, created_at_unix_s, revoked_at_unix_s, label };
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
