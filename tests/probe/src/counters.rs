//! `wasi:keyvalue/atomics`: increments, and compare-and-swap.

use crate::seen::{refused, seen};
use serde_json::{Value, json};
use spin_sdk::experimental::wasi::keyvalue::atomics::{self, Cas, CasError};
use spin_sdk::experimental::wasi::keyvalue::store::{self, Bucket, Error};

/// The additions per request, enough that concurrent requests overlap.
const TIMES: usize = 20;

pub fn report(label: &str) -> Value {
    match store::open(label) {
        Ok(bucket) => exercise(&bucket),
        Err(error) => refused(error),
    }
}

/// Adds one to a counter, [`TIMES`] times; returns its values.
pub fn increment(label: &str, name: &str) -> Value {
    seen(store::open(label).and_then(|bucket| {
        (0..TIMES).map(|_| atomics::increment(&bucket, name, 1)).collect::<Result<Vec<_>, _>>()
    }))
}

/// The same on decimal digits by compare-and-swap, with retries.
pub fn swap(label: &str, name: &str) -> Value {
    seen(store::open(label).and_then(|bucket| {
        (0..TIMES).map(|_| swap_until_done(&bucket, name)).collect::<Result<Vec<_>, _>>()
    }))
}

fn exercise(bucket: &Bucket) -> Value {
    let increment = |delta| seen(atomics::increment(bucket, "count", delta));
    json!({
        "by_zero_from_nothing": increment(0),
        "by_five": increment(5),
        "by_minus_seven": increment(-7),
        "by_zero": increment(0),
        "beyond_the_range": increment(i64::MIN),
        "after_the_range": increment(0),
        "set_text": seen(bucket.set("text", b"no counter")),
        "text": seen(atomics::increment(bucket, "text", 1)),
        "text_after": seen(bucket.get("text")),
        "swap_unseen": swap_once(bucket, "swap", b"one", None),
        "swap_seen": swap_once(bucket, "swap", b"two", None),
        "swap_overtaken": swap_once(bucket, "swap", b"four", Some(b"three")),
        "swapped": seen(bucket.get("swap")),
    })
}

/// Reads, lets another program write what `overtaken` names, and swaps.
fn swap_once(bucket: &Bucket, name: &str, value: &[u8], overtaken: Option<&[u8]>) -> Value {
    let read = Cas::new(bucket, name).and_then(|cas| Ok((cas.current()?, cas)));
    let (current, cas) = match read {
        Ok(read) => read,
        Err(error) => return refused(error),
    };
    if let Some(Err(error)) = overtaken.map(|other| bucket.set(name, other)) {
        return refused(error);
    }
    let swapped = match atomics::swap(cas, value) {
        Ok(()) => json!("ok"),
        Err(CasError::CasFailed(again)) => json!({ "failed": seen(again.current()) }),
        Err(CasError::StoreError(error)) => refused(error),
    };
    json!({ "current": current, "swapped": swapped })
}

fn swap_until_done(bucket: &Bucket, name: &str) -> Result<u64, Error> {
    let mut cas = Cas::new(bucket, name)?;
    loop {
        let digits = cas.current()?.unwrap_or_else(|| b"0".to_vec());
        let next = number(&digits)?.saturating_add(1);
        match atomics::swap(cas, next.to_string().as_bytes()) {
            Ok(()) => return Ok(next),
            Err(CasError::StoreError(error)) => return Err(error),
            Err(CasError::CasFailed(again)) => cas = again,
        }
    }
}

fn number(digits: &[u8]) -> Result<u64, Error> {
    let text = String::from_utf8_lossy(digits);
    text.parse().map_err(|error| Error::Other(format!("{text:?}: {error}")))
}
