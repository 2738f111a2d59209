//! The name of a consumer in what was found about it, and in messages about it.

use super::erasure::Erasure;
use crate::ledger::{LedgerError, Sql, SqlDialect, Store, text};
use crate::name::Name;
use serde_json::Value;

/// Series by consumer, of all metrics.
const UNITS: &str = "% consumer%";

/// Removes what is known and found about a consumer, and gives it its pseudonym where others' findings and messages name it. Each statement
/// is a transaction.
pub(super) async fn erase_findings(
    store: &mut impl Store,
    erasure: &Erasure<'_>,
) -> Result<(), LedgerError> {
    // What is found is named as rows are.
    let name = Name::of_identity(erasure.subject);
    let erasure = &Erasure { subject: name.as_str(), ..erasure.clone() };
    for table in ["anomaly_series", "anomaly"] {
        let mut sql = Sql::new(store.dialect(), &format!("DELETE FROM {table} WHERE value = "));
        sql.bind(erasure.subject).push(" AND unit LIKE ").bind(UNITS);
        store.execute(sql.text(), sql.values()).await?;
    }
    rewrite(store, erasure, "anomaly", "anomaly_id", "explanation").await?;
    rewrite(store, erasure, "notice", "notice_id", "body").await
}

async fn rewrite(
    store: &mut impl Store,
    erasure: &Erasure<'_>,
    table: &str,
    id: &str,
    column: &str,
) -> Result<(), LedgerError> {
    let position = if store.dialect() == SqlDialect::Sqlite { "instr" } else { "strpos" };
    let mut sql = Sql::new(store.dialect(), &format!("SELECT {id}, {column} FROM {table} WHERE "));
    sql.push(&format!("{position}({column}, ")).bind(erasure.subject).push(") > 0");
    for row in store.query(sql.text(), sql.values()).await? {
        let Ok(mut said) = serde_json::from_str::<Value>(text(&row, 1)?) else { continue };
        rename(&mut said, erasure);
        let mut sql = Sql::new(store.dialect(), &format!("UPDATE {table} SET {column} = "));
        sql.bind(said.to_string().as_str()).push(&format!(" WHERE {id} = ")).bind(text(&row, 0)?);
        store.execute(sql.text(), sql.values()).await?;
    }
    Ok(())
}

/// Replaces the name, alone or in the sentence of a finding.
fn rename(said: &mut Value, erasure: &Erasure<'_>) {
    match said {
        Value::String(text) if text == erasure.subject => {
            erasure.pseudonym.as_str().clone_into(text);
        }
        Value::String(text) => {
            let of = |name: &str| format!(" of consumer {name} are ");
            *text = text.replace(&of(erasure.subject), &of(erasure.pseudonym.as_str()));
        }
        Value::Array(parts) => parts.iter_mut().for_each(|part| rename(part, erasure)),
        Value::Object(fields) => fields.values_mut().for_each(|field| rename(field, erasure)),
        _ => {}
    }
}
