//! The measured gateway: the host as a separate process, with policies for one vendor.

use crate::client::Server;
use crate::payload::{EMBEDDING_MODEL, MODEL};
use anyhow::{Context, Result, anyhow, bail};
use http::HeaderValue;
use postern_keys::{IssuedKey, Key, public_id, sha256_hex, store_name};
use postern_spin::{Application, Spin};
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// Compiling six components without a cache takes seconds; on a busy machine, many.
const START_LIMIT: Duration = Duration::from_secs(180);

pub const CONSUMER: &str = "bench";

/// Everything for a start, prepared once.
pub struct Gateway {
    host: PathBuf,
    /// What serves it instead of the host.
    spin: Option<Spin>,
    manifest: PathBuf,
    /// Store and policies; removed at the end.
    folder: TempDir,
    /// Compiled components; kept, so that only the first run pays for them.
    cache: PathBuf,
    /// What the host writes on stderr: one line a request.
    log: PathBuf,
    upstream: SocketAddr,
    /// The random bytes of its key.
    random: [u8; 32],
    authorization: HeaderValue,
}

/// A host that listens. Killed when dropped.
pub struct Running {
    pub server: Server,
    pub pid: u32,
    child: Child,
    /// Kept open: a host that cannot write to its stdout would behave differently.
    _stdout: Lines<BufReader<ChildStdout>>,
}

impl Gateway {
    /// Writes the policies and issues a key.
    pub async fn prepare(host: &Path, upstream: SocketAddr, output: &Path) -> Result<Self> {
        let folder = TempDir::new().context("no temporary folder")?;
        let policies = folder.path().join("policies");
        fs::create_dir(&policies)?;
        fs::write(policies.join("models.toml"), models("", ""))?;
        let consumer = format!("[[consumer]]\nname = {CONSUMER:?}\nmodels = [\"*\"]\n");
        fs::write(policies.join("consumers.toml"), consumer)?;
        let everything = "@id(\"all\") permit (principal, action, resource);\n";
        fs::write(policies.join("authorization.cedar"), everything)?;
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| anyhow!("no randomness: {error}"))?;
        let key = Key::from_random(bytes);
        let gateway = Self {
            host: host.to_owned(),
            spin: None,
            manifest: PathBuf::from("spin.toml"),
            folder,
            cache: output.join("cache"),
            log: output.join("host.log"),
            upstream,
            authorization: HeaderValue::from_str(&format!("Bearer {}", key.expose()))?,
            random: bytes,
        };
        gateway.issue(&key).await?;
        Ok(gateway)
    }

    /// The same gateway and store, with other policy files.
    pub fn with_policies(&self, files: &[(&str, String)]) -> Result<Self> {
        let folder = TempDir::new().context("no temporary folder")?;
        let (policies, state) = (folder.path().join("policies"), folder.path().join("state"));
        copy(&self.folder.path().join("policies"), &policies)?;
        copy(&self.state(), &state)?;
        for (name, text) in files {
            fs::write(policies.join(name), text)?;
        }
        Ok(Self {
            host: self.host.clone(),
            spin: self.spin.clone(),
            manifest: self.manifest.clone(),
            folder,
            cache: self.cache.clone(),
            log: self.log.clone(),
            upstream: self.upstream,
            authorization: self.authorization.clone(),
            random: self.random,
        })
    }

    /// The same on Spin, with a store of its own.
    pub fn on_spin(&self, spin: Spin) -> Result<Self> {
        let log = self.log.with_file_name("spin.log");
        Ok(Self { spin: Some(spin), log, ..self.with_policies(&[])? })
    }

    /// The same, composed by another manifest.
    pub fn with_manifest(mut self, text: &str) -> Result<Self> {
        self.manifest = self.folder.path().join("spin.toml");
        fs::write(&self.manifest, text)?;
        Ok(self)
    }

    /// The same, run by another program.
    pub fn with_host(mut self, host: PathBuf) -> Self {
        self.host = host;
        self
    }

    /// What the host writes on stderr.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Two keys that were never issued: one differs from the issued key in the last characters only, one in all.
    pub fn wrong_keys(&self) -> [String; 2] {
        let mut near = self.random;
        if let Some(last) = near.last_mut() {
            *last = last.wrapping_add(1);
        }
        let far = self.random.map(|byte| !byte);
        [near, far].map(|random| Key::from_random(random).expose().to_owned())
    }

    /// The upstream's origin.
    pub fn upstream_origin(&self) -> String {
        format!("http://{}", self.upstream)
    }

    /// The upstream itself, for requests like the gateway's.
    pub fn direct(&self) -> Server {
        Server { address: self.upstream, authorization: self.authorization.clone() }
    }

    /// Starts the host with cached components, or Spin.
    pub async fn start(&self) -> Result<Running> {
        match &self.spin {
            Some(spin) => self.start_command(self.spin_command(spin)?).await,
            None => self.start_with_cache(&self.cache).await,
        }
    }

    /// Starts the host, and waits until it listens.
    pub async fn start_with_cache(&self, cache: &Path) -> Result<Running> {
        self.start_command(self.command(cache)).await
    }

    /// Starts the host with further flags.
    pub async fn start_with_flags(&self, flags: &[&str]) -> Result<Running> {
        let mut command = self.command(&self.cache);
        command.args(flags);
        self.start_command(command).await
    }

    async fn start_command(&self, mut command: Command) -> Result<Running> {
        // Emptied, then appended to: two concurrent gateways write to one file.
        let log =
            File::create(&self.log).and_then(|_| File::options().append(true).open(&self.log));
        let log = log.with_context(|| format!("cannot write {}", self.log.display()))?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot run {}", self.host.display()))?;
        let stdout = child.stdout.take().context("the host has no stdout")?;
        let mut lines = BufReader::new(stdout).lines();
        let said = timeout(START_LIMIT, address(&mut lines)).await;
        let said = said.context("the host does not say that it listens")??;
        let address =
            said.with_context(|| format!("the host did not start, see {}", self.log.display()))?;
        let leader = child.id().context("the host ended as soon as it listened")?;
        // Spin serves in a child.
        let pid = match &self.spin {
            Some(_) => postern_spin::processes(leader).into_iter().max().unwrap_or(leader),
            None => leader,
        };
        let server = Server { address, authorization: self.authorization.clone() };
        Ok(Running { server, pid, child, _stdout: lines })
    }

    /// Spin on the same application, whose manifest names all folders as they are.
    fn spin_command(&self, spin: &Spin) -> Result<Command> {
        let text = fs::read_to_string(&self.manifest).context("cannot read the manifest")?;
        let here = std::env::current_dir()?.display().to_string();
        let text = text.replace("\"target/components/", &format!("\"{here}/target/components/"));
        let text = postern_spin::with_policies(&text, &self.folder.path().join("policies"));
        let manifest = self.folder.path().join("spin-on-spin.toml");
        fs::write(&manifest, text)?;
        let origin = format!("http://{}", self.upstream);
        let variables = [("openai_base_url", origin.as_str()), ("openai_api_key", "bench")];
        Ok(spin
            .up(&Application {
                manifest: &manifest,
                state_dir: &self.state(),
                log_dir: &self.folder.path().join("logs"),
                runtime_config: None,
                variables: &variables.map(|(name, value)| (name.to_owned(), value.to_owned())),
            })
            .into())
    }

    fn command(&self, cache: &Path) -> Command {
        let mut command = Command::new(&self.host);
        let policies = self.folder.path().join("policies");
        command.args(["up", "--listen", "127.0.0.1:0", "--manifest"]).arg(&self.manifest);
        command.args(["--variable", &format!("openai_base_url=http://{}", self.upstream)]);
        command.args(["--variable", "openai_api_key=bench"]);
        command.arg("--files").arg(format!("policies={}", policies.display()));
        command.arg("--state-dir").arg(self.state());
        command.arg("--cache-dir").arg(cache);
        command
    }

    async fn issue(&self, key: &Key) -> Result<()> {
        let hash = sha256_hex(key.expose());
        let now_unix_s = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let record = IssuedKey::new(public_id(&hash), CONSUMER, now_unix_s);
        let mut command = Command::new(&self.host);
        command.args(["key-value", "set", "--store", "default", "--state-dir"]).arg(self.state());
        command.arg(store_name(&hash)).arg(String::from_utf8(record.to_json()?)?);
        let status = command.status().await;
        let status = status.with_context(|| format!("cannot run {}", self.host.display()))?;
        if !status.success() {
            bail!("{} key-value set failed ({status})", self.host.display());
        }
        Ok(())
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }
}

