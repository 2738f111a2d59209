//! How fast a deployment is: percentiles of its times to the first token, and its time per token, of the last
//! minute or the last sixty answers.

/// After this long an observation counts half.
const HALF_LIFE_MS: u64 = 30_000;

/// So many observations are enough: with more, a deployment that has changed would look for long as it was.
const MOST_WEIGHT: f32 = 60.0;

/// Buckets a quarter of a doubling wide, from 4 ms to over a minute: an estimate is at most 19 % off.
const BUCKETS: usize = 58;
const LOWEST_MS: f64 = 4.0;
const PER_DOUBLING: f64 = 4.0;

/// The percentile of the time to the first token that counts: what nearly all requests see. A deployment that becomes slow
/// shows after one request in ten.
const PERCENTILE: f64 = 0.9;

/// Weights are kept in this fraction when they are shared.
const SHARED_STEPS: f32 = 16.0;

/// A hundred tokens a second, until a stream has shown another rate.
const USUAL_TOKEN_US: f32 = 10_000.0;

/// Below this an observation is forgotten.
const LEAST_WEIGHT: f32 = 0.05;

/// A decaying histogram of times to the first token, and a decaying mean of the time per token.
#[derive(Debug, Clone, PartialEq)]
pub struct Latency {
    /// The weights of times to the first token; as many as there are up to the slowest.
    first_token: Vec<f32>,
    /// The mean time per token in microseconds, and its weight.
    token_us: f32,
    token_weight: f32,
    /// The time that the weights are of.
    at_ms: u64,
}

impl Default for Latency {
    fn default() -> Self {
        Self { first_token: Vec::new(), token_us: 0.0, token_weight: 0.0, at_ms: 0 }
    }
}

