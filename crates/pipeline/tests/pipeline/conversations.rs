//! The originals of a conversation from turn to turn, and every way in which they cannot be had.

use crate::exits::{Word, leaves, of, whole};
use crate::keeping::{Fails, Keeps};
use crate::world::{Asked, Attempt, Guarding, Part, Script, run};
use Word::{Completed, Reserved};

const OK: Option<u16> = Some(200);

fn turn(keeps: &Keeps, script: Script) -> Script {
    Script { keeps: keeps.clone(), ..script }
}

fn named(keeps: &Keeps, name: &'static str, stream: bool) -> Script {
    turn(keeps, Script { conversation: Some(name), stream, ..Script::default() })
}

fn responses(keeps: &Keeps, past: &'static str, answer_id: &'static str, stream: bool) -> Script {
    let keeps = Keeps { answer_id: Some(answer_id), ..keeps.clone() };
    turn(&keeps, Script { asked: Asked::Responses(past), stream, ..Script::default() })
}

fn keeps(adds: &str) -> Keeps {
    Keeps { on: true, adds: adds.to_owned(), ..Keeps::default() }
}

fn last_known(keeps: &Keeps) -> Option<String> {
    keeps.known.borrow().last().unwrap().clone()
}

fn names(keeps: &Keeps) -> Vec<String> {
    keeps.store.borrow().keys().cloned().collect()
}

#[test]
fn a_turn_knows_those_before_it_by_the_clients_name() {
    for stream in [false, true] {
        let mut keeps = keeps("a");
        for (adds, known) in [("a", None), ("b", Some("a")), ("", Some("ab")), ("c", Some("ab"))] {
            keeps.adds = adds.to_owned();
            assert_eq!(run(&named(&keeps, "mine", stream)).status, OK);
            assert_eq!(last_known(&keeps).as_deref(), known, "{adds}");
        }
        assert_eq!(names(&keeps), ["client:mine"]);
        run(&named(&keeps, "another", stream));
        assert_eq!(last_known(&keeps), None);
        // Without a name it is no turn of anything.
        run(&turn(&keeps, Script { stream, ..Script::default() }));
        assert_eq!((last_known(&keeps), names(&keeps).len()), (None, 2));
    }
}

#[test]
fn a_turn_knows_those_before_it_by_the_vendors_ids() {
    for stream in [false, true] {
        let keeps = keeps("a");
        let past =
            |id: &str| -> &'static str { format!("\"previous_response_id\":\"{id}\",").leak() };
        run(&responses(&keeps, "", "resp_1", stream));
        run(&responses(&keeps, past("resp_1"), "resp_2", stream));
        assert_eq!(last_known(&keeps).as_deref(), Some("a"));
        run(&responses(&keeps, past("resp_2"), "resp_3", stream));
        assert_eq!(last_known(&keeps).as_deref(), Some("aa"));
        // A branch of the first turn does not know the second.
        run(&responses(&keeps, past("resp_1"), "resp_4", stream));
        assert_eq!(last_known(&keeps).as_deref(), Some("a"));
        assert_eq!(
            names(&keeps),
            ["resp_1", "resp_2", "resp_3", "resp_4"].map(|id| format!("vendor:{id}"))
        );
    }
}

#[test]
fn a_conversation_of_the_vendors_is_known_by_its_name() {
    let keeps = keeps("a");
    for past in ["\"conversation\":\"conv_1\",", "\"conversation\":{\"id\":\"conv_1\"},"] {
        run(&responses(&keeps, past, "resp_1", true));
    }
    assert_eq!(last_known(&keeps).as_deref(), Some("a"));
    assert_eq!(names(&keeps), ["vendor:conv_1", "vendor:resp_1"]);
    // A client cannot name what a vendor has named.
    run(&named(&keeps, "conv_1", true));
    assert_eq!(last_known(&keeps), None);
}

