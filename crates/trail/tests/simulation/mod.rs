//! A seeded simulation of series with incidents, and simple rules to compare with.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

pub const DAYS: i64 = 60;
pub const SERIES: usize = 200;
pub const INCIDENTS: usize = 400;
/// 2026-01-05T00:00:00Z, a Monday.
pub const START_S: i64 = 1_767_571_200;
/// Incidents begin after the warm-up.
const FIRST_DAY: i64 = 16;

pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    pub fn normal(&mut self) -> f64 {
        let (one, other) = (self.unit().max(1e-12), self.unit());
        (-2.0 * one.ln()).sqrt() * (2.0 * std::f64::consts::PI * other).cos()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Spike,
    Dip,
    Silence,
    ShiftUp,
    ShiftDown,
    Drift,
    Noise,
    Nights,
}

pub const KINDS: [Kind; 8] = [
    Kind::Spike,
    Kind::Dip,
    Kind::Silence,
    Kind::ShiftUp,
    Kind::ShiftDown,
    Kind::Drift,
    Kind::Noise,
    Kind::Nights,
];

/// Hours are counted from the start; the end is the first hour after it.
#[derive(Debug, Clone, Copy)]
pub struct Incident {
    pub kind: Kind,
    pub start: i64,
    pub end: i64,
    /// The first hour in which the expected value differs by three usual deviations.
    pub visible: i64,
}

pub struct Series {
    pub values: Vec<f64>,
    pub incidents: Vec<Incident>,
}

struct Form {
    base: f64,
    daily: f64,
    phase: f64,
    weekend: f64,
    growth: f64,
    noise: f64,
}

impl Form {
    fn usual(&self, hour: i64, holidays: &[i64]) -> f64 {
        let (day, of_day) = (hour / 24, (hour % 24) as f64);
        let wave = (2.0 * std::f64::consts::PI * (of_day - self.phase) / 24.0).cos();
        let weekend = if day % 7 >= 5 { self.weekend } else { 1.0 };
        let holiday = if holidays.contains(&day) { self.weekend.min(0.6) } else { 1.0 };
        let grown = 1.0 + self.growth * hour as f64 / (30.0 * 24.0);
        self.base * (self.daily * wave).exp() * weekend * holiday * grown
    }

    /// The usual deviation of a value, relative to it.
    fn deviation(&self, usual: f64) -> f64 {
        (self.noise * self.noise + 1.0 / usual.max(0.1)).sqrt()
    }
}

pub fn simulate(seed: u64) -> Vec<Series> {
    let mut random = Random::new(seed);
    let holidays = [11, 25, 39, 53].map(|day| day + (random.bits() % 4) as i64);
    (0..SERIES).map(|at| series(at, &holidays, &mut random)).collect()
}

fn series(at: usize, holidays: &[i64], random: &mut Random) -> Series {
    let form = Form {
        base: 10f64.powf(random.between(1.7, 4.5)),
        daily: random.between(0.1, 1.0),
        phase: random.between(9.0, 17.0),
        weekend: random.between(0.25, 1.0),
        growth: random.between(-0.03, 0.15),
        noise: random.between(0.04, 0.18),
    };
    let each = INCIDENTS / SERIES;
    let span = (DAYS - FIRST_DAY) * 24 / each as i64;
    let incidents: Vec<Incident> = (0..each)
        .map(|number| {
            let kind = KINDS[(at * each + number) % KINDS.len()];
            let first = FIRST_DAY * 24 + number as i64 * span;
            // Six days before the next one.
            let start = first + (random.bits() % (span - 144) as u64) as i64;
            incident(kind, start, random)
        })
        .collect();
    let mut values = Vec::new();
    let strengths: Vec<f64> = incidents.iter().map(|_| random.unit()).collect();
    let mut incidents = incidents;
    for hour in 0..DAYS * 24 {
        let usual = form.usual(hour, holidays);
        let (mut mean, mut noise) = (usual, 1.0);
        for (incident, strength) in incidents.iter_mut().zip(&strengths) {
            if (incident.start..incident.end).contains(&hour) {
                let (changed, louder) = changed(incident, *strength, hour, usual, &form);
                let differs = (changed - usual).abs() > 3.0 * usual * form.deviation(usual);
                if incident.visible < 0 && (differs || louder > 1.0) {
                    incident.visible = hour;
                }
                (mean, noise) = (changed, louder);
            }
        }
        let deviates = form.deviation(mean) * noise * random.normal();
        let factor = if noise > 1.0 { 1.0 + deviates } else { deviates.clamp(-3.0, 3.0).exp() };
        values.push((mean * factor).round().max(0.0));
    }
    // What never differs by three usual deviations is visible from its middle on, at the latest.
    for incident in &mut incidents {
        if incident.visible < 0 {
            incident.visible = (incident.start + incident.end) / 2;
        }
    }
    Series { values, incidents }
}

fn incident(kind: Kind, start: i64, random: &mut Random) -> Incident {
    let length = match kind {
        Kind::Spike | Kind::Dip => 1 + (random.bits() % 3) as i64,
        Kind::Silence => 3 + (random.bits() % 10) as i64,
        Kind::ShiftUp | Kind::ShiftDown => 24 + (random.bits() % 48) as i64,
        Kind::Drift => 72,
        Kind::Noise => 12 + (random.bits() % 12) as i64,
        Kind::Nights => 24,
    };
    // Nights are awake from the evening on.
    let start = if kind == Kind::Nights { start / 24 * 24 + 18 } else { start };
    Incident { kind, start, end: start + length, visible: -1 }
}

