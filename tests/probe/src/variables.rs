//! `spin:variables`, and `wasi:config/store`, which reads the same.

use crate::seen::seen;
use serde_json::{Value, json};
use spin_sdk::experimental::wasi::config::store;
use spin_sdk::variables;

pub async fn report() -> Value {
    json!({
        "granted": seen(variables::get("granted").await),
        "of_the_application": seen(variables::get("redis_address").await),
        "no_name": seen(variables::get("Not A Name").await),
        "config_granted": seen(store::get("granted")),
        "config_of_the_application": seen(store::get("redis_address")),
        "config_all": seen(store::get_all()),
    })
}
