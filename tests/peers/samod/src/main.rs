//! samod with its file storage, over TCP. Every command says on standard output what the measuring
//! program waits for; the commands are those of ../js/repo.mjs.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use automerge::Automerge;
use futures::future::join_all;
use samod::storage::TokioFilesystemStorage;
use samod::tokio_io::TcpDialer;
use samod::{BackoffConfig, ConnectionId, DocHandle, DocumentId, Repo, ShareConfig};
use serde_json::{Value, json};
use tokio::net::TcpListener;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["import", store, documents, ids] => import(store, documents, ids).await,
        ["serve", store] => serve(store, None).await,
        ["serve", store, ids] => serve(store, Some(ids)).await,
        ["pull", store, ids, port] => pull(store, ids, port).await,
        ["push", store, ids, port] => push(store, ids, port).await,
        _ => Err("import | serve | pull | push".into()),
    }
}

async fn repo(store: &str, announce: bool) -> Repo {
    Repo::build_tokio()
        .with_storage(TokioFilesystemStorage::new(store))
        .with_share_policy(ShareConfig::read_write().with_announce(announce))
        .load()
        .await
}

async fn import(store: &str, documents: &str, ids: &str) -> Result<(), Failure> {
    let repo = repo(store, false).await;
    let mut made = vec![];
    let mut names: Vec<_> = std::fs::read_dir(documents)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    names.sort();
    for name in names {
        let handle = repo.create(Automerge::load(&std::fs::read(name)?)?).await?;
        made.push(json!({ "id": handle.document_id().to_string(), "heads": heads(&handle) }));
    }
    repo.stop().await;
    Ok(std::fs::write(ids, serde_json::to_string(&made)?)?)
}

async fn serve(store: &str, ids: Option<&str>) -> Result<(), Failure> {
    let repo = repo(store, false).await;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let acceptor = repo.make_acceptor("tcp://127.0.0.1".parse()?)?;
    println!("ready {}", listener.local_addr()?.port());
    if let Some(ids) = ids {
        let wanted = read(ids)?;
        let repo = repo.clone();
        tokio::spawn(async move {
            for (id, at) in wanted {
                while !holds(&repo, &id, &at).await {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
            println!("done");
        });
    }
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        acceptor.accept_tokio_io(stream)?;
    }
}

async fn holds(repo: &Repo, id: &DocumentId, at: &str) -> bool {
    match repo.find(id.clone()).await {
        Ok(Some(handle)) => heads(&handle) == at,
        _ => false,
    }
}

async fn pull(store: &str, ids: &str, port: &str) -> Result<(), Failure> {
    let wanted = read(ids)?;
    let repo = repo(store, true).await;
    let begun = Instant::now();
    let server = connect(&repo, port).await?;
    let handles = join_all(wanted.iter().map(|(id, _)| repo.find(id.clone()))).await;
    let handles: Vec<DocHandle> = handles.into_iter().flatten().flatten().collect();
    join_all(handles.iter().map(|one| one.we_have_their_changes(server))).await;
    let complete = handles
        .iter()
        .zip(&wanted)
        .filter(|(handle, (_, at))| heads(handle) == *at)
        .count();
    // Waits for the storage.
    repo.stop().await;
    let seconds = begun.elapsed().as_secs_f64();
    println!("{}", json!({ "seconds": seconds, "complete": complete }));
    if complete == wanted.len() {
        Ok(())
    } else {
        Err("not every document arrived".into())
    }
}

async fn push(store: &str, ids: &str, port: &str) -> Result<(), Failure> {
    let wanted = read(ids)?;
    let repo = repo(store, true).await;
    let handles = join_all(wanted.iter().map(|(id, _)| repo.find(id.clone()))).await;
    let handles: Vec<DocHandle> = handles.into_iter().flatten().flatten().collect();
    println!("connecting");
    let server = connect(&repo, port).await?;
    join_all(handles.iter().map(|one| one.they_have_our_changes(server))).await;
    std::future::pending::<()>().await;
    Ok(())
}

async fn connect(repo: &Repo, port: &str) -> Result<ConnectionId, Failure> {
    let dialer = TcpDialer::new_host_port("127.0.0.1".to_owned(), port.parse()?);
    let handle = repo.dial(BackoffConfig::default(), Arc::new(dialer))?;
    let established = handle.established().await;
    established.map_err(|_| "the server does not answer")?;
    Ok(handle.connection_id().ok_or("the connection is gone")?)
}

fn heads(handle: &DocHandle) -> String {
    let heads = handle.with_document(|document| document.get_heads());
    let sorted: BTreeSet<String> = heads.iter().map(ToString::to_string).collect();
    sorted.into_iter().collect::<Vec<_>>().join(",")
}

fn read(ids: impl AsRef<Path>) -> Result<Vec<(DocumentId, String)>, Failure> {
    let rows: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(ids)?)?;
    rows.iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().ok_or("a row without it");
            let id = text("id")?.parse().map_err(|_| "no document id")?;
            Ok((id, text("heads")?.to_owned()))
        })
        .collect()
}
