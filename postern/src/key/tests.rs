//! Changes of keys, over a store in memory.

use super::change::{revoke, rotate};
use super::*;
use crate::cli::Narrowing;
use postern_keys::{KeyState, format_last_used, last_used_name};
use postern_policy::{Policies, check_all};
use std::cell::RefCell;
use std::collections::BTreeMap;

const NOW: u64 = 1_790_000_000;

#[derive(Default)]
struct Memory(RefCell<BTreeMap<String, Vec<u8>>>);

impl KeyValue for Memory {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.0.borrow().get(name).cloned())
    }

    fn list(&self) -> Result<Vec<String>> {
        Ok(self.0.borrow().keys().cloned().collect())
    }

    fn set(&self, name: &str, value: &[u8]) -> Result<()> {
        self.0.borrow_mut().insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<()> {
        self.0.borrow_mut().remove(name);
        Ok(())
    }
}

/// Two consumers: `local-dev` with all rights and `narrow` with few; models `gpt-a`, `gpt-b` and `o3`, regions `eu` and
/// `us`, the plan `trial`.
fn policies() -> Policies {
    let consumers = "[[consumer]]\nname = \"local-dev\"\nmodels = [\"*\"]\n\
         [[consumer]]\nname = \"narrow\"\nmodels = [\"gpt-*\"]\nregions = [\"eu\"]\n";
    let provider = |name: &str| {
        format!(
            "[[provider]]\nname = \"{name}\"\ndialect = \"openai\"\ntransport = \"sandbox\"\nregion = \"{name}\"\n"
        )
    };
    let model = |name: &str| {
        format!(
            "[[model]]\nname = \"{name}\"\ncapabilities = [\"chat\"]\n\
             [[model.deployment]]\nprovider = \"eu\"\nupstream_model = \"{name}\"\n"
        )
    };
    let plans = "[[plan]]\nname = \"trial\"\nlimits = [\n\
         { scope = \"key\", unit = \"requests\", per = \"day\", amount = 100 },\n]\n";
    let models =
        [provider("eu"), provider("us"), model("gpt-a"), model("gpt-b"), model("o3")].concat();
    check_all(|file| {
        Ok(match file {
            "consumers.toml" => Some(consumers.to_owned()),
            "models.toml" => Some(models.clone()),
            "plans.toml" => Some(plans.to_owned()),
            _ => None,
        })
    })
    .unwrap()
}

fn texts(texts: &[&str]) -> Option<Vec<String>> {
    Some(texts.iter().map(|text| (*text).to_owned()).collect())
}

/// A key of the store that was issued a day ago and has every restriction.
fn issued(store: &Memory) -> (Key, IssuedKey) {
    let key = random().unwrap();
    let record = IssuedKey {
        created_at_unix_s: NOW - 86_400,
        label: Some("laptop".to_owned()),
        expires_at_unix_s: Some(NOW + 9 * 86_400),
        models: texts(&["gpt-a"]),
        regions: texts(&["eu"]),
        ip_ranges: texts(&["10.0.0.0/8"]),
        plan: Some("trial".to_owned()),
        ..fresh(&key, "narrow").unwrap()
    };
    put(store, &key, &record).unwrap();
    (key, record)
}

