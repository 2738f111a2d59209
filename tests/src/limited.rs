//! Gateways with limits: plans and consumers of a single test, the vendor, and counters where the test wants them.

use crate::client::{Answer, Call};
use crate::gateway::{Gateway, Options};
use crate::issuer::token::unix_s;
use crate::manifest;
use crate::redis::Redis;
use crate::stage::{question, variables};
use crate::upstream::Upstream;
use postern_keys::{Key, sha256_hex};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;

/// The models: each behaves at the vendor as its name says. Prices are such that money has to be rounded.
const MODELS: &str = include_str!("limited/models.toml");
const ROUTES: &str = include_str!("limited/routes.toml");

/// Every caller may do everything, except those with the role `watcher`, which may use nothing.
const AUTHORIZATION: &str = r#"
permit (principal, action, resource);
forbid (principal in Role::"watcher", action in Action::"use", resource);
"#;

/// The prefix of counters' names in Redis.
const REDIS_PREFIX: &str = "{postern}:limit:";
/// The prefix in a key-value store, followed by the expiry.
const KEY_VALUE_PREFIX: &str = "limit/";

/// The store of the counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// In the key-value store of one gateway.
    KeyValue,
    /// A Redis that this many gateways share.
    Redis {
        /// The number of processes.
        gateways: usize,
    },
    /// A Redis of one gateway with a password, which is in the component's environment.
    GuardedRedis,
}

/// The policies of a test.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    plans: String,
    gateway: String,
    consumers: Vec<(String, String)>,
}

/// The running gateways, with a key for each consumer.
pub struct Limited {
    /// The vendor.
    pub upstream: Upstream,
    /// One gateway, or those that share a Redis.
    pub gateways: Vec<Gateway>,
    /// The Redis of the counters, if they are in one.
    pub redis: Option<Redis>,
    keys: BTreeMap<String, Key>,
    _policies: tempfile::TempDir,
}

impl Setup {
    /// Limits with these plans.
    #[must_use]
    pub fn new(plans: &str) -> Self {
        Self { plans: plans.to_owned(), ..Self::default() }
    }

    /// Adds a consumer; `more` are keys of its table.
    #[must_use]
    pub fn consumer(mut self, name: &str, more: &str) -> Self {
        self.consumers.push((name.to_owned(), more.to_owned()));
        self
    }

    /// Sets `gateway.toml`.
    #[must_use]
    pub fn gateway(mut self, text: &str) -> Self {
        text.clone_into(&mut self.gateway);
        self
    }

    /// Starts all.
    ///
    /// # Panics
    ///
    /// When something does not start.
    #[must_use]
    pub fn start(&self, counting: Counting) -> Limited {
        let redis = (counting != Counting::KeyValue).then(Redis::start);
        let is_guarded = counting == Counting::GuardedRedis;
        let keys: BTreeMap<String, Key> =
            self.consumers.iter().map(|(name, _)| (name.clone(), new_key())).collect();
        let policies = self.write(&keys, redis.as_ref().filter(|_| !is_guarded));
        let upstream = Upstream::start();
        let options = Options {
            variables: variables(&upstream),
            policies: Some(policies.path().to_owned()),
            manifest: redis.as_ref().map(|redis| {
                let manifest = manifest::counting_in_redis(&redis.url());
                if is_guarded { guarded(redis, &manifest) } else { manifest }
            }),
            ..Options::default()
        };
        let count = match counting {
            Counting::KeyValue | Counting::GuardedRedis => 1,
            Counting::Redis { gateways } => gateways,
        };
        let gateways = (0..count).map(|_| Gateway::start(&options)).collect();
        Limited { upstream, gateways, redis, keys, _policies: policies }
    }

    fn write(&self, keys: &BTreeMap<String, Key>, redis: Option<&Redis>) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).expect("a file");
        };
        let mut consumers = String::new();
        for (name, more) in &self.consumers {
            let sha256 = sha256_hex(keys[name].expose());
            write!(
                consumers,
                "[[consumer]]\nname = \"{name}\"\nmodels = [\"*\"]\n{more}\n[[consumer.key]]\nid = \"key-of-{name}\"\nsha256 = \"{sha256}\"\n\n"
            )
            .expect("a text");
        }
        let counters = redis.map_or_else(String::new, |redis| {
            format!("\n[counters]\nredis_url = \"{}\"\n", redis.url())
        });
        write("consumers.toml", &consumers);
        write("gateway.toml", &self.gateway);
        write("models.toml", MODELS);
        write("routes.toml", ROUTES);
        write("plans.toml", &(self.plans.clone() + &counters));
        write("authorization.cedar", AUTHORIZATION);
        folder
    }
}

