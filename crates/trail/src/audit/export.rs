//! What leaves the streams of a ledger: exports, and links that are older than policy keeps them.

use super::checkpoint::Unsigned;
use super::line;
use super::streams::{AuditStream, number};
use crate::ledger::{LedgerError, Sql, Store, integer, text};
use crate::name::Name;

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

/// Removes at most `links` of the oldest links that ended before a time, in a transaction of its own. If the stream is signed, it then begins
/// after a link that a checkpoint signs. Returns how many were removed.
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
    // By number: the oldest come first, and the others are not looked at.
    let mut sql =
        Sql::new(store.dialect(), "SELECT seq, unix_ms, line FROM audit_link WHERE stream = ");
    sql.bind(stream.as_str()).push(" ORDER BY seq LIMIT ").bind(i64::from(links));
    let mut rows = store.query(sql.text(), sql.values()).await?;
    let before = number(before_unix_ms);
    let young = rows.iter().position(|row| integer(row, 1).is_ok_and(|unix_ms| unix_ms >= before));
    rows.truncate(young.unwrap_or(rows.len()));
    let through = match is_signed {
        // What the last checkpoint of these signs.
        true => rows.iter().rev().find_map(|row| line::signed_through(text(row, 2).ok()?)),
        false => rows.last().and_then(|row| Some(integer(row, 0).ok()?.unsigned_abs())),
    };
    let (Some(first), Some(through)) = (rows.first(), through) else { return Ok(0) };
    let first = integer(first, 0)?.unsigned_abs();
    let Some(removed) = through.saturating_add(1).checked_sub(first).filter(|links| *links > 0)
    else {
        return Ok(0);
    };
    // One statement is a transaction.
    let mut sql = Sql::new(store.dialect(), "DELETE FROM audit_link WHERE stream = ");
    sql.bind(stream.as_str()).push(" AND seq <= ").bind(number(through));
    store.execute(sql.text(), sql.values()).await?;
    Ok(removed)
}
