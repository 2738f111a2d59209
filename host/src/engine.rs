//! The engine and what it links into every component.

use anyhow::Context;
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::bindings;
use crate::instance::State;

/// How many instances of compositions may live at once; each serves up to 16 requests.
const MAX_INSTANCES: u32 = 1000;
/// Core modules, memories and tables of one composition: about ten components, each with its shims.
const MAX_CORE_INSTANCES_PER_COMPOSITION: u32 = 200;
const MAX_MEMORIES_PER_COMPOSITION: u32 = 32;
const MAX_TABLES_PER_COMPOSITION: u32 = 100;
/// Memories and tables over all instances: address space is reserved for each, memory is used when touched.
const MAX_MEMORIES: u32 = 2000;
const MAX_TABLES: u32 = 10_000;
/// What a component may keep in memory: more would be taken from the other instances.
const MAX_MEMORY_BYTES: usize = 1 << 30;

/// An engine that makes instances from prepared slots and copy-on-write images.
///
/// # Errors
/// When this machine cannot run the compiler's code at all.
pub fn engine() -> anyhow::Result<Engine> {
    let mut config = config();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    if let Ok(engine) = Engine::new(&config) {
        return Ok(engine);
    }
    // Where the address space is limited, instances are made one by one: slower to start, the same otherwise.
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
    pool.total_core_instances(MAX_INSTANCES.saturating_mul(20));
    pool.total_memories(MAX_MEMORIES);
    pool.total_tables(MAX_TABLES);
    pool.total_stacks(MAX_INSTANCES);
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
/// When two of them define the same name.
pub fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    bindings::Imports::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state)?;
    Ok(linker)
}
