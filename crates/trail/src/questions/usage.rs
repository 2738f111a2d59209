//! Usage: sums by time and group, from roll-ups alone.

use super::error::QuestionError;
use super::parameters::{Parameters, listed, shown};
use super::scope::Scope;
use super::table::{Cell, Table};
use super::zone::{self, Segment, segments};
use crate::ledger::{DIMENSIONS, Grain, LedgerError, Row, SUMS, Sql, Store, integer, text};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// The most rows of an answer.
pub const MAX_ROWS: usize = 50_000;

const DAY_S: i64 = 86_400;

/// The longest range: each change of a zone's offset in it is a statement or more, and there are two in a year.
const MAX_RANGE_YEARS: i64 = 20;

const MAX_RANGE_S: i64 = MAX_RANGE_YEARS * 366 * DAY_S;

/// The finest time that sums are kept for.
const FINEST_S: i64 = 900;

/// The lengths of time of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bucket {
    All,
    Hour,
    Day,
    Week,
    Month,
}

const BUCKETS: [(&str, Bucket); 5] = [
    ("none", Bucket::All),
    ("hour", Bucket::Hour),
    ("day", Bucket::Day),
    ("week", Bucket::Week),
    ("month", Bucket::Month),
];

impl Bucket {
    /// The length of what is counted in SQL; weeks and months are made of days.
    fn seconds(self) -> Option<i64> {
        match self {
            Bucket::All => None,
            Bucket::Hour => Some(3_600),
            Bucket::Day | Bucket::Week | Bucket::Month => Some(DAY_S),
        }
    }
}

/// A question about sums.
#[derive(Debug, Clone)]
pub(super) struct Usage {
    pub(super) start_s: i64,
    pub(super) end_s: i64,
    pub(super) zone: TimeZone,
    pub(super) bucket: Bucket,
    /// Columns of [`DIMENSIONS`].
    pub(super) group_by: Vec<&'static str>,
    pub(super) filters: Vec<(&'static str, Vec<String>)>,
}

/// The sums of a group in a bucket: where the bucket begins as it is sorted and as it is written, the group, the sums.
pub(super) type Sums = BTreeMap<(i64, Vec<String>), (String, Vec<i64>)>;

/// Answers a question about usage.
///
/// Parameters: `from` (needed), `to` (else until now), `bucket` (`none`, `hour`, `day`, `week`, `month`), `zone`, `group_by`
/// (columns, separated by commas), and any column as a filter, which may be there several times.
///
/// # Errors
///
/// The question has parameters or values that are not there, or the ledger cannot be read.
pub async fn usage(
    store: &mut impl Store,
    parameters: Parameters<'_>,
    scope: &Scope,
    now_s: i64,
) -> Result<Table, QuestionError> {
    let question = Usage::of(parameters, now_s)?;
    let sums = question.sums(store, scope).await?;
    let has_bucket = question.bucket != Bucket::All;
    let mut columns: Vec<&'static str> = has_bucket.then_some("bucket").into_iter().collect();
    columns.extend(question.group_by.iter().chain(&SUMS));
    let rows = sums.into_iter().map(|((_, group), (begins, sums))| {
        let bucket = has_bucket.then_some(Cell::Text(begins));
        let group = group.iter().map(|text| Cell::of(text));
        bucket.into_iter().chain(group).chain(sums.into_iter().map(Cell::Integer)).collect()
    });
    Ok(Table { columns, rows: rows.collect() })
}

impl Usage {
    fn of(parameters: Parameters<'_>, now_s: i64) -> Result<Self, QuestionError> {
        let mut known = vec!["from", "to", "bucket", "zone", "group_by", "format"];
        known.extend(DIMENSIONS);
        parameters.only(&known)?;
        let bucket = parameters.word("bucket", &BUCKETS)?.unwrap_or(Bucket::All);
        let (start_s, end_s, zone) = range(parameters, now_s)?;
        let group_by = group_by(parameters)?;
        let filters = filters(parameters);
        Ok(Usage { start_s, end_s, zone, bucket, group_by, filters })
    }

