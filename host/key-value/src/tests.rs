//! Conformance of every backend: SQLite in a file and in memory, and a real Redis.

use std::time::Duration;

use postern_redis_server::RedisServer;

use super::*;

fn store(config: Config) -> Store {
    let stores = Stores::new(&[("default".to_owned(), config)].into(), Durability::Disk).unwrap();
    stores.get("default").unwrap().clone()
}

/// The same conditions for each backend.
async fn conforms(store: Store) {
    reads_what_it_wrote(&store).await;
    counts(&store).await;
    handles_many(&store).await;
    swaps_only_what_it_has_seen(&store).await;
}

async fn reads_what_it_wrote(store: &Store) {
    assert_eq!(store.get("key").await, Ok(None));
    assert_eq!(store.exists("key").await, Ok(false));
    for value in [&b"one"[..], b"", b"\0\xff binary"] {
        store.set("key", value).await.unwrap();
        assert_eq!(store.get("key").await, Ok(Some(value.to_vec())));
    }
    assert_eq!(store.exists("key").await, Ok(true));
    assert_eq!(store.keys().await, Ok(vec!["key".to_owned()]));
    store.delete("key").await.unwrap();
    store.delete("key").await.unwrap();
    assert_eq!(store.get("key").await, Ok(None));
}

async fn counts(store: &Store) {
    assert_eq!(store.count("count").await, Ok(0));
    assert_eq!(store.exists("count").await, Ok(false));
    assert_eq!(store.increment("count", 0).await, Ok(0));
    assert_eq!(store.increment("count", 5).await, Ok(5));
    assert_eq!(store.increment("count", -7).await, Ok(-2));
    assert!(store.increment("count", i64::MIN).await.is_err());
    assert_eq!(store.increment("count", 0).await, Ok(-2));
    assert_eq!(store.count("count").await, Ok(-2));
    store.set("text", b"no counter").await.unwrap();
    assert!(store.increment("text", 1).await.is_err());
    assert!(store.count("text").await.is_err());
    assert_eq!(store.get("text").await, Ok(Some(b"no counter".to_vec())));

    let concurrent = (0..50).map(|_| store.increment("shared", 1));
    let mut results: Vec<i64> =
        futures::future::join_all(concurrent).await.into_iter().map(Result::unwrap).collect();
    results.sort_unstable();
    assert_eq!(results, (1..=50).collect::<Vec<_>>());
    store.delete_many(&["count".to_owned(), "text".to_owned(), "shared".to_owned()]).await.unwrap();
}

async fn handles_many(store: &Store) {
    let pairs = [("a".to_owned(), b"1".to_vec()), ("b".to_owned(), b"2".to_vec())];
    store.set_many(&pairs).await.unwrap();
    let keys = ["b".to_owned(), "missing".to_owned(), "a".to_owned()];
    let found = store.get_many(&keys).await.unwrap();
    assert_eq!(
        found,
        [("b".to_owned(), Some(b"2".to_vec())), ("a".to_owned(), Some(b"1".to_vec()))]
    );
    store.delete_many(&keys).await.unwrap();
    assert_eq!(store.keys().await, Ok(vec![]));
    assert_eq!(store.get_many(&[]).await, Ok(vec![]));
    store.set_many(&[]).await.unwrap();
    store.delete_many(&[]).await.unwrap();
}

async fn swaps_only_what_it_has_seen(store: &Store) {
    let mut first = store.swap("swap".to_owned());
    let mut second = store.swap("swap".to_owned());
    assert_eq!((first.current().await, second.current().await), (Ok(None), Ok(None)));
    assert_eq!(first.swap(b"first").await, Ok(true));
    assert_eq!(second.swap(b"second").await, Ok(false));
    assert_eq!(second.current().await, Ok(Some(b"first".to_vec())));
    assert_eq!(second.swap(b"second").await, Ok(true));
    assert_eq!(store.get("swap").await, Ok(Some(b"second".to_vec())));
    store.delete("swap").await.unwrap();
}

