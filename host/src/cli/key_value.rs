//! `key-value`: reads and writes a store, also while an application runs on it.

use std::io::{Read, Write};
use std::process::ExitCode;

use crate::key_value::{Durability, Store, Stores as KeyValueStores};
use crate::runtime_config::RuntimeConfig;
use clap::{Args, Subcommand};

use super::{Stores, block_on, one};

/// The exit code of `get` for a key that is not there: neither a failure (1) nor a wrong command line (2, clap's).
const ABSENT: u8 = 3;

/// Reads and writes a key-value store.
#[derive(Args)]
pub struct KeyValue {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Writes a key's value to standard output; the exit code is 3 when the key is not there.
    Get(OneKey),
    /// Writes a key.
    Set {
        #[command(flatten)]
        target: OneKey,
        /// The value; `-` reads it from standard input.
        value: String,
    },
    /// Removes a key, if it is there.
    Delete(OneKey),
    /// Writes every key, one a line.
    List(StoreOptions),
}

#[derive(Args)]
struct OneKey {
    #[command(flatten)]
    store: StoreOptions,
    /// The key.
    key: String,
}

#[derive(Args)]
struct StoreOptions {
    /// The store's label.
    #[arg(long, value_name = "LABEL", default_value = "default")]
    store: String,
    #[command(flatten)]
    stores: Stores,
}

impl KeyValue {
    pub fn run(self) -> Result<ExitCode, Vec<String>> {
        block_on(self.action.run())
    }
}

impl Action {
    async fn run(self) -> Result<ExitCode, Vec<String>> {
        match self {
            Self::Get(OneKey { store, key }) => {
                let Some(value) = store.open()?.get(&key).await.map_err(one)? else {
                    eprintln!("error: there is no key `{key}`");
                    return Ok(ExitCode::from(ABSENT));
                };
                std::io::stdout().write_all(&value).map_err(one)?;
            }
            Self::Set { target, value } => {
                let value = if value == "-" { read_input()? } else { value.into_bytes() };
                target.store.open()?.set(&target.key, &value).await.map_err(one)?;
            }
            Self::Delete(OneKey { store, key }) => store.open()?.delete(&key).await.map_err(one)?,
            Self::List(store) => {
                let mut keys = store.open()?.keys().await.map_err(one)?;
                keys.sort_unstable();
                let lines: String = keys.into_iter().map(|key| key + "\n").collect();
                std::io::stdout().write_all(lines.as_bytes()).map_err(one)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl StoreOptions {
    fn open(&self) -> Result<Store, Vec<String>> {
        let config = RuntimeConfig::read(
            self.stores.runtime_config_file.as_deref(),
            &self.stores.state_dir,
        )?;
        let stores =
            KeyValueStores::new(&config.key_value_stores, Durability::Disk).map_err(one)?;
        stores.get(&self.store).cloned().ok_or_else(|| {
            vec![format!(
                "there is no key-value store `{}`; there are {}",
                self.store,
                stores.labels().join(", ")
            )]
        })
    }
}

fn read_input() -> Result<Vec<u8>, Vec<String>> {
    let mut value = Vec::new();
    std::io::stdin().read_to_end(&mut value).map_err(one)?;
    Ok(value)
}