/// Gives the server a password, and the manifest the address with it.
fn guarded(redis: &Redis, manifest: &str) -> String {
    let password = "only-for-the-gateway";
    let _ = redis.command(&[b"CONFIG", b"SET", b"requirepass", password.as_bytes()]);
    let url = redis.url().replace("redis://", &format!("redis://:{password}@"));
    format!("{manifest}\n[component.gateway.environment]\nPOSTERN_REDIS_URL = \"{url}\"\n")
}

fn new_key() -> Key {
    let mut random = [0; 32];
    let mut source = std::fs::File::open("/dev/urandom").expect("randomness");
    source.read_exact(&mut random).expect("randomness");
    Key::from_random(random)
}

impl Limited {
    /// A request of this consumer to the first gateway.
    #[must_use]
    pub fn call(&self, consumer: &str, method: &str, path: &str) -> Call {
        self.call_at(0, consumer, method, path)
    }

    /// A request of this consumer to the gateways in turn.
    #[must_use]
    pub fn call_at(&self, gateway: usize, consumer: &str, method: &str, path: &str) -> Call {
        let gateway = &self.gateways[gateway % self.gateways.len()];
        gateway.call(method, path).key(self.key(consumer).expose())
    }

    /// The key of a consumer.
    #[must_use]
    pub fn key(&self, consumer: &str) -> &Key {
        &self.keys[consumer]
    }

    /// A chat completion.
    #[must_use]
    pub fn chat(&self, consumer: &str, body: &Value) -> Call {
        self.call(consumer, "POST", "/v1/chat/completions").body(body.to_string())
    }

    /// A plain question.
    #[must_use]
    pub fn ask(&self, consumer: &str, model: &str, marker: &str) -> Call {
        self.chat(consumer, &question(model, marker)).header("x-request-id", marker)
    }

    /// The usage of this consumer.
    ///
    /// # Panics
    ///
    /// When it is not told.
    pub async fn usage(&self, consumer: &str) -> Usage {
        let answer = self.call(consumer, "GET", "/v1/usage").send().await;
        Usage::from_answer(&answer)
    }

