//! The command line of `cargo xtask`.

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{self, PathBuf};

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
    /// Run what CI runs, or only the steps or the stages named
    Test(Test),
    /// Check the policies and the manifest, all problems at once
    #[command(disable_help_flag = true)]
    Check(Words),
    /// Issue, list, rotate and revoke API keys
    #[command(disable_help_flag = true)]
    Key(Words),
    /// Say who a credential is, what they may do with a model, and by which policy
    #[command(disable_help_flag = true)]
    Explain(Words),
    /// Say what has been used, is reserved and is left of each limit
    #[command(disable_help_flag = true)]
    Usage(Words),
    /// Export the audit chain, and prove that nothing in it was changed
    #[command(disable_help_flag = true)]
    Audit(Words),
    /// Run the recorded decisions on a request again
    #[command(disable_help_flag = true)]
    Replay(Words),
    /// Erase a person's traces
    #[command(disable_help_flag = true)]
    Erase(Words),
    /// Print the manifest for a platform
    #[command(disable_help_flag = true)]
    Manifest(Words),
    /// Build components, as `spin build` does
    Component(Component),
    /// Build a guardrail of your own and put it before the built-in one
    Wrap(Wrap),
    /// Say what components take: of a disk, and of a runtime's pools for every instance
    Size(Size),
    /// Measure what the gateway costs, on this machine
    #[command(disable_help_flag = true)]
    Bench(Words),
}

#[derive(Args)]
pub struct Up {
    /// Where clients connect
    #[arg(long, default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub configuration: Configuration,
    /// Build host and components as they are shipped: faster to run, and twice as long to build
    #[arg(long)]
    pub release: bool,
    /// It is the default now
    #[arg(long, hide = true, conflicts_with = "release")]
    pub dev: bool,
    /// Certificates in PEM, the server's first: serve TLS
    #[arg(long, requires = "tls_key", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// The private key in PEM
    #[arg(long, requires = "tls_cert", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
}

/// The gateway's settings besides `spin.toml`.
#[derive(Args)]
pub struct Configuration {
    /// The policies, in place of the folder `policies`
    #[arg(long, value_name = "DIR")]
    pub policies: Option<PathBuf>,
    /// A variable of `spin.toml`; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub variable: Vec<String>,
    /// Where stores and outbound connections are configured, as for Spin
    #[arg(long, value_name = "FILE")]
    pub runtime_config_file: Option<PathBuf>,
}

impl Configuration {
    /// The arguments for the operator's program.
    pub fn words(&self) -> Result<Vec<OsString>> {
        let policies = self.policies.iter().flat_map(|folder| ["--policies".into(), folder.into()]);
        Ok(policies.chain(self.common()?).collect())
    }

    /// The arguments for the host.
    pub fn host_words(&self) -> Result<Vec<OsString>> {
        let mut words = self.common()?;
        if let Some(folder) = &self.policies {
            let mut files = OsString::from("policies=");
            files.push(path::absolute(folder)?);
            words.extend(["--files".into(), files]);
        }
        Ok(words)
    }

    fn common(&self) -> Result<Vec<OsString>> {
        let variables = self.variable.iter().flat_map(|word| ["--variable".into(), word.into()]);
        let mut words: Vec<OsString> = variables.collect();
        if let Some(file) = &self.runtime_config_file {
            words.extend(["--runtime-config-file".into(), path::absolute(file)?.into()]);
        }
        Ok(words)
    }
}

#[derive(Args)]
pub struct Test {
    /// Names of steps or of stages; all that CI runs if none is given
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
    /// Build in half the time, as the tests do, to code that is slower
    #[arg(long)]
    pub dev: bool,
    /// A feature of a component, as in sandbox/spin-llm; may be given several times
    #[arg(long, value_name = "COMPONENT/FEATURE")]
    pub features: Vec<String>,
}

#[derive(Args)]
pub struct Wrap {
    /// A folder under `examples/`, or a component that imports and exports `postern:guardrail/stage`
    #[arg(value_name = "FOLDER|FILE.wasm")]
    pub outer: PathBuf,
    /// Build in half the time, as the tests do, to code that is slower
    #[arg(long)]
    pub dev: bool,
}

#[derive(Args)]
pub struct Size {
    /// Folders under `components/`, or components; all that are built, and their sums, if none is given
    #[arg(value_name = "NAME|FILE.wasm")]
    pub files: Vec<PathBuf>,
}

/// Arguments of another program.
#[derive(Args)]
pub struct Words {
    /// Handed on as they are
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub words: Vec<OsString>,
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
    fn refuses_a_certificate_without_its_key_and_names_beside_all() {
        for wrong in [
            &["x", "up", "--tls-cert", "a"][..],
            &["x", "component"],
            &["x", "component", "auth", "--all"],
        ] {
            assert!(Cli::try_parse_from(wrong).is_err(), "{wrong:?}");
        }
    }
}