impl Latency {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.weight() < LEAST_WEIGHT
    }

    /// When it was observed last.
    #[must_use]
    pub fn seen_ms(&self) -> u64 {
        self.at_ms
    }

    fn weight(&self) -> f32 {
        self.first_token.iter().sum()
    }

    /// Whether it says something of this time.
    #[must_use]
    pub fn is_of(&self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.at_ms) <= HALF_LIFE_MS * 8
    }

    /// Whether it may be a state at this time, by clocks that differ by less than an hour.
    pub(crate) fn is_plausible(&self, now_ms: u64) -> bool {
        self.at_ms <= now_ms.saturating_add(3_600_000)
    }

    /// The time to the first token of an answer that came whole: what its tokens have not taken. A tenth at least, for the
    /// rate is an estimate.
    pub(crate) fn share_of(&self, answer_ms: u64, tokens: u64) -> u64 {
        let us = if self.token_weight > 0.0 { self.token_us } else { USUAL_TOKEN_US };
        let tokens_ms = (f64::from(us) * tokens as f64 / 1_000.0) as u64;
        answer_ms.saturating_sub(tokens_ms).max(answer_ms / 10)
    }

    fn decay(&mut self, now_ms: u64) {
        let age_ms = now_ms.saturating_sub(self.at_ms);
        self.at_ms = self.at_ms.max(now_ms);
        if age_ms == 0 {
            return;
        }
        let factor = 0.5_f32.powf(age_ms as f32 / HALF_LIFE_MS as f32);
        self.first_token.iter_mut().for_each(|weight| *weight *= factor);
        self.token_weight *= factor;
        if self.weight() < LEAST_WEIGHT {
            self.first_token.clear();
        }
    }

    /// An answer has come.
    pub fn answered(&mut self, first_token_ms: u64, answer_ms: u64, tokens: u64, now_ms: u64) {
        self.decay(now_ms);
        self.observe(first_token_ms);
        if tokens > 1 {
            let us = answer_ms.saturating_sub(first_token_ms).saturating_mul(1_000) / (tokens - 1);
            let sum = self.token_us * self.token_weight + us as f32;
            self.token_weight += 1.0;
            self.token_us = sum / self.token_weight;
        }
    }

    /// None has come, within this time: an answer would have been later still. It counts twice, so that fewer requests have to
    /// wait until a deployment is known to be slow.
    pub fn failed(&mut self, after_ms: u64, now_ms: u64) {
        self.decay(now_ms);
        self.observe(after_ms);
        self.observe(after_ms);
    }

    fn observe(&mut self, ms: u64) {
        let bucket = bucket(ms);
        if self.first_token.len() <= bucket {
            self.first_token.resize(bucket + 1, 0.0);
        }
        if let Some(weight) = self.first_token.get_mut(bucket) {
            *weight += 1.0;
        }
        self.bound();
    }

    /// Lets later observations take the place of earlier ones.
    fn bound(&mut self) {
        let weight = self.weight();
        if weight > MOST_WEIGHT {
            self.first_token.iter_mut().for_each(|one| *one *= MOST_WEIGHT / weight);
        }
        self.token_weight = self.token_weight.min(MOST_WEIGHT);
    }

    /// The time to the first token that this share of requests stays within; 0 if nothing is known.
    #[must_use]
    pub fn first_token_ms(&self, share: f64) -> u64 {
        let wanted = f64::from(self.weight()) * share;
        let mut sum = 0.0;
        for (bucket, weight) in self.first_token.iter().enumerate() {
            let weight = f64::from(*weight);
            if weight > 0.0 && sum + weight >= wanted {
                let part = ((wanted - sum) / weight).clamp(0.0, 1.0);
                return border_ms(bucket as f64 + part);
            }
            sum += weight;
        }
        0
    }

    /// The expected time to the end of an answer of so many tokens.
    #[must_use]
    pub fn answer_ms(&self, tokens: u64) -> u64 {
        let rest_ms = (f64::from(self.token_us) * tokens as f64 / 1_000.0) as u64;
        self.first_token_ms(PERCENTILE).saturating_add(rest_ms)
    }

    /// Adds observations of others.
    pub fn add(&mut self, other: &Latency) {
        let mut other = other.clone();
        let now_ms = self.at_ms.max(other.at_ms);
        self.decay(now_ms);
        other.decay(now_ms);
        if self.first_token.len() < other.first_token.len() {
            self.first_token.resize(other.first_token.len(), 0.0);
        }
        for (ours, theirs) in self.first_token.iter_mut().zip(&other.first_token) {
            *ours += theirs;
        }
        let weight = self.token_weight + other.token_weight;
        if weight > 0.0 {
            let sum = self.token_us * self.token_weight + other.token_us * other.token_weight;
            (self.token_us, self.token_weight) = (sum / weight, weight);
        }
        self.bound();
    }

    /// 17 bytes, and 3 for each bucket that has something.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.at_ms.to_le_bytes());
        bytes.extend(self.token_us.to_le_bytes());
        bytes.extend(self.token_weight.to_le_bytes());
        let shared = |weight: &f32| (weight * SHARED_STEPS).round().min(f32::from(u16::MAX)) as u16;
        let filled: Vec<(u8, u16)> = self
            .first_token
            .iter()
            .enumerate()
            .filter_map(|(bucket, weight)| Some((u8::try_from(bucket).ok()?, shared(weight))))
            .filter(|(_, weight)| *weight > 0)
            .collect();
        bytes.push(u8::try_from(filled.len()).unwrap_or(u8::MAX));
        for (bucket, weight) in filled {
            bytes.push(bucket);
            bytes.extend(weight.to_le_bytes());
        }
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (at_ms, bytes) = bytes.split_first_chunk()?;
        let (token_us, bytes) = bytes.split_first_chunk()?;
        let (token_weight, bytes) = bytes.split_first_chunk()?;
        let (filled, mut bytes) = bytes.split_first()?;
        let real = |bits: &[u8; 4]| {
            Some(f32::from_le_bytes(*bits)).filter(|one| one.is_finite() && *one >= 0.0)
        };
        let mut latency = Latency {
            first_token: Vec::new(),
            token_us: real(token_us)?,
            token_weight: real(token_weight)?,
            at_ms: u64::from_le_bytes(*at_ms),
        };
        for _ in 0..*filled {
            let (bucket, rest) = bytes.split_first()?;
            let (weight, rest) = rest.split_first_chunk()?;
            bytes = rest;
            let bucket = usize::from(*bucket).min(BUCKETS - 1);
            if latency.first_token.len() <= bucket {
                latency.first_token.resize(bucket + 1, 0.0);
            }
            *latency.first_token.get_mut(bucket)? +=
                f32::from(u16::from_le_bytes(*weight)) / SHARED_STEPS;
        }
        Some((latency, bytes))
    }
}

fn bucket(ms: u64) -> usize {
    let doublings = (ms.max(1) as f64 / LOWEST_MS).log2();
    // A negative or huge number is cut to the range by the cast.
    ((doublings * PER_DOUBLING) as usize).min(BUCKETS - 1)
}

fn border_ms(bucket: f64) -> u64 {
    (LOWEST_MS * (bucket / PER_DOUBLING).exp2()) as u64
}

#[cfg(test)]
mod tests;
