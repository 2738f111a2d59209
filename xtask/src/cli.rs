//! What can be typed after `cargo xtask`.

use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
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
    /// Issue, list and revoke API keys
    Key {
        #[command(subcommand)]
        action: KeyAction,
    },
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
    Issue {
        /// A consumer of policies/consumers.toml
        consumer: String,
        /// What the key is for
        #[arg(long)]
        label: Option<String>,
        /// The policies, in place of the folder `policies`
        #[arg(long, value_name = "DIR")]
        policies: Option<PathBuf>,
        #[command(flatten)]
        runtime: Runtime,
    },
    /// List the keys issued: id, consumer, when, state
    List {
        #[command(flatten)]
        runtime: Runtime,
    },
    /// Revoke a key by its id, for good
    Revoke {
        /// As `key list` shows it
        id: String,
        #[command(flatten)]
        runtime: Runtime,
    },
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