/// The mean in an incident, and how much louder the noise is.
fn changed(incident: &Incident, strength: f64, hour: i64, usual: f64, form: &Form) -> (f64, f64) {
    // At least so many usual deviations, and at least so much.
    let size = (form.deviation(usual) * (5.0 + 3.0 * strength)).max(0.4 + 0.4 * strength);
    match incident.kind {
        Kind::Spike => (usual * (1.0 + size * 2.0), 1.0),
        Kind::Dip => (usual / (1.0 + size * 2.0), 1.0),
        Kind::Silence => (0.0, 1.0),
        Kind::ShiftUp => (usual * (1.0 + size), 1.0),
        Kind::ShiftDown => (usual / (1.0 + size), 1.0),
        Kind::Drift => {
            let part = (hour - incident.start) as f64 / (incident.end - incident.start) as f64;
            (usual * (1.0 + part * size * 2.0), 1.0)
        }
        Kind::Noise => (usual, 5.0 + 3.0 * strength),
        Kind::Nights => (form.base * (form.daily).exp() * 1.5, 1.0),
    }
}

/// What a rule said of all series: hours in which it opened a finding.
#[derive(Debug, Default, Clone)]
pub struct Result {
    pub series: usize,
    pub found: usize,
    pub by_kind: Vec<(Kind, usize, usize)>,
    pub false_alarms: usize,
    pub delays: Vec<i64>,
}

impl Result {
    pub fn recall(&self) -> f64 {
        let all: usize = self.by_kind.iter().map(|row| row.2).sum();
        self.found as f64 / all as f64
    }

    /// Per series and month of 30 days, after the warm-up.
    pub fn false_alarms_a_month(&self) -> f64 {
        self.false_alarms as f64 / self.series as f64 / ((DAYS - 14) as f64 / 30.0)
    }

    /// The delay that this part of what was found does not exceed, in hours.
    pub fn delay(&self, part: f64) -> i64 {
        let mut delays = self.delays.clone();
        delays.sort_unstable();
        delays[((delays.len() - 1) as f64 * part) as usize]
    }

    pub fn report(&self, rule: &str) -> String {
        let kinds: Vec<_> = self
            .by_kind
            .iter()
            .map(|(kind, found, all)| format!("{kind:?} {found}/{all}"))
            .collect();
        format!(
            "{rule}: recall {:.3}, false alarms a series a month {:.2}, delay in buckets p50 {} p90 {} mean {:.1}; {}",
            self.recall(),
            self.false_alarms_a_month(),
            self.delay(0.5),
            self.delay(0.9),
            self.delays.iter().sum::<i64>() as f64 / self.delays.len().max(1) as f64,
            kinds.join(", ")
        )
    }
}

/// `opened` has, for each series, the hours in which a finding was opened.
pub fn judged(all: &[Series], opened: &[Vec<i64>]) -> Result {
    let mut result = Result { series: all.len(), ..Result::default() };
    for kind in KINDS {
        result.by_kind.push((kind, 0, 0));
    }
    for (series, opened) in all.iter().zip(opened) {
        for incident in &series.incidents {
            // Found while it goes on, or by what it does to the next hours.
            let found =
                opened.iter().find(|hour| (incident.start..incident.end + 3).contains(hour));
            let row = result.by_kind.iter_mut().find(|row| row.0 == incident.kind).unwrap();
            row.2 += 1;
            if let Some(hour) = found {
                row.1 += 1;
                result.found += 1;
                result.delays.push((hour - incident.visible).max(0));
            }
        }
        let is_of_incident = |hour: &&i64| {
            let mut incidents = series.incidents.iter();
            // The end of an incident is a change as well.
            incidents.any(|incident| (incident.start..incident.end + 6).contains(hour))
        };
        result.false_alarms += opened.iter().filter(|hour| !is_of_incident(hour)).count();
    }
    result
}

/// A rule that has no state but its last values, with the same lifecycle: closed after three quiet hours.
pub fn by_rule(all: &[Series], is_unusual: impl Fn(&[f64], f64) -> bool) -> Result {
    let opened: Vec<Vec<i64>> = all
        .iter()
        .map(|series| {
            let (mut hours, mut quiet) = (Vec::new(), 3);
            for hour in 14 * 24..series.values.len() {
                if is_unusual(&series.values[..hour], series.values[hour]) {
                    if quiet >= 3 {
                        hours.push(hour as i64);
                    }
                    quiet = 0;
                } else {
                    quiet += 1;
                }
            }
            hours
        })
        .collect();
    judged(all, &opened)
}

/// Three standard deviations from the mean of a week.
pub fn three_sigma(past: &[f64], value: f64) -> bool {
    let week = &past[past.len() - 168..];
    let mean = week.iter().sum::<f64>() / 168.0;
    let variance = week.iter().map(|one| (one - mean) * (one - mean)).sum::<f64>() / 168.0;
    (value - mean).abs() > 3.0 * variance.sqrt()
}

/// Half more than the most, or half of the least, of the first two weeks.
pub fn fixed(past: &[f64], value: f64) -> bool {
    let first = &past[..14 * 24];
    let most = first.iter().copied().fold(0.0, f64::max);
    let least = first.iter().copied().fold(f64::INFINITY, f64::min);
    value > most * 1.5 || value < least * 0.5
}
