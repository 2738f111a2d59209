//! How often a request leaves the gateway's component: each call of a stage or of the host takes microseconds.

use crate::exits::{of, whole};
use crate::world::{Attempt, Script, run};

/// The stages that every request that is answered calls once.
const STAGES: [&str; 10] = [
    "admit",
    "authenticate",
    "authorize",
    "by_style",
    "check_request",
    "choose",
    "encode",
    "observe",
    "send",
    "settle",
];

/// The calls of the host beside them.
#[track_caller]
fn costs(script: Script, clock: u32, timers: u32) {
    let mut calls = run(&script).calls;
    for stage in STAGES {
        assert_eq!(calls.remove(stage), Some(1), "{stage} of {script:?}");
    }
    let host = [("clock", clock), ("random", 6), ("timer", timers), ("wall clock", 3)];
    assert_eq!(calls, host.into(), "{script:?}");
}

/// The vendor's four parts take two reads of the clock and a timer each, since each is waited for. The record has the time of each stage,
/// which takes two reads more.
#[test]
fn a_whole_answer_calls_each_stage_once_and_the_host_as_often_as_is_known() {
    costs(whole(vec![Attempt::good()]), 40, 6);
}

#[test]
fn a_stream_calls_each_stage_once_and_the_host_as_often_as_is_known() {
    costs(of(vec![Attempt::good()]), 46, 10);
}
