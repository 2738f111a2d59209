//! The shared state of instances: the grants of their component, and the resources of the application.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use http::{Request, Response};
use postern_key_value::Stores;
use tokio::sync::watch;
use wasmtime_wasi_http::WasiBody;

use crate::memory::Budget;
use crate::outbound::client::Outbound;
use crate::redis::connection::Connections;
use crate::sqlite::connection::Databases;
use crate::variables::ComponentVariables;
use postern_allowed_hosts::AllowedHosts;

/// Answers a request of one component to another.
pub type Service = Box<dyn Fn(Request<WasiBody>) -> Answering + Send + Sync>;

/// An answer in progress.
pub type Answering = Pin<Box<dyn Future<Output = wasmtime::Result<Response<WasiBody>>> + Send>>;

/// The grants of a component, from the manifest.
#[derive(Default)]
pub struct Granted {
    /// The component's name.
    pub id: String,
    /// Its variables.
    pub variables: ComponentVariables,
    /// The hosts it may reach.
    pub allowed_hosts: AllowedHosts,
    /// The key-value stores it may open.
    pub key_value_stores: BTreeSet<String>,
    /// The databases it may open.
    pub sqlite_databases: BTreeSet<String>,
    /// Its environment.
    pub environment: Vec<(String, String)>,
    /// Host folders and their places in the guest.
    pub files: Vec<(PathBuf, String)>,
}

/// What all instances of an application share.
pub struct Shared {
    /// Key-value stores.
    pub key_value: Stores,
    /// Redis connections.
    pub redis: Connections,
    /// SQL databases.
    pub databases: Databases,
    /// The HTTP client.
    pub outbound: Outbound,
    /// The memory of all instances, requests and answers.
    pub memory: Arc<Budget>,
    /// Every component with an HTTP handler, for requests of one to another.
    pub handlers: OnceLock<BTreeMap<String, Service>>,
    /// Becomes true when the host drains; its receivers are the living instances.
    pub draining: watch::Sender<bool>,
}
