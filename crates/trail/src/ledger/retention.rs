//! What is old is removed, in bounded steps.

use super::error::LedgerError;
use super::instance::sweep_instances;
use super::rollup::Grain;
use super::row::integer;
use super::sql::Sql;
use super::store::Store;

const DAY_MS: i64 = 86_400_000;

/// How long an instance is remembered that has ended.
const INSTANCES_DAYS: u32 = 1;

/// How long what is kept, in days. Sums of all time are not swept.
///
/// A record that is written again after its row was swept counts a second time; writers retry for minutes, so one day is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Rows of requests and their attempts.
    pub requests_days: u32,
    /// Sums by quarters of an hour.
    pub quarters_days: u32,
    /// Sums by hours.
    pub hours_days: u32,
    /// Sums by days of UTC.
    pub days_days: u32,
}

impl Default for Retention {
    /// A month of rows, 13 months of hours, and ten years of days, which finance may have to keep.
    fn default() -> Self {
        Retention { requests_days: 31, quarters_days: 396, hours_days: 396, days_days: 3_653 }
    }
}

/// What one step removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Rows of requests.
    pub requests: i64,
    /// Buckets of sums.
    pub buckets: i64,
    /// There is more to remove.
    pub more: bool,
}

/// Removes at most `rows` requests with their attempts, and one bucket of each kind of sums, and some instances that ended.
///
/// # Errors
///
/// The store fails; then nothing of this step was removed.
pub async fn sweep(
    store: &mut impl Store,
    retention: &Retention,
    now_unix_ms: i64,
    rows: u32,
) -> Result<Swept, LedgerError> {
    store.execute(store.dialect().begin(), &[]).await?;
    let swept = async {
        let mut swept = Swept::default();
        sweep_requests(store, before(now_unix_ms, retention.requests_days), rows, &mut swept)
            .await?;
        for (grain, days) in [
            (Grain::Quarter, retention.quarters_days),
            (Grain::Hour, retention.hours_days),
            (Grain::Day, retention.days_days),
        ] {
            let before_s = before(now_unix_ms, days).div_euclid(1_000);
            sweep_bucket(store, grain, before_s, &mut swept).await?;
        }
        swept.more |= sweep_instances(store, before(now_unix_ms, INSTANCES_DAYS)).await?;
        Ok::<_, LedgerError>(swept)
    };
    match swept.await {
        Ok(swept) => {
            store.execute("COMMIT", &[]).await?;
            Ok(swept)
        }
        Err(error) => {
            // What went wrong first is what is reported.
            let _ = store.execute("ROLLBACK", &[]).await;
            Err(error)
        }
    }
}

fn before(now_unix_ms: i64, days: u32) -> i64 {
    now_unix_ms.saturating_sub(i64::from(days.max(1)).saturating_mul(DAY_MS))
}

async fn sweep_requests(
    store: &mut impl Store,
    before_ms: i64,
    rows: u32,
    swept: &mut Swept,
) -> Result<(), LedgerError> {
    let rows = i64::from(rows.max(1));
    let mut count = Sql::new(
        store.dialect(),
        "SELECT COUNT(*) FROM (SELECT 1 FROM request WHERE started_ms < ",
    );
    count.bind(before_ms).push(" LIMIT ").bind(rows.saturating_add(1)).push(") AS old");
    let found = store.query(count.text(), count.values()).await?;
    let found = found.first().map_or(Ok(0), |row| integer(row, 0))?;
    if found == 0 {
        return Ok(());
    }
    for table in ["attempt", "request"] {
        let mut sql =
            Sql::new(store.dialect(), &format!("DELETE FROM {table} WHERE request_id IN ("));
        sql.push("SELECT request_id FROM request WHERE started_ms < ").bind(before_ms);
        sql.push(" ORDER BY started_ms, request_id LIMIT ").bind(rows).push(")");
        store.execute(sql.text(), sql.values()).await?;
    }
    swept.requests = found.min(rows);
    swept.more |= found > rows;
    Ok(())
}

async fn sweep_bucket(
    store: &mut impl Store,
    grain: Grain,
    before_s: i64,
    swept: &mut Swept,
) -> Result<(), LedgerError> {
    // A bucket goes when all of it is old.
    let before_s = before_s.saturating_sub(grain.seconds().unwrap_or(0));
    let table = grain.table();
    let mut oldest = Sql::new(
        store.dialect(),
        &format!("SELECT DISTINCT bucket_s FROM {table} WHERE bucket_s <= "),
    );
    oldest.bind(before_s).push(" ORDER BY bucket_s LIMIT 2");
    let buckets = store.query(oldest.text(), oldest.values()).await?;
    let Some(first) = buckets.first() else { return Ok(()) };
    let mut sql = Sql::new(store.dialect(), &format!("DELETE FROM {table} WHERE bucket_s = "));
    sql.bind(integer(first, 0)?);
    store.execute(sql.text(), sql.values()).await?;
    swept.buckets = swept.buckets.saturating_add(1);
    swept.more |= buckets.len() > 1;
    Ok(())
}
