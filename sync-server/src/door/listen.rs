//! The listener: plain, or TLS when it is configured. A handshake keeps nobody else waiting, a
//! connection on which nothing moves is closed, and there are never more than so many.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::Peer;

/// Open connections of everybody together; event streams are most of them.
const CONNECTIONS: usize = 8_192;
/// Open connections of one address, so that one machine cannot take all of them. An office behind
/// one address stays far below.
const CONNECTIONS_EACH: usize = 2_048;
/// A handshake takes no longer.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// A connection on which nothing moves for so long is closed; event streams speak more often.
const SILENCE: Duration = Duration::from_secs(120);
/// Connections that wait to be served.
const ARRIVED: usize = 64;
/// After an error of the listener itself, such as too many open files.
const BREATH: Duration = Duration::from_millis(500);

/// Where connections come in.
#[derive(Debug)]
pub struct Entry {
    arrived: mpsc::Receiver<(Line, SocketAddr)>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Entry {
    /// Serves `listener`, with TLS when there is an acceptor.
    ///
    /// # Errors
    /// The operating system does not know the listener's address.
    pub fn new(listener: TcpListener, tls: Option<TlsAcceptor>) -> io::Result<Self> {
        Self::with(listener, tls, SILENCE)
    }

    fn with(
        listener: TcpListener,
        tls: Option<TlsAcceptor>,
        silence: Duration,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (sender, arrived) = mpsc::channel(ARRIVED);
        let task = tokio::spawn(take_in(listener, tls, silence, sender));
        Ok(Self {
            arrived,
            address,
            task,
        })
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Listener for Entry {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        match self.arrived.recv().await {
            Some(arrived) => arrived,
            // The task ends with this listener only.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

async fn take_in(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    silence: Duration,
    arrived: mpsc::Sender<(Line, SocketAddr)>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let counts = Arc::new(Counts::default());
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let (stream, address) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                let theirs = matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionRefused
                        | io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionReset
                );
                if !theirs {
                    tracing::warn!(%error, "no connection can be accepted");
                    tokio::time::sleep(BREATH).await;
                }
                continue;
            }
        };
        let Some(count) = counts.take(Peer(address.ip()).key()) else {
            continue;
        };
        // Without it small answers wait for the other end's acknowledgement.
        let _ = stream.set_nodelay(true);
        let place = Place {
            _all: place,
            _own: count,
        };
        match tls.clone() {
            None => {
                let line = Line::new(Stream::Plain(stream), silence, place);
                if arrived.send((line, address)).await.is_err() {
                    return;
                }
            }
            Some(acceptor) => {
                let arrived = arrived.clone();
                tokio::spawn(async move {
                    let handshake = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream));
                    if let Ok(Ok(stream)) = handshake.await {
                        let line = Line::new(Stream::Tls(Box::new(stream)), silence, place);
                        // An error means that the server stops.
                        let _ = arrived.send((line, address)).await;
                    }
                });
            }
        }
    }
}

/// Connections by address.
#[derive(Debug, Default)]
struct Counts(Mutex<HashMap<IpAddr, usize>>);

/// One of them, given back when dropped.
#[derive(Debug)]
struct Count {
    counts: Arc<Counts>,
    address: IpAddr,
}

impl Counts {
    fn take(self: &Arc<Self>, address: IpAddr) -> Option<Count> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= CONNECTIONS_EACH {
            return None;
        }
        *count += 1;
        Some(Count {
            counts: Arc::clone(self),
            address,
        })
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        let mut counts = self.counts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

#[derive(Debug)]
struct Place {
    _all: OwnedSemaphorePermit,
    _own: Count,
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// One connection.
#[derive(Debug)]
pub struct Line {
    stream: Stream,
    /// How long nothing may move.
    most: Duration,
    silence: Pin<Box<Sleep>>,
    _place: Place,
}

impl Line {
    fn new(stream: Stream, most: Duration, place: Place) -> Self {
        Self {
            stream,
            most,
            silence: Box::pin(tokio::time::sleep(most)),
            _place: place,
        }
    }

    fn moved(&mut self) {
        let until = Instant::now() + self.most;
        self.silence.as_mut().reset(until);
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        };
        if read.is_ready() {
            self.moved();
            return read;
        }
        ready!(self.silence.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        };
        if written.is_ready() {
            self.moved();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_every_connection() {
        let counts = Arc::new(Counts::default());
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let mut held: Vec<_> = (0..CONNECTIONS_EACH)
            .map(|_| counts.take(one).unwrap())
            .collect();
        assert!(counts.take(one).is_none());
        assert!(counts.take(other).is_some());
        held.pop();
        assert!(counts.take(one).is_some());
        drop(held);
        assert!(
            counts.0.lock().unwrap().is_empty(),
            "nothing is left behind"
        );
    }

    #[tokio::test]
    async fn a_connection_on_which_nothing_moves_is_closed() {
        use tokio::io::AsyncReadExt;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut entry = Entry::with(listener, None, Duration::from_millis(20)).unwrap();
        let _silent = TcpStream::connect(entry.address).await.unwrap();
        let (mut line, _) = entry.accept().await;
        let error = line.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