/// A store with a valid key, whose record is returned, and one whose record has another schema.
fn store_with_an_unreadable_record() -> (Memory, Key, IssuedKey, String) {
    let (store, key) = (Memory::default(), random().unwrap());
    let good = fresh(&key, "local-dev").unwrap();
    put(&store, &key, &good).unwrap();
    let hash = sha256_hex(random().unwrap().expose());
    store.set(&store_name(&hash), br#"{"schema":3}"#).unwrap();
    store.set("issued-key/no-hash", b"").unwrap();
    (store, key, good, public_id(&hash))
}

/// The problems of a key for a consumer.
fn refused(consumer: &str, narrowing: Narrowing) -> Vec<String> {
    let mut record = fresh(&random().unwrap(), consumer).unwrap();
    narrowing::apply(&mut record, None, narrowing);
    let checked = narrowing::check(&record, &policies());
    checked.err().map_or(vec![], |error| error.to_string().lines().map(str::to_owned).collect())
}

#[test]
fn a_key_has_what_it_was_issued_with() {
    let mut record = fresh(&random().unwrap(), "narrow").unwrap();
    let narrowing = Narrowing {
        expires_in: Some(90),
        models: texts(&["gpt-*", "gpt-a"]),
        regions: texts(&["eu"]),
        ip_ranges: texts(&["192.0.2.7/32", "10.0.0.0/8"]),
        plan: Some("trial".to_owned()),
        ..Narrowing::default()
    };
    narrowing::apply(&mut record, Some("ci".to_owned()), narrowing);
    narrowing::check(&record, &policies()).unwrap();
    assert_eq!(record.expires_at_unix_s, Some(record.created_at_unix_s + 90));
    assert_eq!(record.ip_ranges, texts(&["192.0.2.7", "10.0.0.0/8"]));
    assert_eq!((record.label.as_deref(), record.plan.as_deref()), (Some("ci"), Some("trial")));
    let read = IssuedKey::from_json(&record.to_json().unwrap()).unwrap();
    assert_eq!(read, record);
}

#[test]
fn says_all_that_is_wrong_with_what_is_asked_for() {
    let said = refused(
        "narrow",
        Narrowing {
            expires_at: Some(1),
            models: texts(&["gpt-a", "o3", "claude-*", "*-mini", ""]),
            regions: texts(&["eu", "us", "mars"]),
            ip_ranges: texts(&["10.0.0.1/8"]),
            plan: Some("Gold".to_owned()),
            ..Narrowing::default()
        },
    );
    let beginnings = [
        "the key would be expired at once, 1970-01-01T00:00:01Z",
        "--models has \"o3\", which narrow may not ask for; it may: gpt-*",
        "--models has \"claude-*\", which is no model and no alias",
        "--models has \"*-mini\"; write a name",
        "--models has \"\"; write a name",
        "--regions has \"us\", which narrow does not have; it has: eu",
        "--regions has \"mars\", which no provider of models.toml is in; there are: eu, us",
        "--ip-ranges: \"10.0.0.1/8\" has bits set behind the first 8",
        "--plan is \"Gold\", which plans.toml does not have; there are: trial",
    ];
    assert_eq!(said.len(), beginnings.len(), "{said:#?}");
    for (said, beginning) in said.iter().zip(beginnings) {
        assert!(said.starts_with(beginning), "{said}");
    }
}

#[test]
fn refuses_a_consumer_that_is_not_there_and_lists_without_end() {
    let said = refused("nobody", Narrowing::default());
    assert_eq!(
        said,
        ["no consumer is called \"nobody\" in consumers.toml; there are: local-dev, narrow"]
    );
    let many = texts(&["gpt-a"; 65]);
    let said = refused("local-dev", Narrowing { models: many, ..Narrowing::default() });
    assert!(said.len() == 1 && said[0].starts_with("--models has 65 entries"), "{said:?}");
}

#[test]
fn another_key_takes_the_place_of_one_that_holds_for_a_while_yet() {
    let store = Memory::default();
    let (old_key, old) = issued(&store);
    let new_key = random().unwrap();
    let said = rotate(&store, &old.id, &new_key, 86_400, NOW, &policies()).unwrap();
    let new = known(&store, &new_key).unwrap().unwrap();
    let until = times::utc(NOW + 86_400);
    assert_eq!(
        said,
        format!("key {} of narrow holds until {until}; id {} takes its place", old.id, new.id)
    );
    let after = known(&store, &old_key).unwrap().unwrap();
    assert_eq!(after.expires_at_unix_s, Some(NOW + 86_400));
    assert_eq!(after.replaced_by.as_ref(), Some(&new.id));
    assert_eq!(after.state(NOW), KeyState::Active);
    // The same consumer and restrictions, and a lifetime of ten days, like the old one.
    let expected = IssuedKey {
        id: public_id(&sha256_hex(new_key.expose())),
        created_at_unix_s: NOW,
        expires_at_unix_s: Some(NOW + 10 * 86_400),
        ..old
    };
    assert_eq!(new, expected);
}

#[test]
fn without_an_overlap_the_old_key_no_longer_holds() {
    let store = Memory::default();
    let (old_key, old) = issued(&store);
    let said = rotate(&store, old_key.expose(), &random().unwrap(), 0, NOW, &policies()).unwrap();
    assert!(said.starts_with(&format!("key {} of narrow no longer holds; id ", old.id)), "{said}");
    assert_eq!(known(&store, &old_key).unwrap().unwrap().state(NOW), KeyState::Expired);
}

#[test]
fn an_overlap_never_lengthens_the_life_of_a_key() {
    let store = Memory::default();
    let (old_key, old) = issued(&store);
    rotate(&store, &old.id, &random().unwrap(), 365 * 86_400, NOW, &policies()).unwrap();
    let after = known(&store, &old_key).unwrap().unwrap();
    assert_eq!(after.expires_at_unix_s, old.expires_at_unix_s);
}

#[test]
fn replaces_no_key_twice_and_none_that_no_longer_holds() {
    let store = Memory::default();
    let refused = |id: &str, now: u64| {
        let before = store.list().unwrap();
        let error = rotate(&store, id, &random().unwrap(), 60, now, &policies()).unwrap_err();
        assert_eq!(store.list().unwrap(), before, "nothing is written");
        format!("{error:#}")
    };
    let (_, old) = issued(&store);
    assert!(refused(&old.id, NOW + 9 * 86_400).contains("has expired; issue another"));
    let new_key = random().unwrap();
    rotate(&store, &old.id, &new_key, 60, NOW, &policies()).unwrap();
    let new = known(&store, &new_key).unwrap().unwrap();
    assert!(refused(&old.id, NOW).contains(&format!("replaced already, by {}", new.id)));
    revoke(&store, &new.id, NOW).unwrap();
    assert!(refused(&new.id, NOW).contains("is revoked; issue another"));
}

#[test]
fn replaces_no_key_whose_restrictions_the_policies_no_longer_know() {
    let store = Memory::default();
    let (key, record) = issued(&store);
    let gone = IssuedKey { models: texts(&["gpt-gone"]), ..record };
    put(&store, &key, &gone).unwrap();
    let error = rotate(&store, &gone.id, &random().unwrap(), 60, NOW, &policies()).unwrap_err();
    assert!(format!("{error:#}").contains("--models has \"gpt-gone\""), "{error:#}");
    assert_eq!(known(&store, &key).unwrap(), Some(gone));
}

#[test]
fn tells_a_mistyped_key_from_one_that_is_not_known() {
    let store = Memory::default();
    let (key, _) = issued(&store);
    let unknown = random().unwrap();
    let mut mistyped = key.expose().to_owned();
    let last = mistyped.pop().unwrap();
    mistyped.push(if last == 'a' { 'b' } else { 'a' });
    for (wanted, expected) in [
        (mistyped.as_str(), "the checksum of the key is wrong"),
        (key.expose().get(..50).unwrap(), "a Postern key has 57 characters and this one 50"),
        (unknown.expose(), "a whole key without a typing error, and this store does not know it"),
        ("pk_test_Hunter2", "not a Postern key"),
        ("sk-proj-Hunter2", "neither an id nor a key"),
        ("0123456789ab", "no issued key has the id \"0123456789ab\""),
    ] {
        let of_rotate = rotate(&store, wanted, &random().unwrap(), 60, NOW, &policies());
        for error in [revoke(&store, wanted, NOW).unwrap_err(), of_rotate.unwrap_err()] {
            let error = format!("{error:#}");
            assert!(error.contains(expected), "{error}");
            assert!(!error.contains("Hunter2") && !error.contains(&mistyped), "{error}");
            assert!(!error.contains(unknown.expose()), "{error}");
        }
    }
}

#[test]
fn revokes_a_key_beside_a_record_that_cannot_be_read() {
    let (store, key, good, _) = store_with_an_unreadable_record();
    let said = revoke(&store, &good.id, NOW).unwrap();
    assert_eq!(said, format!("key {} of local-dev is revoked", good.id));
    assert!(known(&store, &key).unwrap().unwrap().is_revoked());
    assert!(revoke(&store, &good.id, NOW).unwrap().contains("was revoked already"));
}

#[test]
fn revokes_a_key_whose_record_cannot_be_read_by_removing_it() {
    let (store, key, good, bad) = store_with_an_unreadable_record();
    let said = revoke(&store, &bad, NOW).unwrap();
    assert!(said.contains("its record was removed: the record has schema 3"), "{said}");
    assert_eq!(store.list().unwrap().len(), 2);
    assert_eq!(known(&store, &key).unwrap(), Some(good));
}

#[test]
fn takes_the_key_itself_and_never_repeats_it() {
    let (store, key, good, _) = store_with_an_unreadable_record();
    let said = revoke(&store, key.expose(), NOW).unwrap();
    assert_eq!(said, format!("key {} of local-dev is revoked", good.id));
    let mistyped = format!("{}x", key.expose());
    let error = revoke(&store, &mistyped, NOW).unwrap_err().to_string();
    assert!(!error.contains(key.expose()), "{error}");
}

#[test]
fn revokes_no_key_by_a_part_of_its_id() {
    let (store, key, good, _) = store_with_an_unreadable_record();
    for part in ["", good.id.get(..11).unwrap()] {
        let error = revoke(&store, part, NOW).unwrap_err().to_string();
        assert!(error.contains("no issued key has the id"), "{error}");
    }
    assert_eq!(known(&store, &key).unwrap(), Some(good));
}

#[test]
fn lists_what_can_be_read_and_then_what_cannot() {
    let (store, _, good, bad) = store_with_an_unreadable_record();
    let rows = list::rows(&store, NOW).unwrap();
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows[0].starts_with(&good.id), "{rows:?}");
    assert!(rows[1].starts_with(&bad), "{rows:?}");
    assert!(rows[1].contains("unreadable: the record has schema 3"), "{rows:?}");
}

