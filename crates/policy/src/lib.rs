//! Reads policy files, first as written, then as used.
//!
//! Each file of `policies/` is read in two steps. *As written*: its TOML is walked key by key, each key with its type and its
//! position. *As used*: values are checked, references resolved and units converted to integers; the result is plain data that
//! is always valid. A policy with any problem is refused entirely, and the error lists all problems of all files ([`Problems`]).
//!
//! `docs/policies.md` is the reference of the files. Each stage reads only its own: the gateway [`Gateway`], auth [`Consumers`] and
//! [`Issuers`], limiter [`Plans`], guardrail [`Guardrails`], router [`Catalogue`], recorder [`Recorder`]. [`check_all`] reads them all and
//! also checks references between them.
//!
//! No I/O: callers pass in the texts. No text makes this crate panic.

mod base_path;
mod base_url;
mod callers;
mod catalogue;
mod check;
mod closed;
mod compiled;
mod consumers;
mod conventions;
mod deadlines;
mod detectors;
mod digest;
mod gateway;
mod grants;
mod guardrails;
mod ip_range;
mod issuers;
mod lifecycle;
mod models;
mod names;
mod plans;
mod price;
mod problem;
mod reading;
mod recorder;
mod references;
mod routes;
mod url;
mod warnings;
mod web_url;

pub use base_path::BasePath;
pub use base_url::{BaseUrl, Endpoint, EndpointError};
pub use catalogue::{Catalogue, Named};
pub use check::{FILES, Policies, check_all, stray_file};
pub use closed::{Capability, DataClass, LimitUnit, Period, SameFor, Strategy, Window};
pub use compiled::{COMPILED_FILE, Compiled, Folder, Source, Unused, compile};
pub use consumers::{Consumer, ConsumerKey, Consumers, ConsumersUnreadable, ModelPattern};
pub use conventions::Conventions;
pub use deadlines::{DEFAULT_DEADLINES, REASONING_DEADLINES, SetDeadlines};
pub use detectors::{DETECTORS, DetectorGroup};
pub use digest::digest;
pub use gateway::{Attempts, Cors, ForeignIds, Gateway, Ids, Overload, PassedHeaders};
pub use guardrails::{
    Action, Ask, Callers, CitationForm, Correction, Directions, Guardrails, LANGUAGES, Originals,
    Rule, RuleSet, Speaker, Streams, TermList, Validation, check_pack, pack_file,
};
pub use ip_range::{IpRange, IpRangeError};
pub use issuers::{
    ClaimNames, Guesses, Issuer, IssuerKeys, Issuers, KeySetTimes, ProtectedResource, Undeclared,
};
pub use lifecycle::Lifecycle;
pub use models::{BreakerPolicy, Deployment, Model, Provider, Transport};
pub use plans::{Limit, Plan, Plans, Scope};
pub use postern_types::{Credential, Deadlines, Dialect, ImageRule, Price, Quirks, Tokenizer};
pub use problem::{Problem, Problems};
pub use reading::{MAX_STAGE_FILE_BYTES, is_name};
pub use recorder::{
    Anomalies, Audit, ForeignCall, Ledger, LedgerStore, OpenTelemetry, OtelConventions, OtelSignal,
    Recorder, Retention, SentHeader, Webhook, WebhookFormat,
};
pub use routes::{Condition, Destination, Route, RouteTarget, Times};
pub use warnings::warnings;

/// The name of the gateway's own policy file; it may be absent.
pub const GATEWAY_FILE: &str = "gateway.toml";
/// The name of the file of consumers and their keys.
pub const CONSUMERS_FILE: &str = "consumers.toml";
/// The name of the file of issuers of tokens; it may be absent.
pub const ISSUERS_FILE: &str = "issuers.toml";
/// The name of the file of plans and their limits; it may be absent.
pub const PLANS_FILE: &str = "plans.toml";
/// The name of the file of guardrails; it may be absent.
pub const GUARDRAILS_FILE: &str = "guardrails.toml";
/// The name of the file of providers and models.
pub const MODELS_FILE: &str = "models.toml";
/// The name of the file of aliases; it may be absent.
pub const ROUTES_FILE: &str = "routes.toml";
/// The name of the file of the recorder; it may be absent.
pub const RECORDER_FILE: &str = "recorder.toml";
