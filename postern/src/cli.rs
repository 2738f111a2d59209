//! What can be typed after `postern`.

use crate::key::times;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// The operator's program of Postern.
#[derive(Parser)]
#[command(name = "postern")]
pub struct Cli {
    #[command(flatten)]
    pub place: DeploymentOptions,
    #[command(subcommand)]
    pub command: Command,
}

/// Where a deployment is.
#[derive(Args)]
pub struct DeploymentOptions {
    /// The deployment's folder, that of spin.toml
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub app: PathBuf,
    /// The policies, in place of the folder `policies`
    #[arg(long, global = true, value_name = "DIR")]
    pub policies: Option<PathBuf>,
    /// The gateway's key-value store: a SQLite file, or redis://HOST:PORT; else POSTERN_STORE says it, and else it is
    /// .spin/sqlite_key_value.db
    #[arg(long, global = true, value_name = "FILE|URL")]
    pub store: Option<String>,
    /// Where the store is configured for Spin
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "store")]
    pub runtime_config_file: Option<PathBuf>,
    /// The host's program, with which `check` composes spin.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub host: Option<PathBuf>,
}

#[derive(Subcommand)]
pub enum Command {
    /// Check the policies and the manifest, all problems at once; with `--probe`, ask a server what it refuses
    Check(Check),
    /// Check the policies and write them as stages read them quickest, to compiled.bin beside them
    Compile(Compile),
    /// Say what has been used, is reserved and is left of each limit; with a word after it, what the ledger has
    Usage(Box<Usage>),
    /// Issue, list, rotate and revoke API keys
    Key {
        #[command(subcommand)]
        action: KeyAction,
    },
    /// Say who a credential is, what they may do with a model, and by which policy; with `--text`, what guardrails find in a
    /// text and do about it; with `--request`, which deployments serve a request and why
    Explain(Box<Explain>),
    /// Export the audit chain, and prove that nothing in it was removed, added or changed
    Audit {
        #[command(subcommand)]
        action: AuditAction,
    },
    /// Run the recorded decisions on a request again, with the policies of that time, and say whether they are equal
    Replay(Replay),
    /// Erase a person's traces: the key of their content, and their name in rows; sums stay
    Erase(Erase),
    /// Print the manifest for a platform: spin.toml, and the lines that it needs there
    Manifest(ManifestOptions),
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
    /// A variable of `spin.toml`; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub variable: Vec<String>,
}

/// Which server is asked.
#[derive(Args)]
pub struct Probe {
    /// A provider of models.toml with dialect = "openai", whose server is asked what it refuses: prints the quirks of its row
    #[arg(long, value_name = "NAME")]
    pub probe: Option<String>,
    /// The server's name for a model, in place of the first of the provider's in models.toml
    #[arg(long, value_name = "NAME", requires = "probe")]
    pub model: Option<String>,
}

/// Which manifest, and where to.
#[derive(Args)]
pub struct ManifestOptions {
    /// Where it will run
    #[arg(long = "for", value_name = "PLATFORM")]
    pub platform: Platform,
    /// The file to write, beside spin.toml; else it is printed
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// A platform that needs lines of its own.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Platform {
    /// Vendors' requests leave through the component `egress`
    Spin,
}

#[derive(Args)]
pub struct Compile {
    /// While files are wrong, the last right models and consumers serve; else a stage without right files does not serve
    #[arg(long)]
    pub outlive_files: bool,
}

#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    pub configuration: Configuration,
    #[command(flatten)]
    pub probe: Probe,
    /// Say which hosts each residency rule can reach: the regions of callers and routes
    #[arg(long)]
    pub residency: bool,
}

