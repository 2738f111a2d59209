//! The ledger of a deployment: its SQLite file, or a running gateway that answers for it.

mod gateway;
mod sqlite;

use crate::cli::LedgerOptions;
use crate::deployment::Deployment;
use anyhow::{Result, bail};
use futures::executor::block_on;
use gateway::RunningGateway;
use postern_trail::admin::{AdminReply, Question, Signing, answer};
use postern_trail::questions::Scope;
use serde::Deserialize;
use std::path::PathBuf;

pub use sqlite::Sqlite;

/// What answers questions.
pub enum Ledger {
    /// A file, which is only read.
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

    /// Asks a question with a path below `/admin/v1/`.
    ///
    /// # Errors
    /// If there is no answer, with what can be asked.
    pub fn ask(&mut self, path: &str, query: &str, unix_ms: u64) -> Result<String> {
        let store = match self {
            Self::Gateway(gateway) => return gateway.get(path, query),
            Self::File(store) => store,
        };
        let unix_ms = i64::try_from(unix_ms)?;
        // Who has the file may read it.
        let (body, actor, random, signing) = ("", "postern", 0, Signing::Off);
        let (method, scope) = ("GET", &Scope::All);
        let question =
            Question { method, path, query, body, actor, scope, unix_ms, random, signing };
        let AdminReply::Answer(answer) = block_on(answer(store, &question))? else {
            bail!("a file signs nothing");
        };
        if answer.status == 200 {
            return Ok(answer.body);
        }
        let told: Told = serde_json::from_str(&answer.body)?;
        bail!("{}", told.message)
    }
}

/// The file that the options name.
pub fn file(deployment: &Deployment, options: &LedgerOptions) -> PathBuf {
    let default = || deployment.folder.join(".spin/sqlite_db.db");
    options.ledger.clone().unwrap_or_else(default)
}
