//! `[[trigger.http]]`: the component, or the fixed response, that answers a path.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue, StatusCode};

use super::{Component, SPIN_ONLY, Table};

/// One trigger.
#[derive(Debug)]
pub struct Trigger {
    /// The paths.
    pub route: Route,
    /// Its target.
    pub target: Target,
}

/// The paths of a trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// A pattern such as `/users/:id` or `/...`.
    Public(String),
    /// None: only other components can reach it.
    Private,
}

/// The target of a request.
#[derive(Clone, Debug)]
pub enum Target {
    /// A component of the manifest.
    Component(String),
    /// A fixed response.
    Static(StaticResponse),
}

/// A response written in the manifest.
#[derive(Clone, Debug)]
pub struct StaticResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: String,
}

pub(super) fn read_all(root: &mut Table, components: &BTreeMap<String, Component>) -> Vec<Trigger> {
    let Some(mut triggers) = root.table("trigger") else {
        root.problem("`[[trigger.http]]` is missing");
        return Vec::new();
    };
    let read = triggers
        .array("http")
        .into_iter()
        .filter_map(|table| read_one(table, components))
        .collect();
    for kind in triggers.keys() {
        triggers.refuse(&kind, "this host has the trigger `http` alone");
    }
    read
}

fn read_one(mut table: Table, components: &BTreeMap<String, Component>) -> Option<Trigger> {
    let _ = table.string("id");
    let route = read_route(&mut table);
    read_executor(&mut table);
    for key in ["components", "dependencies"] {
        table.refuse(key, SPIN_ONLY);
    }
    let target = read_target(&mut table, components);
    table.finish();
    Some(Trigger { route: route?, target: target? })
}

fn read_route(table: &mut Table) -> Option<Route> {
    let Some(value) = table.value("route") else {
        table.problem("`route` is missing");
        return None;
    };
    if let Some(pattern) = value.as_str() {
        return Some(Route::Public(pattern.to_owned()));
    }
    let mut private = value.as_table();
    let is_private = private.as_mut().and_then(|table| table.boolean("private"));
    if let Some(table) = private {
        table.finish();
    }
    if is_private == Some(true) {
        return Some(Route::Private);
    }
    value.problem("must be a pattern such as \"/...\" or { private = true }");
    None
}

fn read_executor(table: &mut Table) {
    let Some(mut executor) = table.table("executor") else { return };
    match executor.required_string("type").as_deref() {
        Some("http" | "spin") | None => {}
        Some(other) => {
            executor.problem(format_args!("the executor `{other}`: this host has `http` alone"))
        }
    }
    executor.finish();
}

fn read_target(table: &mut Table, components: &BTreeMap<String, Component>) -> Option<Target> {
    let component = table.value("component");
    let fixed = table.table("static_response");
    match (component, fixed) {
        (None, Some(table)) => read_static(table).map(Target::Static),
        (Some(value), None) => {
            let Some(id) = value.as_str() else {
                value.problem("a component written inside the trigger: write it as `[component.NAME]` and name it here");
                return None;
            };
            if !components.contains_key(id) {
                value.problem(format_args!("there is no component `{id}`"));
            }
            Some(Target::Component(id.to_owned()))
        }
        _ => {
            table.problem("exactly one of `component` and `static_response` is needed");
            None
        }
    }
}

fn read_static(mut table: Table) -> Option<StaticResponse> {
    let status = table.integer("status_code").unwrap_or(200);
    let status = u16::try_from(status).ok().and_then(|code| StatusCode::from_u16(code).ok());
    if status.is_none() {
        table.problem("`status_code` must be a number from 100 to 999");
    }
    let mut headers = Vec::new();
    for (name, value) in table.string_map("headers") {
        match (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str())) {
            (Ok(header), Ok(value)) => headers.push((header, value)),
            _ => table.problem(format_args!("`{name}: {value}` is no header")),
        }
    }
    let body = table.string("body").unwrap_or_default();
    table.finish();
    Some(StaticResponse { status: status?, headers, body })
}
