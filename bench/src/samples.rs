//! Measured durations, and their statistics.

use hdrhistogram::Histogram;

/// The significant decimal digits of a sample: reports have three.
const DIGITS: u8 = 4;

/// Samples in nanoseconds, to four digits.
pub struct Samples(Histogram<u32>);

impl Default for Samples {
    #[expect(clippy::expect_used, reason = "the bounds are constants")]
    fn default() -> Self {
        // From 1 to 1,000 ns at first; a longer sample makes it longer.
        let mut histogram = Histogram::new_with_bounds(1, 1_000, DIGITS).expect("right bounds");
        histogram.auto(true);
        Self(histogram)
    }
}

impl Samples {
    /// Adds a sample.
    pub fn push(&mut self, ns: u64) {
        // It grows: no sample is out of its range.
        let _ = self.0.record(ns);
    }

    /// Adds the samples of another connection or round.
    pub fn append(&mut self, other: Self) {
        let _ = self.0.add(other.0);
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        usize::try_from(self.0.len()).unwrap_or(usize::MAX)
    }

    /// The smallest sample that at least `percent` (1 to 100) of all do not exceed (nearest rank), in milliseconds.
    /// 0 if there is none.
    pub fn percentile_ms(&self, percent: usize) -> f64 {
        ms(self.0.value_at_quantile(percent as f64 / 100.0))
    }

    /// The median, in milliseconds.
    pub fn median_ms(&self) -> f64 {
        self.percentile_ms(50)
    }

    /// The longest, in milliseconds.
    pub fn max_ms(&self) -> f64 {
        ms(self.0.max())
    }

    /// Welch's t of the difference of two means, without the slowest tenth of each, which is the machine's noise. 0 if
    /// there are too few samples.
    pub fn welch_t(&self, other: &Self) -> f64 {
        let (mine, my_error) = self.trimmed_mean_and_error();
        let (theirs, their_error) = other.trimmed_mean_and_error();
        let error = my_error.hypot(their_error);
        if error > 0.0 { (mine - theirs) / error } else { 0.0 }
    }

    /// The mean of the faster nine tenths in nanoseconds, and its standard error.
    fn trimmed_mean_and_error(&self) -> (f64, f64) {
        let mut left = self.0.len() * 9 / 10;
        let mut faster: Vec<(f64, f64)> = Vec::new();
        for step in self.0.iter_recorded() {
            let count = step.count_since_last_iteration().min(left);
            left -= count;
            faster.push((step.value_iterated_to() as f64, count as f64));
        }
        let count = faster.iter().map(|(_, count)| count).sum::<f64>().max(1.0);
        let mean = faster.iter().map(|(ns, count)| ns * count).sum::<f64>() / count;
        let squares = faster.iter().map(|(ns, count)| (ns - mean).powi(2) * count).sum::<f64>();
        (mean, (squares / count / (count - 1.0).max(1.0)).sqrt())
    }

    /// The arithmetic mean in milliseconds. 0 if there is none.
    pub fn mean_ms(&self) -> f64 {
        self.0.mean() / 1e6
    }
}

/// Nanoseconds as milliseconds. Exact enough below 2^53 ns, which is 104 days.
pub fn ms(ns: u64) -> f64 {
    ns as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = u64>) -> Samples {
        let mut samples = Samples::default();
        values.into_iter().for_each(|ms| samples.push(ms * 1_000_000));
        samples
    }

    /// To the stored digits.
    #[track_caller]
    fn is(found: f64, expected: f64) {
        assert!((found - expected).abs() <= expected / 1e4, "{found}, not {expected}");
    }

    #[test]
    fn percentiles_are_nearest_ranks_whatever_the_order() {
        let samples = of((1..=100).rev());
        is(samples.percentile_ms(50), 50.0);
        is(samples.percentile_ms(99), 99.0);
        is(samples.max_ms(), 100.0);
        is(samples.mean_ms(), 50.5);
        assert_eq!(samples.len(), 100);
    }

    #[test]
    fn those_of_another_round_are_added() {
        let mut samples = of([1, 2]);
        samples.append(of([60_000]));
        assert_eq!(samples.len(), 3);
        is(samples.max_ms(), 60_000.0);
        is(samples.median_ms(), 2.0);
    }

    #[test]
    fn tells_what_differs_from_what_does_not() {
        let [one, same, other] = [of(1..=100), of(1..=100), of(51..=150)];
        assert_eq!(one.welch_t(&same), 0.0);
        assert!(one.welch_t(&other) < -3.0);
        assert_eq!(of([]).welch_t(&of([])), 0.0);
    }

    #[test]
    fn few_samples_have_percentiles_too() {
        is(of([7]).percentile_ms(99), 7.0);
        is(of([1, 2, 3]).median_ms(), 2.0);
        is(of([1, 2]).percentile_ms(99), 2.0);
        assert_eq!(of([]).median_ms(), 0.0);
        assert_eq!(of([]).max_ms(), 0.0);
        assert_eq!(of([]).mean_ms(), 0.0);
    }
}