#[derive(Subcommand)]
pub enum KeyAction {
    /// Issue a key and print it, this once
    Issue(Box<Issue>),
    /// List the keys issued: id, consumer, since and until when, last use, state, restrictions
    List,
    /// Issue another key in place of one, which holds for a while yet
    Rotate(Box<Rotate>),
    /// Revoke a key, for good and at once
    Revoke {
        /// As `key list` shows it, or the key itself
        id: String,
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
}

/// Who is asked about.
#[derive(Args, Default)]
#[group(multiple = false)]
pub struct CallerOptions {
    /// An API key, or its id
    #[arg(long)]
    pub key: Option<String>,
    /// A token, or a file that holds one
    #[arg(long)]
    pub token: Option<String>,
    /// A consumer of policies/consumers.toml
    #[arg(long, visible_alias = "as")]
    pub consumer: Option<String>,
}

impl CallerOptions {
    /// No caller is named.
    pub fn is_empty(&self) -> bool {
        self.key.is_none() && self.token.is_none() && self.consumer.is_none()
    }
}

/// Whose limits are asked about; all consumers' if nothing is said.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Usage {
    #[command(subcommand)]
    pub recorded: Option<Recorded>,
    #[command(flatten)]
    pub who: CallerOptions,
    /// The consumers that have this plan
    #[arg(long, value_name = "NAME", conflicts_with_all = ["key", "token", "consumer"])]
    pub plan: Option<String>,
    /// A model or an alias: the limits that are counted by model as well
    #[arg(long)]
    pub model: Option<String>,
    /// The client's address: the limits that are counted by address as well
    #[arg(long)]
    pub ip: Option<IpAddr>,
    /// The Redis of the limiter that counts by scripts; else POSTERN_REDIS_URL or `redis_url` of plans.toml says it, and else
    /// the key-value store has the counters
    #[arg(long, value_name = "URL")]
    pub counters: Option<String>,
}

/// What the ledger has.
#[derive(Subcommand)]
pub enum Recorded {
    /// Sums of requests, tokens and costs, by time and group
    Sums(Sums),
    /// Single requests, newest first, or one by its id
    Requests(Requests),
    /// Costs in the columns of FOCUS, a row a day
    Costs(Asked),
}

/// The ledger that is asked.
#[derive(Args)]
pub struct LedgerOptions {
    /// The ledger's SQLite file; else it is .spin/sqlite_db.db
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// A running gateway in place of the file: https://gateway.example.com. The variable POSTERN_ADMIN_KEY has the key of an
    /// administrator
    #[arg(long, value_name = "URL", conflicts_with = "ledger")]
    pub url: Option<String>,
}

/// How a table is printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Printed {
    /// For people: columns that are 0 or empty in every row are left out
    Table,
    /// Comma-separated values, all columns
    Csv,
    /// JSON, all columns
    Json,
}

/// A question about a time.
#[derive(Args)]
pub struct Asked {
    #[command(flatten)]
    pub ledger: LedgerOptions,
    /// From when: 2026-03-01, 2026-03-01T08:00, 2026-03-01T08:00:00Z; the first of this month if it is not said
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Until when; now if it is not said
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// The time zone of these and of days: Europe/Berlin; UTC if it is not said
    #[arg(long, value_name = "NAME")]
    pub zone: Option<String>,
    /// Only rows with this value: model=gpt-4o; several values of one column are alternatives
    #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = column)]
    pub filters: Vec<(String, String)>,
    /// How it is printed
    #[arg(long, value_name = "FORM", default_value = "table")]
    pub format: Printed,
}

/// Which sums.
#[derive(Args)]
pub struct Sums {
    #[command(flatten)]
    pub asked: Asked,
    /// The columns that make a row of their own: consumer, team, tenant, model, provider, route
    #[arg(long, value_name = "COLUMNS")]
    pub by: Option<String>,
    /// A row for each hour, day, week or month
    #[arg(long, value_name = "LENGTH")]
    pub bucket: Option<String>,
}

/// Which requests.
#[derive(Args)]
pub struct Requests {
    /// The id of one request: its whole record is printed, as JSON
    #[arg(conflicts_with_all = ["from", "to", "zone", "filters", "limit"])]
    pub id: Option<String>,
    #[command(flatten)]
    pub asked: Asked,
    /// The most rows
    #[arg(long, value_name = "NUMBER", default_value = "50", value_parser = clap::value_parser!(u16).range(1..=500))]
    pub limit: u16,
}

/// `column=value`.
fn column(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(column, _)| !column.is_empty());
    let pair = pair.ok_or_else(|| format!("{text:?} is not COLUMN=VALUE, as in model=gpt-4o"))?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}

/// What is done with the audit chain.
#[derive(Subcommand)]
pub enum AuditAction {
    /// Verify an export, offline; the first broken link is named
    Verify(Verify),
    /// Write both streams as lines of JSON. Of a file, the variable POSTERN_AUDIT_KEY has the key that signs its end
    Export(Export),
    /// Print the public key of the private one in the variable POSTERN_AUDIT_KEY
    PublicKey,
}

