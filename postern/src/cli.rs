//! What can be typed after `postern`.

use crate::key::times;
use clap::{Args, Parser, Subcommand};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// The operator's program of Postern.
#[derive(Parser)]
#[command(name = "postern")]
pub struct Cli {
    /// The folder of spin.toml
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub app: PathBuf,
    /// The host's program, by which stores are reached
    #[arg(long, value_name = "FILE", default_value = "postern-host")]
    pub host: PathBuf,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Check the policies and the manifest, all problems at once
    Check(Configuration),
    /// Issue, list, rotate and revoke API keys
    Key {
        #[command(subcommand)]
        action: KeyAction,
    },
    /// Say who a credential is, what they may do with a model, and by which policy
    Explain(Box<Explain>),
    /// Make sure that the consumer of the first run has a key, and show a new one
    #[command(hide = true)]
    DevKey(DevKey),
}

/// Of `cargo xtask up`.
#[derive(Args)]
pub struct DevKey {
    /// Where the gateway will listen
    #[arg(long)]
    pub listen: SocketAddr,
    /// The certificates it will serve TLS with
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    #[command(flatten)]
    pub configuration: Configuration,
}

/// What the gateway is told besides `spin.toml`.
#[derive(Args)]
pub struct Configuration {
    /// The policies, in place of the folder `policies`
    #[arg(long, value_name = "DIR")]
    pub policies: Option<PathBuf>,
    /// A variable of `spin.toml`; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub variable: Vec<String>,
    #[command(flatten)]
    pub runtime: Runtime,
}

#[derive(Args)]
pub struct Runtime {
    /// Where stores and outbound connections are configured, as for Spin
    #[arg(long, value_name = "FILE")]
    pub runtime_config_file: Option<PathBuf>,
}

#[derive(Subcommand)]
pub enum KeyAction {
    /// Issue a key and print it, this once
    Issue(Box<Issue>),
    /// List the keys issued: id, consumer, since and until when, last use, state, restrictions
    List {
        #[command(flatten)]
        runtime: Runtime,
    },
    /// Issue another key in place of one, which holds for a while yet
    Rotate(Box<Rotate>),
    /// Revoke a key, for good and at once
    Revoke {
        /// As `key list` shows it, or the key itself
        id: String,
        #[command(flatten)]
        runtime: Runtime,
    },
}

#[derive(Args)]
pub struct Issue {
    /// A consumer of policies/consumers.toml
    pub consumer: String,
    /// What the key is for
    #[arg(long)]
    pub label: Option<String>,
    #[command(flatten)]
    pub narrowing: Narrowing,
    /// The policies, in place of the folder `policies`
    #[arg(long, value_name = "DIR")]
    pub policies: Option<PathBuf>,
    #[command(flatten)]
    pub runtime: Runtime,
}

/// What a key has less than its consumer.
#[derive(Args, Default)]
pub struct Narrowing {
    /// How long it holds: 90d, 12h, 2w
    #[arg(long, value_name = "DURATION", value_parser = times::duration, conflicts_with = "expires_at")]
    pub expires_in: Option<u64>,
    /// Until when it holds: 2027-01-01T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = times::moment)]
    pub expires_at: Option<u64>,
    /// Of what the consumer may ask for, what may be asked for with it: gpt-4o,claude-*
    #[arg(long, value_name = "PATTERNS", value_delimiter = ',')]
    pub models: Option<Vec<String>>,
    /// Of the consumer's regions, those for it: eu,us
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub regions: Option<Vec<String>>,
    /// From where, among the consumer's addresses, it may be used: 10.0.0.0/8,192.0.2.7
    #[arg(long, value_name = "RANGES", value_delimiter = ',')]
    pub ip_ranges: Option<Vec<String>>,
    /// The plan in place of the consumer's
    #[arg(long, value_name = "NAME")]
    pub plan: Option<String>,
}

#[derive(Args)]
pub struct Rotate {
    /// As `key list` shows it, or the key itself
    pub id: String,
    /// How long the old key holds beside the new one; 0: not at all
    #[arg(long, value_name = "DURATION", value_parser = times::duration, default_value = "24h")]
    pub overlap: u64,
    /// The policies, in place of the folder `policies`
    #[arg(long, value_name = "DIR")]
    pub policies: Option<PathBuf>,
    #[command(flatten)]
    pub runtime: Runtime,
}

/// Who is asked about, and what they would do.
#[derive(Args)]
#[command(group(clap::ArgGroup::new("who").required(true)))]
pub struct Explain {
    /// An API key, or its id
    #[arg(long, group = "who")]
    pub key: Option<String>,
    /// A token, or a file that holds one
    #[arg(long, group = "who")]
    pub token: Option<String>,
    /// A consumer of policies/consumers.toml
    #[arg(long, group = "who")]
    pub consumer: Option<String>,
    /// A model or an alias
    #[arg(long)]
    pub model: String,
    /// What is done with it: chat, embed, use_tools, ...; may be given several times
    #[arg(long, default_value = "chat")]
    pub action: Vec<String>,
    /// The client's address
    #[arg(long)]
    pub ip: Option<IpAddr>,
    /// When, as in 2027-01-01T09:00:00Z; now if it is not said
    #[arg(long, value_name = "RFC3339")]
    pub at: Option<String>,
    /// The policies, in place of the folder `policies`
    #[arg(long, value_name = "DIR")]
    pub policies: Option<PathBuf>,
    #[command(flatten)]
    pub runtime: Runtime,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_commands_are_consistent() {
        Cli::command().debug_assert();
    }
}