#[test]
fn nothing_is_kept_unless_policy_keeps_it_and_there_is_something() {
    let off = Keeps { on: false, ..keeps("a") };
    run(&named(&off, "mine", true));
    run(&responses(&off, "", "resp_1", true));
    assert!(names(&off).is_empty());
    let nothing = keeps("");
    run(&named(&nothing, "mine", true));
    assert!(names(&nothing).is_empty());
    let refused = keeps("a");
    run(&Script { guarding: Guarding::Refuses, ..named(&refused, "mine", true) });
    assert!(names(&refused).is_empty());
    // Nor of what no turn can follow: that needs no key either.
    let unstored = Keeps { fails: Some(Fails::Key), ..keeps("a") };
    let script = responses(&unstored, "\"store\":false,", "resp_1", true);
    assert_eq!(run(&script).status, OK);
    assert!(names(&unstored).is_empty());
    let speech = keeps("a");
    run(&Script { asked: Asked::Speech, ..named(&speech, "mine", true) });
    assert!(names(&speech).is_empty());
}

#[test]
fn without_the_policy_the_store_or_the_key_nothing_is_sent() {
    for stream in [false, true] {
        for fails in [Fails::Policy, Fails::Recall, Fails::Key] {
            let keeps = Keeps { fails: Some(fails), ..keeps("a") };
            leaves(named(&keeps, "mine", stream), Some(503), "refused", &[], false);
        }
        // A key is needed only where there is something to seal or to open.
        let keeps = Keeps { fails: Some(Fails::Key), ..keeps("") };
        leaves(named(&keeps, "mine", stream), OK, "complete", &[Completed], true);
    }
}

#[test]
fn an_answer_whose_originals_cannot_be_kept_does_not_leave() {
    for script in [of(vec![Attempt::good()]), whole(vec![Attempt::good()])] {
        let keeps = Keeps { fails: Some(Fails::Keep), ..keeps("a") };
        let script = Script { conversation: Some("mine"), ..script };
        assert!(!run(&turn(&keeps, script.clone())).sent.contains("data: text"));
        leaves(turn(&keeps, script), Some(503), "refused", &[Reserved(true)], false);
    }
}

#[test]
fn another_deployment_keeps_them_too() {
    let attempts = vec![Attempt::of(&[Part::Garbage], true), Attempt::good()];
    let keeps = keeps("a");
    let script = Script { conversation: Some("mine"), ..of(attempts) };
    leaves(turn(&keeps, script), OK, "complete", &[Reserved(false), Completed], true);
    assert_eq!(names(&keeps), ["client:mine"]);
}

#[test]
fn what_another_key_has_sealed_refuses_the_turn_and_says_why() {
    let first = keeps("Anna");
    run(&named(&first, "mine", true));
    let other = Keeps { key: 1, ..first };
    let seen = run(&named(&other, "mine", true));
    assert_eq!(seen.status, Some(400));
    assert!(seen.sent.contains("conversation_expired"), "{}", seen.sent);
    let record = seen.records[0].to_string();
    assert!(record.contains("another key") && !record.contains("Anna"), "{record}");
    assert!(!record.contains("mine"), "{record}");
    // Sealed for one conversation, it does not open for another.
    let moved = Keeps { key: 0, ..other };
    let sealed = moved.store.borrow()["client:mine"].clone();
    moved.store.borrow_mut().insert("client:yours".to_owned(), sealed);
    assert_eq!(run(&named(&moved, "yours", true)).status, Some(400));
}

#[test]
fn too_many_originals_refuse_the_request_before_it_is_sent() {
    let keeps = keeps(&"x".repeat(64 * 1024));
    leaves(named(&keeps, "mine", true), OK, "complete", &[Completed], true);
    let seen = run(&named(&keeps, "mine", true));
    assert_eq!((seen.status, seen.leases.len()), (Some(400), 0));
    assert!(seen.sent.contains("too_many_originals"), "{}", seen.sent);
}

#[test]
fn a_name_of_a_conversation_is_short_and_visible() {
    let long: &str = "x".repeat(200).leak();
    let longer: &str = "x".repeat(201).leak();
    for (name, status) in [
        ("1", 200),
        ("2f1c0d1e-7a3f-4a55-9a5f-0d6b7d3f1f10", 200),
        (long, 200),
        (longer, 400),
        ("", 400),
        ("  ", 400),
        ("two words", 400),
        ("Zoë", 400),
        ("a\tb", 400),
    ] {
        for keeps in [keeps("a"), Keeps::default()] {
            let seen = run(&named(&keeps, name, true));
            assert_eq!(seen.status, Some(status), "{name}");
            assert!(status == 200 || seen.sent.contains("x-postern-conversation"), "{}", seen.sent);
        }
    }
}
