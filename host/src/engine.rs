//! The engine, and the imports that it links into every component.

use anyhow::Context;
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};
use wasmtime_wasi_http::p3::bindings::http;
use wasmtime_wasi_http::{WasiHttp, WasiHttpView as _};

use crate::bindings;
use crate::client;
use crate::state::State;

/// The number of live instances of all components (`--max-instances` bounds those of one). They take half of the 65,530 mappings
/// that Linux allows a process (`vm.max_map_count`).
const MAX_INSTANCES: u32 = 1000;
/// Core modules, memories and tables of one composition: about ten components, each with its shims.
const MAX_CORE_INSTANCES_PER_COMPOSITION: u32 = 200;
const MAX_MEMORIES_PER_COMPOSITION: u32 = 32;
const MAX_TABLES_PER_COMPOSITION: u32 = 100;
/// Memories over all instances: eight for each, and the shipped composition has one for each of its six components. A
/// memory reserves 4 GiB of address space, 32 TiB of the 128 available, and uses what is touched.
const MAX_MEMORIES: u32 = MAX_INSTANCES * 8;
/// Stacks over all instances: four for each, and the shipped composition holds two while it waits for a vendor.
const MAX_STACKS: u32 = MAX_INSTANCES * 4;
/// Tables and core instances over all instances, which reserve little.
const MAX_TABLES: u32 = MAX_INSTANCES * 32;
const MAX_CORE_INSTANCES: u32 = MAX_INSTANCES * 40;
/// The most memory of a component: more would be taken from the other instances.
const MAX_MEMORY_BYTES: usize = 1 << 30;

/// An engine that makes instances from prepared slots and copy-on-write images.
///
/// # Errors
/// If this machine cannot run the compiler's code.
pub fn engine() -> anyhow::Result<Engine> {
    let mut config = config();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    if let Ok(engine) = Engine::new(&config) {
        return Ok(engine);
    }
    // Where the address space is limited, instances are made one by one: slower to start, otherwise the same.
    config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
    Engine::new(&config)
        .map_err(anyhow::Error::from)
        .context("wasmtime does not run on this machine")
}

fn config() -> Config {
    let mut config = Config::new();
    config.wasm_component_model(true);
    config.wasm_component_model_async(true);
    config.memory_init_cow(true);
    // Backtraces name functions without it, and compiled components load faster.
    config.generate_address_map(false);
    config
}

fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(MAX_INSTANCES);
    pool.total_core_instances(MAX_CORE_INSTANCES);
    pool.total_memories(MAX_MEMORIES);
    pool.total_tables(MAX_TABLES);
    pool.total_stacks(MAX_STACKS);
    pool.max_core_instances_per_component(MAX_CORE_INSTANCES_PER_COMPOSITION);
    pool.max_memories_per_component(MAX_MEMORIES_PER_COMPOSITION);
    pool.max_tables_per_component(MAX_TABLES_PER_COMPOSITION);
    pool.max_component_instance_size(usize::from(u16::MAX).saturating_mul(16));
    pool.max_core_instance_size(usize::from(u16::MAX).saturating_mul(16));
    pool.max_memory_size(MAX_MEMORY_BYTES);
    pool
}

/// Links WASI 0.2 and 0.3, HTTP, and the interfaces of `wit/`.
///
/// # Errors
/// If two of them define the same name.
pub fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    http::types::add_to_linker::<State, WasiHttp>(&mut linker, State::http)?;
    http::client::add_to_linker::<State, client::Client>(&mut linker, State::http)?;
    bindings::Imports::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state)?;
    Ok(linker)
}
