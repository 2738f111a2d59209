//! The state of one instance.

use std::sync::Arc;

use tokio::sync::watch;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::leaving::Waiting;
use crate::memory::{Answers, MemoryGrowth};
use crate::outbound::Hooks;
use crate::shared::{Granted, Shared};
use crate::stdio::Lines;

/// The state of one instance.
pub struct State {
    pub(crate) table: ResourceTable,
    pub(crate) component: Arc<Granted>,
    pub(crate) shared: Arc<Shared>,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    pub(crate) hooks: Hooks,
    pub(crate) growth: MemoryGrowth,
    pub(crate) answers: Arc<Answers>,
    pub(crate) waiting: Arc<Waiting>,
    output: [Lines; 2],
    /// Counts the instance as alive while it is.
    _alive: watch::Receiver<bool>,
}

impl State {
    /// The state for a new instance of the component.
    ///
    /// # Errors
    /// If a folder of the component cannot be opened.
    pub fn new(component: Arc<Granted>, shared: Arc<Shared>) -> wasmtime::Result<Self> {
        let mut wasi = WasiCtxBuilder::new();
        let output = [Lines::default(), Lines::default()];
        let [stdout, stderr] = output.clone();
        wasi.stdout(stdout).stderr(stderr).envs(&component.environment);
        // Mounted files are small and local: reading them in place is faster than handing them to a thread.
        wasi.allow_blocking_current_thread(true);
        for (directory, destination) in &component.files {
            wasi.preopened_dir(directory, destination, FsPerms::ReadOnly)?;
        }
        let answers = Arc::new(Answers::default());
        let waiting = Arc::new(Waiting::default());
        Ok(Self {
            table: ResourceTable::new(),
            wasi: wasi.build(),
            http: WasiHttpCtx::new(),
            hooks: Hooks::new(
                Arc::clone(&component),
                Arc::clone(&shared),
                Arc::clone(&answers),
                Arc::clone(&waiting),
            ),
            growth: MemoryGrowth::new(Arc::clone(&shared.memory)),
            answers,
            waiting,
            output,
            _alive: shared.draining.subscribe(),
            component,
            shared,
        })
    }

    /// Holds back what the instance writes from now on.
    pub fn hold_output(&self) {
        self.output.iter().for_each(Lines::hold);
    }

    /// Writes what was held back, or drops it, and holds back no more.
    pub fn release_output(&self, is_written: bool) {
        self.output.iter().for_each(|lines| lines.release(is_written));
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.hooks, table: &mut self.table, ctx: &mut self.http }
    }
}
