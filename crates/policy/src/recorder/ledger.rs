//! `[ledger]`: how records are written.

use std::ops::RangeInclusive;

use super::postgres;
use crate::reading::{Key, Report, Table, one_of, whole_number};

const STORE: Key = Key::new("store", r#"store = "sql""#);
const POSTGRES_URL: Key =
    Key::new("postgres_url", r#"postgres_url = "postgres://10.0.0.5:5432/postern""#);
const SYNCHRONOUS: Key = Key::new("synchronous", "synchronous = true");
const WHEN_STORE_IS_DOWN: Key = Key::new("when_store_is_down", r#"when_store_is_down = "serve""#);
const GROUP_RECORDS: Key = Key::new("group_records", "group_records = 64");
const GROUP_MS: Key = Key::new("group_ms", "group_ms = 1_000");
const QUEUE_RECORDS: Key = Key::new("queue_records", "queue_records = 10_000");
const QUEUE_BYTES: Key = Key::new("queue_bytes", "queue_bytes = 16_777_216");

const STORES: &[(&str, LedgerStore)] = &[("sql", LedgerStore::Sql), ("none", LedgerStore::None)];

/// Whether requests are refused.
const WHEN_STORE_IS_DOWN_WORDS: &[(&str, bool)] = &[("serve", false), ("refuse", true)];

/// To what one statement takes.
const GROUP: RangeInclusive<u64> = 1..=512;
/// To ten seconds: what has not been written is lost with the process.
const GROUP_WAIT_MS: RangeInclusive<u64> = 1..=10_000;
/// From a full group to some minutes of a busy instance.
const RECORDS: RangeInclusive<u64> = 64..=1_000_000;
/// From some records to a quarter of the memory of an instance.
const BYTES: RangeInclusive<u64> = 65_536..=268_435_456;

/// Where records go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerStore {
    /// To the database that `spin.toml` grants: the component `recorder` writes SQLite, `recorder-postgres` PostgreSQL.
    Sql,
    /// To the log alone.
    None,
}

/// How records are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// Where they go.
    pub store: LedgerStore,
    /// The PostgreSQL server, without user and password.
    pub postgres_url: Option<String>,
    /// A request has its last byte when its record is written.
    pub synchronous: bool,
    /// Requests are refused while the store is down.
    pub refuses_without_store: bool,
    /// A group of so many records is written at once.
    pub group_records: u64,
    /// The longest wait of a record for others.
    pub group_ms: u64,
    /// The most records that wait for the store in an instance.
    pub queue_records: u64,
    /// Their most bytes.
    pub queue_bytes: u64,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            store: LedgerStore::Sql,
            postgres_url: None,
            synchronous: false,
            refuses_without_store: false,
            group_records: 64,
            group_ms: 1_000,
            // A minute of a busy instance, at some 1.5 KiB each.
            queue_records: 10_000,
            queue_bytes: 16 * 1024 * 1024,
        }
    }
}

pub(super) fn read(report: &mut Report<'_>, table: &mut Table<'_>) -> Ledger {
    let default = Ledger::default();
    let label = table.label;
    let store = table.optional(report, STORE);
    let store = store.and_then(|word| one_of(report, label, STORE, &word, STORES));
    let postgres_url = table.optional(report, POSTGRES_URL);
    let postgres_url =
        postgres_url.and_then(|url| postgres::checked(report, label, POSTGRES_URL.name, &url));
    let synchronous = table.optional::<bool>(report, SYNCHRONOUS);
    let when_down = table.optional(report, WHEN_STORE_IS_DOWN);
    let refuses = when_down.and_then(|word| {
        one_of(report, label, WHEN_STORE_IS_DOWN, &word, WHEN_STORE_IS_DOWN_WORDS)
    });
    let mut number = |key, bounds, default| {
        let written = table.optional(report, key);
        let number = written.and_then(|it| whole_number(report, label, key, &it, bounds));
        number.unwrap_or(default)
    };
    Ledger {
        store: store.unwrap_or(default.store),
        postgres_url,
        synchronous: synchronous.is_some_and(|it| *it.get_ref()),
        refuses_without_store: refuses.unwrap_or(default.refuses_without_store),
        group_records: number(GROUP_RECORDS, GROUP, default.group_records),
        group_ms: number(GROUP_MS, GROUP_WAIT_MS, default.group_ms),
        queue_records: number(QUEUE_RECORDS, RECORDS, default.queue_records),
        queue_bytes: number(QUEUE_BYTES, BYTES, default.queue_bytes),
    }
}