#[tokio::test]
async fn a_sqlite_file_conforms() {
    let directory = tempfile::tempdir().unwrap();
    conforms(store(Config::Sqlite(Some(directory.path().join("new/folder/store.db"))))).await;
}

#[tokio::test]
async fn a_database_in_memory_conforms() {
    conforms(store(Config::Sqlite(None))).await;
}

#[tokio::test]
async fn a_real_redis_conforms() {
    let server = RedisServer::start().unwrap();
    conforms(store(Config::Redis(server.url()))).await;
}

#[tokio::test]
async fn a_redis_counter_is_decimal_and_its_key_is_as_the_component_wrote_it() {
    let server = RedisServer::start().unwrap();
    let store = store(Config::Redis(server.url()));
    assert_eq!(store.increment("count", 12).await, Ok(12));
    assert_eq!(store.get("count").await, Ok(Some(b"12".to_vec())));
    let client = ::redis::Client::open(server.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let raw: String = ::redis::cmd("GET").arg("count").query_async(&mut connection).await.unwrap();
    assert_eq!(raw, "12");
}

#[tokio::test]
async fn a_redis_that_is_away_is_an_error_and_no_hang() {
    let gone = store(Config::Redis("redis://127.0.0.1:1".to_owned()));
    let result =
        tokio::time::timeout(Duration::from_secs(8), gone.get("key")).await.expect("it hangs");
    assert!(result.is_err());
}

#[test]
fn a_wrong_redis_url_is_not_repeated_because_it_may_hold_a_password() {
    let config = Config::Redis("http://user:secret@host".to_owned());
    let problem =
        Stores::new(&[("default".to_owned(), config)].into(), Durability::Disk).err().unwrap();
    assert_eq!(problem, "the key-value store `default`: its `url` is no Redis URL");
}

#[tokio::test]
async fn the_file_is_laid_out_as_spin_lays_it_out() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sqlite_key_value.db");
    let ours = store(Config::Sqlite(Some(path.clone())));
    ours.set("key", b"value").await.unwrap();
    ours.increment("count", 258).await.unwrap();
    let file = rusqlite::Connection::open(&path).unwrap();
    let read = |key: &str| -> Vec<u8> {
        let sql = "SELECT value FROM spin_key_value WHERE store='default' AND key=?1";
        file.query_row(sql, [key], |row| row.get(0)).unwrap()
    };
    assert_eq!(read("key"), b"value");
    // The next write commits what was counted before it.
    ours.set("other", b"value").await.unwrap();
    assert_eq!(read("count"), 258_i64.to_le_bytes());
    // A write of another program is seen at once.
    file.execute("UPDATE spin_key_value SET value=x'6e6577' WHERE key='key'", []).unwrap();
    assert_eq!(ours.get("key").await, Ok(Some(b"new".to_vec())));
}

#[tokio::test]
async fn two_labels_share_a_file_and_no_key() {
    let directory = tempfile::tempdir().unwrap();
    let config = Config::Sqlite(Some(directory.path().join("store.db")));
    let stores = Stores::new(
        &[("a".to_owned(), config.clone()), ("b".to_owned(), config)].into(),
        Durability::Disk,
    )
    .unwrap();
    stores.get("a").unwrap().set("key", b"a").await.unwrap();
    assert_eq!(stores.get("b").unwrap().get("key").await, Ok(None));
}

#[tokio::test]
async fn a_write_waits_while_another_program_holds_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let ours = store(Config::Sqlite(Some(path.clone())));
    ours.set("key", b"before").await.unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut write = Box::pin(ours.set("key", b"after"));
    assert!(
        tokio::time::timeout(Duration::from_millis(100), &mut write).await.is_err(),
        "it did not wait"
    );
    // Readers continue meanwhile.
    assert_eq!(ours.get("key").await, Ok(Some(b"before".to_vec())));
    other.execute_batch("COMMIT").unwrap();
    write.await.unwrap();
    assert_eq!(ours.get("key").await, Ok(Some(b"after".to_vec())));
}
