//! The promises of the seam: group commit, jobs that fail alone, one server a directory.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;

use super::history::Event;
use super::*;

fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    (dir, store)
}

async fn value(store: &Store, key: &'static str) -> Option<String> {
    store.read(move |c| meta::get_text(c, key)).await.unwrap()
}

/// Holds the writer until the guard is dropped, so that what is sent meanwhile shares a batch.
async fn hold(store: &Store) -> (std::sync::mpsc::Sender<()>, tokio::task::JoinHandle<()>) {
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let (running, started) = tokio::sync::oneshot::channel();
    let store = store.clone();
    let task = tokio::spawn(async move {
        store
            .write(move |_| {
                let _ = running.send(());
                let _ = wait.recv();
                Ok(())
            })
            .await
            .unwrap();
    });
    started.await.unwrap();
    (release, task)
}

#[tokio::test(flavor = "multi_thread")]
async fn many_jobs_share_commits() {
    static COMMITS: AtomicUsize = AtomicUsize::new(0);
    let (_dir, store) = store();
    store
        .write(|tx| {
            tx.commit_hook(Some(|| {
                COMMITS.fetch_add(1, Ordering::SeqCst);
                false
            }))?;
            Ok(())
        })
        .await
        .unwrap();
    let before = COMMITS.load(Ordering::SeqCst);
    let (release, holder) = hold(&store).await;
    let jobs: Vec<_> = (0..100)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .write(move |tx| serials::take(tx, &n.to_string()))
                    .await
            })
        })
        .collect();
    // The jobs stand in the queue once every task has been polled.
    tokio::time::sleep(Duration::from_millis(20)).await;
    drop(release);
    for job in jobs {
        assert_eq!(job.await.unwrap().unwrap(), 1);
    }
    holder.await.unwrap();
    let commits = COMMITS.load(Ordering::SeqCst) - before;
    assert!(commits < 20, "100 jobs took {commits} commits");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_and_a_panicking_job_take_only_themselves_back() {
    let (_dir, store) = store();
    let (release, holder) = hold(&store).await;
    let first = tokio::spawn({
        let store = store.clone();
        async move { store.write(|tx| meta::set(tx, "first", b"kept")).await }
    });
    let failing = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .write(|tx| -> Result<(), _> {
                    meta::set(tx, "failing", b"gone")?;
                    Err(StoreError::Missing { what: "the case" })
                })
                .await
        }
    });
    let panicking = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .write(|tx| -> Result<(), _> {
                    meta::set(tx, "panicking", b"gone")?;
                    panic!("on purpose")
                })
                .await
        }
    });
    let last = tokio::spawn({
        let store = store.clone();
        async move { store.write(|tx| meta::set(tx, "last", b"kept")).await }
    });
    drop(release);
    holder.await.unwrap();
    first.await.unwrap().unwrap();
    last.await.unwrap().unwrap();
    assert_eq!(
        failing.await.unwrap(),
        Err(StoreError::Missing { what: "the case" })
    );
    assert_eq!(panicking.await.unwrap(), Err(StoreError::Panicked));
    assert_eq!(value(&store, "first").await.as_deref(), Some("kept"));
    assert_eq!(value(&store, "last").await.as_deref(), Some("kept"));
    assert_eq!(value(&store, "failing").await, None);
    assert_eq!(value(&store, "panicking").await, None);
}

#[tokio::test]
async fn a_full_disk_is_said_and_the_store_goes_on() {
    let (_dir, store) = store();
    store
        .write(|tx| {
            let pages: i64 = tx.pragma_query_value(None, "page_count", |r| r.get(0))?;
            tx.pragma_update(None, "max_page_count", pages + 4)?;
            Ok(())
        })
        .await
        .unwrap();
    let answer = store
        .write(|tx| meta::set(tx, "large", &vec![1; 1 << 20]))
        .await;
    assert_eq!(answer, Err(StoreError::DiskFull));
    assert_eq!(value(&store, "large").await, None);
    store
        .write(|tx| meta::set(tx, "small", b"fits"))
        .await
        .unwrap();
    assert_eq!(value(&store, "small").await.as_deref(), Some("fits"));
}

