//! `up`: serves an application.

use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::app::Plan;
use crate::instance::{Reuse, SpareInstances};
use crate::memory::Budget;
use crate::server::{self, Server, Settings};
use clap::Args;
use http::uri::Scheme;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{Application, block_on, one};

/// Serves the application until Ctrl-C.
#[derive(Args)]
pub struct Up {
    #[command(flatten)]
    application: Application,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3000", overrides_with = "listen")]
    listen: SocketAddr,
    /// Where compiled components are kept.
    #[arg(long, value_name = "DIR", default_value = ".postern/cache")]
    cache_dir: PathBuf,
    /// The certificate chain (PEM): serve HTTPS.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's key (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// How many requests an instance serves before it is replaced.
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = at_least_one)]
    max_instance_reuse_count: usize,
    /// How many requests an instance serves at the same time; the first 16 instances take a quarter of it.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = at_least_one)]
    max_instance_concurrent_reuse_count: usize,
    /// How many instances of a component there may be at once; when all have their fill, further requests get 503.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = at_least_one)]
    max_instances: usize,
    /// How long an idle instance is kept, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 1000)]
    idle_instance_timeout_ms: u64,
    /// How long a spare instance is kept ready after another was made, in milliseconds; 0: there is none.
    #[arg(long, value_name = "MS", default_value_t = 10_000)]
    spare_instance_ms: u64,
    /// The path that a spare instance answers once, to read and build what its first request needs.
    #[arg(long, value_name = "PATH", default_value = "/readyz")]
    warm_up_path: String,
    #[command(
        flatten,
        next_help_heading = "Connections and memory (also `[server]` of the runtime configuration)"
    )]
    settings: Settings,
}

/// How many times its requests an instance takes where long streams keep many instances alive: at most as many streams as
/// the gateway allows one by default (256).
const CROWDED_TIMES: usize = 2;

/// Set in a process that has been restarted after compiling.
const RESTARTED: &str = "POSTERN_HOST_RESTARTED";

/// Restarts the process with everything compiled, which frees the compiler's memory, twice that of the gateway.
///
/// Returns only if that is impossible. The process id stays the same, and so does a port that was chosen.
fn restart(address: SocketAddr) -> std::io::Error {
    match std::env::current_exe() {
        Err(error) => error,
        Ok(program) => {
            let mut command = std::process::Command::new(program);
            command.args(std::env::args_os().skip(1)).args(["--listen", &address.to_string()]);
            command.env(RESTARTED, "1").exec()
        }
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("a whole number from 1".to_owned()),
        Ok(number) => Ok(number),
    }
}

impl Up {
    pub fn run(self) -> Result<(), Vec<String>> {
        block_on(self.serve())
    }

    async fn serve(self) -> Result<(), Vec<String>> {
        let tls = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => {
                Some(server::acceptor(certificate, key).map_err(one)?)
            }
            _ => None,
        };
        let scheme = if tls.is_some() { Scheme::HTTPS } else { Scheme::HTTP };
        let plan = Plan::read(&self.application.options())?;
        let listener = self.bind()?;
        let address = listener.local_addr().map_err(one)?;
        let compiled = plan.compile(&self.cache_dir)?;
        if compiled.anew && std::env::var_os(RESTARTED).is_none() {
            // The listener is closed when the new program takes over.
            eprintln!("warning: the compiler's memory stays in use: {}", restart(address));
        }
        let settings = self.settings.or(compiled.settings());
        let limits = settings.limits(server::raise_limit()).map_err(one)?;
        let memory = Budget::of_mib(settings.memory_budget_mib);
        let started = compiled.start(self.reuse(), self.spare(), scheme.clone(), memory).await;
        let (triggers, shared) = started.map_err(one)?;
        let stop = stop_signal()?;
        // A parent that does not read the host's output does not need this line.
        let _ = writeln!(std::io::stdout(), "listening on {scheme}://{address}");
        tokio::task::spawn_blocking({
            let shared = Arc::clone(&shared);
            move || shared.outbound.prepare()
        });
        Server { triggers, shared, tls, limits }.serve(listener, stop).await;
        Ok(())
    }

    fn bind(&self) -> Result<TcpListener, Vec<String>> {
        server::listen(self.listen).map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                vec![format!(
                    "{} is taken by another program: stop it or listen elsewhere with --listen",
                    self.listen
                )]
            }
            _ => vec![format!("cannot listen on {}: {error}", self.listen)],
        })
    }

    fn spare(&self) -> Option<SpareInstances> {
        (self.spare_instance_ms > 0).then(|| SpareInstances {
            warm_up_path: self.warm_up_path.clone(),
            kept: Duration::from_millis(self.spare_instance_ms),
        })
    }

    fn reuse(&self) -> Reuse {
        Reuse {
            requests: self.max_instance_reuse_count,
            crowded_requests: self.max_instance_reuse_count.saturating_mul(CROWDED_TIMES),
            concurrent_requests: self.max_instance_concurrent_reuse_count,
            idle_timeout: Duration::from_millis(self.idle_instance_timeout_ms),
            instances: self.max_instances,
        }
    }
}

/// Resolves at the first Ctrl-C or SIGTERM; a second one ends the process at once.
fn stop_signal() -> Result<impl Future<Output = ()>, Vec<String>> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(one)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(one)?;
    let (sender, receiver) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let mut sender = Some(sender);
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            match sender.take() {
                Some(sender) => drop(sender.send(())),
                None => std::process::exit(130),
            }
        }
    });
    Ok(async move { drop(receiver.await) })
}