#[test]
fn a_row_shows_times_state_and_restrictions_and_nothing_of_the_key() {
    let store = Memory::default();
    let (key, record) = issued(&store);
    let hash = sha256_hex(key.expose());
    let row = |now: u64| list::rows(&store, now).unwrap().join("\n");
    let before = row(NOW);
    let created = times::utc(record.created_at_unix_s);
    let expires = times::utc(NOW + 9 * 86_400);
    let expected = format!(
        "{:<14}{:<24}{created:<22}{expires:<22}{:<22}active models=gpt-a regions=eu ip-ranges=10.0.0.0/8 plan=trial (laptop)",
        record.id, "narrow", "not known"
    );
    assert_eq!(before, expected);
    store.set(&last_used_name(&hash), &format_last_used(NOW - 60)).unwrap();
    assert!(row(NOW).contains(&times::utc(NOW - 60)));
    assert!(row(NOW + 9 * 86_400).contains(" expired "));
    rotate(&store, &record.id, &random().unwrap(), 60, NOW, &policies()).unwrap();
    assert!(row(NOW).contains("active, replaced by "));
    revoke(&store, &record.id, NOW).unwrap();
    assert!(row(NOW).contains(&format!("revoked {}", times::utc(NOW))));
    assert!(!row(NOW).contains(key.expose()) && !row(NOW).contains(&hash));
}

#[test]
fn no_two_keys_are_the_same() {
    assert_ne!(random().unwrap().expose(), random().unwrap().expose());
}