    /// The sums of the answer.
    pub(super) async fn sums(
        &self,
        store: &mut impl Store,
        scope: &Scope,
    ) -> Result<Sums, QuestionError> {
        let mut sums = Sums::new();
        for segment in segments(&self.zone, self.start_s, self.end_s) {
            for (grain, start_s, end_s) in self.pieces(&segment) {
                let piece = Segment { start_s, end_s, offset_s: segment.offset_s };
                let mut sql = self.statement(store, grain, &piece);
                for (column, values) in &self.filters {
                    sql.push(&format!(" AND {column} IN ("));
                    sql.bind_all(values.iter().map(|value| value.as_str().into())).push(")");
                }
                scope.push_sums(&mut sql);
                let groups: Vec<_> =
                    (1..=self.group_by.len() + 1).map(|at| at.to_string()).collect();
                sql.push(" GROUP BY ").push(&groups.join(", "));
                sql.push(&format!(" LIMIT {}", MAX_ROWS + 1));
                let rows =
                    store.query(sql.text(), sql.values()).await.map_err(LedgerError::from)?;
                self.add(&mut sums, &rows, piece.offset_s)?;
                if rows.len() > MAX_ROWS || sums.len() > MAX_ROWS {
                    return Err(QuestionError::TooManyRows { most: MAX_ROWS });
                }
            }
        }
        Ok(sums)
    }

    fn statement(&self, store: &impl Store, grain: Grain, piece: &Segment) -> Sql {
        let mut sql = Sql::new(store.dialect(), "SELECT ");
        match self.bucket.seconds() {
            // Both are numbers of this program.
            Some(seconds) => {
                sql.push(&format!("(bucket_s + ({})) / {seconds} AS place", piece.offset_s))
            }
            // All of a piece is one place.
            None => sql.push("0 AS place"),
        };
        for column in &self.group_by {
            sql.push(&format!(", {column}"));
        }
        for sum in SUMS {
            sql.push(&format!(", CAST(SUM({sum}) AS BIGINT)"));
        }
        sql.push(&format!(" FROM {} WHERE bucket_s >= ", grain.table()));
        sql.bind(piece.start_s).push(" AND bucket_s < ").bind(piece.end_s);
        sql
    }

    /// A segment as stretches of the coarsest sums that have their borders where the answer has them.
    fn pieces(&self, segment: &Segment) -> Vec<(Grain, i64, i64)> {
        let fits = |grain: &Grain| {
            let Some(length) = grain.seconds() else { return false };
            let place = self.bucket.seconds();
            place.is_none_or(|place| place % length == 0 && segment.offset_s % length == 0)
        };
        let mut pieces = Vec::new();
        let grains: Vec<_> = Grain::ALL.into_iter().filter(fits).collect();
        split(&grains, segment.start_s, segment.end_s, &mut pieces);
        pieces
    }

    fn add(&self, sums: &mut Sums, rows: &[Row], offset_s: i64) -> Result<(), QuestionError> {
        for row in rows {
            let (begins, written) = self.begins(integer(row, 0)?, offset_s);
            let groups = 1..=self.group_by.len();
            let group: Result<Vec<_>, _> =
                groups.map(|at| text(row, at).map(str::to_owned)).collect();
            let known = sums.entry((begins, group?)).or_insert((written, vec![0; SUMS.len()]));
            for (at, sum) in known.1.iter_mut().enumerate() {
                *sum = sum.saturating_add(integer(row, at + 1 + self.group_by.len())?);
            }
        }
        Ok(())
    }

