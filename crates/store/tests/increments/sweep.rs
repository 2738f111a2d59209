//! What is deleted when its time has passed.

use futures::executor::block_on;
use postern_store::increments::{IncrementIo, Increments};

use crate::conformance::NOW;
use crate::memory_io::MemoryIo;

const HOUR_S: u64 = 3_600;

/// A store that was swept an hour ago, with these keys.
fn store(names: &[String]) -> MemoryIo {
    let io = MemoryIo::default();
    io.set("limit-sweep", NOW.to_string().as_bytes()).unwrap();
    for name in names {
        io.set(name, &1_i64.to_le_bytes()).unwrap();
    }
    io
}

fn sweep(io: &MemoryIo, unix_s: u64) -> usize {
    block_on(Increments::new(io.clone()).sweep(unix_s)).unwrap()
}

fn names(io: &MemoryIo) -> Vec<String> {
    let mut names = block_on(io.names("")).unwrap();
    names.retain(|name| name != "limit-sweep");
    names.sort_unstable();
    names
}

#[test]
fn deletes_counters_whose_time_has_passed_and_nothing_else() {
    let passed = format!("limit/{}/passed", NOW - 1);
    let kept = [
        format!("limit-aside/{}/a", NOW - 1),
        "limit-clock".to_owned(),
        format!("limit/{NOW}/a/{}", NOW - 1),
        format!("limit/{}/a", NOW + 1),
        "limit/x/a".to_owned(),
        format!("other/{}/a", NOW - 1),
    ];
    let io = store(&[[passed].as_slice(), &kept].concat());
    assert_eq!(sweep(&io, NOW), 1);
    assert_eq!(names(&io), kept);
}

#[test]
fn sweeps_once_an_hour_for_all_instances() {
    let passed = [format!("limit/{}/a", NOW - 1)];
    let io = store(&passed);
    assert_eq!(sweep(&io, NOW - 1), 0);
    assert_eq!(sweep(&io, NOW), 1);
    io.set(&passed[0], b"").unwrap();
    let counters = Increments::new(io.clone());
    for (later_s, deleted) in [(1, 0), (HOUR_S - 1, 0), (HOUR_S, 1)] {
        assert_eq!(block_on(counters.sweep(NOW + later_s)), Ok(deleted), "{later_s}");
    }
}

#[test]
fn goes_on_a_minute_later_when_there_were_more_than_a_thousand() {
    let passed: Vec<_> = (0..1_500).map(|number| format!("limit/1/{number}")).collect();
    let io = store(&passed);
    assert_eq!(sweep(&io, NOW), 1_000);
    assert_eq!(names(&io).len(), 500);
    assert_eq!([59, 60].map(|later_s| sweep(&io, NOW + later_s)), [0, 500]);
    assert_eq!(sweep(&io, NOW + 120), 0);
}

#[test]
fn a_clock_far_ahead_deletes_nothing() {
    const YEAR_S: u64 = 365 * 86_400;
    let counts = format!("limit/{}/counts", NOW + 10 * HOUR_S);
    let io = store(std::slice::from_ref(&counts));
    assert_eq!(sweep(&io, NOW + YEAR_S), 0);
    // An instance with the right clock checks in the meantime.
    assert_eq!(sweep(&io, NOW + 300), 0);
    assert_eq!(sweep(&io, NOW + YEAR_S + HOUR_S), 0);
    assert_eq!(names(&io), [counts]);
}

#[test]
fn after_a_long_rest_the_sweep_is_ten_minutes_late() {
    let io = MemoryIo::default();
    io.set("limit/1/a", b"").unwrap();
    assert_eq!([0, 599, 600].map(|later_s| sweep(&io, NOW + later_s)), [0, 0, 1]);
}