    /// Waits until nothing is reserved any more, and returns the usage.
    ///
    /// # Panics
    ///
    /// When something stays reserved.
    pub async fn settled(&self, consumer: &str) -> Usage {
        let start = std::time::Instant::now();
        loop {
            let usage = self.usage(consumer).await;
            if usage.reserved().is_empty() {
                return usage;
            }
            assert!(start.elapsed() < crate::PATIENCE, "it stays reserved: {:?}", usage.0);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Every counter, by its name: the same in both stores.
    ///
    /// # Panics
    ///
    /// When one is no count.
    #[must_use]
    pub fn counters(&self) -> BTreeMap<String, i64> {
        let mut counters = BTreeMap::new();
        if let Some(redis) = &self.redis {
            for key in redis_keys(redis) {
                let name = key[REDIS_PREFIX.len()..].to_owned();
                // It may expire meanwhile.
                if let Some(Some(value)) = redis.command(&[b"GET", key.as_bytes()]).pop() {
                    let text = String::from_utf8(value).expect("digits");
                    counters.insert(name, text.parse().expect("a count"));
                }
            }
            return counters;
        }
        for key in self.gateways[0].key_values() {
            let name = key.strip_prefix(KEY_VALUE_PREFIX).and_then(|rest| rest.split_once('/'));
            let Some((_, name)) = name else { continue };
            if let Some(value) = self.gateways[0].key_value(&key) {
                let bytes = value.try_into().expect("a count of 8 bytes");
                counters.insert(name.to_owned(), i64::from_le_bytes(bytes));
            }
        }
        counters
    }

    /// Writes a text over the counters whose names contain `part`; returns their number.
    pub fn break_counters(&self, part: &str, text: &str) -> usize {
        let keys = match &self.redis {
            Some(redis) => redis_keys(redis),
            None => self.gateways[0].key_values(),
        };
        let is_counter =
            |key: &&String| key.starts_with(KEY_VALUE_PREFIX) || key.starts_with(REDIS_PREFIX);
        let found: Vec<_> =
            keys.iter().filter(is_counter).filter(|key| key.contains(part)).collect();
        for key in &found {
            match &self.redis {
                Some(redis) => drop(redis.command(&[b"SET", key.as_bytes(), text.as_bytes()])),
                None => self.gateways[0].set_key_value(key, text.as_bytes()),
            }
        }
        found.len()
    }

    /// The values that were put aside, by their counters' names.
    #[must_use]
    pub fn aside(&self) -> BTreeMap<String, Vec<u8>> {
        let prefix = match self.redis {
            Some(_) => "{postern}:limit-aside:",
            None => "limit-aside/",
        };
        let keys = match &self.redis {
            Some(redis) => list(redis.command(&[b"KEYS", format!("{prefix}*").as_bytes()])),
            None => self.gateways[0].key_values(),
        };
        let value = |key: &str| match &self.redis {
            Some(redis) => redis.command(&[b"GET", key.as_bytes()]).pop().flatten(),
            None => self.gateways[0].key_value(key),
        };
        let named = keys.iter().filter_map(|key| Some((key.strip_prefix(prefix)?, key)));
        named.filter_map(|(name, key)| Some((name.to_owned(), value(key)?))).collect()
    }
}

fn redis_keys(redis: &Redis) -> Vec<String> {
    list(redis.command(&[b"KEYS", format!("{REDIS_PREFIX}*").as_bytes()]))
}

fn list(values: Vec<Option<Vec<u8>>>) -> Vec<String> {
    values.into_iter().flatten().map(|name| String::from_utf8(name).expect("UTF-8")).collect()
}

/// An answer to `GET /v1/usage`.
#[derive(Debug, Clone)]
pub struct Usage(pub Value);

impl Usage {
    /// Reads an answer.
    ///
    /// # Panics
    ///
    /// When it is none.
    #[must_use]
    pub fn from_answer(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.text());
        Self(answer.json())
    }

    /// The only limit of these scopes (with commas between) and unit.
    ///
    /// # Panics
    ///
    /// When there is none, or several.
    #[must_use]
    pub fn limit(&self, scopes: &str, unit: &str) -> &Value {
        let limits = self.0["limits"].as_array().expect("limits");
        let is_it = |limit: &&Value| {
            let named = limit["scope"].as_array().expect("scopes").iter();
            let named: Vec<_> = named.map(|scope| scope.as_str().expect("a scope")).collect();
            named.join(",") == scopes && limit["unit"] == unit
        };
        let found: Vec<_> = limits.iter().filter(is_it).collect();
        assert_eq!(found.len(), 1, "limits of {unit} by {scopes}: {}", self.0);
        found[0]
    }

    /// Used, reserved and left of it; money in nano-dollars.
    ///
    /// # Panics
    ///
    /// When it has no numbers.
    #[must_use]
    pub fn numbers(&self, scopes: &str, unit: &str) -> (u64, u64, u64) {
        let limit = self.limit(scopes, unit);
        let number = |name: &str| nano_or_number(&limit[name]);
        (number("used"), number("reserved"), number("left"))
    }

    /// Used of it; money in nano-dollars.
    #[must_use]
    pub fn used(&self, scopes: &str, unit: &str) -> u64 {
        self.numbers(scopes, unit).0
    }

    /// The limits with reservations.
    ///
    /// # Panics
    ///
    /// When one has no numbers.
    #[must_use]
    pub fn reserved(&self) -> Vec<&Value> {
        let limits = self.0["limits"].as_array().expect("limits");
        limits.iter().filter(|limit| nano_or_number(&limit["reserved"]) != 0).collect()
    }
}

/// A number, or dollars as a decimal.
fn nano_or_number(value: &Value) -> u64 {
    let Some(text) = value.as_str() else {
        return value.as_u64().unwrap_or_else(|| panic!("{value} is no number"));
    };
    let (dollars, decimals) = text.split_once('.').unwrap_or((text, ""));
    let nano: u64 = format!("{decimals:0<9}").parse().expect("decimals");
    dollars.parse::<u64>().expect("dollars") * 1_000_000_000 + nano
}

/// Nano-dollars in the form of `plans.toml`.
#[must_use]
pub fn usd(nano_usd: u64) -> String {
    format!("{}.{:09}", nano_usd / 1_000_000_000, nano_usd % 1_000_000_000)
}

/// Waits while a window of this length is about to end, so that the end of a minute does not split a test of its limit.
pub async fn within_one_window(length_s: u64, test_s: u64) {
    while unix_s() % length_s + test_s >= length_s {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}