    /// Where the bucket of a place begins, to sort by and as it is written.
    fn begins(&self, place: i64, offset_s: i64) -> (i64, String) {
        let of_day = |day: Option<i64>| {
            let day = day.unwrap_or(place);
            (day, zone::date(day).map(|date| date.to_string()).unwrap_or_default())
        };
        match self.bucket {
            Bucket::All => (0, String::new()),
            Bucket::Day => of_day(Some(place)),
            Bucket::Week => of_day(Some(zone::monday(place))),
            Bucket::Month => of_day(zone::first_of_month(place)),
            Bucket::Hour => {
                let begins = place.saturating_mul(3_600).saturating_sub(offset_s);
                (begins, zone::written(begins, offset_s).unwrap_or_default())
            }
        }
    }
}

/// Whole lengths of the coarsest grain in the middle, and what is left on both sides by finer ones.
fn split(grains: &[Grain], start_s: i64, end_s: i64, pieces: &mut Vec<(Grain, i64, i64)>) {
    let Some((grain, finer)) = grains.split_last() else { return };
    if start_s >= end_s {
        return;
    }
    let length = grain.seconds().unwrap_or(FINEST_S);
    let first = start_s.saturating_add(length - 1).div_euclid(length).saturating_mul(length);
    let last = end_s.div_euclid(length).saturating_mul(length);
    if first >= last {
        return split(finer, start_s, end_s, pieces);
    }
    split(finer, start_s, first, pieces);
    pieces.push((*grain, first, last));
    split(finer, last, end_s, pieces);
}

/// The range of a question about sums: it begins and ends where sums do.
pub(super) fn range(
    parameters: Parameters<'_>,
    now_s: i64,
) -> Result<(i64, i64, TimeZone), QuestionError> {
    let zone = zone::zone(parameters)?;
    let Some(start_s) = zone::time(parameters, "from", &zone)? else {
        let what = "sums are asked for from a time on, such as `from=2026-03-01`";
        return Err(QuestionError::OpenRange { parameter: "from", what });
    };
    let now_s = now_s.saturating_add(FINEST_S).div_euclid(FINEST_S).saturating_mul(FINEST_S);
    let now_s = now_s.max(start_s.saturating_add(FINEST_S));
    let end_s = zone::time(parameters, "to", &zone)?.unwrap_or(now_s);
    if end_s <= start_s {
        let found = "empty".to_owned();
        let known = "`from` before `to`, which is not in it".to_owned();
        return Err(QuestionError::WrongRange { found, known });
    }
    if start_s % FINEST_S != 0 || end_s % FINEST_S != 0 {
        let found = "not of whole quarters of an hour".to_owned();
        let known = "summed by quarters: both are at :00, :15, :30 or :45".to_owned();
        return Err(QuestionError::WrongRange { found, known });
    }
    // Nothing has happened after now.
    let end_s = end_s.min(now_s);
    if end_s.saturating_sub(start_s) > MAX_RANGE_S {
        let found = format!("{} days", end_s.saturating_sub(start_s) / DAY_S);
        let known = format!("at most {MAX_RANGE_YEARS} years");
        return Err(QuestionError::WrongRange { found, known });
    }
    Ok((start_s, end_s, zone))
}

fn group_by(parameters: Parameters<'_>) -> Result<Vec<&'static str>, QuestionError> {
    let mut columns: Vec<&'static str> = Vec::new();
    for given in parameters.all("group_by").flat_map(|list| list.split(',')) {
        let Some(column) = DIMENSIONS.into_iter().find(|column| *column == given) else {
            return Err(QuestionError::WrongValue {
                parameter: "group_by",
                given: shown(given),
                known: format!("a list of {}", listed(&DIMENSIONS)),
            });
        };
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    Ok(columns)
}

pub(super) fn filters(parameters: Parameters<'_>) -> Vec<(&'static str, Vec<String>)> {
    let of = |column| {
        let values: Vec<_> = parameters.all(column).take(64).map(str::to_owned).collect();
        (!values.is_empty()).then_some((column, values))
    };
    DIMENSIONS.into_iter().filter_map(of).collect()
}
