//! A store on a Redis server: keys as they are, one database for every label, as Spin has it.

use redis::aio::ConnectionManager;
use redis::{AsyncCommands, Client};
use tokio::sync::OnceCell;

use crate::connection::{client, connect};
use crate::error::Error;

/// Writes if the value is the one that was read; an empty second argument flag means that it was absent.
const SWAP: &str = r"
local current = redis.call('GET', KEYS[1])
if (ARGV[1] == '0' and current == false) or (ARGV[1] == '1' and current == ARGV[2]) then
    redis.call('SET', KEYS[1], ARGV[3])
    return 1
end
return 0";

/// The number of keys of one step of a scan.
const SCAN_COUNT: usize = 1000;

/// A Redis server, called on first use over one shared connection.
pub struct RedisStore {
    client: Client,
    connection: OnceCell<ConnectionManager>,
}

impl RedisStore {
    /// # Errors
    /// If the URL is not a Redis URL.
    pub fn new(url: &str) -> Result<Self, Error> {
        // The URL may hold a password: the message must not.
        let client = client(url).map_err(|_| "its `url` is no Redis URL".to_owned())?;
        Ok(Self { client, connection: OnceCell::new() })
    }

    async fn connection(&self) -> Result<ConnectionManager, Error> {
        self.connection.get_or_try_init(|| connect(&self.client)).await.cloned().map_err(text)
    }

    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.connection().await?.get(key).await.map_err(text)
    }

    pub async fn set(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        self.connection().await?.set(key, value).await.map_err(text)
    }

    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        self.connection().await?.del(key).await.map_err(text)
    }

    pub async fn exists(&self, key: &str) -> Result<bool, Error> {
        self.connection().await?.exists(key).await.map_err(text)
    }

    pub async fn keys(&self) -> Result<Vec<String>, Error> {
        let mut connection = self.connection().await?;
        let mut keys: Vec<String> = Vec::new();
        let mut cursor = 0_u64;
        loop {
            let step: (u64, Vec<String>) = redis::cmd("SCAN")
                .arg(cursor)
                .arg("COUNT")
                .arg(SCAN_COUNT)
                .query_async(&mut connection)
                .await
                .map_err(text)?;
            keys.extend(step.1);
            cursor = step.0;
            if cursor == 0 {
                break;
            }
        }
        // A scan may return a key twice while the server moves its table.
        keys.sort_unstable();
        keys.dedup();
        Ok(keys)
    }

    pub async fn get_many(&self, keys: &[String]) -> Result<Vec<(String, Option<Vec<u8>>)>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let values: Vec<Option<Vec<u8>>> =
            self.connection().await?.mget(keys).await.map_err(text)?;
        Ok(keys.iter().cloned().zip(values).filter(|(_, value)| value.is_some()).collect())
    }

    pub async fn set_many(&self, pairs: &[(String, Vec<u8>)]) -> Result<(), Error> {
        if pairs.is_empty() {
            return Ok(());
        }
        self.connection().await?.mset(pairs).await.map_err(text)
    }

    pub async fn delete_many(&self, keys: &[String]) -> Result<(), Error> {
        if keys.is_empty() {
            return Ok(());
        }
        self.connection().await?.del(keys).await.map_err(text)
    }

    pub async fn increment(&self, key: &str, delta: i64) -> Result<i64, Error> {
        self.connection().await?.incr(key, delta).await.map_err(text)
    }

    pub async fn count(&self, key: &str) -> Result<i64, Error> {
        let Some(value) = self.get(key).await? else { return Ok(0) };
        let count = std::str::from_utf8(&value).ok().and_then(|digits| digits.parse().ok());
        count.ok_or_else(|| format!("`{key}` holds a value that is not an integer"))
    }

    pub async fn swap(&self, key: &str, seen: Option<&[u8]>, value: &[u8]) -> Result<bool, Error> {
        let mut connection = self.connection().await?;
        let written: i64 = redis::cmd("EVAL")
            .arg(SWAP)
            .arg(1)
            .arg(key)
            .arg(if seen.is_some() { "1" } else { "0" })
            .arg(seen.unwrap_or_default())
            .arg(value)
            .query_async(&mut connection)
            .await
            .map_err(text)?;
        Ok(written == 1)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of `map_err`")]
fn text(error: redis::RedisError) -> Error {
    error.to_string()
}