#[derive(Args)]
pub struct Verify {
    /// An export; - is standard input
    pub file: PathBuf,
    /// The public key of checkpoints, 64 hexadecimal digits; several if it was replaced
    #[arg(long, value_name = "HEX", required = true)]
    pub public_key: Vec<String>,
    /// The file may end anywhere: say how far it is signed
    #[arg(long)]
    pub open: bool,
    /// Streams may begin after a link that a checkpoint signs: what was before has been swept
    #[arg(long)]
    pub swept: bool,
    /// A link that must be there, as an earlier verification printed it; may be given several times
    #[arg(long, value_name = "STREAM:LINK:HASH")]
    pub known: Vec<String>,
}

#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    pub ledger: LedgerOptions,
    /// The file to write; else it is printed
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args)]
pub struct Replay {
    /// As `usage requests` and the header x-request-id show it
    pub request_id: String,
    #[command(flatten)]
    pub ledger: LedgerOptions,
    /// Find the policies of that time in the history of the folder's git repository
    #[arg(long)]
    pub git: bool,
}

#[derive(Args)]
pub struct Erase {
    /// The person: `user`, `safety_identifier` or `metadata.user_id` of their requests, or a consumer's name
    #[arg(long, value_name = "ID")]
    pub subject: String,
    #[command(flatten)]
    pub ledger: LedgerOptions,
}

/// Who is asked about, and what they would do.
#[derive(Args)]
pub struct Explain {
    #[command(flatten)]
    pub who: CallerOptions,
    /// A model or an alias
    #[arg(long, required_unless_present_any = ["text", "request"])]
    pub model: Option<String>,
    /// What is done with it: chat, embed, use_tools, ...; may be given several times
    #[arg(long, default_value = "chat")]
    pub action: Vec<String>,
    /// The client's address
    #[arg(long)]
    pub ip: Option<IpAddr>,
    /// When, as in 2027-01-01T09:00:00Z; now if it is not said
    #[arg(long, value_name = "RFC3339")]
    pub at: Option<String>,
    #[command(flatten)]
    pub text: Text,
    #[command(flatten)]
    pub request: Routed,
}

/// Which request is asked about.
#[derive(Args)]
pub struct Routed {
    /// A request's body, in a file or on standard input (-): which deployments serve it, in which order, and why not the others
    #[arg(long, value_name = "FILE", group = "subject", conflicts_with_all = ["model", "action", "ip"])]
    pub request: Option<PathBuf>,
    /// The path that it is posted to
    #[arg(long, value_name = "PATH", default_value = "/v1/chat/completions", requires = "request")]
    pub path: String,
    /// A header of it, as in "x-tier: gold"; may be given several times
    #[arg(long, value_name = "NAME: VALUE", requires = "request")]
    pub header: Vec<String>,
}

/// Which text is asked about.
#[derive(Args)]
pub struct Text {
    /// A text, in a file or on standard input (-): what guardrails find in it, and which rules decide what is done
    #[arg(long, value_name = "FILE", group = "subject", conflicts_with_all = ["action", "ip"])]
    pub text: Option<PathBuf>,
    /// Which way it goes
    #[arg(long, default_value = "request", requires = "text")]
    pub direction: Direction,
    /// Whose words it is; in answers all are the assistant's
    #[arg(long, default_value = "user", requires = "text")]
    pub role: Role,
    /// Print JSON
    #[arg(long, requires = "subject")]
    pub json: bool,
}

/// Which way a text goes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Direction {
    /// To the vendor
    Request,
    /// To the client
    Answer,
}

/// Who says a text.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    System,
    User,
    Assistant,
    Tool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use std::path::Path;
    use std::{env, fs};

    #[test]
    fn the_commands_are_consistent() {
        Cli::command().debug_assert();
    }

    /// `cargo xtask` shows these without building this program. `UPDATE_GOLDEN=1` writes them.
    #[test]
    fn xtask_shows_the_help_of_this_program() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../xtask/help");
        for command in Cli::command().get_subcommands().filter(|command| !command.is_hide_set()) {
            let name = command.get_name();
            let actions = command.get_subcommands().map(|action| vec![name, action.get_name()]);
            for words in actions.chain([vec![name]]) {
                let asked = [&["postern"], &words[..], &["--help"]].concat();
                let help = Cli::try_parse_from(asked).err().unwrap().to_string();
                let file = folder.join(format!("{}.txt", words.join("-")));
                if env::var_os("UPDATE_GOLDEN").is_some() {
                    fs::write(&file, &help).unwrap();
                }
                let kept = fs::read_to_string(&file).unwrap_or_default();
                assert_eq!(kept, help, "{}: UPDATE_GOLDEN=1 writes it anew", file.display());
            }
        }
    }
}
