//! The detector of one series.

use super::finding::{Anomaly, Assessment, Band, Shape};
use super::level::Level;
use super::profile::Profile;
use super::stat::Stat;
use serde::{Deserialize, Serialize};

/// Nothing is reported before so many values: two weeks of hours, or a day of five minutes.
pub const WARM_UP_VALUES: u64 = 336;

/// The number of values that the unit of a series is taken from.
const FIRST: usize = 24;

/// How far beyond the usual a value must be: multiples of the distance from the median to what one in thirty exceeds.
const UNUSUAL: f64 = 2.1;

/// The more values an hour has, the more unusual one must be: people read so many findings a month. For each e-fold.
const OFTENER: f64 = 0.55;

/// A finding is over after so many usual values.
const QUIET_VALUES: u32 = 3;

/// A change that lasts for so many values is how the series is now.
const ADOPTED_VALUES: u32 = 48;

/// A finding counts for less and less: half after 460 values.
const FADES: f64 = 0.9985;

/// With each finding that counts, the next one must be more unusual: three tenths more, nine tenths, and so on.
const TIRES: f64 = 0.3;

/// A series may do so many times what most do.
const COMMON_REACHES: f64 = 4.0;

/// What is so many times as unusual as the finding before it is another one.
const WORSE: f64 = 1.8;

/// What is unusual again within so many values is the same finding.
const SAME_VALUES: u32 = 12;

/// A new prediction is not judged by for so many values.
const SETTLING_VALUES: u32 = 24;

/// What is known of a series: some kilobytes, whatever its length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detector {
    /// The first values, until the unit is known.
    first: Vec<(i64, f64)>,
    /// Values far below the unit count by difference, those above by ratio.
    unit: f64,
    last_unix_s: i64,
    interval_s: i64,
    seen: u64,
    /// By level, by hour of the day, by hour of the week.
    levels: [Level; 3],
    /// How much more or less deviates at an hour of the day than on average.
    hours: Vec<f32>,
    /// The last deviation, and how much of it the next one has.
    before: f64,
    product: f64,
    square: f64,
    point: Stat,
    shift: Stat,
    drift: Stat,
    /// How much deviations vary, as a logarithm, and its average.
    varies: f64,
    usually_varies: f64,
    variation: Stat,
    /// Which of the levels predicts, and for how many values it is not judged by.
    best: usize,
    settling: u32,
    open: Option<Open>,
    /// The values since the last finding was closed.
    closed_before: u32,
    /// How unusual the last finding was.
    worst: f64,
    /// The number of findings that count.
    tired: f64,
}

/// A finding that is not over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Open {
    finding: Anomaly,
    values: u32,
    quiet: u32,
}

/// A value among those expected.
struct Seen {
    deviation: f64,
    expected: f64,
    scale: f64,
}

impl Default for Detector {
    fn default() -> Self {
        Detector::new()
    }
}

impl Detector {
    /// A detector that knows nothing yet.
    pub fn new() -> Self {
        let level = |hours, depth| Level::new(Some(Profile::new(hours, depth)));
        Detector {
            first: Vec::new(),
            unit: 0.0,
            last_unix_s: i64::MIN,
            interval_s: 0,
            seen: 0,
            levels: [Level::new(None), level(24, 7), level(168, 5)],
            hours: vec![1.0; 24],
            before: 0.0,
            product: 0.0,
            square: 1.0,
            point: Stat::new(1.0, 1.0),
            shift: Stat::new(0.35, 0.46),
            drift: Stat::new(0.07, 0.19),
            varies: 0.0,
            usually_varies: 0.0,
            variation: Stat::new(1.0, 0.3),
            best: 0,
            settling: 0,
            open: None,
            closed_before: u32::MAX,
            worst: 0.0,
            tired: 0.0,
        }
    }

    /// Takes the next value of the series. A value that is not a number, or not after the one before, says nothing.
    pub fn push(&mut self, unix_s: i64, value: f64) -> Assessment {
        self.push_beside(unix_s, value, 0.0)
    }

    /// As [`Detector::push`], of a series whose neighbours all deviate by `common` (see [`Detector::deviation`]) at this time: only what it
    /// deviates beside them is its own.
    pub fn push_beside(&mut self, unix_s: i64, value: f64, common: f64) -> Assessment {
        if !value.is_finite() || unix_s <= self.last_unix_s {
            return Assessment::NONE;
        }
        if self.unit > 0.0 {
            return self.step(unix_s, value, common);
        }
        self.first.push((unix_s, value));
        self.last_unix_s = unix_s;
        if self.first.len() >= FIRST {
            self.begin();
        }
        Assessment::NONE
    }

    /// How much a value would deviate, as a ratio (its logarithm, for values far from zero) and in usual deviations; none before the
    /// warm-up is over.
    pub fn deviation(&self, unix_s: i64, value: f64) -> Option<(f64, f64)> {
        let is_known = value.is_finite() && self.seen >= WARM_UP_VALUES;
        let seen = is_known.then(|| self.seen_at(unix_s, (value / self.unit).asinh()));
        seen.map(|seen| (seen.deviation, seen.deviation / seen.scale))
    }

