//! `wasi:keyvalue/store` and `wasi:keyvalue/batch`.

use crate::seen::{refused, seen};
use serde_json::{Value, json};
use spin_sdk::experimental::wasi::keyvalue::batch;
use spin_sdk::experimental::wasi::keyvalue::store::{self, Bucket, Error};

pub fn report(label: &str) -> Value {
    match store::open(label) {
        Ok(bucket) => exercise(&bucket),
        Err(error) => refused(error),
    }
}

fn exercise(bucket: &Bucket) -> Value {
    let keys = ["b", "missing", "a"].map(str::to_owned);
    let pairs = [("a".to_owned(), vec![1, 255]), ("b".to_owned(), vec![2])];
    json!({
        "get_before": seen(bucket.get("a")),
        "set": seen(bucket.set("a", &[0])),
        "get": seen(bucket.get("a")),
        "exists": seen(bucket.exists("a")),
        "set_many": seen(batch::set_many(bucket, &pairs)),
        "get_many": seen(batch::get_many(bucket, &keys)),
        "keys": seen(sorted_keys(bucket)),
        "delete": seen(bucket.delete("a")),
        "exists_after": seen(bucket.exists("a")),
        "delete_many": seen(batch::delete_many(bucket, &keys)),
        "keys_after": seen(sorted_keys(bucket)),
    })
}

fn sorted_keys(bucket: &Bucket) -> Result<Vec<String>, Error> {
    let mut keys = bucket.list_keys(None)?.keys;
    keys.sort_unstable();
    Ok(keys)
}
