//! Durations as they were measured, and what is said of them.

/// Raw samples in nanoseconds. All are kept: there are at most some hundred thousand.
#[derive(Default)]
pub struct Samples(Vec<u64>);

impl Samples {
    /// One more.
    pub fn push(&mut self, ns: u64) {
        self.0.push(ns);
    }

    /// Those of another connection or round.
    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The smallest sample that at least `percent` (1 to 100) of all do not exceed (nearest rank), in milliseconds.
    /// 0 if there is none.
    pub fn percentile_ms(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied().map_or(0.0, ms)
    }

    /// The middle one, in milliseconds.
    pub fn median_ms(&self) -> f64 {
        self.percentile_ms(50)
    }

    /// The longest, in milliseconds.
    pub fn max_ms(&self) -> f64 {
        self.percentile_ms(100)
    }

    /// Welch's t of the difference of two means, without the slowest tenth of each: what the machine did meanwhile. 0 if
    /// there is too little to say.
    pub fn welch_t(&self, other: &Self) -> f64 {
        let (mine, my_error) = self.trimmed_mean_and_error();
        let (theirs, their_error) = other.trimmed_mean_and_error();
        let error = my_error.hypot(their_error);
        if error > 0.0 { (mine - theirs) / error } else { 0.0 }
    }

    /// The mean of the faster nine tenths in nanoseconds, and its standard error.
    fn trimmed_mean_and_error(&self) -> (f64, f64) {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted.truncate(sorted.len() * 9 / 10);
        let count = sorted.len().max(1) as f64;
        let mean = sorted.iter().map(|ns| *ns as f64).sum::<f64>() / count;
        let squares = sorted.iter().map(|ns| (*ns as f64 - mean).powi(2)).sum::<f64>();
        (mean, (squares / count / (count - 1.0).max(1.0)).sqrt())
    }

    /// The arithmetic mean in milliseconds. 0 if there is none.
    pub fn mean_ms(&self) -> f64 {
        let sum: u64 = self.0.iter().sum();
        ms(sum) / self.0.len().max(1) as f64
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
        Samples(values.into_iter().map(|ms| ms * 1_000_000).collect())
    }

    #[test]
    fn percentiles_are_nearest_ranks_whatever_the_order() {
        let samples = of((1..=100).rev());
        assert_eq!(samples.percentile_ms(50), 50.0);
        assert_eq!(samples.percentile_ms(99), 99.0);
        assert_eq!(samples.max_ms(), 100.0);
        assert_eq!(samples.mean_ms(), 50.5);
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
        assert_eq!(of([7]).percentile_ms(99), 7.0);
        assert_eq!(of([1, 2, 3]).median_ms(), 2.0);
        assert_eq!(of([1, 2]).percentile_ms(99), 2.0);
        assert_eq!(of([]).median_ms(), 0.0);
        assert_eq!(of([]).mean_ms(), 0.0);
    }
}
