//! What leaves the streams of a ledger: exports, and links that are older than policy keeps them.

use super::checkpoint::Unsigned;
use super::line;
use super::streams::{AuditStream, number};
use crate::ledger::{LedgerError, Sql, Store, integer, text};
use crate::name::Name;
use std::ops::Range;

/// The most links of a part of an export.
pub const EXPORT_LINKS: u64 = 10_000;

/// A part of an export: lines, each with its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The links.
    pub lines: String,
    /// The last of them; none if there are none.
    pub through: Option<u64>,
    /// What a closing checkpoint signs, if the stream ends here.
    pub end: Option<Unsigned>,
}

/// The links after one (from the first one that is kept, if none is given) up to `through`, at most [`EXPORT_LINKS`].
///
/// # Errors
///
/// The store fails.
pub async fn export(
    store: &mut impl Store,
    stream: AuditStream,
    after: Option<u64>,
    through: Option<u64>,
    unix_ms: u64,
) -> Result<Exported, LedgerError> {
    let mut sql = Sql::new(store.dialect(), "SELECT seq, line FROM audit_link WHERE stream = ");
    sql.bind(stream.as_str()).push(" AND seq > ").bind(after.map_or(-1, number));
    sql.push(" AND seq <= ").bind(through.map_or(i64::MAX, number));
    sql.push(&format!(" ORDER BY seq LIMIT {}", EXPORT_LINKS + 1));
    let rows = store.query(sql.text(), sql.values()).await?;
    let most = usize::try_from(EXPORT_LINKS).unwrap_or(usize::MAX);
    let (mut lines, mut last) = (String::new(), None);
    for row in rows.iter().take(most) {
        let link = text(row, 1)?;
        lines.push_str(link);
        lines.push('\n');
        last = Some((integer(row, 0)?.unsigned_abs(), line::hash_of(link)));
    }
    let ends = rows.len() <= most;
    let end = last.filter(|_| ends).and_then(|(through, hash)| {
        let (stream, hash) = (Name::from_policy(stream.as_str()), hash?);
        Some(Unsigned { stream, through, hash, unix_ms, closing: true, links: 0 })
    });
    Ok(Exported { lines, through: last.map(|(seq, _)| seq), end })
}

/// Removes at most `links` of the oldest links that ended before a time, in a transaction of its own. If the stream is signed, only what a
/// checkpoint of before that time signs is removed: after the last step, the stream begins where that signature ends. Returns how
/// many were removed.
///
/// # Errors
///
/// The store fails; then nothing was removed.
pub async fn sweep(
    store: &mut impl Store,
    stream: AuditStream,
    before_unix_ms: u64,
    links: u32,
    is_signed: bool,
) -> Result<u64, LedgerError> {
    let Some((first, unix_ms)) = oldest(store, stream).await? else { return Ok(0) };
    let before = number(before_unix_ms);
    if unix_ms >= before {
        return Ok(0);
    }
    let most = first.saturating_add(i64::from(links.max(1)));
    let end = match is_signed {
        // In one step to where a signature ends, if there is one so near.
        true => match signed_end(store, stream, before, first..most).await? {
            Some(end) => Some(end),
            None => signed_end(store, stream, before, most..i64::MAX).await?.map(|_| most),
        },
        false => Some(old_end(store, stream, before, most).await?),
    };
    let Some(end) = end.filter(|end| *end > first) else { return Ok(0) };
    // One statement is a transaction.
    let mut sql = Sql::new(store.dialect(), "DELETE FROM audit_link WHERE stream = ");
    sql.bind(stream.as_str()).push(" AND seq < ").bind(end);
    store.execute(sql.text(), sql.values()).await?;
    Ok(end.saturating_sub(first).unsigned_abs())
}

/// The number and the time of a stream's first link.
async fn oldest(
    store: &mut impl Store,
    stream: AuditStream,
) -> Result<Option<(i64, i64)>, LedgerError> {
    let mut sql = Sql::new(store.dialect(), "SELECT seq, unix_ms FROM audit_link WHERE stream = ");
    sql.bind(stream.as_str()).push(" ORDER BY seq LIMIT 1");
    let rows = store.query(sql.text(), sql.values()).await?;
    rows.first().map(|row| Ok((integer(row, 0)?, integer(row, 1)?))).transpose()
}

/// The number after the last link that an old checkpoint signs, of those whose last link is in a range.
async fn signed_end(
    store: &mut impl Store,
    stream: AuditStream,
    before: i64,
    within: Range<i64>,
) -> Result<Option<i64>, LedgerError> {
    let mut sql = Sql::new(
        store.dialect(),
        "SELECT signs FROM audit_link WHERE signs IS NOT NULL AND stream = ",
    );
    sql.bind(stream.as_str()).push(" AND unix_ms < ").bind(before);
    sql.push(" AND signs >= ").bind(within.start).push(" AND signs < ").bind(within.end);
    sql.push(" ORDER BY signs DESC LIMIT 1");
    let rows = store.query(sql.text(), sql.values()).await?;
    rows.first().map(|row| Ok(integer(row, 0)?.saturating_add(1))).transpose()
}

/// The number of the first link that is young, or the first one that is too many.
async fn old_end(
    store: &mut impl Store,
    stream: AuditStream,
    before: i64,
    most: i64,
) -> Result<i64, LedgerError> {
    let mut sql = Sql::new(store.dialect(), "SELECT seq FROM audit_link WHERE stream = ");
    sql.bind(stream.as_str()).push(" AND seq < ").bind(most).push(" AND unix_ms >= ").bind(before);
    sql.push(" ORDER BY seq LIMIT 1");
    let rows = store.query(sql.text(), sql.values()).await?;
    rows.first().map_or(Ok(most), |row| integer(row, 0))
}
