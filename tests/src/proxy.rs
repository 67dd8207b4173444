//! A network between tablet and server that can be cut: a TCP proxy on loopback that lets a
//! number of bytes through towards the server and then closes the connection in the middle.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::thread;

/// A proxy that runs until dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    server: SocketAddr,
    /// Bytes that may still pass towards the server; below zero everything is cut.
    budget: AtomicI64,
    cuts: AtomicU64,
    stopped: AtomicBool,
}

impl Proxy {
    /// Begins to listen on a free port, with no limit.
    ///
    /// # Errors
    /// No port is free.
    pub fn start(server: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            server,
            budget: AtomicI64::new(i64::MAX),
            cuts: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if accepting.stopped.load(Ordering::Relaxed) {
                    return;
                }
                if let Ok(stream) = stream {
                    let shared = Arc::clone(&accepting);
                    thread::spawn(move || carry(&shared, stream));
                }
            }
        });
        Ok(Self { address, shared })
    }

    /// Where tablets reach it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts every connection after so many more bytes towards the server.
    pub fn cut_after(&self, bytes: i64) {
        self.shared.budget.store(bytes, Ordering::SeqCst);
    }

    /// Lets everything through again.
    pub fn heal(&self) {
        self.cut_after(i64::MAX);
    }

    /// How many connections were cut.
    #[must_use]
    pub fn cuts(&self) -> u64 {
        self.shared.cuts.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        // Wakes the accepting thread so that it sees the flag.
        drop(TcpStream::connect(self.address));
    }
}

fn carry(shared: &Shared, tablet: TcpStream) {
    let Ok(server) = TcpStream::connect(shared.server) else {
        return;
    };
    let (Ok(from_server), Ok(to_tablet)) = (server.try_clone(), tablet.try_clone()) else {
        return;
    };
    let back = thread::spawn(move || pass(from_server, to_tablet, |_| true));
    pass(tablet, server, |bytes| {
        let left = shared.budget.fetch_sub(bytes, Ordering::SeqCst) - bytes;
        if left < 0 {
            shared.cuts.fetch_add(1, Ordering::SeqCst);
        }
        left >= 0
    });
    // The other direction ends with the sockets.
    drop(back.join());
}

/// Copies until the end, an error, or `allow` says no.
fn pass(mut from: TcpStream, mut to: TcpStream, allow: impl Fn(i64) -> bool) {
    let mut buffer = [0; 8 << 10];
    loop {
        match from.read(&mut buffer) {
            Ok(length) if length > 0 && allow(length as i64) => {
                if to.write_all(&buffer[..length]).is_err() {
                    break;
                }
            }
            _ => break,
        }
    }
    // Errors mean that the socket is closed already.
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
