//! What can be typed after `cargo xtask`.

use crate::key::times;
use clap::{Args, Parser, Subcommand};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// Everything a developer runs.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Build what is missing and run the gateway
    Up(Box<Up>),
    /// Run what CI runs, or only the steps named
    Test(Test),
    /// Check the policies and the manifest, all problems at once
    Check(Configuration),
    /// Issue, list, rotate and revoke API keys
    Key {
        #[command(subcommand)]
        action: KeyAction,
    },
    /// Say who a credential is, what they may do with a model, and by which policy
    Explain(Box<Explain>),
    /// Build components, as `spin build` does
    Component(Component),
    /// Measure what the gateway costs, on this machine
    Bench(Bench),
}

#[derive(Args)]
pub struct Up {
    /// Where clients connect
    #[arg(long, default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub configuration: Configuration,
    /// Build components for speed (the default)
    #[arg(long, conflicts_with = "dev")]
    pub release: bool,
    /// Build components quickly, without optimising much
    #[arg(long)]
    pub dev: bool,
    /// Certificates in PEM, the server's first: serve TLS
    #[arg(long, requires = "tls_key", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// The private key in PEM
    #[arg(long, requires = "tls_cert", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
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

#[derive(Args)]
pub struct Test {
    /// Names of steps; all of them if none is given
    pub steps: Vec<String>,
}

#[derive(Args)]
pub struct Component {
    /// Folders under `components/`
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub names: Vec<String>,
    /// Every component
    #[arg(long)]
    pub all: bool,
    /// Build quickly, without optimising much
    #[arg(long)]
    pub dev: bool,
    /// A feature of a component, as in sandbox/spin-llm; may be given several times
    #[arg(long, value_name = "COMPONENT/FEATURE")]
    pub features: Vec<String>,
}

#[derive(Args)]
pub struct Bench {
    /// Handed to the benchmark as they are
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<String>,
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

    #[test]
    fn refuses_a_certificate_without_its_key_and_two_profiles_at_once() {
        for wrong in [
            &["x", "up", "--tls-cert", "a"][..],
            &["x", "up", "--dev", "--release"],
            &["x", "component"],
            &["x", "component", "auth", "--all"],
        ] {
            assert!(Cli::try_parse_from(wrong).is_err(), "{wrong:?}");
        }
    }
}
