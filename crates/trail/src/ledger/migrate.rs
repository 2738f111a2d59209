//! Versioned migrations: each runs once, all can be run again.

use super::error::LedgerError;
use super::row::{integer, text};
use super::sql::{Sql, SqlDialect};
use super::store::Store;
use super::value::Value;
use sha2::{Digest, Sha256};

struct Migration {
    version: i64,
    name: &'static str,
    /// Statements, separated by lines with `;` at their end. `{without_rowid}` is SQLite's alone.
    statements: &'static str,
}

/// Applied in this order and never changed: a later need is a later migration.
const MIGRATIONS: [Migration; 5] = [
    Migration {
        version: 1,
        name: "requests_attempts_usage",
        statements: include_str!("migrations/0001_requests_attempts_usage.sql"),
    },
    Migration {
        version: 2,
        name: "recorders",
        statements: include_str!("migrations/0002_recorders.sql"),
    },
    Migration {
        version: 3,
        name: "audit_content",
        statements: include_str!("migrations/0003_audit_content.sql"),
    },
    Migration { version: 4, name: "watch", statements: include_str!("migrations/0004_watch.sql") },
    Migration {
        version: 5,
        name: "bounded",
        statements: include_str!("migrations/0005_bounded.sql"),
    },
];

/// The version of this program's schema.
pub const SCHEMA_VERSION: i64 = MIGRATIONS.len() as i64;

/// One migrates at a time. The number only has to be the ledger's own.
const POSTGRES_LOCK: &str = "DO $$ BEGIN PERFORM pg_advisory_xact_lock(7041904331); END $$";

/// What a migration did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// The version before; 0: there was no ledger.
    pub from: i64,
    /// The version now.
    pub to: i64,
}

/// Brings a ledger to this program's schema, in one transaction. Run it at each start: it changes nothing if nothing is to be done.
///
/// # Errors
///
/// The ledger is newer than this program, was migrated by another build, or the store fails; then nothing was changed.
pub async fn migrate(store: &mut impl Store, now_unix_ms: i64) -> Result<Migrated, LedgerError> {
    if is_current(store).await? {
        return Ok(Migrated { from: SCHEMA_VERSION, to: SCHEMA_VERSION });
    }
    store.execute(store.dialect().begin(), &[]).await?;
    match apply(store, now_unix_ms).await {
        Ok(migrated) => {
            store.execute("COMMIT", &[]).await?;
            Ok(migrated)
        }
        Err(error) => {
            // What went wrong first is what is reported.
            let _ = store.execute("ROLLBACK", &[]).await;
            Err(error)
        }
    }
}

/// Whether nothing is to be done. It is read without the lock of a writer, for which each new instance would wait.
async fn is_current(store: &mut impl Store) -> Result<bool, LedgerError> {
    let tables = match store.dialect() {
        SqlDialect::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_version'",
        SqlDialect::Postgres => {
            "SELECT CAST(COUNT(*) AS BIGINT) FROM pg_class WHERE oid = to_regclass('schema_version')"
        }
    };
    let rows = store.query(tables, &[]).await?;
    let has_table = rows.first().map_or(Ok(0), |row| integer(row, 0))? > 0;
    Ok(has_table && applied(store).await? == SCHEMA_VERSION)
}

async fn apply(store: &mut impl Store, now_unix_ms: i64) -> Result<Migrated, LedgerError> {
    let dialect = store.dialect();
    if dialect == SqlDialect::Postgres {
        store.execute(POSTGRES_LOCK, &[]).await?;
    }
    store
        .execute(
            "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, name TEXT NOT NULL, \
             digest TEXT NOT NULL, applied_ms BIGINT NOT NULL)",
            &[],
        )
        .await?;
    let from = applied(store).await?;
    for migration in MIGRATIONS.iter().filter(|migration| migration.version > from) {
        for statement in migration.statements(dialect) {
            store.execute(&statement, &[]).await?;
        }
        let mut sql = Sql::new(
            dialect,
            "INSERT INTO schema_version (version, name, digest, applied_ms) VALUES (",
        );
        let row: [Value; 4] = [
            migration.version.into(),
            migration.name.into(),
            migration.digest().as_str().into(),
            now_unix_ms.into(),
        ];
        sql.bind_all(row).push(")");
        store.execute(sql.text(), sql.values()).await?;
    }
    Ok(Migrated { from, to: SCHEMA_VERSION })
}

/// The last migration that was applied, if all up to it are this program's.
async fn applied(store: &mut impl Store) -> Result<i64, LedgerError> {
    let statement = "SELECT version, name, digest FROM schema_version ORDER BY version";
    let rows = store.query(statement, &[]).await?;
    if let Some(last) = rows.last() {
        let found = integer(last, 0)?;
        if found > SCHEMA_VERSION {
            let name = text(last, 1)?.to_owned();
            return Err(LedgerError::Newer { found, name, known: SCHEMA_VERSION });
        }
    }
    for (row, migration) in rows.iter().zip(&MIGRATIONS) {
        let version = integer(row, 0)?;
        if version != migration.version {
            return Err(LedgerError::Gap { missing: migration.version });
        }
        if text(row, 2)? != migration.digest() {
            return Err(LedgerError::Altered { version, name: text(row, 1)?.to_owned() });
        }
    }
    rows.last().map_or(Ok(0), |row| integer(row, 0))
}

impl Migration {
    fn digest(&self) -> String {
        hex::encode(Sha256::digest(self.statements.as_bytes()))
    }

    fn statements(&self, dialect: SqlDialect) -> Vec<String> {
        let without_rowid = if dialect == SqlDialect::Sqlite { " WITHOUT ROWID" } else { "" };
        let lines = self.statements.lines().filter(|line| !line.trim_start().starts_with("--"));
        let text = lines.collect::<Vec<_>>().join("\n").replace("{without_rowid}", without_rowid);
        let statements = text.split(";\n").map(|statement| statement.trim().trim_end_matches(';'));
        statements.filter(|statement| !statement.is_empty()).map(str::to_owned).collect()
    }
}
