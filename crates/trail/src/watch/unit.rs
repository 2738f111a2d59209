//! What is watched: metrics by dimensions.

/// A metric of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WatchMetric {
    /// Requests.
    Requests,
    /// Requests that failed at the gateway or a vendor.
    Errors,
    /// Requests that were refused for what was asked.
    Refusals,
    /// Tokens of prompts and answers.
    Tokens,
    /// Cost in 10^-9 US dollars.
    Cost,
    /// The mean time to the first part of an answer, in microseconds.
    FirstToken,
}

impl WatchMetric {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Requests, Self::Errors, Self::Refusals, Self::Tokens, Self::Cost, Self::FirstToken];

    /// The word in findings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Errors => "errors",
            Self::Refusals => "refusals",
            Self::Tokens => "tokens",
            Self::Cost => "cost_nano_usd",
            Self::FirstToken => "first_token_us",
        }
    }

    /// The sums that it is made of: they are added, but for the mean, which is the first by the second.
    pub(super) fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Requests => &["requests"],
            Self::Errors => &["errors"],
            Self::Refusals => &["refusals"],
            Self::Tokens => &["input_tokens", "output_tokens"],
            Self::Cost => &["cost_nano_usd"],
            Self::FirstToken => &["first_token_us", "first_tokens"],
        }
    }

    /// Whether nothing is no value, rather than zero.
    pub(super) fn is_mean(self) -> bool {
        self == Self::FirstToken
    }

    /// A difference below is not worth a person's time, however unusual: a series of zeros has its first error one day.
    pub(super) fn least(self) -> f64 {
        match self {
            Self::Requests => 10.0,
            Self::Errors | Self::Refusals => 5.0,
            Self::Tokens => 10_000.0,
            // Ten cents.
            Self::Cost => 1e8,
            // A fifth of a second.
            Self::FirstToken => 2e5,
        }
    }

    /// The expression that sums it up.
    pub(super) fn sum(self) -> String {
        let sums: Vec<_> = self.columns().iter().map(|column| format!("SUM({column})")).collect();
        match sums.as_slice() {
            [whole, count] if self.is_mean() => {
                format!("CAST({whole} / NULLIF({count}, 0) AS BIGINT)")
            }
            _ => format!("CAST({} AS BIGINT)", sums.join(" + ")),
        }
    }
}

/// A metric by a dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// What is measured.
    pub metric: WatchMetric,
    /// Of what: a column of the sums.
    pub dimension: &'static str,
    /// The length of its buckets in seconds.
    pub bucket_s: i64,
}

/// The buckets of units whose names do not say how long theirs are.
const HOUR_S: i64 = 3_600;

/// What series are made by.
pub(super) const WATCHED: [&str; 4] = ["consumer", "model", "provider", "route"];

/// All units, in the order in which they are evaluated, by the hour.
pub const UNITS: [Unit; 24] = {
    let mut units =
        [Unit { metric: WatchMetric::Requests, dimension: "consumer", bucket_s: HOUR_S }; 24];
    let mut at = 0;
    while at < 24 {
        #[allow(clippy::indexing_slicing, reason = "evaluated when it is compiled")]
        {
            units[at] = Unit {
                metric: WatchMetric::ALL[at / 4],
                dimension: WATCHED[at % 4],
                bucket_s: HOUR_S,
            };
        }
        at += 1;
    }
    units
};

impl Unit {
    /// Its name in the ledger. What was learned of buckets of another length is about another unit.
    pub fn name(self) -> String {
        let name = format!("{} {}", self.metric.as_str(), self.dimension);
        if self.bucket_s == HOUR_S { name } else { format!("{name} {}", self.bucket_s) }
    }
}

/// All units with buckets of this length.
pub(super) fn units(bucket_s: i64) -> impl Iterator<Item = Unit> {
    UNITS.into_iter().map(move |unit| Unit { bucket_s, ..unit })
}
