//! `pre-initialise`: runs what a component has to do once, and writes the component that has done it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::Args;
use wasmtime::component::{Component, Instance, Lift, Linker, WasmList};
use wasmtime::{Config, Engine, Store};
use wasmtime_wizer::{ComponentInstanceState, Wizer};

use super::{block_on, one, write};

/// The name of the export, which `xtask` and the components share.
const EXPORT: &str = "postern-initialise";

/// Runs the export `postern-initialise` of a component and writes a component whose memory is as that left it.
///
/// The component has to import nothing that this calls. The export stays, for the compositions that name it.
#[derive(Args)]
pub struct PreInitialise {
    /// The component.
    #[arg(value_name = "IN.wasm")]
    from: PathBuf,
    /// Where the other one goes; it is written at once and as a whole.
    #[arg(value_name = "OUT.wasm")]
    to: PathBuf,
}

impl PreInitialise {
    pub fn run(self) -> Result<(), Vec<String>> {
        let bytes = fs::read(&self.from)
            .map_err(|error| vec![format!("cannot read {}: {error}", self.from.display())])?;
        let snapshot = block_on(async {
            let snapshot = pre_initialised(&bytes).await;
            snapshot.map_err(|error| vec![format!("{}: {error:#}", self.from.display())])
        })?;
        write(&self.to, &snapshot).map_err(one)
    }
}

async fn pre_initialised(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut wizer = Wizer::new();
    // Without the export, the component around the module would name what the module no longer has.
    wizer.init_func(EXPORT).keep_init_func(true);
    let (context, instrumented) = wizer.instrument_component(bytes)?;
    let mut running = Running::start(&instrumented).await?;
    let snapshot = wizer.snapshot_component(&context, &mut running).await?;
    running.failure.map_or(Ok(snapshot), Err)
}

/// A component that has run its export, as wizer reads it.
struct Running {
    store: Store<()>,
    instance: Instance,
    /// Why the results so far are invalid; wizer does not ask.
    failure: Option<anyhow::Error>,
}

impl Running {
    async fn start(bytes: &[u8]) -> anyhow::Result<Self> {
        let engine = Engine::new(&config())?;
        let component = Component::new(&engine, bytes)?;
        let mut linker = Linker::new(&engine);
        // A snapshot that has read a clock, a file or a random number would be wrong for every instance.
        linker.define_unknown_imports_as_traps(&component)?;
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate_async(&mut store, &component).await?;
        let function = instance
            .get_typed_func::<(), ()>(&mut store, EXPORT)
            .map_err(|error| anyhow!("it has no export `{EXPORT}: func()`: {error:#}"))?;
        let result = function.call_async(&mut store, ()).await;
        result.map_err(|error| anyhow!("`{EXPORT}` fails; it must call no import: {error:#}"))?;
        Ok(Self { store, instance, failure: None })
    }

    /// Calls one of the functions with which wizer has instrumented the component, and gives what it says to `take`.
    async fn call<R: Lift + Send + Sync + 'static, T>(
        &mut self,
        (instance, function): (&str, &str),
        take: impl FnOnce(&Store<()>, R) -> T,
    ) -> Option<T> {
        match self.get(instance, function).await {
            Ok(result) => Some(take(&self.store, result)),
            Err(error) => {
                self.failure.get_or_insert(error.context(format!("cannot read {function}")));
                None
            }
        }
    }

    async fn get<R: Lift + Send + Sync + 'static>(
        &mut self,
        instance: &str,
        function: &str,
    ) -> anyhow::Result<R> {
        let (store, of) = (&mut self.store, &self.instance);
        let (_, outer) = of.get_export(&mut *store, None, instance).context("no such instance")?;
        let (_, inner) = of.get_export(&mut *store, Some(&outer), function).context("no export")?;
        let function = of.get_typed_func::<(), (R,)>(&mut *store, inner)?;
        Ok(function.call_async(store, ()).await?.0)
    }
}

impl ComponentInstanceState for Running {
    async fn call_func_ret_list_u8(
        &mut self,
        instance: &str,
        function: &str,
        contents: impl FnOnce(&[u8]) + Send,
    ) {
        let take = |store: &Store<()>, list: WasmList<u8>| contents(list.as_le_slice(store));
        self.call((instance, function), take).await;
    }

    async fn call_func_ret_s32(&mut self, instance: &str, function: &str) -> i32 {
        self.call((instance, function), |_, value| value).await.unwrap_or_default()
    }

    async fn call_func_ret_s64(&mut self, instance: &str, function: &str) -> i64 {
        self.call((instance, function), |_, value| value).await.unwrap_or_default()
    }

    async fn call_func_ret_f32(&mut self, instance: &str, function: &str) -> u32 {
        self.call((instance, function), |_, value: f32| value.to_bits()).await.unwrap_or_default()
    }

    async fn call_func_ret_f64(&mut self, instance: &str, function: &str) -> u64 {
        self.call((instance, function), |_, value: f64| value.to_bits()).await.unwrap_or_default()
    }
}

/// The configuration for the components; an instance is made once, so nothing is pooled.
fn config() -> Config {
    let mut config = Config::new();
    config.wasm_component_model(true);
    config.wasm_component_model_async(true);
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts up in its memory when it is initialised, and reports the count.
    const COUNTER: &str = r#"(component
        (import "ask" (func $ask))
        (core func $ask (canon lower (func $ask)))
        (core module $module
            (import "" "ask" (func $ask))
            (memory (export "memory") 1)
            (func (export "init") (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 41))))
            (func (export "get") (result i32) (i32.load (i32.const 8)))
            (func (export "curious") (call $ask)))
        (core instance $instance (instantiate $module (with "" (instance (export "ask" (func $ask))))))
        (func (export "INIT") (canon lift (core func $instance "EXPORT")))
        (func (export "get") (result u32) (canon lift (core func $instance "get"))))"#;

    fn component(init: &str, export: &str) -> Vec<u8> {
        let text = COUNTER.replace("INIT", init).replace("EXPORT", export);
        wat::parse_str(text).expect("a component")
    }

    fn run(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        runtime.block_on(pre_initialised(bytes))
    }

    fn get(bytes: &[u8]) -> u32 {
        let engine = Engine::new(&config()).expect("an engine");
        let component = Component::new(&engine, bytes).expect("a component");
        let mut linker = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&component).expect("imports");
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &component).expect("an instance");
        let function = instance.get_typed_func::<(), (u32,)>(&mut store, "get").expect("get");
        function.call(&mut store, ()).expect("a number").0
    }

    #[test]
    fn begins_where_the_export_ended() {
        let before = component(EXPORT, "init");
        assert_eq!(get(&before), 0);
        let after = run(&before).expect("a snapshot");
        assert_eq!(get(&after), 41);
        assert_eq!(run(&before).expect("the same"), after);
    }

    #[test]
    fn refuses_a_component_without_the_export() {
        let error = run(&component("other", "init")).expect_err("no export");
        assert!(
            format!("{error:#}").contains("no export `postern-initialise: func()`"),
            "{error:#}"
        );
    }

    #[test]
    fn refuses_a_component_that_asks_the_world_meanwhile() {
        let error = run(&component(EXPORT, "curious")).expect_err("an import");
        assert!(format!("{error:#}").contains("it must call no import"), "{error:#}");
    }
}
