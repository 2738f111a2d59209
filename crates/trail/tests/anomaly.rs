//! Anomalies in simulated series: what is found, how soon, and how often for nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod simulation;

use postern_trail::Name;
use postern_trail::anomaly::{Detector, Measured, Monitor, Shape, WARM_UP_VALUES, contributors};
use simulation::{Random, START_S, Series, by_rule, fixed, judged, simulate, three_sigma};

fn by_monitor(all: &[Series]) -> simulation::Result {
    let mut monitor = Monitor::new();
    let mut opened = vec![Vec::new(); all.len()];
    let name = |at: usize| Name::from_policy(&format!("{at:03}"));
    for hour in 0..all[0].values.len() {
        let measured: Vec<_> = all
            .iter()
            .enumerate()
            .map(|(at, series)| Measured {
                metric: Name::from_policy("requests"),
                of: name(at),
                value: series.values[hour],
            })
            .collect();
        for change in monitor.close_bucket(START_S + hour as i64 * 3_600, &measured) {
            if change.finding.closed_unix_s.is_none()
                && let Some(of) = change.of
            {
                opened[of.as_str().parse::<usize>().unwrap()].push(hour as i64);
            }
        }
    }
    judged(all, &opened)
}

#[test]
fn incidents_are_found_soon_and_little_else_is() {
    // `cargo bench -p postern-trail --bench anomalies` has all 200 series, and more seeds.
    let simulated = simulate(1);
    let all = &simulated[..64];
    let monitor = by_monitor(all);
    let rules = [by_rule(all, three_sigma), by_rule(all, fixed)];
    println!("{}", monitor.report("monitor"));
    println!("{}", rules[0].report("three sigma"));
    println!("{}", rules[1].report("fixed threshold"));
    assert!(monitor.recall() >= 0.9);
    assert!(monitor.false_alarms_a_month() <= 1.0);
    assert!(monitor.delay(0.5) <= 1 && monitor.delay(0.85) <= 3);
    assert!(rules.iter().all(|rule| rule.recall() < monitor.recall()));
}

fn noise(random: &mut Random, at: i64) -> f64 {
    let wave = (at as f64 * std::f64::consts::TAU / 288.0).sin();
    50.0 + 20.0 * wave + random.normal()
}

#[test]
fn a_series_of_five_minutes_needs_no_weeks() {
    let (mut random, mut detector) = (Random::new(3), Detector::new());
    let mut opened = Vec::new();
    for at in 0..3_000 {
        let mut value = noise(&mut random, at);
        if (2_000..2_040).contains(&at) {
            value += 25.0;
        }
        let verdict = detector.push(START_S + at * 300, value);
        assert!((0.0..=1.0).contains(&verdict.score));
        assert!(verdict.opened.is_none() || at >= WARM_UP_VALUES as i64);
        opened.extend(verdict.opened.map(|finding| (at, finding)));
    }
    let (at, finding) = opened.iter().find(|(at, _)| *at >= 2_000).unwrap();
    assert!(*at <= 2_003, "{at}");
    assert!(matches!(finding.shape, Shape::Spike | Shape::ShiftUp), "{finding:?}");
    assert!(finding.seen > finding.band.high, "{finding:?}");
    assert!(opened.len() <= 4, "{opened:?}");
}

#[test]
fn the_state_goes_on_where_it_was_kept() {
    let (mut random, mut detector) = (Random::new(4), Detector::new());
    for at in 0..1_000 {
        detector.push(START_S + at * 300, noise(&mut random, at));
    }
    let kept = serde_json::to_string(&detector).unwrap();
    assert!(kept.len() < 32_768, "{} bytes", kept.len());
    let mut again: Detector = serde_json::from_str(&kept).unwrap();
    for at in 1_000..1_400 {
        let value = noise(&mut random, at) + if at > 1_300 { 30.0 } else { 0.0 };
        let verdicts = [&mut detector, &mut again].map(|one| one.push(START_S + at * 300, value));
        assert_eq!(verdicts[0].opened.is_some(), verdicts[1].opened.is_some(), "{at}");
    }
}

#[test]
fn values_that_say_nothing_change_nothing() {
    let mut detector = Detector::new();
    for at in 0..500 {
        detector.push(START_S + at * 300, 10.0 + (at % 7) as f64);
    }
    let before = detector.clone();
    for (at, value) in [(500, f64::NAN), (501, f64::INFINITY), (3, 9.0), (499, 9.0)] {
        assert_eq!(detector.push(START_S + at * 300, value).score, 0.0);
    }
    assert_eq!(detector, before);
    for series in [[0.0; 3], [5.0; 3], [-4.0; 3], [f64::MAX; 3], [f64::MIN_POSITIVE; 3]] {
        let mut detector = Detector::new();
        for at in 0..1_000 {
            let verdict = detector.push(at * 60, series[at as usize % 3]);
            assert!(verdict.score.is_finite() && verdict.opened.is_none(), "{series:?}");
        }
    }
}

#[test]
fn what_all_series_do_is_one_finding() {
    let mut monitor = Monitor::new();
    let mut random = Random::new(5);
    let mut changes = Vec::new();
    for hour in 0..24 * 30 {
        let low = if (600..606).contains(&hour) { 0.3 } else { 1.0 };
        let measured: Vec<_> = (0..20)
            .map(|at| Measured {
                metric: Name::from_policy("requests"),
                of: Name::from_policy(&format!("consumer={at}")),
                value: (1_000.0 + 30.0 * random.normal()) * low,
            })
            .collect();
        changes.extend(monitor.close_bucket(START_S + hour * 3_600, &measured));
    }
    let during: Vec<_> = changes
        .iter()
        .filter(|change| (600..606).contains(&((change.finding.since_unix_s - START_S) / 3_600)))
        .collect();
    assert!(during.iter().all(|change| change.of.is_none()), "{during:?}");
    assert_eq!(during.len(), 2, "opened and closed: {during:?}");
}

#[test]
fn contributors_are_those_that_differ_in_its_direction() {
    let part = |name: &str, expected, seen| (Name::from_policy(name), expected, seen);
    let parts = [part("shop", 10.0, 40.0), part("desk", 10.0, 20.0), part("mail", 10.0, 5.0)];
    let found = contributors(&parts, 5);
    let of: Vec<_> = found.iter().map(|one| (one.of.as_str(), one.share)).collect();
    assert_eq!(of, [("shop", 0.75), ("desk", 0.25)]);
    assert_eq!(contributors(&parts, 1).len(), 1);
    assert!(contributors(&[], 5).is_empty());
}
