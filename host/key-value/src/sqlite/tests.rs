use super::*;
use std::path::Path;

#[test]
fn a_write_is_on_the_disk_when_it_is_done_unless_the_system_may_keep_it_for_a_while() {
    let folder = tempfile::tempdir().unwrap();
    // https://sqlite.org/pragma.html#pragma_synchronous: 2 is FULL, 1 is NORMAL.
    for (durability, expected) in [(Durability::Disk, 2), (Durability::System, 1)] {
        let path = folder.path().join("store.db");
        let connections = Connections::open(Some(&path), durability).unwrap();
        let connection = connections.durable();
        let level = connection.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0));
        assert_eq!(level, Ok(expected), "{durability:?}");
    }
}

/// A program that never says that it ends: what it was told is written stays, and what it counted within the last group may be lost.
#[tokio::test]
async fn what_the_system_has_outlives_the_process_and_reaches_the_disk_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let file = Arc::new(File::new(Some(path.clone()), Durability::System));
    let store = SqliteStore::new("default", Arc::clone(&file));
    store.set("text", b"value").await.unwrap();
    assert!(file.is_dirty());
    // Neither closed nor synchronised: another process reads it from the system's memory.
    assert_eq!(counted(&path, "text"), Some(b"value".to_vec()));
    let start = Instant::now();
    while file.is_dirty() {
        assert!(start.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(GROUP).await;
    }
    // Counts reach it too.
    assert_eq!(store.increment("count", 1).await, Ok(1));
    assert!(file.is_dirty());
    // One that waits for the disk has nothing to catch up on.
    let durable = Arc::new(File::new(Some(path.clone()), Durability::Disk));
    let store = SqliteStore::new("default", Arc::clone(&durable));
    store.set("text", b"other").await.unwrap();
    assert!(!durable.is_dirty());
}

/// As many hosts as threads, each with its own connection.
#[test]
fn hosts_that_open_a_new_file_at_once_all_count_in_it() {
    const HOSTS: i64 = 8;
    const RUNS: i64 = 20;
    for run in 0..RUNS {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let count = || {
            let file = Arc::new(File::new(Some(path.clone()), Durability::Disk));
            let store = SqliteStore::new("default", file);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            runtime.unwrap().block_on(store.increment("count", 1)).unwrap()
        };
        let mut counts: Vec<_> = std::thread::scope(|scope| {
            let hosts: Vec<_> = (0..HOSTS).map(|_| scope.spawn(count)).collect();
            hosts.into_iter().map(|host| host.join().unwrap()).collect()
        });
        counts.sort_unstable();
        assert_eq!(counts, (1..=HOSTS).collect::<Vec<_>>(), "run {run}");
    }
}

/// Spin opens the file without a write-ahead log.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_another_program_is_writing_is_waited_for_when_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let other = Connection::open(&path).unwrap();
    other.execute(TABLE, []).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let file = Arc::new(File::new(Some(path), Durability::Disk));
    let store = SqliteStore::new("default", file);
    let waiting = tokio::spawn(async move { store.increment("count", 1).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!waiting.is_finished());
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(waiting.await.unwrap(), Ok(1));
    // And continues beside it, in the journal mode that the file now has.
    assert_eq!(other.execute(SET, params!["default", "text", b"value"]), Ok(1));
}

fn counted(path: &Path, key: &str) -> Option<Vec<u8>> {
    let file = Connection::open(path).unwrap();
    file.query_row(GET, params!["default", key], |row| row.get(0)).optional().unwrap()
}

#[tokio::test]
async fn increments_are_committed_together_soon_and_before_any_other_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let file = Arc::new(File::new(Some(path.clone()), Durability::Disk));
    let store = SqliteStore::new("default", file);
    let_groups_last(&store, Duration::MAX).await;
    let eight = |count: i64| Some(count.to_le_bytes().to_vec());
    for count in 1..=3 {
        assert_eq!(store.increment("count", 1).await, Ok(count));
    }
    // Nothing of the group is in the file yet, and this process sees all of it.
    assert_eq!(counted(&path, "count"), None);
    assert_eq!(store.get("count").await, Ok(eight(3)));
    store.set("text", b"no counter").await.unwrap();
    assert_eq!(counted(&path, "count"), eight(3));
    assert!(store.increment("text", 1).await.is_err());
    assert_eq!(store.increment("count", 1).await, Ok(4));
    while counted(&path, "count") != eight(4) {
        tokio::time::sleep(GROUP).await;
    }
    // What is read within a group is what it has counted.
    for count in 5..=7 {
        assert_eq!(store.increment("count", 1).await, Ok(count));
        assert_eq!(store.get("count").await, Ok(eight(count)));
        let many = store.get_many(&["count".to_owned()]).await;
        assert_eq!(many, Ok(vec![("count".to_owned(), eight(count))]));
    }
    assert_eq!(store.count("count").await, Ok(7));
    assert_eq!(store.increment("count", -3).await, Ok(4));
    // A counter that is deleted or written in between begins anew.
    store.delete("count").await.unwrap();
    assert_eq!(store.increment("count", 4).await, Ok(4));
    // A group that is open when the store is closed is kept.
    assert_eq!(store.increment("count", 1).await, Ok(5));
    drop(store);
    assert_eq!(counted(&path, "count"), eight(5));
}