    /// The finding that is open.
    pub fn open(&self) -> Option<&Anomaly> {
        self.open.as_ref().map(|open| &open.finding)
    }

    fn begin(&mut self) {
        let first = std::mem::take(&mut self.first);
        let mut sizes: Vec<f64> = first.iter().map(|(_, value)| value.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let median = sizes.get(sizes.len() / 2).copied().unwrap_or(0.0);
        let mean = sizes.iter().sum::<f64>() / sizes.len().max(1) as f64;
        let size = if median > 0.0 { median } else { mean };
        self.unit = if size > 0.0 { size / 10.0 } else { 0.1 };
        let mut steps: Vec<i64> =
            first.iter().zip(first.iter().skip(1)).map(|(one, next)| next.0 - one.0).collect();
        steps.sort_unstable();
        self.interval_s = steps.get(steps.len() / 2).copied().unwrap_or(1).max(1);
        self.last_unix_s = i64::MIN;
        for (unix_s, value) in first {
            self.step(unix_s, value, 0.0);
        }
    }

    fn seen_at(&self, unix_s: i64, value: f64) -> Seen {
        let of =
            |level: &Level| Some((level.expected(unix_s, self.interval_s, value)?, level.scale()));
        let [level, ..] = &self.levels;
        let best = self.levels.get(self.best).and_then(of).or_else(|| of(level));
        let (expected, scale) = best.unwrap_or((value, 1.0));
        let hour = self.hours.get(hour_of(unix_s)).copied().unwrap_or(1.0);
        let scale = scale * f64::from(hour);
        Seen { deviation: value - expected, expected, scale }
    }

    fn step(&mut self, unix_s: i64, value: f64, common: f64) -> Assessment {
        let scaled = (value / self.unit).asinh();
        let seen = self.seen_at(unix_s, scaled);
        let common = explained(seen.deviation, common);
        let own = (seen.deviation - common) / seen.scale;
        // A deviation that follows another one of the same size is no news.
        let follows = (self.product / self.square.max(1e-9)).clamp(0.0, 1.0);
        let news = own - follows * self.before;
        // How much a deviation varies that is explained is not known.
        if common == 0.0 {
            self.varies += ((news.abs() + 0.05).ln() - self.varies) * 0.2;
        }
        let excesses = [
            self.point.step(news),
            self.shift.step(own),
            self.drift.step(own),
            self.variation.step(self.varies - self.usually_varies),
        ];
        let band = self.band(&seen, common, follows);
        let verdict = match self.seen >= WARM_UP_VALUES && self.settling == 0 {
            true => self.judge(unix_s, value, band, excesses, own),
            false => Assessment::NONE,
        };
        self.learn(unix_s, scaled - common, own);
        self.last_unix_s = unix_s;
        self.seen = self.seen.saturating_add(1);
        verdict
    }

    /// What all series do at once is not in `usual`: it is no season of this one.
    fn learn(&mut self, unix_s: i64, usual: f64, own: f64) {
        let is_usual = self.open.is_none();
        self.choose();
        for level in &mut self.levels {
            level.learn(unix_s, self.interval_s, usual, is_usual);
        }
        let cut = own.clamp(-2.5, 2.5);
        self.product += (cut * self.before - self.product) * 0.02;
        self.square += (cut * cut - self.square) * 0.02;
        self.before = cut;
        if let Some(hour) = self.hours.get_mut(hour_of(unix_s)) {
            // The median of deviations is two thirds of their standard deviation.
            let step = if own.abs() > 0.67 { 1.02 } else { 1.0 / 1.02 };
            *hour = (*hour * step).clamp(0.5, 3.0);
        }
        for stat in [&mut self.point, &mut self.shift, &mut self.drift, &mut self.variation] {
            if is_usual {
                stat.learn();
            } else {
                stat.skip();
            }
        }
        let follows = if self.seen < 100 { 0.05 } else { 0.01 };
        self.usually_varies += (self.varies - self.usually_varies).clamp(-0.5, 0.5) * follows;
        self.tired *= FADES;
    }

    /// The level that has been least wrong predicts; another one must be clearly better.
    fn choose(&mut self) {
        self.settling = self.settling.saturating_sub(1);
        let of = |at: usize| self.levels.get(at).filter(|level| level.is_known());
        // The more a level knows, the rarer are the days on which it is better.
        let knows = [1.0, 0.95, 0.8];
        let scale = |at: &usize| {
            of(*at).map_or(f64::INFINITY, Level::scale) * knows.get(*at).unwrap_or(&1.0)
        };
        let Some(best) =
            (0..self.levels.len()).min_by(|one, other| scale(one).total_cmp(&scale(other)))
        else {
            return;
        };
        if best != self.best && scale(&best) < scale(&self.best) * 0.95 {
            self.best = best;
            self.settling = SETTLING_VALUES;
            for stat in [&mut self.point, &mut self.shift, &mut self.drift, &mut self.variation] {
                stat.reset();
                stat.forget();
            }
        }
    }

    fn band(&self, seen: &Seen, common: f64, follows: f64) -> Band {
        let value = |scaled: f64| scaled.sinh() * self.unit;
        let middle = seen.expected + common + follows * self.before * seen.scale;
        let reach = self.point.high() * 2.0 * seen.scale;
        Band { expected: value(middle), low: value(middle - reach), high: value(middle + reach) }
    }

    fn judge(
        &mut self,
        unix_s: i64,
        value: f64,
        band: Band,
        excesses: [f64; 4],
        own: f64,
    ) -> Assessment {
        let [point, shift, drift, variation] = excesses;
        // Averages are calibrated on values that follow each other: their tails are less known.
        let worst = point.max(shift).max(drift * 0.95).max(variation * 0.85);
        let an_hour = (3_600.0 / self.interval_s.clamp(1, 3_600) as f64).ln();
        let needed =
            (UNUSUAL + OFTENER * an_hour) * (1.0 + TIRES * (self.tired.min(6.0).exp2() - 1.0));
        let score = 1.0 - (-worst.max(0.0) / needed * std::f64::consts::LN_2).exp();
        let mut verdict = Assessment { score, band: Some(band), ..Assessment::NONE };
        if let Some(open) = &mut self.open {
            open.values = open.values.saturating_add(1);
            // Long averages remember what is over: the value itself and a short one say whether it is.
            let now = shift.max(self.point.excess_of(own));
            open.quiet = if now >= needed * 0.6 { 0 } else { open.quiet + 1 };
            open.finding.score = open.finding.score.max(score);
            self.close(unix_s, &mut verdict);
        } else {
            self.closed_before = self.closed_before.saturating_add(1);
        }
        let is_known = self.open.is_some() || self.closed_before <= SAME_VALUES;
        if worst < needed || is_known && worst <= self.worst * WORSE {
            // Known already, or usual.
            verdict.score = if is_known { score.min(0.49) } else { score };
            return verdict;
        }
        let shape = self.shape(value, &band, excesses);
        let finding =
            Anomaly { shape, since_unix_s: unix_s, seen: value, band, score, closed_unix_s: None };
        if let Some(open) = self.open.replace(Open { finding, values: 0, quiet: 0 }) {
            verdict.closed = Some(Anomaly { closed_unix_s: Some(unix_s), ..open.finding });
        }
        for stat in [&mut self.point, &mut self.shift, &mut self.drift, &mut self.variation] {
            stat.note();
        }
        self.worst = worst;
        self.tired += if is_known { 0.0 } else { 1.0 };
        verdict.opened = Some(finding);
        verdict
    }

    /// Closes the open finding if it is over, or has become how the series is.
    fn close(&mut self, unix_s: i64, verdict: &mut Assessment) {
        let Some(open) = &mut self.open else { return };
        let is_adopted = open.values >= ADOPTED_VALUES;
        if open.quiet < QUIET_VALUES && !is_adopted {
            return;
        }
        open.finding.closed_unix_s = Some(unix_s);
        verdict.closed = Some(open.finding);
        self.open = None;
        self.closed_before = 0;
        if is_adopted {
            let scale = self.levels.get(self.best).map_or(0.0, Level::scale);
            let by = self.shift.value() * scale;
            self.levels.iter_mut().for_each(|level| level.shift(by));
        }
        // What is over does not linger in averages.
        self.shift.reset();
        self.drift.reset();
    }

    fn shape(&self, value: f64, band: &Band, excesses: [f64; 4]) -> Shape {
        let [point, shift, drift, variation] = excesses;
        let is_up = |stat: &Stat| stat.value() > 0.0;
        if value == 0.0 && band.low > 0.0 {
            Shape::Silence
        } else if point >= shift.max(drift).max(variation) {
            if is_up(&self.point) { Shape::Spike } else { Shape::Dip }
        } else if shift >= drift.max(variation) {
            if is_up(&self.shift) { Shape::ShiftUp } else { Shape::ShiftDown }
        } else if drift >= variation {
            if is_up(&self.drift) { Shape::DriftUp } else { Shape::DriftDown }
        } else if self.varies > self.usually_varies {
            Shape::Noise
        } else {
            Shape::Flat
        }
    }
}

/// What of a deviation is explained by what all series do: some do more of it than others.
fn explained(deviation: f64, common: f64) -> f64 {
    let reach = common * COMMON_REACHES;
    deviation.clamp(reach.min(0.0), reach.max(0.0))
}

fn hour_of(unix_s: i64) -> usize {
    unix_s.div_euclid(3_600).rem_euclid(24) as usize
}
