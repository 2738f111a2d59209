//! Short series of many shapes, scored by windows: what a lone detector finds without weeks of history.
//! `cargo bench -p postern-trail --bench windows`.
//!
//! Each series has some thousand values at five minutes, and windows around its incidents that take a tenth of it. Scoring is that of
//! public benchmarks: the first 15 % do not count; the first detection in a window counts up to 1, earlier more; a detection outside costs
//! 0.11, a window without one 1; 0 is a detector that says nothing, 100 a perfect one. One threshold for all series, the best one.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../tests/simulation/mod.rs"]
mod simulation;

use postern_trail::anomaly::Detector;
use simulation::Random;

const START_S: i64 = 1_767_571_200;
const VALUES: usize = 4_032;

struct Series {
    shape: &'static str,
    values: Vec<f64>,
    windows: Vec<(usize, usize)>,
}

fn daily(at: usize) -> f64 {
    (at as f64 * std::f64::consts::TAU / 288.0).sin()
}

fn heavy(random: &mut Random) -> f64 {
    (random.normal() * 1.2).exp()
}

/// A shape: its usual value, and its value in an incident.
type Shape =
    (&'static str, fn(usize, &mut Random, &mut f64) -> f64, fn(f64, usize, &mut Random) -> f64);

const SHAPES: [Shape; 12] = [
    ("steady, shift up", |_, r, _| 40.0 + r.normal(), |v, _, _| v + 12.0),
    (
        "steady with spikes, higher spike",
        |_, r, _| 20.0 + r.normal() + if r.unit() < 0.01 { r.between(10.0, 25.0) } else { 0.0 },
        |v, at, _| if at < 3 { v + 70.0 } else { v },
    ),
    ("bursts, silence", |_, r, _| 1e5 * heavy(r), |_, _, r| 1e2 * r.unit()),
    ("bursts, larger", |_, r, _| 1e5 * heavy(r), |v, _, _| v * 12.0),
    (
        "mostly zero, busy",
        |_, r, _| if r.unit() < 0.03 { 1e6 * r.unit() } else { 0.0 },
        |_, _, r| 1e6 * r.unit(),
    ),
    (
        "daily counts, spike",
        |at, r, _| {
            let mean = 60.0 + 40.0 * daily(at);
            (mean + mean.sqrt() * r.normal()).round().max(0.0)
        },
        |v, at, _| if at < 6 { v * 3.0 + 60.0 } else { v },
    ),
    (
        "daily bursts, large burst",
        |at, r, _| ((15.0 + 10.0 * daily(at)) * (0.5 * r.normal()).exp()).round(),
        |v, at, _| v * (1.0 + 8.0 * (-(at as f64) / 12.0).exp()),
    ),
    (
        "wandering, sudden fall",
        |_, r, level| {
            *level += 0.15 * r.normal() - 0.002 * *level;
            80.0 + *level + 0.4 * r.normal()
        },
        |v, at, _| if at < 60 { v - 18.0 } else { v },
    ),
    (
        "daily, flat",
        |at, r, _| 50.0 + 20.0 * daily(at) + 1.5 * r.normal(),
        |_, _, r| 50.0 + 0.3 * r.normal(),
    ),
    (
        "daily steps, missing",
        |at, r, _| {
            if (96..200).contains(&(at % 288)) {
                80.0 + 2.0 * r.normal()
            } else {
                20.0 + 2.0 * r.normal()
            }
        },
        |_, _, r| 20.0 + 2.0 * r.normal(),
    ),
    ("steady, noisier", |_, r, _| 30.0 + r.normal(), |v, _, r| v + 6.0 * r.normal()),
    ("steady, nothing", |_, r, _| 30.0 + heavy(r), |v, _, _| v),
];

fn series(shape: usize, seed: u64) -> Series {
    let mut random = Random::new(seed * 1_000 + shape as u64);
    let (name, usual, incident) = SHAPES[shape];
    let count = if name.ends_with("nothing") { 0 } else { 1 + seed as usize % 3 };
    let length = VALUES / 10 / count.max(1);
    let first = VALUES * 2 / 10;
    let span = (VALUES - first) / count.max(1);
    let mut windows = Vec::new();
    for at in 0..count {
        let room = span - length;
        let start = first + at * span + (random.bits() % room as u64) as usize;
        // Where there is a rhythm, an incident begins where it can be seen.
        windows.push((start, start + length));
    }
    let mut level = 0.0;
    let values = (0..VALUES).map(|at| {
        let value = usual(at, &mut random, &mut level);
        let within = windows.iter().find_map(|(start, end)| {
            // It begins some way into its window.
            let begins = start + (end - start) * 3 / 10;
            (begins..*end).contains(&at).then(|| at - begins)
        });
        match within {
            Some(since) if since < length / 2 => incident(value, since, &mut random),
            _ => value,
        }
    });
    let values = values.collect();
    Series { shape: name, values, windows }
}

fn sigmoid(place: f64) -> f64 {
    2.0 / (1.0 + (5.0 * place).exp()) - 1.0
}

/// The score of one series at a threshold.
fn scored(series: &Series, scores: &[f64], threshold: f64) -> f64 {
    let mut total = 0.0;
    let mut found = vec![false; series.windows.len()];
    for (at, score) in scores.iter().enumerate().skip(VALUES * 15 / 100) {
        if *score < threshold {
            continue;
        }
        let window = series.windows.iter().position(|(start, end)| (*start..*end).contains(&at));
        match window {
            Some(window) if !found[window] => {
                found[window] = true;
                let (start, end) = series.windows[window];
                total += sigmoid((at as f64 - end as f64) / (end - start) as f64) / sigmoid(-1.0);
            }
            Some(_) => {}
            None => {
                let before = series.windows.iter().rev().find(|(_, end)| *end <= at);
                let place = before.map(|(start, end)| (at - end) as f64 / (end - start) as f64);
                total += 0.11
                    * place.map_or(-1.0, |place| if place > 3.0 { -1.0 } else { sigmoid(place) });
            }
        }
    }
    total - found.iter().filter(|found| !**found).count() as f64
}

fn main() {
    let seeds: Vec<u64> = (1..=6).collect();
    let all: Vec<Series> = (0..SHAPES.len())
        .flat_map(|shape| seeds.iter().map(move |seed| series(shape, *seed)))
        .collect();
    let scores: Vec<Vec<f64>> = all
        .iter()
        .map(|series| {
            let mut detector = Detector::new();
            let values = series.values.iter().enumerate();
            values
                .map(|(at, value)| detector.push(START_S + at as i64 * 300, *value).score)
                .collect()
        })
        .collect();
    let windows: usize = all.iter().map(|series| series.windows.len()).sum();
    let whole = |threshold: f64| -> f64 {
        all.iter().zip(&scores).map(|(series, scores)| scored(series, scores, threshold)).sum()
    };
    let normalised =
        |raw: f64, windows: usize| (raw + windows as f64) / (2.0 * windows as f64) * 100.0;
    let best =
        (30..100).map(|at| f64::from(at) / 100.0).max_by(|a, b| whole(*a).total_cmp(&whole(*b)));
    let best = best.unwrap();
    println!(
        "score {:.1} at {best}; {:.1} at 0.5",
        normalised(whole(best), windows),
        normalised(whole(0.5), windows)
    );
    for (shape, ..) in SHAPES {
        let of = all.iter().zip(&scores).filter(|(series, _)| series.shape == shape);
        let (mut raw, mut count, mut found, mut outside) = (0.0, 0, 0, 0);
        for (series, scores) in of {
            raw += scored(series, scores, best);
            count += series.windows.len();
            let is_in =
                |at: usize| series.windows.iter().any(|(start, end)| (*start..*end).contains(&at));
            found += series
                .windows
                .iter()
                .filter(|(start, end)| scores[*start..*end].iter().any(|one| *one >= best))
                .count();
            outside +=
                (VALUES * 15 / 100..VALUES).filter(|at| scores[*at] >= best && !is_in(*at)).count();
        }
        println!("  {shape}: {raw:.1} of {count}, found {found}, outside {outside}");
    }
}