#[tokio::test]
async fn a_group_is_waited_for_by_another_process_and_ends_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let store = |path: &Path| {
        SqliteStore::new("default", Arc::new(File::new(Some(path.into()), Durability::Disk)))
    };
    let (ours, theirs) = (store(&path), store(&path));
    assert_eq!(ours.increment("count", 1).await, Ok(1));
    assert_eq!(theirs.increment("count", 1).await, Ok(2));
    assert_eq!(ours.increment("count", 1).await, Ok(3));
    theirs.set("text", b"value").await.unwrap();
    assert_eq!(ours.get("text").await, Ok(Some(b"value".to_vec())));
}

async fn let_groups_last(store: &SqliteStore, longest: Duration) {
    let last = |connections: &mut Connections| {
        connections.let_groups_last(longest);
        Ok(())
    };
    store.file.run(last).await.unwrap();
}

#[tokio::test]
async fn an_old_group_takes_no_more_increments() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let file = Arc::new(File::new(Some(path.clone()), Durability::Disk));
    let store = SqliteStore::new("default", file);
    let_groups_last(&store, Duration::ZERO).await;
    // Nothing else runs between these, so no timer ends a group.
    for count in 1..=3_i64 {
        assert_eq!(store.increment("count", 1).await, Ok(count));
        let committed =
            counted(&path, "count").map(|bytes| i64::from_le_bytes(bytes.try_into().unwrap()));
        assert_eq!(committed.unwrap_or(0), count - 1);
    }
}

#[tokio::test]
async fn what_a_group_commits_reaches_the_disk_whatever_writes_wait_for() {
    let folder = tempfile::tempdir().unwrap();
    for durability in [Durability::Disk, Durability::System] {
        let path = folder.path().join("store.db");
        let file = Arc::new(File::new(Some(path), durability));
        let store = SqliteStore::new("default", Arc::clone(&file));
        store.increment("count", 1).await.unwrap();
        // As if the task of an earlier write had just synchronised the log, before the group's end.
        file.is_dirty.store(false, Ordering::Release);
        let start = Instant::now();
        while !file.is_dirty() {
            assert!(start.elapsed() < Duration::from_secs(30), "{durability:?}");
            tokio::time::sleep(GROUP).await;
        }
    }
}

/// A disk is full only at the end of a group; a constraint that is checked there is as good.
#[tokio::test]
async fn after_a_lost_group_no_increment_is_answered_before_it_is_kept() {
    const FULL: &str = "
        CREATE TABLE parent (id INTEGER PRIMARY KEY);
        CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
        CREATE TRIGGER at_insert AFTER INSERT ON spin_key_value BEGIN INSERT INTO child VALUES (7); END;
        CREATE TRIGGER at_update AFTER UPDATE ON spin_key_value BEGIN INSERT INTO child VALUES (7); END;";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let file = Arc::new(File::new(Some(path.clone()), Durability::Disk));
    let store = SqliteStore::new("default", file);
    store.set("text", b"value").await.unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch(FULL).unwrap();
    // The increments of one group were answered, and are lost.
    assert_eq!(store.increment("count", 1).await, Ok(1));
    let must_prove = || store.file.run(|connections| Ok(connections.must_prove()));
    while !must_prove().await.unwrap() {
        tokio::time::sleep(GROUP).await;
    }
    for _ in 0..3 {
        store.increment("count", 1).await.unwrap_err();
    }
    other.execute_batch("DROP TRIGGER at_insert; DROP TRIGGER at_update").unwrap();
    assert_eq!(store.increment("count", 1).await, Ok(1));
    assert_eq!(counted(&path, "count"), Some(1_i64.to_le_bytes().to_vec()));
    assert!(!must_prove().await.unwrap());
    // And in groups again.
    assert_eq!(store.increment("count", 1).await, Ok(2));
    assert_eq!(counted(&path, "count"), Some(1_i64.to_le_bytes().to_vec()));
}
