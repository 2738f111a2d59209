//! The interfaces through which a component reads its own variables.

use wasmtime::component::{Accessor, HasSelf};

use crate::bindings::fermyon::spin::variables as v2;
use crate::bindings::spin::variables::variables as v3;
use crate::bindings::wasi::config::store as config;
use crate::state::State;
use postern_allowed_hosts::is_variable_name;

impl v3::Host for State {}

impl<T> v3::HostWithStore<T> for HasSelf<State> {
    async fn get(
        accessor: &Accessor<T, Self>,
        name: String,
    ) -> wasmtime::Result<Result<String, v3::Error>> {
        let value =
            accessor.with(|mut access| access.get().component.variables.get(&name).cloned());
        Ok(value.ok_or_else(|| match is_variable_name(&name) {
            true => v3::Error::Undefined(format!("this component has no variable `{name}`")),
            false => v3::Error::InvalidName(name),
        }))
    }
}

impl v2::Host for State {
    async fn get(&mut self, name: String) -> wasmtime::Result<Result<String, v2::Error>> {
        Ok(self.component.variables.get(&name).cloned().ok_or_else(|| {
            match is_variable_name(&name) {
                true => v2::Error::Undefined(format!("this component has no variable `{name}`")),
                false => v2::Error::InvalidName(name),
            }
        }))
    }
}

impl config::Host for State {
    async fn get(
        &mut self,
        key: String,
    ) -> wasmtime::Result<Result<Option<String>, config::Error>> {
        Ok(Ok(self.component.variables.get(&key).cloned()))
    }

    async fn get_all(&mut self) -> wasmtime::Result<Result<Vec<(String, String)>, config::Error>> {
        Ok(Ok(self
            .component
            .variables
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()))
    }
}
