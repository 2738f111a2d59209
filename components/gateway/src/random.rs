//! The host's random numbers, fetched for several requests at once: a request takes five or six, each of which would be
//! a call of the host.

use spin_sdk::wasip3::random::random::get_random_bytes;
use std::cell::RefCell;

/// Numbers of one call.
const NUMBERS: usize = 64;

const NUMBER_BYTES: usize = size_of::<u64>();

thread_local! {
    /// Those that are left. An instance has one thread.
    static LEFT: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// 64 random bits, which are used once.
pub fn next() -> u64 {
    LEFT.with_borrow_mut(|left| {
        if left.is_empty() {
            left.extend(numbers(&get_random_bytes((NUMBERS * NUMBER_BYTES) as u64)));
        }
        left.pop().unwrap_or_else(spin_sdk::wasip3::random::random::get_random_u64)
    })
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.as_chunks().0.iter().map(|chunk| u64::from_le_bytes(*chunk))
}
