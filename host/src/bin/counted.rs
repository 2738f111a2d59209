//! `postern-host` that counts: the calls that components make of it by name, and its own allocations. On `SIGUSR1` it
//! writes the sums to standard error, as one line. It is for the benchmark; counting makes it slow.

use std::alloc::{GlobalAlloc, Layout};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use clap::Parser;
use mimalloc::MiMalloc;
use postern_host::cli;
use tokio::signal::unix::{SignalKind, signal};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// The name of the spans that wasmtime's bindings make, one for each call.
const CALL: &str = "wit-bindgen import";

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static ALLOCATED_BYTES: AtomicU64 = AtomicU64::new(0);
static CALLS: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The allocator of the host, counted.
struct Counting;

fn count(bytes: usize) {
    ALLOCATIONS.fetch_add(1, Relaxed);
    ALLOCATED_BYTES.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Relaxed);
}

// SAFETY: every call is passed on as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promise.
        unsafe { MiMalloc.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promise.
        unsafe { MiMalloc.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        count(bytes);
        // SAFETY: the caller's promise.
        unsafe { MiMalloc.realloc(place, layout, bytes) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { MiMalloc.dealloc(place, layout) }
    }
}

/// Counts spans of calls, and takes no other note of them.
struct Calls;

/// The interface and the function of a call.
#[derive(Default)]
struct Called {
    module: String,
    function: String,
}

impl Visit for Called {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "module" => value.clone_into(&mut self.module),
            "function" => value.clone_into(&mut self.function),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

impl Subscriber for Calls {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.name() == CALL
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut called = Called::default();
        span.record(&mut called);
        let name = format!("{}#{}", called.module, called.function);
        let mut calls = CALLS.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = calls.entry(name).or_default();
        *sum = sum.saturating_add(1);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn main() -> ExitCode {
    // The only subscriber of this program.
    let _ = tracing::subscriber::set_global_default(Calls);
    std::thread::spawn(write_when_asked);
    match cli::run(cli::Command::parse()) {
        Ok(code) => code,
        Err(problems) => {
            for problem in problems {
                eprintln!("error: {problem}");
            }
            ExitCode::FAILURE
        }
    }
}

fn write_when_asked() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else { return };
    runtime.block_on(async {
        let Ok(mut asked) = signal(SignalKind::user_defined1()) else { return };
        while asked.recv().await.is_some() {
            eprintln!("{}", sums());
        }
    });
}

fn sums() -> String {
    let [allocations, bytes] = [&ALLOCATIONS, &ALLOCATED_BYTES].map(|sum| sum.load(Relaxed));
    let mut line = format!("counters allocations={allocations} allocated_bytes={bytes}");
    for (name, sum) in CALLS.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        line.push_str(&format!(" {name}={sum}"));
    }
    line
}
