//! The ledger of a deployment: its SQLite file, or a running gateway that answers for it.

mod gateway;
mod sqlite;

use crate::cli::LedgerOptions;
use crate::deployment::Deployment;
use anyhow::{Context, Result, anyhow, bail};
use futures::executor::block_on;
use gateway::RunningGateway;
use postern_trail::admin::{AdminReply, Question, Signing, answer};
use postern_trail::audit::AuditKey;
use postern_trail::questions::Scope;
use serde::Deserialize;
use std::env;
use std::path::PathBuf;

use sqlite::Sqlite;

/// The variable with the key that signs exports of a file: the one of `[audit]` in recorder.toml.
pub const AUDIT_KEY_VARIABLE: &str = "POSTERN_AUDIT_KEY";

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub body: &'a str,
}

/// An answer.
pub struct Answered {
    pub body: String,
    /// The query of the next part, if there is one.
    pub next: Option<String>,
}

/// What answers questions.
pub enum Ledger {
    /// A file.
    File(Sqlite),
    /// A gateway, by its URL.
    Gateway(RunningGateway),
}

/// An error of an administrator's question.
#[derive(Deserialize)]
struct Told {
    message: String,
}

impl Ledger {
    /// The ledger that the options name.
    ///
    /// # Errors
    /// If there is no such file, or it is no ledger of this program.
    pub fn open(deployment: &Deployment, options: &LedgerOptions) -> Result<Self> {
        match &options.url {
            Some(url) => Ok(Self::Gateway(RunningGateway::new(url)?)),
            None => Ok(Self::File(Sqlite::open(&file(deployment, options))?)),
        }
    }

    /// The same, to change something.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub fn open_to_write(deployment: &Deployment, options: &LedgerOptions) -> Result<Self> {
        match &options.url {
            Some(_) => Self::open(deployment, options),
            None => Ok(Self::File(Sqlite::open_to_write(&file(deployment, options))?)),
        }
    }

    /// Reads what is at a path below `/admin/v1/`.
    ///
    /// # Errors
    /// If there is no answer, with what can be asked.
    pub fn get(&mut self, path: &str, query: &str, unix_ms: u64) -> Result<Answered> {
        self.ask(Asked { method: "GET", path, query, body: "" }, unix_ms)
    }

    /// Has something changed. A file must have been opened to write.
    ///
    /// # Errors
    /// If it was not changed.
    pub fn post(&mut self, path: &str, body: &str, unix_ms: u64) -> Result<Answered> {
        self.ask(Asked { method: "POST", path, query: "", body }, unix_ms)
    }

    fn ask(&mut self, asked: Asked<'_>, unix_ms: u64) -> Result<Answered> {
        let store = match self {
            Self::Gateway(gateway) => return gateway.ask(asked),
            Self::File(store) => store,
        };
        let Asked { method, path, query, body } = asked;
        // Who has the file may read it.
        let question = Question {
            method,
            path,
            query,
            body,
            actor: "postern",
            scope: &Scope::All,
            unix_ms: i64::try_from(unix_ms)?,
            random: random()?,
            watch: None,
            signing: Signing::Wanted,
        };
        let reply = match (block_on(answer(store, &question))?, key()?) {
            (AdminReply::Sign(unsigned), Some(key)) => {
                let (public_key, signature) = unsigned.signed_by(&key).to_hex();
                let (public_key, signature) = (&public_key, &signature);
                let signing = Signing::Made { through: unsigned.through, public_key, signature };
                block_on(answer(store, &Question { signing, ..question }))?
            }
            (AdminReply::Sign(_), None) => {
                block_on(answer(store, &Question { signing: Signing::Off, ..question }))?
            }
            (answered, _) => answered,
        };
        match reply {
            AdminReply::Answer(answer) if answer.status == 200 => {
                let link = answer.headers.iter().find(|(name, _)| *name == "link");
                let next = link.and_then(|(_, value)| next_of(value));
                Ok(Answered { body: answer.body, next })
            }
            AdminReply::Answer(answer) => {
                let told: Told = serde_json::from_str(&answer.body)?;
                bail!("{}", told.message)
            }
            AdminReply::Sign(_) => bail!("the export was signed and asked for again"),
        }
    }
}

/// The key that signs exports of a file, if there is one.
///
/// # Errors
/// If it is none.
pub fn key() -> Result<Option<AuditKey>> {
    match env::var(AUDIT_KEY_VARIABLE) {
        Ok(text) if !text.is_empty() => {
            let key = AuditKey::from_hex(&text);
            Ok(Some(key.with_context(|| format!("the variable {AUDIT_KEY_VARIABLE}"))?))
        }
        _ => Ok(None),
    }
}

fn random() -> Result<u64> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no random numbers: {error}"))?;
    Ok(u64::from_le_bytes(bytes))
}

/// The query of the next part, of a link (RFC 8288).
fn next_of(link: &str) -> Option<String> {
    let (target, _) = link.strip_prefix('<')?.split_once('>')?;
    Some(target.split_once('?')?.1.to_owned())
}

/// The file that the options name.
fn file(deployment: &Deployment, options: &LedgerOptions) -> PathBuf {
    let default = || deployment.folder.join(".spin/sqlite_db.db");
    options.ledger.clone().unwrap_or_else(default)
}
