//! Counters in the key-value store.

use postern_contract::clock::unix_s;
use postern_contract::key_value::KeyValue;
use postern_store::increments::Increments;
use spin_sdk::wasip3::spawn;

static COUNTERS: Increments<KeyValue> = Increments::new(KeyValue);

/// The counters.
pub fn counters() -> &'static Increments<KeyValue> {
    &COUNTERS
}

/// Removes expired counters, beside the request: a key-value store does not expire them.
pub fn sweep() {
    let unix_s = unix_s();
    if COUNTERS.may_have_to_sweep(unix_s) {
        // A failed sweep is made up for by a later one.
        spawn(async move { drop(COUNTERS.sweep(unix_s).await) });
    }
}
