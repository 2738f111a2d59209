//! The ledger over a real PostgreSQL, by `psql`: on a server of its own.
#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod support;

use postern_postgres_server::PostgresServer;
use postern_trail::audit::{self, AuditStream};
use postern_trail::content::{Erasure, erase};
use postern_trail::export::metrics;
use postern_trail::ledger::{
    Grain, Migrated, Retention, Row, SCHEMA_VERSION, SqlDialect, Store, StoreError, Value, Written,
    find_lost, lost_records, migrate, sweep, write,
};
use postern_trail::questions::{Cell, Parameters, Scope, requests, usage};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use support::{name, now, record, refused};

/// 2026-03-01T00:00:00Z.
const MARCH_S: i64 = 1_772_323_200;

/// One session of `psql`.
struct Psql {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Psql {
    fn open(connection: &str) -> Self {
        let mut child = Command::new("psql")
            .args(["-XqAt", "-F", "\u{1f}", "-P", "null=\u{1e}", connection])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Psql { child, output }
    }

    /// The lines of a statement's answer. Values are written into it: `psql` 15 binds none.
    fn run(&mut self, statement: &str, values: &[Value]) -> Vec<String> {
        let mut statement = statement.to_owned();
        for (at, value) in values.iter().enumerate().rev() {
            let literal = match value {
                Value::Null => "NULL".to_owned(),
                Value::Integer(number) => format!("({number})::bigint"),
                Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
            };
            statement = statement.replace(&format!("${}", at + 1), &literal);
        }
        let input = self.child.stdin.as_mut().unwrap();
        writeln!(input, "\\set ON_ERROR_STOP on\n{statement};\n\\echo \u{1d}").unwrap();
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "psql ended at: {statement}");
            if line.trim_end() == "\u{1d}" {
                return lines;
            }
            lines.push(line.trim_end_matches('\n').to_owned());
        }
    }
}

impl Store for Psql {
    fn dialect(&self) -> SqlDialect {
        SqlDialect::Postgres
    }

    async fn execute(&mut self, statement: &str, values: &[Value]) -> Result<(), StoreError> {
        self.run(statement, values);
        Ok(())
    }

    async fn query(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let value = |text: &str| match text.parse::<i64>() {
            _ if text == "\u{1e}" => Value::Null,
            // A hash may have digits alone.
            Ok(number) if number.to_string() == text => Value::Integer(number),
            _ => Value::Text(text.to_owned()),
        };
        let lines = self.run(statement, values);
        Ok(lines.iter().map(|line| line.split('\u{1f}').map(value).collect()).collect())
    }
}

#[test]
#[ignore = "needs a PostgreSQL: `cargo xtask test postgres`"]
fn postgres_keeps_the_same_ledger() {
    let server = PostgresServer::start().unwrap();
    let mut store = Psql::open(&server.url());
    let to = SCHEMA_VERSION;
    assert_eq!(now(migrate(&mut store, 5)), Ok(Migrated { from: 0, to }));
    assert_eq!(now(migrate(&mut store, 6)), Ok(Migrated { from: to, to }));
    let at = MARCH_S as u64 * 1_000;
    let group = [record("r-1", at, "o'shop", "gpt-4o"), refused("r-2", at, "desk")];
    assert_eq!(now(write(&mut store, &group)), Ok(Written { new: 2, known: 0 }));
    assert_eq!(now(write(&mut store, &group)), Ok(Written { new: 0, known: 2 }));
    let other = [record("r-3", at + 1, "o'shop", "gpt-4o")];
    now(write(&mut store, &other)).unwrap();
    for grain in Grain::ALL {
        let sums = format!("SELECT SUM(requests), SUM(cost_nano_usd) FROM {}", grain.table());
        assert_eq!(store.run(&sums, &[]), ["3\u{1f}14000"]);
    }
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    for bucket in ["none", "hour", "day", "month"] {
        let query = [
            pair("from", "2026-03-01"),
            pair("to", "2026-04-01"),
            pair("bucket", bucket),
            pair("group_by", "model"),
            pair("model", "gpt-4o"),
        ];
        let table = now(usage(&mut store, Parameters(&query), &Scope::All, MARCH_S)).unwrap();
        let at = table.columns.iter().position(|column| *column == "requests").unwrap();
        assert_eq!(table.rows.len(), 1);
        assert_eq!(table.rows[0][at], Cell::Integer(2));
    }
    let query = [pair("from", "2026-03-01"), pair("to", "2026-03-02"), pair("limit", "2")];
    let page = now(requests(&mut store, Parameters(&query), &Scope::All)).unwrap();
    assert!(page.records.len() == 2 && page.next.is_some());
    assert!(now(metrics(&mut store)).unwrap().contains("postern_requests_total"));
    let erasure =
        Erasure { subject: "o'shop", actor: name("ops"), pseudonym: name("erased-1"), unix_ms: at };
    assert_eq!(now(erase(&mut store, &erasure)).unwrap().requests, 2);
    let named = "SELECT COUNT(*) FROM usage_total WHERE consumer = 'erased-1'";
    assert_eq!(store.run(named, &[]), ["1"]);
    let swept = now(audit::sweep(&mut store, AuditStream::Decisions, u64::MAX, 100, true));
    assert_eq!(swept, Ok(0), "nothing is signed");
    assert!(now(find_lost(&mut store, MARCH_S)).unwrap().is_empty());
    assert_eq!(now(lost_records(&mut store)), Ok(0));
    let later_ms = (MARCH_S + 40 * 86_400) * 1_000;
    let swept = now(sweep(&mut store, &Retention::default(), later_ms, 10)).unwrap();
    assert_eq!((swept.requests, swept.more), (3, false));
    store.child.kill().unwrap();
    store.child.wait().unwrap();
}
