//! What is found in the simulation, beside two simple rules: `cargo bench -p postern-trail --bench anomalies`.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../tests/simulation/mod.rs"]
mod simulation;

use postern_trail::Name;
use postern_trail::anomaly::{Measured, Monitor};
use simulation::{START_S, by_rule, fixed, judged, simulate, three_sigma};
use std::time::Instant;

fn main() {
    for seed in 1..=5 {
        let all = simulate(seed);
        let hours = all[0].values.len();
        let (mut monitor, mut opened) = (Monitor::new(), vec![Vec::new(); all.len()]);
        let began = Instant::now();
        for hour in 0..hours {
            let measured: Vec<_> = all
                .iter()
                .enumerate()
                .map(|(at, series)| Measured {
                    metric: Name::from_policy("requests"),
                    of: Name::from_policy(&at.to_string()),
                    value: series.values[hour],
                })
                .collect();
            for change in monitor.close_bucket(START_S + hour as i64 * 3_600, &measured) {
                if let (Some(of), None) = (change.of, change.finding.closed_unix_s) {
                    opened[of.as_str().parse::<usize>().unwrap()].push(hour as i64);
                }
            }
        }
        let each_us = began.elapsed().as_secs_f64() * 1e6 / (hours * all.len()) as f64;
        println!("seed {seed}: {each_us:.1} microseconds a value");
        println!("  {}", judged(&all, &opened).report("monitor"));
        println!("  {}", by_rule(&all, three_sigma).report("three sigma"));
        println!("  {}", by_rule(&all, fixed).report("fixed threshold"));
    }
}