#[tokio::test]
async fn a_second_server_is_refused_until_the_first_has_gone() {
    let (dir, store) = store();
    let refused = Store::open(dir.path()).map(|_| ());
    assert_eq!(
        refused,
        Err(StoreError::DirectoryInUse {
            dir: dir.path().to_owned()
        })
    );
    store.write(|tx| meta::set(tx, "a", b"1")).await.unwrap();
    assert_eq!(value(&store, "a").await.as_deref(), Some("1"));
    store.close().await;
    assert_eq!(
        store.write(|tx| meta::set(tx, "a", b"2")).await,
        Err(StoreError::Closed)
    );
    assert!(
        !dir.path().join("kanyan.sqlite3-wal").exists(),
        "the last one to close folds the log into the database"
    );
    drop(store);
    let again = Store::open(dir.path()).unwrap();
    assert_eq!(value(&again, "a").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn a_reader_cannot_write_and_a_panicking_query_costs_nothing() {
    let (_dir, store) = store();
    let answer = store.read(|c| Ok(c.execute("DELETE FROM meta", [])?)).await;
    assert_eq!(answer, Err(StoreError::ReadOnly));
    let answer = store
        .read(|_| -> Result<(), _> { panic!("on purpose") })
        .await;
    assert_eq!(answer, Err(StoreError::Panicked));
    for _ in 0..READERS * 2 {
        assert_eq!(value(&store, "nothing").await, None);
    }
}

#[tokio::test]
async fn a_broken_rule_is_named() {
    let (_dir, store) = store();
    let insert = |tx: &Transaction<'_>| -> Result<(), StoreError> {
        tx.execute("INSERT INTO serials (kind, next) VALUES ('a', 1)", [])?;
        Ok(())
    };
    store.write(insert).await.unwrap();
    assert!(store.write(insert).await.unwrap_err().is_duplicate());
    let orphan = store
        .write(|tx| {
            tx.execute(
                "INSERT INTO user_roles (user_id, role) VALUES ('x', 'clerk')",
                [],
            )?;
            Ok(())
        })
        .await
        .unwrap_err();
    assert!(matches!(
        orphan,
        StoreError::Constraint {
            kind: Constraint::ForeignKey,
            ..
        }
    ));
}

#[tokio::test]
async fn a_rolled_back_number_is_given_again() {
    let (_dir, store) = store();
    let refused: Result<(), StoreError> = store
        .write(|tx| {
            assert_eq!(serials::take(tx, "case/2018")?, 1);
            Err(StoreError::Missing { what: "x" })
        })
        .await;
    assert!(refused.is_err());
    let take = |tx: &Transaction<'_>| serials::take(tx, "case/2018");
    assert_eq!(store.write(take).await.unwrap(), 1);
    assert_eq!(store.write(take).await.unwrap(), 2);
}

#[tokio::test]
async fn the_history_is_a_chain_nobody_can_change() {
    let (_dir, store) = store();
    let event = |action: &str| Event {
        case_id: None,
        at: 1,
        on_date: "2018-03-12".to_owned(),
        user_id: None,
        action: action.to_owned(),
        detail: json!({"a": 1}),
    };
    let (a, b) = (event("init"), event("seed"));
    store
        .write(move |tx| history::append(tx, &a).and_then(|_| history::append(tx, &b)))
        .await
        .unwrap();
    assert_eq!(store.read(history::first_broken).await.unwrap(), None);
    for sql in ["UPDATE history SET action = 'x'", "DELETE FROM history"] {
        let refused = store.write(move |tx| Ok(tx.execute(sql, [])?)).await;
        assert!(
            matches!(refused, Err(StoreError::Constraint { .. })),
            "{refused:?}"
        );
    }
    store
        .write(|tx| {
            tx.execute("DROP TRIGGER history_is_append_only_u", [])?;
            tx.execute("UPDATE history SET action = 'x' WHERE seq = 2", [])?;
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(store.read(history::first_broken).await.unwrap(), Some(2));
}