impl Running {
    /// Ends it, and waits until it has ended.
    pub async fn stop(mut self) -> Result<()> {
        self.kill_children();
        self.child.kill().await.context("cannot end the host")
    }

    /// What the program has started in its group, which would outlive it.
    fn kill_children(&self) {
        let Some(leader) = self.child.id() else { return };
        for child in postern_spin::processes(leader).into_iter().filter(|id| *id != leader) {
            let _ = std::process::Command::new("kill").args(["-KILL", &child.to_string()]).status();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill_children();
    }
}

/// The address in the line with which the host, or Spin, says that it listens; none if it ends without it.
async fn address(lines: &mut Lines<BufReader<ChildStdout>>) -> Result<Option<SocketAddr>> {
    while let Some(line) = lines.next_line().await? {
        let of_host = line.strip_prefix("listening on http://").map(str::parse);
        let of_host = of_host.transpose().with_context(|| format!("{line:?} has no address"))?;
        if let Some(address) = of_host.or_else(|| postern_spin::address(&line)) {
            return Ok(Some(address));
        }
    }
    Ok(None)
}

/// The files of a folder; there are no folders within.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// One vendor, one model for chat and one for embeddings. The vendor's address and credential are variables, as in a
/// deployment. Lines may be added to the model for chat and to its deployment.
pub fn models(of_model: &str, of_deployment: &str) -> String {
    format!(
        r#"[[provider]]
name = "bench"
dialect = "openai"
base_url = "{{{{ openai_base_url }}}}"
credential = "openai_api_key"

[[model]]
name = "{MODEL}"
capabilities = ["chat", "tools"]
context_tokens = 128_000
max_output_tokens = 16_384
{of_model}
[[model.deployment]]
provider = "bench"
upstream_model = "{MODEL}"
{of_deployment}

[[model]]
name = "{EMBEDDING_MODEL}"
capabilities = ["embeddings"]
context_tokens = 8_192
[[model.deployment]]
provider = "bench"
upstream_model = "{EMBEDDING_MODEL}"
"#
    )
}
